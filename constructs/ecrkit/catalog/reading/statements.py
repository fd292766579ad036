"""Statements of a policy, as the catalog hands them on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.documents import ListNode, ObjectNode, ScalarNode
from ecrkit.registry import rulebook as access_rulebook
from ecrkit.registry.access import policy_statements
from ecrkit.registry.access_policy import NO_STATEMENT, judge_statements
from ecrkit.registry.principals import is_expression
from ecrkit.registry.statements import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecrkit.documents import At, Reader
    from ecrkit.errors import Finding, Location
    from ecrkit.registry.access import Access

__all__ = ["Statement", "judged", "read_reason", "read_statements", "read_verbatim", "same_sids"]

_CHECKS = {
    access_rulebook.BAD_STATEMENT.code: rulebook.BAD_STATEMENT,
    access_rulebook.OPEN_TO_ALL.code: rulebook.OPEN_TO_ALL,
}
"""What the catalog calls a check that has a code of its own here."""


@dataclass(frozen=True, slots=True)
class Statement:
    """
    A statement of a repository's policy.

    Attributes:
        document: as it is.
        location: where it stands.
        places: where the values of its keys stand.
    """

    document: Mapping[str, object]
    location: Location
    places: Mapping[str, Location]


def read_statements(reader: Reader, at: At) -> tuple[Statement, ...] | None:
    """Read the statements of a repository's policy; ``None`` where there is no list."""
    items = reader.items(at)
    if items is None:
        return None
    read = [(item, _statement(reader, item)) for item in items]
    return tuple(statement for item, statement in read if isinstance(item.node, ObjectNode))


def judged(
    statements: Sequence[Statement],
    *,
    acknowledged: str,
    place: Location,
    partition: str | None = None,
    kind: PolicyKind = PolicyKind.REPOSITORY,
) -> Iterator[Finding]:
    """
    Find what ECR rejects or ignores in the statements of a repository, and which of them let everyone in.

    Args:
        statements: of the repository's policy.
        acknowledged: why they may let everyone in.
        place: the location of the acknowledgement.
        partition: of the repository; ``None`` where it is not known.
        kind: of the policy.
    """
    documents = [statement.document for statement in statements]
    found = judge_statements(documents, kind=kind, partition=partition, acknowledged=acknowledged)
    for one in found:
        statement = None if one.index == NO_STATEMENT else statements[one.index]
        where = statement.places.get(one.found.key, statement.location) if statement else place
        yield one.at(where, checks=_CHECKS)


def read_reason(reader: Reader, at: At) -> str | None:
    """Read why statements may let everyone in; an empty reason is reported."""
    text = reader.string(at)
    if text is not None and not text.strip():
        reader.report(rulebook.NO_REASON_TO_BE_OPEN, at.location)
        return None
    return text


def read_verbatim(reader: Reader, at: At) -> object:
    """Read what is handed on as it is; a function of CloudFormation is reported: a check of it would judge a guess."""
    match at.node:
        case ObjectNode():
            members = reader.members(at)
            if is_expression(members):
                problem = f"must be the value itself, got the function {next(iter(members))!r}"
                remedy = "write the resulting value, for each environment if it differs"
                reader.report(rulebook.BAD_STATEMENT, at.location, problem=problem, remedy=remedy)
            return {key: read_verbatim(reader, child) for key, child in members.items()}
        case ListNode():
            return [read_verbatim(reader, item) for item in reader.items(at) or ()]
        case ScalarNode(value=bool() | int() as value):
            return value
        case _:
            return reader.string(at)


def same_sids(statements: Sequence[Statement], access: Access) -> Iterator[Finding]:
    """Find statements with a Sid that another has, or one of those that *access* makes."""
    # Where the repository is does not show in a Sid.
    made = {str(made["Sid"]) for made in policy_statements(access, partition="", region="", account="")}
    seen: set[str] = set()
    for statement in statements:
        sid = statement.document.get("Sid")
        if not isinstance(sid, str):
            continue
        if sid in seen or sid in made:
            hint = ", which ecrkit writes" if sid in made else ""
            yield rulebook.SAME_SID.at(statement.location, sid=sid, hint=hint)
        seen.add(sid)


def _statement(reader: Reader, at: At) -> Statement:
    members = reader.members(at)
    document = {key: read_verbatim(reader, child) for key, child in members.items()}
    return Statement(document, at.location, {key: child.location for key, child in members.items()})
