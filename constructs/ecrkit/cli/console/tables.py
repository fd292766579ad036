"""
Tables: columns as wide as their cells, on a terminal no wider than it.

A file or a pipe gets a line for each row, with every column at the left: the same bytes whatever the terminal. A
terminal gets numbers at the right, colors, and rows that fit: the last column wraps, or columns go on below. A first
column on a line of its own is the heading of the rows that share it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest
from textwrap import TextWrapper
from typing import TYPE_CHECKING

from ecrkit.cli.console.output import echo, echo_lines
from ecrkit.cli.console.screen import screen_width
from ecrkit.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.documents.terminal import Styled

    Cell = str | Styled

__all__ = ["Column", "echo_labelled", "echo_table", "number", "table_lines"]

_FIRST_ROWS = 32
_INDENT = "  "
_GAP = "  "
_NARROWEST_FIRST = 14
_NARROWEST_LAST = 30
"""A last column with less room than this goes below instead of being wrapped."""


@dataclass(frozen=True, slots=True)
class Column:
    """
    A column.

    Attributes:
        heading: its name.
        is_number: its cells are numbers, which a terminal shows at the right.
    """

    heading: str
    is_number: bool = False


_TEXT = Column("")


def number(heading: str) -> Column:
    """Make a column of numbers."""
    return Column(heading, is_number=True)


def echo_table(columns: Sequence[str | Column], rows: Iterable[Sequence[Cell]]) -> int:
    """
    Print a long table as its rows come.

    Args:
        columns: a text is the heading of a column of texts.
        rows: as many cells each, any number. Columns are as wide as the first rows need.

    Returns:
        How many rows there were; without any, nothing is printed.
    """
    count = 0

    def counted() -> Iterator[Sequence[Cell]]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    echo_lines(table_lines(columns, counted(), first_rows=_FIRST_ROWS))
    return count


def table_lines(
    columns: Sequence[str | Column],
    rows: Iterable[Sequence[Cell]],
    *,
    below: Sequence[str] = (),
    first_rows: int | None = None,
) -> Iterator[Line]:
    """
    Lay out a table, as lines to print.

    Args:
        columns: a text is the heading of a column of texts.
        rows: one cell per column; without rows, the table is empty.
        below: a text for each row, which goes below it; nothing without texts.
        first_rows: how many rows decide about the widths; ``None`` for all.
    """
    every = map(_visible, rows)
    first = list(islice(every, first_rows))
    if not first:
        return
    filled = [Column(column) if isinstance(column, str) else column for column in columns]
    headings = [column.heading for column in filled]
    widths = [max(len(str(row[index])) for row in (headings, *first)) for index in range(len(headings))]
    texts = chain([""], below)
    screen = screen_width()
    layout = _layout(widths, [len(str(row[0])) for row in first], screen) if screen else ()
    above = ""
    for row in chain([headings], first, every):
        text = printable(next(texts, ""))
        if screen is None:
            yield _GAP.join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            if text:
                yield _INDENT + text
            continue
        if len(row) > 1 and len(layout) == 1 and len(str(row[0])) > layout[0][0][1]:
            yield from _screen_lines([(row[0], filled[0], screen)], indent="", screen=screen)
            row = ["", *row[1:]]  # noqa: PLW2901 - the rest of the same row
        is_heading = len(layout) > 1 and len(layout[0]) == 1
        is_repeated, above = is_heading and str(row[0]) == above, str(row[0])
        for place, line in enumerate(layout):
            if is_repeated and not place:
                continue
            cells = [(row[index], filled[index], width) for index, width in line]
            yield from _screen_lines(cells, indent=_INDENT if place else "", screen=screen)
        if text:
            yield from _screen_lines([(text, _TEXT, screen - len(_INDENT))], indent=_INDENT, screen=screen)


def echo_labelled(label: Cell, text: str, *, width: int) -> None:
    """
    Print a text to the right of a label; a terminal gets it wrapped there.

    Args:
        label: of the text.
        text: any length.
        width: of the labels.
    """
    [label], text = _visible([label]), printable(text)
    screen = screen_width()
    room = screen - width - len(_GAP) if screen else 0
    if screen is None or room < _NARROWEST_LAST:
        echo(label, " " * (width - len(str(label))), _GAP, text)
    else:
        echo_lines(_screen_lines([(label, _TEXT, width), (text, _TEXT, room)], indent="", screen=screen))


class _Wrapper(TextWrapper):
    """Wraps at spaces, and after slashes, as in the URI of a repository; only what is still too wide breaks inside."""

    wordsep_simple_re = re.compile(r"([\t ]+|(?<=/)(?=\S))")


def _visible(row: Sequence[Cell]) -> Sequence[Cell]:
    return [printable(cell) if isinstance(cell, str) else replace(cell, text=printable(cell.text)) for cell in row]


def _layout(widths: Sequence[int], first_cells: Sequence[int], screen: int) -> list[list[tuple[int, int]]]:
    """
    Decide which columns are on which line of a row, and how wide each is.

    Args:
        widths: of all columns.
        first_cells: widths of cells of the first column.
        screen: columns of the terminal.
    """
    columns = list(enumerate(widths))
    spare = screen - sum(widths) - len(_GAP) * (len(widths) - 1)
    if spare >= 0:
        return [columns]
    # A few long names get their own line, and the other columns stay in place.
    room = widths[0] + spare
    if room >= _NARROWEST_FIRST and sum(cell <= room for cell in first_cells) * 2 >= len(first_cells):
        return [[(0, room), *columns[1:]]]
    room = widths[-1] + spare
    if room >= _NARROWEST_LAST:
        return [[*columns[:-1], (len(widths) - 1, room)]]
    # A first column that takes half of the terminal gets its own line.
    lines = [[(0, min(widths[0], screen))]]
    left = screen - widths[0] if widths[0] < screen / 2 else 0
    for index, width in columns[1:]:
        left -= len(_GAP) + width
        if left < 0:
            lines.append([])
            left = screen - len(_INDENT) - width
        lines[-1].append((index, min(width, screen - len(_INDENT))))
    return lines


def _screen_lines(cells: Sequence[tuple[Cell, Column, int]], *, indent: str, screen: int) -> Iterator[tuple[Cell, ...]]:
    """Lay out cells, each with its width, next to each other; if a line would be too wide, wrap them."""
    fitting = sum(max(len(str(cell)), width) for cell, _, width in cells[:-1]) + len(str(cells[-1][0]))
    if len(indent) + fitting + len(_GAP) * (len(cells) - 1) <= screen:
        yield _joined([_padded(*cell) for cell in cells], indent)
        return
    wrapped = [_wrapped(cell, width) for cell, _, width in cells]
    for pieces in zip_longest(*wrapped, fillvalue=""):
        parts = [_padded(piece, column, width) for piece, (_, column, width) in zip(pieces, cells, strict=True)]
        yield _joined(parts, indent)


def _wrapped(cell: Cell, width: int) -> list[Cell]:
    pieces = _Wrapper(width, break_on_hyphens=False).wrap(str(cell))
    return [piece if isinstance(cell, str) else replace(cell, text=piece) for piece in pieces]


def _padded(cell: Cell, column: Column, width: int) -> tuple[str, Cell, str]:
    space = " " * (width - len(str(cell)))
    return (space, cell, "") if column.is_number else ("", cell, space)


def _joined(parts: Sequence[tuple[str, Cell, str]], indent: str) -> tuple[Cell, ...]:
    """Put padded cells on one line, without spaces at its end."""
    line: list[Cell] = [indent] if indent else []
    for place, part in enumerate(parts):
        line += [_GAP if place else "", *part]
    while line and not str(line[-1]).strip():
        line.pop()
    return tuple(cell for cell in line if str(cell))
