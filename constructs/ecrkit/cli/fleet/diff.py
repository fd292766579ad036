"""``ecrkit fleet diff``: what a change of policies changes for the images of many accounts and Regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.completions import POLICY
from ecrkit.cli.arguments.options import aws_options, details_option, output_option
from ecrkit.cli.arguments.paths import STORE, require_one_stdin, require_readable
from ecrkit.cli.arguments.policies import (
    DURATION,
    INSTANT,
    PRICE,
    instants,
    policy_files,
    protection_options,
    read_protections,
)
from ecrkit.cli.console.endings import end
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.fleet.diff_report import FleetDiff, diff_document, echo_diff
from ecrkit.cli.fleet.opening import (
    fleet_progress,
    incomplete_option,
    inventory_option,
    opened_fleet,
    require_complete,
)
from ecrkit.cli.fleet.policies import declared_by, deployed_in, tell_differences
from ecrkit.cli.fleet.protected import MOST_PROTECTED, protected_reasons
from ecrkit.preview.fleet.comparison import compare
from ecrkit.preview.fleet.protected import idle_protections, missing_images, protected_images
from ecrkit.preview.preview import STANDARD_PRICE

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from ecrkit.cli.fleet.policies import Declared
    from ecrkit.preview.fleet.fleet import Fleet

__all__ = ["diff"]

_OLD_AND_NEW = 2


@click.command("diff")
@click.argument("names", nargs=-1, metavar="[OLD] NEW", type=POLICY)
@inventory_option
@click.option(
    "--policies", type=STORE, help="Policy store.  [default: policies/lifecycle; of a catalog, that next to it]"
)
@click.option(
    "--deployed-policies",
    is_flag=True,
    help="Use the lifecycle policies in the dataset, which were deployed when it was written, as OLD.",
)
@incomplete_option
@click.option("--now", type=INSTANT, help="Time of evaluation, ISO 8601 with an offset.  [default: now]")
@click.option(
    "--in", "ahead", type=DURATION, metavar="30d", help="Evaluate this far in the future, assuming no pushes."
)
@protection_options
@click.option("--exit-code", is_flag=True, help="Exit with 1 when an image is newly expired.")
@details_option("List every repository and every protected image.")
@click.option(
    "--price",
    type=PRICE,
    default=STANDARD_PRICE,
    show_default=True,
    help="US dollars for a GB (1,000,000,000 bytes) in standard storage for a month.",
)
@aws_options
@output_option()
def diff(  # noqa: PLR0913 - click passes each option as an argument
    names: tuple[str, ...],
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
    exit_code: bool,
    details: bool,
    price: float,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Compare what OLD and NEW would do to the images of a dataset.

    Each is a catalog, or a policy for all repositories: name@N, or the path of a JSON file. Shows the repositories in
    which images have another fate: newly expired, newly archived, or newly staying. Changes nothing.

    Exits with 1 if NEW would expire or archive an image that --in-use, --pulled-within or --must-keep protects.

    \b
    Examples:
      ecrkit fleet diff old.yaml repositories.yaml --inventory dataset --exit-code
      ecrkit fleet diff --deployed-policies repositories.yaml --inventory dataset
      ecrkit fleet diff keep-last-10@1 draft.json --inventory dataset
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if len(names) != (1 if deployed_policies else _OLD_AND_NEW):
        raise click.UsageError("name OLD and NEW, or NEW and --deployed-policies")
    require_one_stdin(*names, *in_use)
    require_readable([*policy_files(names), *in_use])
    today, at = instants(now, ahead)
    protections = read_protections(in_use=in_use, pulled_within=pulled_within, must_keep=must_keep)
    with opened_fleet(
        dataset,
        engine="duckdb",
        database="",
        workgroup="",
        max_scanned=None,
        timeout=0,
        profile=profile,
        region=region,
    ) as fleet:
        require_complete(fleet.record, dataset, allow_incomplete=allow_incomplete)
        old, new = _sides(fleet, names, policies, dataset if deployed_policies else None)
        with fleet_progress("duckdb"):
            changes = compare(fleet, old.given, new.given, now=at, today=today, protections=protections)
            totals = fleet.totals()
        for text in idle_protections(fleet, protections):
            echo(f"warning: {text}", err=True)
        for text in missing_images(fleet, protections):
            echo(f"warning: in use, but not found: {text}", err=True)
        found = FleetDiff(
            now=at,
            record=fleet.record,
            changes=changes,
            totals=totals,
            changed_policies=sum(old.given.get(place) != new.given.get(place) for place in fleet.places),
            protected=protected_images(fleet, new.given, protections, today, at_most=MOST_PROTECTED)
            if any(one.protected_going for one in totals)
            else (),
        )
        for side, name in ((old, "OLD"), (new, "NEW")):
            tell_differences(side, fleet.places, name=name)
    if output == "json":
        echo_json(diff_document(found, price=price))
    else:
        echo_diff(found, price=price, details=details)
    reasons = protected_reasons(found.protected, found.protected_going, output=output)
    if exit_code and found.newly_expired:
        reasons.append(f"{count_of(found.newly_expired, 'image')} newly expired")
    end(reasons)


def _sides(
    fleet: Fleet, names: tuple[str, ...], policies: Path | None, dataset: str | None
) -> tuple[Declared, Declared]:
    """Read OLD and NEW; OLD is what is deployed if the *dataset* is named."""
    named = [declared_by(name, policies, fleet) for name in names]
    return deployed_in(fleet, dataset) if dataset else named[0], named[-1]
