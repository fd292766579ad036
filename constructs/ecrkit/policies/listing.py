"""What is in a policy store: each version, what it says, and whether it is published."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.lifecycle import check_policy, read_policy_text
from ecrkit.policies.lock import Lock
from ecrkit.policies.references import is_there
from ecrkit.policies.rulebook import CHANGED, UNPUBLISHED, VANISHED
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.references import PolicyRef

__all__ = ["ListedVersion", "VersionState", "list_versions"]


class VersionState(StrEnum):
    """How a version compares with the lock of its store."""

    PUBLISHED = "published"
    UNPUBLISHED = "unpublished"
    CHANGED = "changed"
    MISSING = "missing"
    INVALID = "invalid"

    @property
    def is_problem(self) -> bool:
        """Whether a check of the store reports an error about it."""
        return self not in {VersionState.PUBLISHED, VersionState.UNPUBLISHED}


_STATES = {
    CHANGED.code: VersionState.CHANGED,
    VANISHED.code: VersionState.MISSING,
    UNPUBLISHED.code: VersionState.UNPUBLISHED,
}


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """
    A version of a policy.

    Attributes:
        reference: its name.
        path: of its file, which may be missing.
        state: how it compares with the lock.
        policy: its content; ``None`` if it is invalid or missing.
    """

    reference: PolicyRef
    path: Path
    state: VersionState
    policy: LifecyclePolicy | None


def list_versions(root: Path) -> tuple[ListedVersion, ...]:
    """
    List the versions of a store, those that its lock names and that have no file included.

    Args:
        root: directory of the store.

    Returns:
        By name and version.

    Raises:
        InvalidLockError: the lock of the store is not a lock.
        UnreadableInputError: the store, its lock or one of its files cannot be read.
    """
    lock = Lock.of(root)
    return tuple(_listed(root, lock, reference) for reference in sorted({*PolicyStore(root), *lock.versions}))


def _listed(root: Path, lock: Lock, reference: PolicyRef) -> ListedVersion:
    path = root / reference.name / f"v{reference.version}.json"
    has_file = is_there(path)
    policy = check_policy(read_policy_text(path), file=str(path)).policy if has_file else None
    if has_file and policy is None:
        return ListedVersion(reference, path, VersionState.INVALID, None)
    found = lock.compare(reference, policy)
    return ListedVersion(reference, path, _STATES[found.code] if found else VersionState.PUBLISHED, policy)
