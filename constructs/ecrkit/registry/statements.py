"""Statements of an IAM policy: what ECR rejects or ignores in one, and its canonical form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from ecrkit.documents.nearest import correction, key_correction, near
from ecrkit.registry import rulebook
from ecrkit.registry.actions import ECR, ECR_PUBLIC, action_pattern
from ecrkit.registry.conditions import OPERATORS, operator_of, parts_of, path_values, why_never
from ecrkit.registry.principals import ROOT, UNKNOWN, is_expression, principal_problems, unique_ids

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecrkit.errors import Check
    from ecrkit.registry.actions import Service

__all__ = ["PolicyKind", "StatementProblem", "canonical", "items_of", "statement_problems"]

_KEYS = ("Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition")
_RESOURCE_KEYS = ("Resource", "NotResource")
_PATH_END = re.compile(r"/(\*|ou-\*)?$|^\*$")
_NO_RESOURCE = "remove it: the policy of a repository applies to this repository"


class PolicyKind(Enum):
    """What a policy belongs to: the service of its actions, and an example of one."""

    REPOSITORY = (ECR, "ecr:BatchGetImage")
    REGISTRY = (ECR, "ecr:ReplicateImage")
    PUBLIC_REPOSITORY = (ECR_PUBLIC, "ecr-public:PutImage")

    @property
    def service(self) -> Service:
        """Whose actions it takes."""
        return self.value[0]

    @property
    def example(self) -> str:
        """An action, for messages."""
        return self.value[1]

    @property
    def has_resource(self) -> bool:
        """Whether its statements name resources: that of a repository is about this repository."""
        return self is PolicyKind.REGISTRY


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementProblem:
    """
    What is wrong with a statement.

    Attributes:
        key: of the statement that is wrong; empty for the whole of it.
        check: that it fails.
        values: that fill the texts of the check.
    """

    key: str
    check: Check
    values: Mapping[str, object]

    @property
    def problem(self) -> str:
        """What is wrong, and what was given."""
        return self.check.message.format_map(self.values)

    @property
    def remedy(self) -> str:
        """What to do; may be empty."""
        return self.check.remedy.format_map(self.values)


def statement_problems(
    statement: Mapping[str, object], *, kind: PolicyKind, partition: str | None = None, variables: bool = True
) -> Iterator[StatementProblem]:
    """
    Find what ECR rejects or ignores.

    Args:
        statement: an element of the ``Statement`` of a policy.
        kind: what the policy belongs to.
        partition: of the registry; ``None`` where it is not known.
        variables: whether the policy has policy variables: version 2012-10-17.

    Source: IAM user guide, "IAM JSON policy elements reference" (read 2026-11).
    """
    known = (*_KEYS, *_RESOURCE_KEYS) if kind.has_resource else _KEYS
    for key in statement:
        if key not in known:
            yield _malformed(str(key), f"unknown key {key!r}", _remedy_for(str(key), known, statement))
    for name in ("Principal", "Action", *(("Resource",) if kind.has_resource else ())):
        given = [key for key in (name, f"Not{name}") if key in statement]
        if len(given) != 1:
            yield _malformed("", f"must have either {name} or Not{name}, got {' and '.join(given) or 'neither'}")
    yield from _effect_problems(statement)
    for key in ("Principal", "NotPrincipal"):
        if statement.get(key) is not None:
            yield from _principal_problems(key, statement[key], partition)
    for key in ("Action", "NotAction"):
        if statement.get(key) is not None:
            yield from _action_problems(key, statement[key], kind)
    yield from _condition_problems(statement.get("Condition"), variables=variables)


def _malformed(key: str, problem: str, remedy: str = "") -> StatementProblem:
    return StatementProblem(key=key, check=rulebook.BAD_STATEMENT, values={"problem": problem, "remedy": remedy})


def _remedy_for(key: str, known: Sequence[str], used: Iterable[str]) -> str:
    if key in _RESOURCE_KEYS:
        return _NO_RESOURCE
    return key_correction(key, known, used=used)


def _effect_problems(statement: Mapping[str, object]) -> Iterator[StatementProblem]:
    effect = statement.get("Effect")
    if effect not in ("Allow", "Deny") and not is_expression(effect):
        got = "nothing" if effect is None else repr(effect)
        yield _malformed(
            "Effect", f"Effect must be 'Allow' or 'Deny', got {got}", correction(str(effect), ("Allow", "Deny"))
        )


def _principal_problems(key: str, value: object, partition: str | None) -> Iterator[StatementProblem]:
    for found in principal_problems(value, partition=partition):
        yield StatementProblem(key=key, check=rulebook.BAD_PRINCIPAL, values=found._asdict())
    for unique_id in unique_ids(value):
        yield StatementProblem(key=key, check=rulebook.UNIQUE_ID, values={"got": repr(unique_id)})


def _action_problems(key: str, value: object, kind: PolicyKind) -> Iterator[StatementProblem]:
    if is_expression(value):
        return
    if not items_of(value):
        yield _malformed(key, f"must have at least 1 action, got {value!r}", f"name one, as in '{kind.example}'")
    for action in items_of(value):
        if is_expression(action) or (isinstance(action, str) and UNKNOWN.search(action)):
            continue
        if not isinstance(action, str) or not re.fullmatch(r"\*|[^\s:]+:[^\s:]+", action):
            problem = f"must be actions of ECR, as in '{kind.example}', got {action!r}"
            yield _malformed(key, problem)
        elif found := _ignored(action, kind):
            check, values = found
            yield StatementProblem(key=key, check=check, values={"got": repr(action), **values})


def _ignored(action: str, kind: PolicyKind) -> tuple[Check, dict[str, object]] | None:
    """Say why an action has no effect, if so."""
    service = kind.service
    matched = service.matched_by(action)
    name = "ECR" if service is ECR else "ECR Public"
    prefix, _, rest = action.partition(":")
    if matched:
        if kind.has_resource or matched.intersection(service.on_repository):
            return None
        is_login = "GetAuthorizationToken" in matched
        hint = (
            "the caller needs it in an IAM policy" if is_login else "write it into an IAM policy or the registry policy"
        )
        return rulebook.REGISTRY_ACTION, {"hint": hint}
    if not action_pattern(prefix).fullmatch(service.prefix):
        return rulebook.OTHER_SERVICE, {"service": name}
    if "*" in action or "?" in action:
        return rulebook.NO_MATCH, {"service": name}
    nearest = service.nearest(rest, on_registry=kind.has_resource)
    remedy = f"did you mean {service.prefix}:{nearest}?" if nearest else "correct it or remove it"
    return rulebook.UNKNOWN_ACTION, {"service": name, "remedy": remedy}


def _condition_problems(condition: object, *, variables: bool) -> Iterator[StatementProblem]:
    if condition is None or is_expression(condition):
        return
    if not isinstance(condition, dict):
        yield _malformed("Condition", f"Condition must be a mapping of operators, got {condition!r}")
        return
    for operator, keys in condition.items():
        if operator_of(str(operator)) is None:
            close = near(str(operator), OPERATORS)
            remedy = f"did you mean {close[0]}?" if close else "write one of IAM, as in StringEquals or ArnLike"
            values = {"got": repr(operator), "remedy": remedy}
            yield StatementProblem(key="Condition", check=rulebook.UNKNOWN_OPERATOR, values=values)
        elif not isinstance(keys, dict):
            yield _malformed("Condition", f"{operator} must be a mapping of condition keys, got {keys!r}")
    for part in parts_of(condition):
        bad = [path for path in path_values(part) if not _PATH_END.search(path)]
        for path in bad:
            fixed = f"{path.rstrip('*')}/*"
            yield StatementProblem(key="Condition", check=rulebook.BAD_PATH, values={"got": repr(path), "fixed": fixed})
        why = None if bad else why_never(part, variables=variables)
        if why:
            yield StatementProblem(key="Condition", check=rulebook.NEVER_MATCHES, values={"why": why})


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
    match = ROOT.fullmatch(str(name))
    return match[1] if match else str(name)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sorted(texts: Iterable[str]) -> list[str]:
    return sorted(set(texts))
