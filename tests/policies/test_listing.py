"""What a store lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.stores import make_store, policy_text, publish

from ecrkit.errors import InvalidLockError
from ecrkit.policies.listing import list_versions
from ecrkit.policies.lock import lock_path
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from pathlib import Path


def states(store: Path) -> dict[str, str]:
    """The state of each version."""
    return {str(one.reference): one.state.value for one in list_versions(store)}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of two published versions."""
    return publish(make_store(tmp_path, {"web/v1.json": policy_text(), "api/v1.json": policy_text(keep=5)}))


def test_published_versions(store: Path) -> None:
    """They are listed by name, with their policy and path."""
    listed = list_versions(store)

    assert states(store) == {"api@1": "published", "web@1": "published"}
    assert listed[1].policy == PolicyStore(store)["web@1"]
    assert listed[1].path == store / "web" / "v1.json"


def test_a_new_version_is_not_published(store: Path) -> None:
    """It has a file, and the lock does not name it."""
    make_store(store.parents[1], {"web/v2.json": policy_text(keep=3)})

    assert states(store) == {"api@1": "published", "web@1": "published", "web@2": "unpublished"}


def test_what_a_check_reports_is_a_problem(store: Path) -> None:
    """A published version that changed, is invalid or is gone keeps its place in the list."""
    make_store(store.parents[1], {"api/v1.json": policy_text(keep=3), "web/v2.json": policy_text(keep=0)})
    (store / "web" / "v1.json").unlink()

    assert states(store) == {"api@1": "changed", "web@1": "missing", "web@2": "invalid"}
    assert [one.state.is_problem for one in list_versions(store)] == [True, True, True]


def test_without_a_readable_lock_nobody_knows(store: Path) -> None:
    """An invalid lock is an error, not a list of unpublished versions."""
    lock_path(store).write_text("{}")

    with pytest.raises(InvalidLockError):
        list_versions(store)


def test_every_shipped_version_is_published() -> None:
    """What ecrkit ships never changes."""
    assert set(states(PolicyStore.bundled().root).values()) == {"published"}
