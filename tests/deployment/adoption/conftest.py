from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.adoptions import store_at

if TYPE_CHECKING:
    from ecrkit import PolicyStore


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicyStore:
    """A store with one policy, which keeps ten images."""
    return store_at(tmp_path_factory.mktemp("store"))
