"""How commands print: the result to standard output, all else to standard error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["count_of", "echo_json", "table"]


def echo_json(document: object) -> None:
    """Print *document* as JSON for people and programs."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def count_of(number: int, noun: str) -> str:
    """Count in words: ``1 file``, ``2 files``, ``2 policies``."""
    if number == 1:
        return f"1 {noun}"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{number:,} {plural}"


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """
    Lay out text in columns, two spaces apart.

    Args:
        headings: one per column.
        rows: as many cells each.
    """
    widths = [max(len(row[index]) for row in (headings, *rows)) for index in range(len(headings))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (headings, *rows)]
    return "\n".join(line.rstrip() for line in lines)
