from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.policies import policy_text, pushed, rule, untagged
from builders.stores import make_store, publish

from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def policies(tmp_path: Path) -> PolicyStore:
    """A store; among its policies are two that clash, and one that is invalid."""
    files = {
        "keep-ten/v1.json": policy_text(rule()),
        "keep-five/v1.json": policy_text(rule(countNumber=5)),
        "expire-untagged/v1.json": policy_text(rule(**untagged(), **pushed(14))),
        "broken/v1.json": policy_text(rule(0)),
    }
    return PolicyStore(publish(make_store(tmp_path, files)))
