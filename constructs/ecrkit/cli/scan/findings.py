"""``ecrkit scan findings``: what a scan found."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from ecrkit.aws.client import connect
from ecrkit.aws.scans import scan_document, scan_targets
from ecrkit.cli.arguments.options import aws_options, output_option
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.console.styles import vulnerability as severity_cell
from ecrkit.cli.console.tables import echo_table
from ecrkit.errors import NoVerdictError
from ecrkit.images.references import ImageReference
from ecrkit.images.scans import read_scan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ecrkit.aws.scans import ScanTarget
    from ecrkit.cli.console.tables import Cell
    from ecrkit.images.scans import Scan

__all__ = ["findings"]

_HEADINGS = ("SEVERITY", "VULNERABILITY", "PACKAGE", "VERSION", "FIXED IN")


@click.command("findings")
@click.argument("image", metavar="REPOSITORY[:TAG|@DIGEST]")
@aws_options
@output_option()
def findings(image: str, *, profile: str | None, region: str | None, output: str) -> None:
    """
    Show what the last scan of an image found, most severe first.

    For a multi-architecture image, shows each of its images. For a verdict, use `ecrkit scan gate`. Exits with 3
    if there is no result.

    \b
    Examples:
      ecrkit scan findings web:v1
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    client = connect(profile=profile, region=region).ecr()
    documents: list[dict[str, Any]] = []
    scans: dict[ScanTarget, Scan] = {}
    for target in scan_targets(client, ImageReference.parse(image, default_tag="latest")):
        document = scan_document(client, target)
        if document is None:
            raise NoVerdictError(f"{target}: never scanned; start one with `ecrkit scan start {image}`")
        documents.append(document)
        scans[target] = _with_result(target, document)
    if output == "json":
        echo_json({"imageScans": documents}, default=_in_text)
        return
    echo_table(_HEADINGS if len(scans) == 1 else ("PLATFORM", *_HEADINGS), _rows(scans))
    for target, scan in scans.items():
        counts = _summary(scan.counts) or count_of(0, "vulnerability")
        echo(f"{target}: {counts}, scanned {scan.completed_at:%Y-%m-%d %H:%M}", err=True)


def _with_result(target: ScanTarget, document: Mapping[str, Any]) -> Scan:
    scan = read_scan(document)
    if not scan.has_result:
        description = f" ({scan.description})" if scan.description else ""
        raise NoVerdictError(f"{target}: no result: the scan is {scan.state}{description}")
    return scan


def _rows(scans: Mapping[ScanTarget, Scan]) -> Iterator[tuple[Cell, ...]]:
    """Give a row per package, with the platform before it where there are several."""
    for target, vulnerability in ((target, found) for target, scan in scans.items() for found in scan.vulnerabilities):
        first = () if len(scans) == 1 else (target.name_in_index,)
        severity = vulnerability.severity.value if vulnerability.is_active else "suppressed"
        for package in vulnerability.packages:
            cells = (package.name, package.version, package.fixed_in)
            yield *first, severity_cell(severity), vulnerability.id, *(cell or "-" for cell in cells)


def _summary(counts: Mapping[Any, int]) -> str:
    return ", ".join(f"{number:,} {severity}" for severity, number in sorted(counts.items(), key=_rank) if number)


def _rank(item: tuple[Any, int]) -> int:
    return int(item[0].rank)


def _in_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
