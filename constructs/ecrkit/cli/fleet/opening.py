"""The dataset that a command reads: a folder, or one in S3, with the engine that answers its queries."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

import click
from click.core import ParameterSource

from ecrkit.aws.client import connect
from ecrkit.aws.fleet.engine import AthenaFleet, athena_fleet, downloaded
from ecrkit.aws.fleet.objects import SCHEME, Place
from ecrkit.aws.fleet.tables import DATABASE
from ecrkit.cli.arguments.completions import DIRECTORY
from ecrkit.cli.arguments.options import aws_options
from ecrkit.cli.console.output import echo
from ecrkit.cli.console.progress import patience, step_line, with_bar
from ecrkit.errors import NoVerdictError, first_names
from ecrkit.preview.fleet.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ecrkit.preview.fleet.dataset import DatasetRecord

__all__ = [
    "EngineOptions",
    "Size",
    "engine_options",
    "fleet_progress",
    "incomplete_option",
    "inventory_option",
    "opened_fleet",
    "require_complete",
]

F = TypeVar("F", bound="Callable[..., Any]")

_DOLLARS_A_TERABYTE = 5.0
"""Source: Amazon Athena pricing, us-east-1, SQL queries per data scanned (read 2026-11)."""

_OF_ATHENA = ("database", "workgroup", "max_scanned", "timeout")
"""Options without a meaning for DuckDB."""

_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_SIZE = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?) ?(?P<unit>[kmgt]b|)", re.IGNORECASE)


class Size(click.ParamType[int]):
    """A number of bytes, as in ``10GB``."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a number with its unit."""
        if isinstance(value, int):
            return value
        found = _SIZE.fullmatch(value)
        if not found:
            self.fail(f"{value!r} is not a number of bytes; write it as in 500MB or 10GB.", param, ctx)
        return int(float(found["number"]) * _UNITS[found["unit"].lower()])


class EngineOptions(TypedDict):
    """
    The options of :func:`engine_options`, as click passes them.

    Attributes:
        engine: ``duckdb`` or ``athena``.
        database: Glue database of the tables.
        workgroup: of Athena.
        max_scanned: bytes that Athena may scan; ``None`` for any number.
        timeout: seconds to wait for a query of Athena.
        profile: of the shared configuration.
        region: overrides the configured one.
    """

    engine: str
    database: str
    workgroup: str
    max_scanned: int | None
    timeout: float
    profile: str | None
    region: str | None


def inventory_option(command: F) -> F:
    """Add ``--inventory``, as ``dataset``."""
    return click.option(
        "--inventory",
        "dataset",
        metavar="DATASET",
        type=DIRECTORY,
        required=True,
        help="Dataset of the images: a folder, or s3://BUCKET/PREFIX.",
    )(command)


def incomplete_option(command: F) -> F:
    """Add ``--allow-incomplete``."""
    return click.option("--allow-incomplete", is_flag=True, help="Preview what an incomplete dataset has.")(command)


def require_complete(record: DatasetRecord, dataset: str, *, allow_incomplete: bool) -> None:
    """
    Refuse a dataset that is incomplete; warn of it if it is allowed.

    Raises:
        NoVerdictError: it is incomplete, and that is not allowed.
    """
    if record.complete:
        return
    failed = [f"{failure.registry} {failure.region}: {failure.error}".strip(" :") for failure in record.failures]
    text = f"{dataset}: incomplete: {first_names(failed) or 'it is being written'}"
    if not allow_incomplete:
        raise NoVerdictError(f"{text}; complete it, or pass --allow-incomplete to preview what it has")
    echo(f"warning: {text}", err=True)


def engine_options(command: F) -> F:
    """Add ``--engine``, the options of Athena, ``--profile`` and ``--region``; :class:`EngineOptions` has them."""
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
            type=Size(),
            help="Bytes that Athena may scan, as in 10GB.  [default: no limit]",
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
    ):
        command = add(command)
    return command


@contextmanager
def fleet_progress(engine: str) -> Iterator[None]:
    """Show that images are evaluated; Athena reports what it does itself."""
    if engine == "athena":
        yield
        return
    with step_line() as tell:
        tell("evaluating the images")
        yield


@contextmanager
def opened_fleet(dataset: str, **options: Unpack[EngineOptions]) -> Iterator[Fleet]:
    """
    Open a dataset, as a context; what Athena scanned is reported in the end.

    Args:
        dataset: folder, or an URI of S3.
        **options: of the command.

    Raises:
        AwsError: AWS refused, or could not be reached.
        RefusedError: Athena would scan more than allowed.
        UnreadableInputError: there is no dataset, or no table over it.
        click.UsageError: Athena cannot read a folder of this machine, or an option needs Athena.
    """
    if options["engine"] == "duckdb":
        _refuse_athena_options()
    if not dataset.startswith(SCHEME):
        if options["engine"] == "athena":
            raise click.UsageError(f"--engine athena reads S3, got {dataset}; pass --inventory s3://BUCKET/PREFIX")
        with Fleet(Path(dataset)) as fleet:
            yield fleet
        return
    place = Place.parse(dataset)
    aws = connect(profile=options["profile"], region=options["region"])
    if options["engine"] == "duckdb":
        with downloaded(aws, place, progress=_with_bar) as folder, Fleet(folder) as fleet:
            yield fleet
        return
    with (
        patience(options["timeout"]) as waiting,
        athena_fleet(
            aws,
            place,
            database=options["database"],
            workgroup=options["workgroup"],
            max_scanned_bytes=options["max_scanned"],
            patience=waiting,
        ) as fleet,
    ):
        yield fleet
        _tell_scanned(fleet)


def _refuse_athena_options() -> None:
    """Refuse options that DuckDB would ignore: a limit that limits nothing misleads."""
    context = click.get_current_context()
    for name in _OF_ATHENA:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = f"--{name.replace('_', '-')}"
            raise click.UsageError(f"{option} needs --engine athena; omit it, or pass --engine athena")


def _with_bar(names: Iterable[str], length: int) -> Iterable[str]:
    return with_bar(names, length=length, label="fetching the dataset")


def _tell_scanned(fleet: AthenaFleet) -> None:
    dollars = fleet.scanned_bytes / 10**12 * _DOLLARS_A_TERABYTE
    estimate = f"of at most {fleet.estimated_bytes:,} estimated"
    echo(f"Athena scanned {fleet.scanned_bytes:,} bytes, {estimate}: about {dollars:.2f} USD", err=True)
