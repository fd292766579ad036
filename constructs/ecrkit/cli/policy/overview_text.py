"""Previews of several repositories for people: a row each."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of
from ecrkit.cli.console.styles import fate_count, protected_count
from ecrkit.cli.console.tables import number, table_lines
from ecrkit.documents.terminal import Styled
from ecrkit.errors import first_names
from ecrkit.images.sizes import readable_size
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.layers import LayerBytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.cli.console.tables import Cell, Column
    from ecrkit.preview.preview import Preview, Totals

__all__ = ["overview_lines", "shared_notes"]

_COLUMNS: tuple[str | Column, ...] = (
    "REPOSITORY",
    *map(number, ("IMAGES", "EXPIRE", "ARCHIVE", "STAY", "FREED", "REALLY FREED", "PROTECTED")),
)
_REALLY_FREED = 6
_PROTECTED = 7
_NOTES = 5
"""More different notes than these bury the table."""


def overview_lines(
    previews: Sequence[Preview], totals: Totals, *, with_protected: bool, with_notes: bool
) -> Iterator[Line]:
    """
    Write a row for each repository with images; those where most is lost come first.

    Args:
        previews: one per repository.
        totals: of them all.
        with_protected: count the protected images that would go.
        with_notes: write their notes, each once.
    """
    if with_notes:
        yield from shared_notes((found.inventory.name, found.notes) for found in previews)
    filled = sorted((found for found in previews if found.totals.images), key=_order)
    if filled:
        counts = Counter(found.inventory.name for found in filled)
        layers = LayerBytes.sum(found.layers for found in filled)
        rows = [_row(_name(found, counts), found.totals, found.layers, len(found.violations)) for found in filled]
        total = _row("total", totals, layers, sum(len(found.violations) for found in filled))
        yield ""
        rows.append(tuple(Styled(str(cell), bold=True) for cell in total))
        shown = {_PROTECTED: with_protected, _REALLY_FREED: layers.is_known}
        kept = [place for place in range(len(_COLUMNS)) if shown.get(place, True)]
        yield from table_lines([_COLUMNS[place] for place in kept], [[row[place] for place in kept] for row in rows])
    empty = len(previews) - len(filled)
    if empty:
        yield f"{count_of(empty, 'repository')} {'is' if empty == 1 else 'are'} empty"


def shared_notes(notes: Iterable[tuple[str, Sequence[str]]]) -> Iterator[str]:
    """
    Write the notes of repositories, each note once with the repositories that it is about.

    Args:
        notes: the name of each repository, and its notes.
    """
    names: dict[str, list[str]] = defaultdict(list)
    for name, own in notes:
        for note in own:
            names[note].append(name)
    for note, about in list(names.items())[:_NOTES]:
        yield f"note: {note} ({first_names(about)})"
    if len(names) > _NOTES:
        yield f"note: {count_of(len(names) - _NOTES, 'more note')}; pass --details to show all"


def _order(found: Preview) -> tuple[object, ...]:
    totals = found.totals
    return -len(found.violations), -found.layers.freed, -totals.expire, -totals.archive, found.inventory.name


def _name(found: Preview, counts: Mapping[str, int]) -> str:
    """Name a repository; two of the same name, as of two accounts, by their files, too."""
    name = found.inventory.name
    return f"{name} ({found.inventory.file})" if counts[name] > 1 else name


def _row(name: str, totals: Totals, layers: LayerBytes, protected: int) -> tuple[Cell, ...]:
    return (
        name,
        f"{totals.images:,}",
        fate_count(ActionType.EXPIRE, totals.expire),
        fate_count(ActionType.TRANSITION, totals.archive),
        f"{totals.stay:,}",
        readable_size(totals.expire_bytes),
        layers.freed_text if totals.expire else readable_size(0),
        protected_count(protected),
    )
