"""
The lock of a policy store: what each published version contains.

It stands beside the store: ``policies/lifecycle.lock.json`` for ``policies/lifecycle``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ecrkit.documents import Node, ObjectNode, ScalarNode, SyntaxProblem, parse_json
from ecrkit.documents.files import read_text
from ecrkit.errors import InvalidLockError, Location, MalformedReferenceError, Severity, pointer_to
from ecrkit.lifecycle import render
from ecrkit.policies.references import PolicyRef, is_there, version_at, versions_in
from ecrkit.policies.rulebook import BROKEN_LOCK, CHANGED, UNPUBLISHED, VANISHED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ecrkit.errors import Finding
    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["Lock", "LockedVersion", "compare_file", "digest", "lock_path", "parse_lock", "render_lock"]

_FORMAT = 1


@dataclass(frozen=True, slots=True)
class LockedVersion:
    """
    A published version.

    Attributes:
        digest: of its canonical text.
        location: of its entry in the lock.
    """

    digest: str
    location: Location


@dataclass(frozen=True, slots=True)
class Lock:
    """
    The lock of a store: the one place that decides whether a version is still what was published.

    Attributes:
        store: directory of the store.
        versions: the published ones.
    """

    store: Path
    versions: Mapping[PolicyRef, LockedVersion]

    @classmethod
    def of(cls, store: Path) -> Lock:
        """
        Read the lock of the store in the directory *store*; without one, nothing is published.

        Raises:
            InvalidLockError: the file is no lock; carries one finding.
            UnreadableInputError: it cannot be read.
        """
        path = lock_path(store)
        if not path.exists():
            return cls(store, {})
        try:
            return cls(store, parse_lock(read_text(path), file=path.as_posix()))
        except SyntaxProblem as problem:
            where = Location(path.as_posix(), problem.position.line, problem.position.column)
            raise InvalidLockError([BROKEN_LOCK.at(where, problem=problem.message)]) from None

    def compare(self, reference: PolicyRef, policy: LifecyclePolicy | None) -> Finding | None:
        """
        Compare a version with what was published.

        Args:
            reference: the version.
            policy: what its file means now; ``None`` where nobody can tell, since it is invalid or gone.

        Returns:
            That it changed, vanished, or is not published; ``None`` for a version that is as it was published, and for
            one that does not exist.

        Raises:
            UnreadableInputError: the folder of the policy cannot be read.
        """
        locked = self.versions.get(reference)
        path = self.store / reference.name / f"v{reference.version}.json"
        if not is_there(path):
            if locked is None:
                return None
            return VANISHED.at(locked.location, reference=reference, path=path.as_posix(), next=self._next(reference))
        where = Location(path.as_posix(), 1, 1)
        if locked is None:
            return UNPUBLISHED.at(where, reference=reference, lock=lock_path(self.store))
        if policy is None or digest(policy) == locked.digest:
            return None
        return CHANGED.at(where, reference=reference, next=self._next(reference))

    def broken_promises(self, before: Lock) -> tuple[Finding, ...]:
        """
        Find versions that an earlier lock has, and that this one has no more, or with other content.

        Args:
            before: the lock of the same store as it was; where it has been read makes no difference.

        Returns:
            Errors, since a published version never changes, in the order of *before*.
        """
        found = []
        for reference, published in before.versions.items():
            locked = self.versions.get(reference)
            path = self.store / reference.name / f"v{reference.version}.json"
            where = Location(path.as_posix(), 1, 1)
            if locked is not None and locked.digest != published.digest:
                found.append(CHANGED.at(where, reference=reference, next=self._next(reference)))
            elif locked is None and is_there(path):
                missing = UNPUBLISHED.at(where, reference=reference, lock=lock_path(self.store))
                found.append(replace(missing, severity=Severity.ERROR))
            elif locked is None:
                where = Location(lock_path(self.store).as_posix(), 1, 1)
                following = reference.version + 1
                found.append(VANISHED.at(where, reference=reference, path=path.as_posix(), next=following))
        return tuple(found)

    def _next(self, reference: PolicyRef) -> int:
        known = (*versions_in(self.store / reference.name), *self.versions)
        return 1 + max(other.version for other in known if other.name == reference.name)


def compare_file(path: Path, policy: LifecyclePolicy | None) -> Finding | None:
    """
    Compare a file with what was published, if it lies as a version of a store does.

    Args:
        path: of any file.
        policy: what it means; ``None`` for what is invalid.

    Returns:
        As :meth:`Lock.compare`; ``None`` for a file that is no ``<name>/v<N>.json``. Without a lock nothing is
        published.

    Raises:
        InvalidLockError: the lock of its store is none.
        UnreadableInputError: the lock cannot be read.
    """
    located = version_at(path)
    if located is None:
        return None
    store, reference = located
    return Lock.of(store).compare(reference, policy)


def lock_path(store: Path) -> Path:
    """Name the lock of the store in the directory *store*."""
    # `.` and `..` are names of no file; what they stand for has one.
    named = store if store.name not in {"", ".."} else store.resolve()
    return named.parent / f"{named.name}.lock.json"


def digest(policy: LifecyclePolicy) -> str:
    """Identify the meaning of *policy*: ``sha256:`` and the hex digest of its canonical text in UTF-8."""
    return f"sha256:{hashlib.sha256(render(policy).encode()).hexdigest()}"


def render_lock(digests: Mapping[PolicyRef, str]) -> str:
    """Render a lock, its entries in the order of their references, so that branches merge."""
    policies = {str(reference): digests[reference] for reference in sorted(digests)}
    return json.dumps({"format": _FORMAT, "policies": policies}, indent=2) + "\n"


def parse_lock(text: str, *, file: str) -> dict[PolicyRef, LockedVersion]:
    """
    Read a lock.

    Raises:
        SyntaxProblem: *text* is nothing that :func:`render_lock` gave.
    """
    members = _members(parse_json(text))
    if sorted(members) != ["format", "policies"]:
        raise SyntaxProblem("does not have the keys 'format' and 'policies'", parse_json(text).position)
    version = _scalar(members["format"])
    if version != _FORMAT or isinstance(version, bool):
        raise SyntaxProblem(f"has a format other than {_FORMAT}; update ecrkit", members["format"].position)
    return {
        _reference(key, node): LockedVersion(
            _digest(node), Location(file, *node.position, pointer=pointer_to("policies", key))
        )
        for key, node in _members(members["policies"]).items()
    }


def _members(node: Node) -> dict[str, Node]:
    if not isinstance(node, ObjectNode):
        raise SyntaxProblem("has something else where a mapping is expected", node.position)
    members: dict[str, Node] = {}
    for member in node.members:
        if member.key in members:
            raise SyntaxProblem(f"has '{member.key}' twice", member.key_position)
        members[member.key] = member.node
    return members


def _reference(key: str, node: Node) -> PolicyRef:
    try:
        return PolicyRef.parse(key)
    except MalformedReferenceError:
        raise SyntaxProblem(f"has {key!r} where 'name@N' is expected", node.position) from None


def _digest(node: Node) -> str:
    value = _scalar(node)
    if not isinstance(value, str) or not value.startswith("sha256:"):
        raise SyntaxProblem("has something else where a digest is expected", node.position)
    return value


def _scalar(node: Node) -> object:
    return node.value if isinstance(node, ScalarNode) else None
