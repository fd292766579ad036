"""
The lock of a policy store: what each published version contains.

It stands beside the store: ``policies/lifecycle.lock.json`` for ``policies/lifecycle``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.documents import Node, ObjectNode, ScalarNode, SyntaxProblem, parse_json
from ecrkit.errors import Location, MalformedReferenceError
from ecrkit.lifecycle import render
from ecrkit.policies.store import PolicyRef

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["LockedVersion", "digest", "lock_path", "parse_lock", "render_lock"]

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
        _reference(key, node): LockedVersion(_digest(node), Location(file, *node.position, pointer=f"/policies/{key}"))
        for key, node in _members(members["policies"]).items()
    }


def _members(node: Node) -> dict[str, Node]:
    if not isinstance(node, ObjectNode):
        raise SyntaxProblem("has something else where an object is expected", node.position)
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
