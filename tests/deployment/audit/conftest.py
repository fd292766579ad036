from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.actual import store_in

if TYPE_CHECKING:
    from ecrkit import PolicyStore


@pytest.fixture(scope="session")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicyStore:
    """A store with one policy, which keeps ten images."""
    return store_in(tmp_path_factory.mktemp("store"))
