"""Names for extracted policies: versions that the store has already, or the next ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.deployment.extraction.templates import FoundPolicy, Unknown
from ecrkit.deployment.policies import policy_text
from ecrkit.documents.files import make_directory, write_text
from ecrkit.lifecycle import check_policy, read_policy_text
from ecrkit.policies.lock import Lock, digest
from ecrkit.policies.references import PolicyRef
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ecrkit.deployment.extraction.templates import Place
    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["ExtractedPolicy", "Extraction", "plan_extraction", "write_extraction"]

_NOT_IN_NAME = re.compile(r"[^a-z0-9._]+")
_SEPARATORS = re.compile(r"[._-]{2,}")
_FALLBACK = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedPolicy:
    """
    A policy of templates, as a version of a store.

    Attributes:
        reference: the version.
        path: of its file.
        policy: what it says.
        is_new: whether the file is to be written; else the store has this version.
        places: the resources that have the policy.
    """

    reference: PolicyRef
    path: Path
    policy: LifecyclePolicy
    is_new: bool
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Extraction:
    """
    What templates come to.

    Attributes:
        policies: each once, in the order of the templates.
        unknown: policies that cannot be extracted.
    """

    policies: tuple[ExtractedPolicy, ...]
    unknown: tuple[Unknown, ...]


def plan_extraction(found: Iterable[FoundPolicy | Unknown], *, store: Path, folder: Path | None = None) -> Extraction:
    """
    Decide what an extraction writes, and write nothing.

    Args:
        found: in templates.
        store: a policy store, which need not exist. A version of it that says the same is used instead of a new one.
        folder: where new versions go; the store by default.

    Returns:
        Equal policies are one, named after the first repository that has it. New versions have the next free number.

    Raises:
        InvalidLockError: the lock of the store is invalid.
        UnreadableInputError: a file of the store cannot be read.
    """
    folder = folder or store
    names = _Names(store, folder)
    policies: dict[str, LifecyclePolicy] = {}
    places: dict[str, list[Place]] = {}
    unknown: list[Unknown] = []
    for each in found:
        if isinstance(each, Unknown):
            unknown.append(each)
            continue
        key = digest(each.policy)
        policies.setdefault(key, each.policy)
        if each.place not in places.setdefault(key, []):
            places[key].append(each.place)
    extracted = []
    for key, policy in policies.items():
        name = _name(places[key][0])
        known = names.known(key, preferred=name)
        reference, path = known or names.new(name)
        extracted.append(
            ExtractedPolicy(
                reference=reference, path=path, policy=policy, is_new=known is None, places=tuple(places[key])
            )
        )
    return Extraction(tuple(extracted), tuple(dict.fromkeys(unknown)))


def write_extraction(extraction: Extraction) -> None:
    """
    Write the new versions.

    Raises:
        UnwritableOutputError: a file cannot be written.
    """
    for each in extraction.policies:
        if each.is_new:
            make_directory(each.path.parent)
            write_text(each.path, policy_text(each.policy))


class _Names:
    """The versions of a store and of the folder that new ones go to."""

    def __init__(self, store: Path, folder: Path) -> None:
        self._folder = folder
        self._taken: set[PolicyRef] = set()
        self._known: dict[str, dict[PolicyRef, Path]] = {}
        for root in dict.fromkeys((store, folder)):
            self._taken.update(Lock.of(root).versions)
            for reference in PolicyStore(root) if root.is_dir() else ():
                self._taken.add(reference)
                path = _path(root, reference)
                policy = check_policy(read_policy_text(path), file=path.as_posix()).policy
                if policy is not None:
                    self._known.setdefault(digest(policy), {}).setdefault(reference, path)

    def known(self, key: str, *, preferred: str) -> tuple[PolicyRef, Path] | None:
        """Find a version by its digest, one of the name *preferred* before others."""
        found = self._known.get(key, {})
        return min(found.items(), key=lambda item: (item[0].name != preferred, item[0]), default=None)

    def new(self, name: str) -> tuple[PolicyRef, Path]:
        """Take the next free version of a policy."""
        versions = [other.version for other in self._taken if other.name == name]
        reference = PolicyRef(name, 1 + max(versions, default=0))
        self._taken.add(reference)
        return reference, _path(self._folder, reference)


def _path(root: Path, reference: PolicyRef) -> Path:
    return root / reference.name / f"v{reference.version}.json"


def _name(place: Place) -> str:
    """Write a name as that of a policy."""
    text = _NOT_IN_NAME.sub("-", place.named_after.lower())
    return _SEPARATORS.sub("-", text).strip("._-") or _FALLBACK
