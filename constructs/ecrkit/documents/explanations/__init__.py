"""
What each check means, why it matters and how to fix what it finds: the long texts of the rulebooks.

A file for each prefix of codes, ``ECR.yaml`` for the checks of lifecycle policies. Only people read these texts, so
that nothing loads them until somebody asks for an explanation.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ecrkit.documents.nodes import ObjectNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.documents.nodes import Node
    from ecrkit.errors import Check

__all__ = ["Explanation", "explain", "explanations", "parse_explanations"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """
    The long texts of one check.

    Attributes:
        checks: what must be true, as one sentence.
        why: what happens otherwise.
        example: a failing document, or commands that cause the problem.
        fix: what to do, as one imperative sentence.
    """

    checks: str
    why: str
    example: str
    fix: str


def explain(check: Check) -> Explanation:
    """Look up the explanation of *check*."""
    return explanations(check.code[:3])[check.code]


@cache
def explanations(prefix: str) -> Mapping[str, Explanation]:
    """Read the explanations of the checks whose codes begin with *prefix*, three letters; by code."""
    return parse_explanations(files(__name__).joinpath(f"{prefix}.yaml").read_text(encoding="utf-8"))


def parse_explanations(text: str) -> dict[str, Explanation]:
    """
    Read a file of explanations.

    Args:
        text: a mapping from codes to the texts of an :class:`Explanation`.

    Raises:
        ValueError: a code or a key occurs twice, or a text is missing, empty or unknown.
    """
    from ecrkit.documents.yaml_text import parse_yaml  # noqa: PLC0415 - loads PyYAML

    return {code: _explanation(code, node) for code, node in _members(parse_yaml(text), where="explanations").items()}


def _explanation(code: str, node: Node) -> Explanation:
    members = _members(node, where=code)
    known = {field.name for field in fields(Explanation)}
    if members.keys() != known:
        msg = f"{code}: must have the keys {sorted(known)}, got {sorted(members)}"
        raise ValueError(msg)
    return Explanation(**{key: _text(f"{code}.{key}", value) for key, value in members.items()})


def _members(node: Node | None, *, where: str) -> dict[str, Node]:
    if not isinstance(node, ObjectNode):
        msg = f"{where}: must be a mapping"
        raise ValueError(msg)  # noqa: TRY004 - what is wrong is the text, not an argument of this function
    members: dict[str, Node] = {}
    for member in node.members:
        if member.key in members:
            msg = f"{where}: the key '{member.key}' is written twice"
            raise ValueError(msg)
        members[member.key] = member.node
    return members


def _text(where: str, node: Node) -> str:
    value = node.value if isinstance(node, ScalarNode) else None
    if not isinstance(value, str) or not value.strip():
        msg = f"{where}: must be a text"
        raise ValueError(msg)
    return value.strip("\n")
