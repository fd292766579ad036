"""How commands print: the result to standard output, all else to standard error."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ecrkit.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ecrkit.findings import Finding

__all__ = ["count_of", "echo_findings", "echo_json", "finding_documents", "table"]

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow"}


def echo_json(document: object) -> None:
    """Print *document* as JSON for people and programs."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def finding_documents(findings: Iterable[Finding]) -> list[dict[str, object]]:
    """Turn findings into objects for JSON."""
    return [{**asdict(finding), "severity": finding.severity.value} for finding in findings]


def echo_findings(findings: Iterable[Finding]) -> None:
    """Print a line per finding; the severity is coloured on a terminal, unless ``NO_COLOR`` is set."""
    # click strips colours by itself where nobody looks at them.
    color = False if os.environ.get("NO_COLOR") else None
    for finding in findings:
        place = f"{finding.file}:{finding.line}:{finding.column}"
        severity = click.style(finding.severity.value, fg=_COLORS[finding.severity], bold=True)
        click.echo(f"{place}: {severity}: {finding.text} [{finding.code}]", color=color)


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
