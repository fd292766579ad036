"""``ecrkit images archive``: images that are kept, and not pulled any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.options import aws_options, children_option, dry_run_option, output_option, yes_option
from ecrkit.cli.arguments.policies import DURATION, PATTERN, protection_options, read_protections
from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.images.moves import echo_plan, image_names, look_at, move_each, moving
from ecrkit.errors import RefusedError
from ecrkit.preview.storage_classes import MIN_ARCHIVE_DAYS, RESTORE_MINUTES, RESTORE_PRICE, ImageChoice, Target

if TYPE_CHECKING:
    from datetime import timedelta

    from ecrkit.cli.images.moves import Plan

__all__ = ["archive"]


@click.command("archive", short_help="Move images to the archive, where nobody can pull them.")
@click.argument("repository")
@click.argument("images", metavar="[IMAGE]...", nargs=-1)
@click.option("--tags", type=PATTERN, multiple=True, metavar="PATTERN", help="Images with a matching tag.")
@click.option("--older-than", type=DURATION, metavar="90d", help="Images that were pushed longer ago than this.")
@click.option("--not-pulled-for", type=DURATION, metavar="90d", help="Images that nobody pulled for this time.")
@protection_options
@children_option
@dry_run_option("Show which images would be archived, and archive none.")
@yes_option
@aws_options
@output_option()
def archive(  # noqa: PLR0913 - one parameter per option
    repository: str,
    images: tuple[str, ...],
    *,
    tags: tuple[str, ...],
    older_than: timedelta | None,
    not_pulled_for: timedelta | None,
    in_use: tuple[str, ...],
    pulled_within: timedelta | None,
    must_keep: tuple[str, ...],
    children: bool | None,
    dry_run: bool,
    yes: bool,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Archive images of REPOSITORY, after showing which.

    IMAGE is a tag or a digest. --tags, --older-than and --not-pulled-for choose further images, which meet all of
    them. A manifest list takes along the untagged images that only it refers to.

    Nobody can pull an archived image. A restore takes up to 20 minutes, and AWS charges for it; it charges for 90 days
    in the archive at least. Refuses, with exit code 1, images that --in-use, --pulled-within or --must-keep protect,
    and images that an active manifest list refers to; the others are archived. Skips what is archived already, so
    that you can run the command again.

    \b
    Examples:
      ecrkit images archive web v1 v2 --dry-run
      ecrkit images archive web --tags 'release-*' --not-pulled-for 180d
      ecrkit images archive web --older-than 52w --in-use in-use.txt --yes
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    choice = ImageChoice(names=image_names(images), tags=tags, older_than=older_than, not_pulled_for=not_pulled_for)
    if not (choice.names or choice.has_criteria):
        raise click.UsageError("name images, or pass --tags, --older-than or --not-pulled-for")
    plan = look_at(
        repository,
        choice,
        target=Target.ARCHIVE,
        protections=read_protections(in_use=in_use, pulled_within=pulled_within, must_keep=must_keep),
        children=children,
        profile=profile,
        region=region,
    )
    _refuse_unknown(plan, children=children)
    echo_plan(plan, output=output)
    if moving(plan):
        echo(
            "nobody can pull an archived image: pulls fail with 404, and running workloads fail when they start",
            err=True,
        )
        echo(
            f"restoring takes up to {RESTORE_MINUTES} minutes and costs ${RESTORE_PRICE:.2f} per GB; "
            f"AWS charges for at least {MIN_ARCHIVE_DAYS} days in the archive",
            err=True,
        )
        echo("the first 150 TB in the archive cost as much as standard storage", err=True)
        if not in_use:
            echo("not checked whether an image runs; pass --in-use, with a file of `ecrkit images in-use`", err=True)
    move_each(plan, dry_run=dry_run, yes=yes, output=output)


def _refuse_unknown(plan: Plan, *, children: bool | None) -> None:
    """
    Refuse to archive what a manifest list may need that was not read.

    Raises:
        RefusedError: there may be such an image.
    """
    unread = sum(
        image.is_manifest_list and not image.is_archived and not image.children
        for image in plan.current.inventory.images
    )
    at_risk = [move for move in moving(plan) if not move.image.is_manifest_list and not move.image.tags]
    if not (unread and at_risk):
        return
    what = f"{count_of(unread, 'manifest list')} not read, which may refer to untagged images"
    if children is False:
        echo(f"warning: {plan.repository.name}: {what}", err=True)
        return
    raise RefusedError(
        f"{plan.repository.name}: {what}: {plan.current.why_unread or 'no reason given'}, or --no-children to archive "
        f"{count_of(len(at_risk), 'untagged image')} unchecked"
    )
