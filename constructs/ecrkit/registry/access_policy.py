"""
Access policies as a whole: the one judgement that the catalog, the constructs, templates and the audit share.

Source: IAM user guide, "IAM JSON policy elements reference"; ECR API model 2015-09-21 (read 2026-11).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.errors import Location
from ecrkit.registry import rulebook
from ecrkit.registry.openness import CLOSE_IT, opening
from ecrkit.registry.principals import is_expression
from ecrkit.registry.statements import StatementProblem, items_of, statement_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecrkit.errors import Finding
    from ecrkit.registry.statements import PolicyKind

__all__ = ["MAX_POLICY", "Judged", "check_policy_document", "judge_statements", "policy_text"]

MAX_POLICY = 10_240
"""Source: ECR API model 2015-09-21, RepositoryPolicyText and RegistryPolicyText."""

_VERSIONS = ("2012-10-17", "2008-10-17")
_TOP_KEYS = ("Version", "Id", "Statement")


class Judged(NamedTuple):
    """
    What is wrong with a statement of a policy.

    Attributes:
        index: of the statement.
        found: what is wrong with it.
    """

    index: int
    found: StatementProblem


def judge_statements(
    statements: Sequence[Mapping[str, object]],
    *,
    kind: PolicyKind,
    partition: str | None = None,
    variables: bool = True,
) -> Iterator[Judged]:
    """
    Find what ECR rejects or ignores in the statements of a policy, and which of them let everyone in.

    Args:
        statements: all of the policy.
        kind: what the policy belongs to.
        partition: of the registry; ``None`` where it is not known.
        variables: whether the policy has policy variables: version 2012-10-17.
    """
    for index, statement in enumerate(statements):
        problems = tuple(statement_problems(statement, kind=kind, partition=partition, variables=variables))
        yield from (Judged(index, found) for found in problems)
        # A condition with an operator that does not exist is wrong already.
        if any(found.check is rulebook.UNKNOWN_OPERATOR for found in problems):
            continue
        if why := opening(statement, beside=statements, variables=variables):
            values = {"reason": why.reason, "remedy": CLOSE_IT}
            yield Judged(index, StatementProblem(key=why.key, check=rulebook.OPEN_TO_ALL, values=values))


def check_policy_document(
    policy: object, *, name: str, kind: PolicyKind, partition: str | None = None
) -> Iterator[Finding]:
    """
    Check an access policy as a template, or ECR, has it.

    Args:
        policy: JSON text, or its document.
        name: of the property, for messages.
        kind: what the policy belongs to.
        partition: of the registry; ``None`` where it is not known.

    Returns:
        Findings; the pointer of each leads into the document.
    """
    document, length = _read(policy)
    if length > MAX_POLICY:
        yield rulebook.TOO_LONG.at(_at(name), max=MAX_POLICY, length=length)
    if isinstance(document, str):
        yield rulebook.NOT_A_POLICY.at(_at(name), problem=document, remedy="write an IAM policy in JSON")
        return
    yield from _document_findings(document, name)
    given = items_of(document.get("Statement", []))
    statements = [statement for statement in given if isinstance(statement, dict)]
    indexes = [index for index, statement in enumerate(given) if isinstance(statement, dict)]
    variables = document.get("Version") == _VERSIONS[0]
    judged = judge_statements(
        [{} if is_expression(statement) else statement for statement in statements],
        kind=kind,
        partition=partition,
        variables=variables,
    )
    for index, found in judged:
        if is_expression(statements[index]):
            continue
        pointer = f"/Statement/{indexes[index]}" if isinstance(document["Statement"], list) else "/Statement"
        where = _at(name, f"{pointer}/{found.key}" if found.key else pointer)
        yield found.check.at(where, **found.values)


def policy_text(document: Mapping[str, object]) -> str:
    """Render a policy on one line, as ECR measures it."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, default=str)


def _document_findings(document: Mapping[str, object], name: str) -> Iterator[Finding]:
    for key in document:
        if key not in _TOP_KEYS:
            remedy = f"known here: {', '.join(_TOP_KEYS)}"
            yield rulebook.NOT_A_POLICY.at(_at(name, f"/{key}"), problem=f"unknown key {key!r}", remedy=remedy)
    version = document.get("Version", _VERSIONS[1])
    if version not in _VERSIONS and not is_expression(version):
        problem = f"Version must be {' or '.join(map(repr, _VERSIONS))}, got {version!r}"
        yield rulebook.NOT_A_POLICY.at(_at(name, "/Version"), problem=problem, remedy="")
    if "Statement" not in document:
        yield rulebook.NOT_A_POLICY.at(_at(name), problem="must have a Statement, got none", remedy="add one")
    elif is_expression(document["Statement"]):
        return
    else:
        for statement in items_of(document["Statement"]):
            if not isinstance(statement, dict):
                problem = f"must be a statement, got {statement!r}"
                yield rulebook.NOT_A_POLICY.at(_at(name, "/Statement"), problem=problem, remedy="write a mapping")


def _read(policy: object) -> tuple[Mapping[str, object] | str, int]:
    """Read a policy; give what is wrong with it where it is none."""
    if isinstance(policy, str):
        try:
            document = json.loads(policy)
        except (ValueError, RecursionError):
            return "must be JSON", len(policy)
        length = len(policy)
    else:
        document, length = policy, len(json.dumps(policy, separators=(",", ":"), ensure_ascii=False, default=str))
    if not isinstance(document, dict):
        return f"must be an object, got {type(document).__name__}", length
    return document, length


def _at(name: str, pointer: str = "") -> Location:
    return Location(name, 1, 1, pointer)
