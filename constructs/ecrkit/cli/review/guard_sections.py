"""What the guard finds, as sections of a comment: the same problem of many repositories is one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.deployment.guard import GUARD_RULEBOOK
from ecrkit.documents.markdown import Section, code, details, prose, row, table
from ecrkit.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.deployment.guard import GuardFinding

__all__ = ["guard_sections"]

_TITLES = {check.code: check.title for check in GUARD_RULEBOOK}
_ALIKE = 3
"""So many different messages of one check get a paragraph each; more are a list."""


def guard_sections(findings: Iterable[GuardFinding]) -> Iterator[Section]:
    """Write *findings*: a table with a row per check, then the names and what CloudFormation would do, folded."""
    groups: dict[tuple[int, str], list[GuardFinding]] = {}
    for found in findings:
        groups.setdefault((_rank(found), found.code), []).append(found)
    if not groups:
        return
    ordered = [groups[key] for key in sorted(groups)]
    rows = [
        row(f"{_icon(group[0])} {prose(_TITLES.get(group[0].code, group[0].code))}", f"{len(group):,}", _places(group))
        for group in ordered
    ]
    yield Section(
        head=table(("deploy", "count", "such as"), numbers=[1]),
        rows=rows,
        tail="\n",
        more=row("… and {} more", "", ""),
    )
    for group in ordered:
        yield from _explained(group)


def _explained(group: Sequence[GuardFinding]) -> Iterator[Section]:
    alike: dict[str, list[GuardFinding]] = {}
    for found in group:
        alike.setdefault(_general(found), []).append(found)
    title = prose(_TITLES.get(group[0].code, group[0].code))
    state = ", allowed" if group[0].is_allowed else ""
    if len(alike) > _ALIKE:
        lines = [f"- {code(found.place)}: {prose(found.message)}" for found in group]
        section = Section(head=f"{prose(group[0].remedy)}\n\n", rows=lines, more="- … and {} more")
        yield details(f"{title} ({len(group):,}){state}", section)
        return
    for message, those in alike.items():
        names = [code(f"{found.stack}/{found.name}" if found.name != found.stack else found.stack) for found in those]
        said = (
            f"{prose(message)}. To avoid it: {prose(_general_text(those[0].remedy, those))}. {code(those[0].code)}\n\n"
        )
        section = Section(head=said, rows=names, joiner=", ", more="and {} more")
        yield details(f"{title} ({len(those):,}){state}", section)


def _general(found: GuardFinding) -> str:
    return _general_text(found.message, [found])


def _general_text(text: str, those: Sequence[GuardFinding]) -> str:
    """Write a message without the name of the repository, so that those of many are the same."""
    name = those[0].repository
    return text.replace(f"'{name}'", "the repository") if name else text


def _places(group: Sequence[GuardFinding]) -> str:
    return f"{code(group[0].name)}{', …' if len(group) > 1 else ''}"


def _rank(found: GuardFinding) -> int:
    return 2 if found.severity is Severity.NOTE else int(found.is_allowed)


def _icon(found: GuardFinding) -> str:
    return ("🛑", "☑️", "ℹ️")[_rank(found)]  # noqa: RUF001 - icons
