"""What a change of policy changes in many repositories, for people: its rules once, then a row per repository."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of, echo, echo_lines
from ecrkit.cli.console.styles import fate_count, protected_count
from ecrkit.cli.console.tables import number, table_lines
from ecrkit.cli.policy.diff_report import diff_lines, fate_lines, rule_lines
from ecrkit.cli.policy.overview_text import shared_notes
from ecrkit.cli.policy.protected import all_protected_lines
from ecrkit.documents.terminal import Styled
from ecrkit.errors import first_names
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.layers import NOTHING_FREED, LayerBytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.cli.console.tables import Cell, Column
    from ecrkit.lifecycle.diff import PolicyDiff, RuleChange
    from ecrkit.preview.protection import Violation

__all__ = ["RepositoryDiff", "echo_groups"]

_COLUMNS: tuple[str | Column, ...] = (
    "REPOSITORY",
    *map(number, ("DIFFERENT", "NEWLY EXPIRED", "MAY EXPIRE", "NEWLY ARCHIVED", "PROTECTED")),
)
_ALWAYS = 2
"""Number of columns that are shown even if all their numbers are zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryDiff:
    """
    What changes in a repository.

    Attributes:
        name: of the repository.
        diff: its rules and images.
        has_images: its images are known.
        violations: protected images that the new policy would expire or archive.
        layers: bytes that are newly freed or archived.
    """

    name: str
    diff: PolicyDiff
    has_images: bool = True
    violations: tuple[Violation, ...] = ()
    layers: LayerBytes = NOTHING_FREED


def echo_groups(found: Sequence[RepositoryDiff], *, details: bool) -> None:
    """
    Print what changes in repositories, those with the same change of rules together.

    Args:
        found: in the order to print.
        details: print the images of each repository, too. Those of a repository that alone has its change are always
            printed.
    """
    groups: dict[tuple[RuleChange, ...], list[RepositoryDiff]] = defaultdict(list)
    for each in found:
        groups[each.diff.rules].append(each)
    is_short = not details and len(groups) < len(found)
    echo_lines(all_protected_lines([(each.name, each.violations) for each in found], is_short=not details))
    for place, (rules, group) in enumerate(groups.items()):
        if place:
            echo("")
        echo_lines(_alone(group[0]) if len(group) == 1 else _group(rules, group, details=details))
    if is_short:
        echo("pass --details to list the images of every repository", err=True)


def _alone(found: RepositoryDiff) -> Iterator[Line]:
    yield Styled(found.name, bold=True)
    yield from diff_lines(found.diff, has_images=found.has_images, layers=found.layers)
    if not found.has_images:
        yield "not checked: no images of this repository in --images"


def _group(rules: Sequence[RuleChange], group: Sequence[RepositoryDiff], *, details: bool) -> Iterator[Line]:
    yield Styled(f"{count_of(len(group), 'repository')}: {first_names([each.name for each in group])}", bold=True)
    yield from rule_lines(rules)
    different = sorted((each for each in group if each.diff.fates or each.violations), key=_order)
    yield ""
    yield from _table(different)
    yield from LayerBytes.sum(each.layers for each in group).sentences()
    same = sum(each.has_images for each in group) - len(different)
    if same:
        yield f"{count_of(same, 'repository')} without a different outcome"
    unknown = [each.name for each in group if not each.has_images]
    if unknown:
        yield f"{count_of(len(unknown), 'repository')} not checked: no images in --images: {first_names(unknown)}"
    yield from shared_notes((each.name, each.diff.notes) for each in group)
    if details:
        for each in different:
            yield ""
            yield Styled(each.name, bold=True)
            yield from fate_lines(each.diff.fates)


def _table(found: Sequence[RepositoryDiff]) -> Iterator[Line]:
    """Write a row each, and their sums last; kinds of changes that no image has are left out."""
    if not found:
        return
    counts = [_counts(each) for each in found]
    total = [sum(column) for column in zip(*counts, strict=True)]
    rows = [_cells(each.name, numbers) for each, numbers in zip(found, counts, strict=True)]
    if len(rows) > 1:
        rows.append(tuple(Styled(str(cell), bold=True) for cell in _cells("total", total)))
    kept = [0, *(place for place in range(1, len(_COLUMNS)) if place <= _ALWAYS or total[place - 1])]
    yield from table_lines([_COLUMNS[place] for place in kept], [[row[place] for place in kept] for row in rows])


def _order(found: RepositoryDiff) -> tuple[object, ...]:
    different, expired, may_expire, archived, protected = _counts(found)
    return -protected, -expired, -may_expire, -archived, -different, found.name


def _counts(found: RepositoryDiff) -> tuple[int, ...]:
    """Count as :data:`_COLUMNS` says."""
    diff = found.diff
    return (
        len(diff.fates),
        diff.newly_expired,
        diff.possibly_expired,
        sum(fate.new.action is ActionType.TRANSITION for fate in diff.fates),
        len(found.violations),
    )


def _cells(name: str, counts: Sequence[int]) -> tuple[Cell, ...]:
    different, expired, may_expire, archived, protected = counts
    return (
        name,
        f"{different:,}",
        fate_count(ActionType.EXPIRE, expired),
        fate_count(ActionType.EXPIRE, may_expire),
        fate_count(ActionType.TRANSITION, archived),
        protected_count(protected),
    )
