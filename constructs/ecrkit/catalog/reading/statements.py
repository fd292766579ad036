"""Statements of a policy, as the catalog hands them on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.documents import ListNode, ObjectNode, ScalarNode
from ecrkit.registry.access import policy_statements
from ecrkit.registry.openness import opening
from ecrkit.registry.statements import statement_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecrkit.documents import At, Reader
    from ecrkit.errors import Finding, Location
    from ecrkit.registry.access import Access

__all__ = ["Statement", "read_statements", "read_verbatim", "same_sids"]


@dataclass(frozen=True, slots=True)
class Statement:
    """
    A statement of a repository's policy.

    Attributes:
        document: as it is.
        location: where it stands.
    """

    document: Mapping[str, object]
    location: Location


def read_statements(reader: Reader, at: At) -> tuple[Statement, ...] | None:
    """Read the statements of a repository's policy; ``None`` where there is no list."""
    items = reader.items(at)
    return None if items is None else tuple(_statement(reader, item) for item in items)


def read_verbatim(reader: Reader, at: At) -> object:
    """Read what is handed on as it is."""
    match at.node:
        case ObjectNode():
            return {key: read_verbatim(reader, child) for key, child in reader.members(at).items()}
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
    if isinstance(at.node, ObjectNode):
        for found in statement_problems(document, example="ecr:BatchGetImage", has_resource=False):
            where = members[found.key].location if found.key in members else at.location
            reader.report(rulebook.BAD_STATEMENT, where, problem=found.problem, remedy=found.remedy)
        if why := opening(document):
            reader.report(rulebook.OPEN_TO_ALL, members[why.key].location, reason=why.reason)
    return Statement(document, at.location)
