"""
Lifecycle policies as files: ``<name>/v<N>.json``, each a verbatim ECR document, named ``name@N``.

A published version never changes, so that a pin means the same thing next year.
"""

from __future__ import annotations

import shlex
import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.documents.files import unreadable
from ecrkit.documents.nearest import near
from ecrkit.errors import (
    ChangedPolicyError,
    EcrkitError,
    PolicyReferenceError,
    UnknownPolicyError,
    UnknownVersionError,
    VanishedPolicyError,
)
from ecrkit.lifecycle import compose, parse_policy, read_policy_text
from ecrkit.policies.lock import Lock
from ecrkit.policies.references import PolicyRef, is_there, store_at, versions_in
from ecrkit.policies.rulebook import CHANGED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecrkit.errors import Finding
    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["PolicyStore", "UnpublishedPolicyWarning"]

_DEFAULT_ROOT = Path("policies/lifecycle")


class UnpublishedPolicyWarning(UserWarning):
    """A version is used that is not published, so that it may still change; ``python -W error`` makes it an error."""


class PolicyStore:
    """
    A directory of lifecycle policies.

    Args:
        root: directory with ``<name>/v<N>.json``, or the folder that has it as ``lifecycle``.

    ``store["name@N"]`` reads and checks that version once, and compares it with the lock next to the store. The key
    is a text or a :class:`PolicyRef`. It warns about an unpublished version with
    :class:`UnpublishedPolicyWarning`.
    """

    def __init__(self, root: Path | str) -> None:
        self._root = store_at(Path(root))
        self._read: dict[PolicyRef, LifecyclePolicy] = {}
        self._unwritten: set[PolicyRef] = set()
        self._unpublished: dict[PolicyRef, Finding] = {}

    @property
    def root(self) -> Path:
        """The directory."""
        return self._root

    @classmethod
    def bundled(cls) -> PolicyStore:
        """Open the policies that ecrkit ships."""
        here = Path(__file__).parent
        # The wheel carries a copy; in a checkout they stand beside the source root.
        packaged = here / "bundled" / "lifecycle"
        return cls(packaged if packaged.is_dir() else here.parents[2] / "policies" / "lifecycle")

    def __getitem__(self, reference: str | PolicyRef) -> LifecyclePolicy:
        """
        Read the version named, and warn where it is not published.

        Raises:
            MalformedReferenceError: *reference* is not ``name@N``.
            PolicyReferenceError: as :meth:`read`.
            InvalidDocumentError: as :meth:`read`.
            UnreadableInputError: as :meth:`read`.
        """
        reference = PolicyRef.parse(reference) if isinstance(reference, str) else reference
        policy = self.read(reference)
        unpublished = self.unpublished([reference])
        if unpublished:
            warnings.warn(str(unpublished[0]), UnpublishedPolicyWarning, stacklevel=2)
        return policy

    def read(self, reference: PolicyRef) -> LifecyclePolicy:
        """
        Read a version, once, and compare it with the lock.

        Call :meth:`unpublished` afterwards to learn whether it is published.

        Raises:
            ChangedPolicyError: it is published, but its meaning has changed.
            VanishedPolicyError: it is published, but its file is missing.
            UnknownPolicyError: no policy has that name.
            UnknownVersionError: that policy has no such version.
            InvalidPolicyError: ECR would reject it.
            InvalidLockError: the lock is invalid.
            UnreadableInputError: the file, the lock, or the store, cannot be read.
        """
        if reference not in self._read:
            path = self.path(reference)
            policy = parse_policy(read_policy_text(path), file=path.as_posix())
            found = self._lock.compare(reference, policy)
            if found and found.code == CHANGED.code:
                raise ChangedPolicyError(found)
            if found:
                self._unpublished[reference] = found
            self._read[reference] = policy
        return self._read[reference]

    def unpublished(self, references: Iterable[PolicyRef] | None = None) -> tuple[Finding, ...]:
        """
        Warn about unpublished versions.

        Args:
            references: versions that were read; ``None`` for all that were read so far.
        """
        chosen = sorted(self._unpublished) if references is None else references
        return tuple(self._unpublished[reference] for reference in chosen if reference in self._unpublished)

    def expect(self, reference: PolicyRef, policy: LifecyclePolicy) -> None:
        """Use *policy* for a version whose file does not exist yet."""
        self._read[reference] = policy
        self._unwritten.add(reference)

    @property
    def is_there(self) -> bool:
        """Whether the directory exists; a catalog without policies does not need it."""
        return self._root.exists()

    def compose(self, references: Iterable[PolicyRef]) -> LifecyclePolicy | None:
        """
        Combine several versions in order of precedence; ``None`` for an empty list.

        Raises:
            InvalidPolicyError: ECR would reject one, or the combined policy.
            PolicyReferenceError: one is missing, or differs from the published version.
            UnreadableInputError: a file cannot be read.
        """
        policies = [self.read(reference) for reference in references]
        return compose(policies) if policies else None

    def __iter__(self) -> Iterator[PolicyRef]:
        """List every version of every policy, by name and version."""
        return iter(sorted(self._references()))

    def path(self, reference: PolicyRef) -> Path:
        """
        Find the file of a version.

        Raises:
            VanishedPolicyError: it is published, but its file is missing.
            UnknownPolicyError: no policy has that name.
            UnknownVersionError: that policy has no such version.
            InvalidLockError: its file is missing, and the lock is invalid.
            UnreadableInputError: the store, or its lock, cannot be read.
        """
        path = self._root / reference.name / f"v{reference.version}.json"
        try:
            has_file = reference in self._unwritten or is_there(path)
        except OSError as error:
            raise unreadable(path, error) from None
        if not has_file:
            raise self._missing(reference)
        return path

    @cached_property
    def _lock(self) -> Lock:
        return Lock.of(self._root)

    def _references(self) -> Iterator[PolicyRef]:
        try:
            for directory in self._root.iterdir():
                yield from versions_in(directory)
        except OSError as error:
            raise unreadable(self._root, error) from None

    def _missing(self, reference: PolicyRef) -> PolicyReferenceError:
        found = self._lock.compare(reference, None)
        return VanishedPolicyError(found) if found else self._unknown(reference)

    def _unknown(self, reference: PolicyRef) -> PolicyReferenceError:
        advice = self._shipped(reference)
        # A directory that somebody named is more likely misspelled, and that is one error, not one for each policy.
        if advice and not self.is_there and self._root == _DEFAULT_ROOT:
            return UnknownPolicyError(f"no policy '{reference.name}': {self._root} does not exist", remedy=advice)
        known = list(self)
        versions = [str(other) for other in known if other.name == reference.name]
        if versions:
            return UnknownVersionError(
                f"the policy '{reference.name}' has no version {reference.version}",
                remedy=advice or f"it has {_listed(versions)}",
            )
        names = list(dict.fromkeys(other.name for other in known))
        close = near(reference.name, names)
        if advice:
            remedy = advice
        elif close:
            meant = _listed(str(other) for name in close for other in known if other.name == name)
            remedy = f"did you mean {meant}?"
        elif names:
            remedy = f"the store has {_listed(names)}"
        else:
            remedy = "the store is empty"
        return UnknownPolicyError(f"no policy '{reference.name}' in {self._root.as_posix()}", remedy=remedy)

    def _shipped(self, reference: PolicyRef) -> str | None:
        """Advise to copy a version that only ecrkit has; ``None`` where a copy would change what the store has."""
        shipped = PolicyStore.bundled()
        if self._root.resolve() == shipped.root.resolve():
            return None
        versions = {other for other in shipped if other.name == reference.name}
        try:
            is_same = all(
                self.read(other) == shipped.read(other)
                for other in versions & {*versions_in(self._root / reference.name)}
            )
        except EcrkitError:
            return None
        if reference not in versions or not is_same:
            return None
        option = "" if self._root == _DEFAULT_ROOT else f" --policies {shlex.quote(str(self._root))}"
        return f"ecrkit ships it: run `ecrkit policy copy {reference}{option}`"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
