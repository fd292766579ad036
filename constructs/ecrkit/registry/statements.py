"""Statements of an IAM policy: what is wrong with one, and its canonical form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ecrkit.documents.nearest import near

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["StatementProblem", "canonical", "items_of", "statement_problems"]

_KEYS = ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition")
_RESOURCE_KEYS = ("Resource", "NotResource")
_ACTION = re.compile(r"ecr:[A-Za-z*?]+")
_ROOT = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):root")


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


def items_of(value: object) -> Sequence[object]:
    """Give the items of a list; what is none is the only one."""
    return value if isinstance(value, list | tuple) else [value]


def canonical(statement: Mapping[str, object]) -> dict[str, Any]:
    """
    Write a statement in one of the many ways that mean the same; idempotent.

    Args:
        statement: as in JSON; it may be invalid.

    Returns:
        Its elements: values as sorted lists, keys of conditions and actions in lower case, ``Principal: "*"`` as
        ``{"AWS": ["*"]}``, the root of an account as its number. Empty elements are left out.
    """
    return {key: _element(key, value) for key, value in statement.items() if value not in ({}, [])}


def _element(key: str, value: object) -> object:
    match key:
        case "Effect":
            return str(value).capitalize()
        case "Action" | "NotAction":
            return _sorted(str(action).lower() for action in items_of(value))
        case "Principal" | "NotPrincipal":
            kinds = value if isinstance(value, dict) else {"AWS": value}
            return {kind: _sorted(map(_principal, items_of(names))) for kind, names in kinds.items()}
        case "Condition" if isinstance(value, dict):
            return {operator: _condition(keys) for operator, keys in value.items()}
        case _:
            return value


def _condition(keys: object) -> object:
    if not isinstance(keys, dict):
        return keys
    return {str(key).lower(): _sorted(map(_text, items_of(values))) for key, values in keys.items()}


def _principal(name: object) -> str:
    match = _ROOT.fullmatch(str(name))
    return match[1] if match else str(name)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sorted(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts))
