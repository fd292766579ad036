"""The dataset that a command reads: a folder, or one in S3, with the engine that answers its queries."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ecrkit.aws.client import connect
from ecrkit.aws.fleet.engine import AthenaFleet, athena_fleet, downloaded
from ecrkit.aws.fleet.objects import SCHEME, Place
from ecrkit.aws.fleet.tables import DATABASE
from ecrkit.cli.arguments.completions import DIRECTORY
from ecrkit.cli.arguments.options import aws_options
from ecrkit.cli.console.output import echo
from ecrkit.cli.console.progress import patience, with_bar
from ecrkit.preview.fleet.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["engine_options", "opened_fleet"]

F = TypeVar("F", bound="Callable[..., Any]")

_DOLLARS_A_TERABYTE = 5.0
"""Source: Amazon Athena pricing, us-east-1, SQL queries per data scanned (read 2026-11)."""

_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_SIZE = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?) ?(?P<unit>[kmgt]b|)", re.IGNORECASE)


class _Size(click.ParamType[int]):
    """A number of bytes, as in ``10GB``."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        found = _SIZE.fullmatch(value)
        if not found:
            self.fail(f"{value!r} is not a number of bytes; write it as in 500MB or 10GB.", param, ctx)
        return int(float(found["number"]) * _UNITS[found["unit"].lower()])


def engine_options(command: F) -> F:
    """Add ``--inventory``, ``--engine``, the options of Athena, ``--profile`` and ``--region``."""
    for add in (
        aws_options,
        click.option(
            "--timeout",
            type=click.FloatRange(min=0),
            default=1800,
            show_default=True,
            help="Seconds to wait for a query of Athena.",
        ),
        click.option(
            "--max-scanned",
            metavar="BYTES",
            type=_Size(),
            help="Bytes that Athena may scan, as in 10GB.  [default: any]",
        ),
        click.option("--workgroup", metavar="NAME", default="primary", show_default=True, help="Workgroup of Athena."),
        click.option(
            "--database", metavar="NAME", default=DATABASE, show_default=True, help="Glue database of the tables."
        ),
        click.option(
            "--engine",
            type=click.Choice(["duckdb", "athena"]),
            default="duckdb",
            show_default=True,
            help="DuckDB on this machine, or Athena in the account.",
        ),
        click.option(
            "--inventory",
            metavar="DATASET",
            type=DIRECTORY,
            required=True,
            help="Folder, or s3://BUCKET/PREFIX, of the dataset.",
        ),
    ):
        command = add(command)
    return command


@contextmanager
def opened_fleet(  # noqa: PLR0913 - one parameter per option
    inventory: str,
    *,
    engine: str,
    database: str,
    workgroup: str,
    max_scanned: int | None,
    timeout: float,
    profile: str | None,
    region: str | None,
) -> Iterator[Fleet]:
    """
    Open a dataset, as a context; what Athena scanned is reported in the end.

    Args:
        inventory: folder, or an URI of S3.
        engine: ``duckdb`` or ``athena``.
        database: Glue database of the tables.
        workgroup: of Athena.
        max_scanned: bytes that Athena may scan.
        timeout: seconds to wait for a query.
        profile: of the shared configuration.
        region: overrides the configured one.

    Raises:
        AwsError: AWS refused, or could not be reached.
        RefusedError: Athena would scan more than allowed.
        UnreadableInputError: there is no dataset, or no table over it.
        click.UsageError: Athena cannot read a folder of this machine.
    """
    if not inventory.startswith(SCHEME):
        if engine == "athena":
            raise click.UsageError(f"--engine athena reads S3, got {inventory}; pass --inventory s3://BUCKET/PREFIX")
        with Fleet(Path(inventory)) as fleet:
            yield fleet
        return
    place = Place.parse(inventory)
    aws = connect(profile=profile, region=region)
    if engine == "duckdb":
        with downloaded(aws, place, progress=_with_bar) as folder, Fleet(folder) as fleet:
            yield fleet
        return
    with (
        patience(timeout) as waiting,
        athena_fleet(
            aws,
            place,
            database=database,
            workgroup=workgroup,
            max_scanned_bytes=max_scanned,
            patience=waiting,
        ) as fleet,
    ):
        yield fleet
        _tell_scanned(fleet)


def _with_bar(names: Iterable[str], length: int) -> Iterable[str]:
    return with_bar(names, length=length, label="fetching the dataset")


def _tell_scanned(fleet: AthenaFleet) -> None:
    dollars = fleet.scanned_bytes / 10**12 * _DOLLARS_A_TERABYTE
    estimate = f"of at most {fleet.estimated_bytes:,} that were estimated"
    echo(f"Athena scanned {fleet.scanned_bytes:,} bytes, {estimate}: about {dollars:.2f} USD", err=True)
