"""``ecrkit fleet preview``: what policies would do to the images of many accounts and Regions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import click

from ecrkit.cli.arguments.options import details_option, output_option
from ecrkit.cli.arguments.paths import STORE, require_one_stdin, require_readable
from ecrkit.cli.arguments.policies import (
    DURATION,
    INSTANT,
    PRICE,
    instants,
    protection_options,
    read_protections,
)
from ecrkit.cli.console.endings import end
from ecrkit.cli.console.output import count_of, echo, echo_json, echo_lines
from ecrkit.cli.console.styles import fate_count, fate_part, protected_count
from ecrkit.cli.console.tables import echo_table, number
from ecrkit.cli.fleet.opening import engine_options, fleet_progress, inventory_option, opened_fleet
from ecrkit.cli.fleet.policies import catalog_policies, parse_deployed
from ecrkit.documents.terminal import Styled
from ecrkit.errors import NoVerdictError, first_names
from ecrkit.images.sizes import BYTES_PER_GB, readable_size
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.preview import STANDARD_PRICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from ecrkit.cli.console.output import Line
    from ecrkit.cli.console.tables import Cell
    from ecrkit.cli.fleet.opening import EngineOptions
    from ecrkit.preview.fleet.dataset import DatasetRecord
    from ecrkit.preview.fleet.fleet import RepositoryTotals
    from ecrkit.preview.fleet.tables import Place

__all__ = ["preview_command"]

_FEW = 20
_COLUMNS = (
    "ACCOUNT",
    "REGION",
    "REPOSITORY",
    number("IMAGES"),
    number("EXPIRE"),
    number("ARCHIVE"),
    number("STAY"),
    number("FREED"),
    number("PROTECTED"),
)


@click.command("preview")
@click.argument("catalog", required=False, type=click.Path(path_type=Path))
@inventory_option
@click.option("--policies", type=STORE, help="Policy store.  [default: policies/lifecycle next to the catalog]")
@click.option(
    "--deployed-policies",
    is_flag=True,
    help="Use the deployed lifecycle policies that the dataset contains, instead of a catalog.",
)
@click.option("--allow-incomplete", is_flag=True, help="Preview an incomplete dataset, too.")
@click.option("--now", type=INSTANT, help="Time of evaluation, ISO 8601 with an offset.  [default: now]")
@click.option(
    "--in", "ahead", type=DURATION, metavar="30d", help="Evaluate this far in the future, assuming no pushes."
)
@protection_options
@details_option("List every repository.")
@click.option(
    "--price",
    type=PRICE,
    default=STANDARD_PRICE,
    show_default=True,
    help="US dollars for a GB (1,000,000,000 bytes) in standard storage for a month.",
)
@engine_options
@output_option()
def preview_command(  # noqa: PLR0913 - click passes each option as an argument
    catalog: Path | None,
    *,
    dataset: str,
    policies: Path | None,
    deployed_policies: bool,
    allow_incomplete: bool,
    now: datetime | None,
    ahead: timedelta | None,
    in_use: tuple[str, ...],
    pulled_within: timedelta | None,
    must_keep: tuple[str, ...],
    details: bool,
    price: float,
    output: str,
    **engine: Unpack[EngineOptions],
) -> None:
    """
    Show what the policies of CATALOG would do to a dataset.

    CATALOG is a file, or - for standard input. The account, Region and name of a repository determine its policy in the
    catalog. Images of repositories without a policy stay. Shows the repositories that free most, and hides those that
    lose no image; --details shows all. Changes nothing.

    Exits with 1 if an image that --in-use, --pulled-within or --must-keep protects would expire or be archived.

    \b
    Examples:
      ecrkit fleet preview repositories.yaml --inventory dataset
      ecrkit fleet preview --deployed-policies --inventory dataset --in 30d
      ecrkit fleet preview a.yaml --inventory s3://my-fleet/daily --engine athena
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if catalog is None and not deployed_policies:
        raise click.UsageError("name a catalog, as in repositories.yaml, or pass --deployed-policies")
    if catalog and deployed_policies:
        raise click.UsageError(f"--deployed-policies takes the place of a catalog; omit it, or {catalog.as_posix()}")
    require_one_stdin(catalog, *in_use)
    require_readable([catalog, *in_use])
    today, at = instants(now, ahead)
    protections = read_protections(in_use=in_use, pulled_within=pulled_within, must_keep=must_keep)
    declared = catalog_policies(catalog, policies) if catalog else {}
    with opened_fleet(dataset, **engine) as fleet:
        _require_complete(fleet.record, dataset, allow_incomplete=allow_incomplete)
        if deployed_policies:
            declared = parse_deployed(fleet.deployed_policies)
            _require_policies(declared, fleet.record, dataset)
        given = {place: policy for place, policy in declared.items() if policy is not None}
        fleet.set_policies(given, now=at, today=today, protections=protections)
        with fleet_progress(engine["engine"]):
            totals = fleet.totals()
    if catalog:
        _tell_differences(declared.keys(), totals)
    has_protections = bool(protections)
    if output == "json":
        echo_json(_document(totals, at, fleet.record, price=price))
    else:
        _echo(totals, at, price=price, details=details, has_protections=has_protections)
    going = sum(one.protected_expiring + one.protected_transitioning for one in totals)
    end([f"{count_of(going, 'protected image')} would expire or be archived"] if going else [])


def _require_complete(record: DatasetRecord, dataset: str, *, allow_incomplete: bool) -> None:
    if record.complete:
        return
    failed = [f"{failure.registry} {failure.region}: {failure.error}".strip(" :") for failure in record.failures]
    text = f"{dataset}: incomplete: {first_names(failed) or 'it is being written'}"
    if not allow_incomplete:
        raise NoVerdictError(f"{text}; complete it, or pass --allow-incomplete to preview what it has")
    echo(f"warning: {text}", err=True)


def _require_policies(declared: Mapping[Place, object], record: DatasetRecord, dataset: str) -> None:
    """Refuse to say that images stay because nobody has saved the policies."""
    # The record of an import names no accounts, and its files have no policies.
    if not declared and not record.accounts:
        raise NoVerdictError(
            f"{dataset}: has no deployed policies, because `ecrkit fleet import` saves none; write the dataset with "
            "`ecrkit fleet inventory`, or name a catalog"
        )
    if not declared:
        echo(f"note: {dataset}: no repository has a deployed policy", err=True)


def _tell_differences(declared: Iterable[tuple[str, str, str]], totals: Sequence[RepositoryTotals]) -> None:
    """Say which repositories only the catalog or only the dataset has."""
    known = set(declared)
    found = {one.place for one in totals}
    undeclared = [_name(one.place) for one in totals if one.place not in known]
    absent = [_name(place) for place in sorted(known - found)]
    if undeclared:
        echo(f"note: not in the catalog, so without a policy: {first_names(undeclared)}", err=True)
    if absent:
        echo(f"note: in the catalog, but not in the dataset: {first_names(absent)}", err=True)


def _name(place: tuple[str, str, str]) -> str:
    return " ".join(place)


def _document(totals: Sequence[RepositoryTotals], at: datetime, record: DatasetRecord, *, price: float) -> object:
    summed = {key: sum(row[key] for row in map(_counts, totals)) for key in _counts(totals[0])} if totals else {}
    return {
        "summary": {
            "now": at.isoformat(),
            "complete": record.complete,
            "repositories": len(totals),
            "repositoriesWithoutPolicy": sum(not one.has_policy for one in totals),
            **summed,
            "monthlySavings": round(_freed(totals) / BYTES_PER_GB * price, 2),
            "failures": [
                {"registryId": failure.registry, "region": failure.region, "error": failure.error}
                for failure in record.failures
            ],
        },
        "repositories": [
            {
                "registryId": one.place.account,
                "region": one.place.region,
                "repositoryName": one.place.repository,
                **_counts(one),
            }
            for one in totals
        ],
    }


def _counts(one: RepositoryTotals) -> dict[str, int]:
    return {
        "images": one.images,
        "expiring": one.expiring,
        "transitioning": one.transitioning,
        "staying": one.staying,
        "bytes": one.bytes,
        "freedBytes": one.freed_bytes,
        "archivedBytes": one.archived_bytes,
        "protectedAndExpiring": one.protected_expiring,
        "protectedAndArchiving": one.protected_transitioning,
    }


def _freed(totals: Iterable[RepositoryTotals]) -> int:
    return sum(one.freed_bytes for one in totals)


def _echo(
    totals: Sequence[RepositoryTotals], at: datetime, *, price: float, details: bool, has_protections: bool
) -> None:
    accounts = count_of(len({one.place.account for one in totals}), "account")
    regions = count_of(len({one.place.region for one in totals}), "Region")
    heading = f"{count_of(len(totals), 'repository')} of {accounts} in {regions} at {at.isoformat(timespec='seconds')}"
    summary: Line = (
        f"{count_of(sum(one.images for one in totals), 'image')}: ",
        fate_part(ActionType.EXPIRE, sum(one.expiring for one in totals)),
        ", ",
        fate_part(ActionType.TRANSITION, sum(one.transitioning for one in totals)),
        ", ",
        fate_part(None, sum(one.staying for one in totals)),
    )
    freed = _freed(totals)
    saving = f"${freed / BYTES_PER_GB * price:,.2f} a month"
    echo_lines([Styled(heading, bold=True), summary, f"frees up to {readable_size(freed)}, saves up to {saving}"])
    rows = sorted(totals, key=_order)
    shown = rows if details else [one for one in rows if one.staying < one.images][:_FEW]
    columns: Sequence[Any] = _COLUMNS if has_protections else _COLUMNS[:-1]
    if shown:
        echo_table(columns, (_row(one)[: len(columns)] for one in shown))
    if not shown and rows:
        echo("no repository loses an image; pass --details to show all", err=True)
    elif len(shown) < len(rows):
        more = count_of(len(rows) - len(shown), "more repository")
        echo(f"{more}; pass --details to show all", err=True)


def _order(one: RepositoryTotals) -> tuple[object, ...]:
    protected = one.protected_expiring + one.protected_transitioning
    return -protected, -one.freed_bytes, -one.expiring, -one.transitioning, one.place


def _row(one: RepositoryTotals) -> tuple[Cell, ...]:
    return (
        *one.place,
        f"{one.images:,}",
        fate_count(ActionType.EXPIRE, one.expiring),
        fate_count(ActionType.TRANSITION, one.transitioning),
        f"{one.staying:,}",
        readable_size(one.freed_bytes),
        protected_count(one.protected_expiring + one.protected_transitioning),
    )
