"""``ecrkit fleet preview``: what policies would do to the images of many accounts and Regions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Unpack

import click

from ecrkit.cli.arguments.completions import DIRECTORY
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
from ecrkit.cli.console.output import echo, echo_json
from ecrkit.cli.fleet.documents import explanation_documents, preview_document
from ecrkit.cli.fleet.explanation_text import echo_explanations
from ecrkit.cli.fleet.opening import (
    engine_options,
    fleet_progress,
    incomplete_option,
    inventory_option,
    opened_fleet,
    require_complete,
)
from ecrkit.cli.fleet.policies import Declared, deployed_in, read_declared, tell_differences
from ecrkit.cli.fleet.preview_markdown import fleet_markdown
from ecrkit.cli.fleet.preview_text import echo_fleet
from ecrkit.cli.fleet.protected import MOST_PROTECTED, protected_reasons
from ecrkit.cli.fleet.written import require_new, write_verdicts
from ecrkit.documents.nearest import near
from ecrkit.documents.terminal import write_document
from ecrkit.errors import first_names
from ecrkit.errors.excerpts import count_of
from ecrkit.images.references import ImageReference
from ecrkit.preview.fleet.explaining import explain
from ecrkit.preview.fleet.protected import idle_protections, missing_images, protected_images
from ecrkit.preview.fleet.totals import FleetPreview
from ecrkit.preview.preview import PRICE_SOURCE, STANDARD_PRICE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from ecrkit.cli.fleet.opening import EngineOptions
    from ecrkit.preview.fleet.explaining import Explanation
    from ecrkit.preview.fleet.fleet import Fleet
    from ecrkit.preview.fleet.tables import Place
    from ecrkit.preview.protection import Protections

__all__ = ["preview_command"]


@click.command("preview")
@click.argument("catalog", required=False, type=click.Path(path_type=Path))
@inventory_option
@click.option("--policies", type=STORE, help="Policy store.  [default: policies/lifecycle next to the catalog]")
@click.option(
    "--deployed-policies",
    is_flag=True,
    help="Use the deployed lifecycle policies that the dataset contains, instead of a catalog.",
)
@incomplete_option
@click.option("--now", type=INSTANT, help="Time of evaluation, ISO 8601 with an offset.  [default: now]")
@click.option(
    "--in", "ahead", type=DURATION, metavar="30d", help="Evaluate this far in the future, assuming no pushes."
)
@protection_options
@click.option(
    "--explain",
    "explained",
    metavar="REPOSITORY@DIGEST",
    help="Image to explain, in every account and Region that has it, instead of the preview.",
)
@click.option(
    "--write",
    "verdicts",
    metavar="DIR|S3_URI",
    type=DIRECTORY,
    help="Folder, or s3://BUCKET/PREFIX, to write the verdict on every image to, as Parquet.",
)
@click.option(
    "--team-tag", metavar="KEY", default="team", show_default=True, help="Tag of repositories that names their team."
)
@details_option("List every repository and every protected image.")
@click.option(
    "--price",
    type=PRICE,
    default=STANDARD_PRICE,
    show_default=True,
    help="US dollars for a GB (1,000,000,000 bytes) in standard storage for a month.",
)
@engine_options
@output_option("html", "markdown")
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
    explained: str | None,
    verdicts: str | None,
    team_tag: str,
    details: bool,
    price: float,
    output: str,
    **engine: Unpack[EngineOptions],
) -> None:
    """
    Show what the policies of CATALOG would do to a dataset.

    CATALOG is a file, or - for standard input. It gives a repository its policy by account, Region and name. Images of
    repositories without a policy stay. Shows totals by account, Region and team, then the repositories that free most;
    --details shows all, also those that lose no image. Changes nothing in ECR.

    --explain shows why one image stays or goes. --write saves the verdict on every image for other tools.

    Exits with 1 if an image that --in-use, --pulled-within or --must-keep protects would expire or be archived.

    \b
    Examples:
      ecrkit fleet preview repositories.yaml --inventory dataset
      ecrkit fleet preview --deployed-policies --inventory dataset --in 30d
      ecrkit fleet preview a.yaml --inventory dataset --output html -o fleet.html
      ecrkit fleet preview a.yaml --inventory dataset --explain web@sha256:…
      ecrkit fleet preview a.yaml --inventory s3://my-fleet/daily --engine athena
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if catalog is None and not deployed_policies:
        raise click.UsageError("name a catalog, as in repositories.yaml, or pass --deployed-policies")
    if catalog and deployed_policies:
        raise click.UsageError(f"--deployed-policies takes the place of a catalog; omit it, or {catalog.as_posix()}")
    if explained and (verdicts or output not in {"text", "json"}):
        raise click.UsageError("--explain excludes --write, and needs --output text or json")
    if engine["engine"] == "athena" and (explained or verdicts):
        raise click.UsageError("--explain and --write need --engine duckdb")
    require_one_stdin(catalog, *in_use)
    require_readable([catalog, *in_use])
    reference = _reference(explained) if explained else None
    today, at = instants(now, ahead)
    protections = read_protections(in_use=in_use, pulled_within=pulled_within, must_keep=must_keep)
    declared = read_declared(catalog, policies) if catalog else Declared(policies={})
    name = "the catalog" if catalog else ""
    aws = {"profile": engine["profile"], "region": engine["region"]}
    if verdicts:
        require_new(verdicts, dataset=dataset, **aws)
    with opened_fleet(dataset, **engine) as fleet:
        require_complete(fleet.record, dataset, allow_incomplete=allow_incomplete)
        if deployed_policies:
            declared = deployed_in(fleet, dataset)
        if reference:
            found = explain(fleet, reference, declared.given, now=at, today=today, protections=protections)
            _end_explained(found, reference, fleet.places, at, output=output)
        fleet.set_policies(declared.given, now=at, today=today, protections=protections)
        with fleet_progress(engine["engine"]):
            preview = _preview(fleet, declared, protections, team_tag, now=at, today=today)
        if verdicts:
            write_verdicts(fleet, verdicts, **aws)
    tell_differences(declared, [one.place for one in preview.repositories], name=name)
    _echo(
        preview,
        policy_name="deployed policies" if deployed_policies else str(catalog),
        price=price,
        details=details,
        output=output,
    )
    end(protected_reasons(preview.protected, preview.total.protected_going, output=output))


def _reference(text: str) -> ImageReference:
    reference = ImageReference.parse(text)
    if not reference.suffix:
        raise click.BadParameter(f"{text}: names no image; write REPOSITORY@sha256:…", param_hint="--explain")
    return reference


def _preview(  # noqa: PLR0913 - what a preview is given
    fleet: Fleet,
    declared: Declared,
    protections: Protections,
    team_tag: str,
    *,
    now: datetime,
    today: datetime,
) -> FleetPreview:
    totals = fleet.totals()
    is_lost = any(one.protected_going for one in totals)
    for text in idle_protections(fleet, protections):
        echo(f"warning: {text}", err=True)
    return FleetPreview(
        now=now,
        record=fleet.record,
        repositories=totals,
        teams=_teams(fleet, declared, team_tag),
        team_tag=team_tag,
        protected=protected_images(fleet, declared.given, protections, today, at_most=MOST_PROTECTED)
        if is_lost
        else (),
        missing=missing_images(fleet, protections),
        is_checked=bool(protections),
    )


def _teams(fleet: Fleet, declared: Declared, team_tag: str) -> Mapping[Place, str]:
    """Find the team of each repository: by its deployed tag, else by that of the catalog."""
    tags = {place: {**declared.tags.get(place, {}), **fleet.tags.get(place, {})} for place in fleet.places}
    return {place: own[team_tag] for place, own in tags.items() if own.get(team_tag)}


def _echo(preview: FleetPreview, *, policy_name: str, price: float, details: bool, output: str) -> None:
    source = PRICE_SOURCE if price == STANDARD_PRICE else "as given"
    if output == "json":
        echo_json(preview_document(preview, price=price))
    elif output == "markdown":
        write_document(fleet_markdown(preview, policy_name=policy_name, price=price, price_source=source))
    elif output == "html":
        from ecrkit.preview.report.fleet import render_fleet  # noqa: PLC0415 - of several formats one is wanted

        write_document(render_fleet(preview, policy_name=policy_name, price=price, price_source=source))
    else:
        echo_fleet(preview, price=price, price_source=source, details=details)


def _end_explained(
    found: Sequence[Explanation], reference: ImageReference, places: Sequence[Place], now: datetime, *, output: str
) -> NoReturn:
    if not found:
        have = [f"{place.account} {place.region}" for place in places if place.repository == reference.repository]
        where = f"no such image in {first_names(have)}" if have else "the dataset has no such repository"
        nearest = [] if have else near(reference.repository, sorted({place.repository for place in places}))
        advice = f"; did you mean {nearest[0]}?" if nearest else ""
        raise click.UsageError(f"--explain: {reference}: {where}{advice}")
    if len(found) > 1:
        names = first_names([f"{one.place.account} {one.place.region}" for one in found])
        echo(f"note: {count_of(len(found), 'repository')} have this image: {names}", err=True)
    if output == "json":
        echo_json({"now": now.isoformat(), "explanations": explanation_documents(found)})
    else:
        echo_explanations(found, now=now)
    lost = [f"{' '.join(one.place)}: {' and '.join(one.because)}, and {one.reason}" for one in found if one.is_lost]
    end(lost)
