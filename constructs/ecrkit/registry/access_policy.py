"""
Access policies as a whole: the one judgement that the catalog, the constructs, templates and the audit share.

Source: IAM user guide, "IAM JSON policy elements reference"; ECR API model 2015-09-21 (read 2026-11).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ecrkit.errors import Location, Severity, pointer_to
from ecrkit.registry import rulebook
from ecrkit.registry.openness import CLOSE_IT, opening
from ecrkit.registry.principals import is_expression
from ecrkit.registry.statements import StatementProblem, items_of, statement_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecrkit.errors import Check, Finding
    from ecrkit.registry.statements import PolicyKind

__all__ = [
    "MAX_POLICY",
    "NO_STATEMENT",
    "Judged",
    "acknowledged_in",
    "acknowledgement",
    "check_length",
    "check_policy_document",
    "judge_statements",
    "policy_text",
]

MAX_POLICY = 10_240
"""Source: ECR API model 2015-09-21, RepositoryPolicyText and RegistryPolicyText."""

_METADATA, _REASON = "ecrkit", "open_to_everyone"
_UNKNOWN = "${Token[unknown]}"
_PLACEHOLDER = re.compile(r"\$\{([^{}]*)\}")
_VERSIONS = ("2012-10-17", "2008-10-17")
_TOP_KEYS = ("Version", "Id", "Statement")


NO_STATEMENT = -1
"""The index of what is wrong with the acknowledgement instead of a statement."""


@dataclass(frozen=True, slots=True)
class Judged:
    """
    A problem of a policy statement.

    Attributes:
        index: index of the statement, or :data:`NO_STATEMENT`.
        found: the problem.
        acknowledged: why the statement may let everyone in; empty for other problems.
    """

    index: int
    found: StatementProblem
    acknowledged: str = ""

    @property
    def is_error(self) -> bool:
        """Whether it is an error that is not acknowledged."""
        return self.found.check.severity is Severity.ERROR and not self.acknowledged

    def at(self, location: Location, *, checks: Mapping[str, Check] | None = None) -> Finding:
        """
        Make the finding.

        Args:
            location: location of the problem.
            checks: what reports a check here, by its code; the check itself where there is none.

        Returns:
            What is acknowledged is a warning that is silenced, so that it stays visible.
        """
        check = (checks or {}).get(self.found.check.code, self.found.check)
        finding = check.at(location, **self.found.values)
        if not self.acknowledged:
            return finding
        return replace(finding, severity=Severity.WARNING, silenced=self.acknowledged)


def judge_statements(
    statements: Sequence[Mapping[str, object]],
    *,
    kind: PolicyKind,
    partition: str | None = None,
    variables: bool = True,
    acknowledged: str = "",
) -> Iterator[Judged]:
    """
    Find what ECR rejects or ignores in the statements of a policy, and which of them let everyone in.

    Args:
        statements: all of the policy.
        kind: what the policy belongs to.
        partition: of the registry; ``None`` where it is not known.
        variables: whether the policy has policy variables: version 2012-10-17.
        acknowledged: why the policy may let everyone in; empty, or blank, for one that may not.
    """
    is_open = False
    acknowledged = acknowledged.strip()
    statements = [_with_texts(statement) for statement in statements]
    for index, statement in enumerate(statements):
        problems = tuple(statement_problems(statement, kind=kind, partition=partition, variables=variables))
        yield from (Judged(index, found) for found in problems)
        why = opening(statement, beside=statements, variables=variables)
        is_open = is_open or why is not None
        # A condition with an operator that does not exist is wrong already.
        if why and not any(found.check is rulebook.UNKNOWN_OPERATOR for found in problems):
            values = {"reason": why.reason, "remedy": CLOSE_IT}
            open_to_all = StatementProblem(key=why.key, check=rulebook.OPEN_TO_ALL, values=values)
            yield Judged(index, open_to_all, acknowledged)
    if acknowledged and not is_open:
        yield Judged(NO_STATEMENT, StatementProblem(key="", check=rulebook.NOT_OPEN, values={}))


def _with_texts(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Write joined texts as one, so that only parts of them are unknown before the deploy."""
    if isinstance(value, list | tuple):
        return [_with_texts(item) for item in value]
    if not isinstance(value, dict):
        return value
    match value:
        case {"Fn::Join": [str(separator), list(parts)]} if len(value) == 1:
            return separator.join(part if isinstance(part, str) else _UNKNOWN for part in map(_with_texts, parts))
        case {"Fn::Sub": str(text) | [str(text), _]} if len(value) == 1:
            return _PLACEHOLDER.sub(lambda match: f"${{{match[1][1:]}}}" if match[1][:1] == "!" else _UNKNOWN, text)
        case _:
            return {key: _with_texts(item) for key, item in value.items()}


def check_policy_document(
    policy: object, *, name: str, kind: PolicyKind, partition: str | None = None, acknowledged: str = ""
) -> Iterator[Finding]:
    """
    Check an access policy as a template, or ECR, has it.

    Args:
        policy: JSON text, or its document.
        name: of the property, for messages.
        kind: what the policy belongs to.
        partition: of the registry; ``None`` where it is not known.
        acknowledged: why the policy may let everyone in; empty for one that may not.

    Returns:
        Findings; the pointer of each leads into the document.
    """
    document = _read(policy)
    yield from check_length(policy, name=name)
    if isinstance(document, str):
        yield rulebook.NOT_A_POLICY.at(_at(name), problem=document, remedy="write an IAM policy in JSON")
        return
    yield from _document_findings(document, name)
    given = items_of(document.get("Statement", []))
    known = {
        index: statement
        for index, statement in enumerate(given)
        if isinstance(statement, dict) and not is_expression(statement)
    }
    judged = judge_statements(
        list(known.values()),
        kind=kind,
        partition=partition,
        variables=document.get("Version") == _VERSIONS[0],
        acknowledged=acknowledged,
    )
    for one in judged:
        yield one.at(_at(name, *_steps(one, list(known), is_list=isinstance(document.get("Statement"), list))))


def check_length(policy: object, *, name: str) -> Iterator[Finding]:
    """
    Check that a policy is not longer than ECR takes; what only a deploy knows counts as nothing.

    Args:
        policy: JSON text, or its document, which may contain functions.
        name: of the property, for messages.
    """
    text = policy if isinstance(policy, str) else policy_text(_known(_with_texts(policy)))
    length = len(text.replace(_UNKNOWN, ""))
    if length > MAX_POLICY:
        yield rulebook.TOO_LONG.at(_at(name), max=MAX_POLICY, length=length)


def _known(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, list):
        return [_known(item) for item in value]
    if is_expression(value):
        return _UNKNOWN
    return {key: _known(item) for key, item in value.items()} if isinstance(value, dict) else value


def _steps(judged: Judged, indexes: Sequence[int], *, is_list: bool) -> list[str | int]:
    if judged.index == NO_STATEMENT:
        return []
    index = [indexes[judged.index]] if is_list else []
    key = [judged.found.key] if judged.found.key else []
    return ["Statement", *index, *key]


def acknowledgement(reason: str) -> dict[str, object]:
    """Write into the metadata of a resource why its policy may let everyone in; nothing for an empty reason."""
    return {_METADATA: {_REASON: reason}} if reason else {}


def acknowledged_in(metadata: object) -> str:
    """Read from the metadata of a resource why its policy may let everyone in; empty where nobody says so."""
    ours = metadata.get(_METADATA) if isinstance(metadata, dict) else None
    reason = ours.get(_REASON) if isinstance(ours, dict) else None
    return reason.strip() if isinstance(reason, str) else ""


def policy_text(document: object) -> str:
    """Render a policy on one line, as ECR measures it."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, default=str)


def _document_findings(document: Mapping[str, object], name: str) -> Iterator[Finding]:
    for key in document:
        if key not in _TOP_KEYS:
            remedy = f"known keys: {', '.join(_TOP_KEYS)}"
            yield rulebook.NOT_A_POLICY.at(_at(name, key), problem=f"unknown key {key!r}", remedy=remedy)
    version = document.get("Version", _VERSIONS[1])
    if version not in _VERSIONS and not is_expression(version):
        problem = f"Version must be {' or '.join(map(repr, _VERSIONS))}, got {version!r}"
        yield rulebook.NOT_A_POLICY.at(_at(name, "Version"), problem=problem, remedy="")
    if "Statement" not in document:
        yield rulebook.NOT_A_POLICY.at(_at(name), problem="must have a Statement, got nothing", remedy="add one")
    elif is_expression(document["Statement"]):
        return
    else:
        for statement in items_of(document["Statement"]):
            if not isinstance(statement, dict):
                problem = f"must be a statement, got {statement!r}"
                yield rulebook.NOT_A_POLICY.at(_at(name, "Statement"), problem=problem, remedy="write a mapping")


def _read(policy: object) -> Mapping[str, object] | str:
    """Read a policy; give what is wrong with it where it is none."""
    try:
        document = json.loads(policy) if isinstance(policy, str) else policy
    except (ValueError, RecursionError):
        return "must be JSON"
    return document if isinstance(document, dict) else f"must be a mapping, got {type(document).__name__}"


def _at(name: str, *steps: str | int) -> Location:
    return Location(name, 1, 1, pointer_to(*steps))
