"""Long lists: printed as they come, in columns that fit where they are read."""

from __future__ import annotations

import json
import shutil
import sys
from itertools import islice
from typing import TYPE_CHECKING

from ecrkit.documents.terminal import write_json, write_text
from ecrkit.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

__all__ = ["age", "echo_json_list", "echo_rows"]

_FIRST_ROWS = 32
_INDENT = "  "
_GAP = "  "
_AGES = ((365 * 86400, "y"), (86400, "d"), (3600, "h"), (60, "min"))


def echo_rows(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """
    Print a table as its rows come.

    Columns are as wide as the first rows need. On a terminal that is too narrow, they go on below, indented; a first
    column that takes half of the terminal has a line of its own.

    Args:
        headings: one per column.
        rows: as many cells each, any number; what is no visible character is escaped.

    Returns:
        How many rows there were; without any, nothing is printed.
    """
    rows = iter(rows)
    first = list(islice(rows, _FIRST_ROWS))
    if not first:
        return 0
    widths = [max(len(row[index]) for row in (headings, *first)) for index in range(len(headings))]
    lines = _lines(widths)
    write_text(_laid_out(headings, widths, lines))
    count = 0
    for some in (first, rows):
        for row in some:
            write_text(_laid_out(row, widths, lines))
            count += 1
    return count


def echo_json_list(key: str, documents: Iterable[object], *, others: Mapping[str, object] | None = None) -> int:
    """
    Print a JSON object with one long list in it as its items come; whoever stops half-way leaves no valid JSON.

    Args:
        key: of the list.
        documents: its items, any number.
        others: members that come before the list.

    Returns:
        How many items there were.
    """
    head = "".join(f"  {json.dumps(name)}: {_indented(value)},\n" for name, value in (others or {}).items())
    write_json([f"{{\n{head}  {json.dumps(key)}: ["])
    count = 0
    for document in documents:
        comma = "," if count else ""
        text = json.dumps(document, indent=2, ensure_ascii=False).replace("\n", "\n    ")
        write_json([f"{comma}\n    {text}"])
        count += 1
    write_json(["\n  ]\n}\n" if count else "]\n}\n"])
    return count


def age(then: datetime, *, now: datetime) -> str:
    """Write how long ago *then* was, in its largest unit: ``3d``; ``0min`` for the future too."""
    seconds = max((now - then).total_seconds(), 0)
    for unit_seconds, unit in _AGES:
        if seconds >= unit_seconds:
            return f"{int(seconds // unit_seconds)}{unit}"
    return "0min"


def _lines(widths: Sequence[int]) -> list[list[int]]:
    """Decide which columns stand on which line: all on one, or as many as there is room for."""
    columns = shutil.get_terminal_size().columns
    if not sys.stdout.isatty() or sum(widths) + len(_GAP) * (len(widths) - 1) <= columns:
        return [list(range(len(widths)))]
    lines = [[0]]
    left = columns - widths[0] if widths[0] < columns / 2 else 0
    for index, width in enumerate(widths[1:], start=1):
        left -= len(_GAP) + width
        if left < 0:
            lines.append([])
            left = columns - len(_INDENT) - width
        lines[-1].append(index)
    return lines


def _laid_out(cells: Sequence[str], widths: Sequence[int], lines: Sequence[Sequence[int]]) -> str:
    texts = (_GAP.join(printable(cells[index]).ljust(widths[index]) for index in line).rstrip() for line in lines)
    return f"\n{_INDENT}".join(texts)


def _indented(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False).replace("\n", "\n  ")
