"""Statements of an IAM policy that are handed on as they are, and what is wrong with one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.documents.nearest import near

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["CLOSE_IT", "StatementProblem", "items_of", "opening", "statement_problems"]

CLOSE_IT = "name principals, or add a condition as on aws:PrincipalOrgID"
"""What to do about a statement that lets everybody in."""

_KEYS = ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition")
_RESOURCE_KEYS = ("Resource", "NotResource")
_ACTION = re.compile(r"ecr:[A-Za-z*?]+")


class StatementProblem(NamedTuple):
    """
    What is wrong with a statement.

    Attributes:
        key: of the statement that is wrong; empty for the whole of it.
        problem: what is wrong and what was got.
        remedy: what to do; may be empty.
    """

    key: str
    problem: str
    remedy: str = ""


def statement_problems(
    statement: Mapping[str, object], *, example: str, has_resource: bool
) -> Iterator[StatementProblem]:
    """
    Find what ECR would refuse.

    Args:
        statement: as it stands in the policy.
        example: an action, for the messages.
        has_resource: whether it names resources: that of a registry does, that of a repository is about itself.

    Source: IAM user guide, "IAM JSON policy elements reference" (read 2026-11).
    """
    known = (*_KEYS, *_RESOURCE_KEYS) if has_resource else _KEYS
    for key in statement:
        if key not in known:
            folded = {name.lower(): name for name in known}
            nearest = near(key.lower(), folded)
            remedy = f"did you mean {folded[nearest[0]]}?" if nearest else f"known here: {', '.join(known)}"
            yield StatementProblem(key, f"unknown key {key!r}", remedy)
    for name in ("Principal", "Action", *(("Resource",) if has_resource else ())):
        given = [key for key in (name, f"Not{name}") if key in statement]
        if len(given) != 1:
            problem = f"must have either {name} or Not{name}, got {' and '.join(given) or 'neither'}"
            yield StatementProblem("", problem)
    for key in ("Action", "NotAction"):
        for action in items_of(statement.get(key, [])):
            if not isinstance(action, str) or not _ACTION.fullmatch(action):
                yield StatementProblem(key, f"must be actions of ECR, as in '{example}', got {action!r}")
    effect = statement.get("Effect")
    if effect not in {"Allow", "Deny"}:
        got = "nothing" if effect is None else repr(effect)
        yield StatementProblem("Effect", f"Effect must be 'Allow' or 'Deny', got {got}")


def opening(statement: Mapping[str, object]) -> tuple[str, str] | None:
    """
    Find what lets everybody in.

    Returns:
        The key that does, and words for what stands there; ``None`` where a condition or a principal limits it.
    """
    if statement.get("Effect") != "Allow" or statement.get("Condition"):
        return None
    if "NotPrincipal" in statement:
        return "NotPrincipal", "a NotPrincipal"
    return ("Principal", "the Principal '*'") if _is_everybody(statement.get("Principal")) else None


def items_of(value: object) -> Sequence[object]:
    """Give the items of a list; what is none is the only one."""
    return value if isinstance(value, list | tuple) else [value]


def _is_everybody(principal: object) -> bool:
    if isinstance(principal, dict):
        return any("*" in items_of(value) for value in principal.values())
    return principal == "*"
