"""The state file of suspensions, which several commands may change at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from builders.stores import policy_text

from ecrkit.cli.policy.suspended import change_saved, read_saved

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.posix


def test_no_saved_policy_is_lost(tmp_path: Path) -> None:
    """Commands that save and note policies at the same time keep those of each other."""
    path = tmp_path / "state" / "saved.json"
    names = [f"team/{number}" for number in range(24)]

    def save(name: str) -> None:
        change_saved(path, lambda saved: saved.with_policies({name: policy_text()}))
        change_saved(path, lambda saved: saved.with_restored([name]))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(save, names))

    saved = read_saved(path)
    assert sorted(saved.texts) == sorted(names)
    assert saved.restored == set(names)
