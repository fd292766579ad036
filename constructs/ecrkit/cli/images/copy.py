"""``ecrkit images copy``: images from one repository, account or Region to another, whole."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import click

from ecrkit.aws.copiers import COPIERS, find_copier
from ecrkit.aws.promotion import CopyPlanner, conflicts, promotion
from ecrkit.cli.arguments.completions import FILE
from ecrkit.cli.arguments.options import confirmed, dry_run_option, output_option, yes_option
from ecrkit.cli.arguments.places import read_place, read_places
from ecrkit.cli.console.interrupts import tidy_end
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.console.progress import step_line, with_bar
from ecrkit.cli.images.copies import Copies, copy_document, planned_line, read_pairs
from ecrkit.cli.images.push import completed
from ecrkit.errors import AwsError, EcrkitError, RefusedError, ToolError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.aws.promotion import CopyPlan
    from ecrkit.cli.images.copies import Pair

__all__ = ["copy"]


@click.command("copy", short_help="Copy images between repositories, accounts and Regions.")
@click.argument("source", metavar="[SOURCE]", required=False)
@click.argument("destination", metavar="[DESTINATION]", required=False)
@click.option(
    "--from",
    "file",
    metavar="FILE",
    type=FILE,
    help="File with SOURCE and DESTINATION in each line; - for stdin.",
)
@click.option(
    "--referrers/--no-referrers", default=True, help="Copy signatures, SBOMs and attestations.  [default: referrers]"
)
@click.option("--tool", type=click.Choice(COPIERS), help="Program to use.  [default: the first one installed]")
@dry_run_option("Show what would be copied, and copy nothing.")
@yes_option
@click.option(
    "--catalog",
    metavar="FILE",
    type=FILE,
    help="Catalog with the environments.  [default: repositories.yaml]",
)
@click.option("--environment", metavar="NAME", help="Environment that images come from.")
@click.option("--destination-environment", metavar="NAME", help="Environment that images go to.")
@click.option("--profile", help="AWS profile of the source.")
@click.option("--destination-profile", metavar="TEXT", help="AWS profile of the destination.  [default: --profile]")
@click.option("--region", envvar="AWS_REGION", help="AWS Region of the source; overrides the configured one.")
@click.option(
    "--destination-region",
    metavar="TEXT",
    help="AWS Region of the destination.  [default: that of its profile, or of the source]",
)
@output_option()
def copy(  # noqa: PLR0913 - one parameter per option
    source: str | None,
    destination: str | None,
    *,
    file: str | None,
    referrers: bool,
    tool: str | None,
    dry_run: bool,
    yes: bool,
    catalog: str | None,
    environment: str | None,
    destination_environment: str | None,
    profile: str | None,
    destination_profile: str | None,
    region: str | None,
    destination_region: str | None,
    output: str,
) -> None:
    """
    Copy SOURCE to DESTINATION, with all platforms, signatures and SBOMs, and keep the digests.

    SOURCE is REPOSITORY:TAG or REPOSITORY@DIGEST, DESTINATION is REPOSITORY[:TAG]; without TAG it gets the tag of
    SOURCE. Both may have a host. In FILE, DESTINATION may be missing: the repository has the same name then. Copies
    with skopeo, oras or regctl; logs in automatically.

    Refuses, with exit code 1 and before copying, if a tag exists with another digest and is immutable. Asks before it
    moves a mutable tag. Skips what is at the destination already, and sets the tag last: after an interruption, run
    the command again. ECR counts a copy as a pull of SOURCE.

    \b
    Examples:
      ecrkit images copy web:v1 web --destination-profile prod
      ecrkit images copy web:v1 web --destination-region eu-west-1 --dry-run
      ecrkit images copy --from release.txt --environment dev \\
        --destination-environment prod
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    pairs = read_pairs(source, destination, file=file)
    copier = find_copier(tool, search_path=os.environ.get("PATH", os.defpath))
    here, there = read_places(
        pairs,
        source=read_place(environment, catalog=catalog, profile=profile, region=region),
        destination=read_place(
            destination_environment, catalog=catalog, profile=destination_profile, region=destination_region
        ),
    )
    from_client, to_client = here.ecr(), there.ecr()
    planner = CopyPlanner(
        from_client, to_client, with_referrers=referrers, complete=partial(completed, region=there.region)
    )
    plans = _plans(planner, pairs)
    copies = Copies(plans=plans)
    todo = [plan for plan in plans if not plan.is_done]
    for plan in plans:
        echo(planned_line(plan), err=True)
    if todo and not dry_run:
        moved = [tag for plan in todo for tag, _ in plan.moved_tags]
        what = f"the tag {moved[0]}" if len(moved) == 1 else count_of(len(moved), "tag")
        if moved and not confirmed(f"Move {what}?", yes=yes):
            raise RefusedError("nothing copied")
        with tidy_end(), promotion(from_client, to_client, copier) as running, step_line() as step:
            try:
                for plan in todo:
                    try:
                        running.copy(plan, report=step)
                    except (AwsError, ToolError) as error:
                        copies.failures[plan.target] = error
                    else:
                        copies.copied.add(plan.target)
                        if output == "text":
                            echo(plan.target)
            except KeyboardInterrupt:
                echo(f"{len(copies.copied)} of {count_of(len(todo), 'image')} copied; run the command again", err=True)
                raise
    if output == "json":
        echo_json(copy_document(copies, dry_run=dry_run))
    copies.raise_failures(number=len(todo))


def _plans(planner: CopyPlanner, pairs: Sequence[Pair]) -> list[CopyPlan]:
    """Look before each copy; all that cannot be copied is reported at once, and nothing is copied then."""
    plans: list[CopyPlan] = []
    problems: list[EcrkitError] = []
    for source, destination in with_bar(pairs, length=len(pairs), label="images looked up"):
        try:
            plans.append(planner.plan(source, destination))
        except (AwsError, RefusedError) as error:
            problems.append(error)
    problems += conflicts(plans)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        text = "\n".join(map(str, problems))
        first = problems[0]
        raise AwsError(text, code=first.code) if isinstance(first, AwsError) else RefusedError(text)
    return plans
