"""``ecrkit images restore``: images out of the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.options import aws_options, children_option, dry_run_option, output_option, yes_option
from ecrkit.cli.arguments.policies import DURATION, PATTERN
from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.images.moves import echo_plan, image_names, look_at, move_each, moving
from ecrkit.images.sizes import readable_size
from ecrkit.preview.protection import Protections
from ecrkit.preview.storage_classes import RESTORE_MINUTES, RESTORE_PRICE, ImageChoice, Target, restore_cost

if TYPE_CHECKING:
    from datetime import timedelta

__all__ = ["restore"]


@click.command("restore", short_help="Restore archived images, so that they can be pulled.")
@click.argument("repository")
@click.argument("images", metavar="[IMAGE]...", nargs=-1)
@click.option("--tags", type=PATTERN, multiple=True, metavar="PATTERN", help="Images with a matching tag.")
@click.option("--archived-within", type=DURATION, metavar="2d", help="Images that were archived within this time.")
@click.option("--all", "everything", is_flag=True, help="Every archived image.")
@children_option
@dry_run_option("Show which images would be restored, and restore none.")
@yes_option
@aws_options
@output_option()
def restore(  # noqa: PLR0913 - one parameter per option
    repository: str,
    images: tuple[str, ...],
    *,
    tags: tuple[str, ...],
    archived_within: timedelta | None,
    everything: bool,
    children: bool | None,
    dry_run: bool,
    yes: bool,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Restore archived images of REPOSITORY, after showing which.

    IMAGE is a tag or a digest. --tags and --archived-within choose further images, which meet both. A restore takes up
    to 20 minutes, in which the status of the image is ACTIVATING, and AWS charges for each GB. ECR treats a restored
    image as a new one: it scans and replicates it, and lifecycle rules count from the restore.

    Skips what is active or on its way, so that you can run the command again. ECR does not tell what an archived
    manifest list refers to: run it again when the list is active, to restore its images too.

    \b
    Examples:
      ecrkit images restore web v1 --dry-run
      ecrkit images restore web --archived-within 2d
      ecrkit images restore web --tags 'release-*' --yes
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    # An active image that is named gets a message. A pattern selects only images in the archive.
    choice = ImageChoice(
        names=image_names(images), tags=tags, archived_within=archived_within, archived=everything or bool(tags)
    )
    if not (choice.names or choice.has_criteria):
        raise click.UsageError("name images, or pass --tags, --archived-within or --all")
    plan = look_at(
        repository,
        choice,
        target=Target.STANDARD,
        protections=Protections(),
        children=children,
        profile=profile,
        region=region,
    )
    echo_plan(plan, output=output)
    moves = moving(plan)
    if moves:
        size = sum(move.image.size_bytes or 0 for move in moves)
        echo(
            f"restoring takes up to {RESTORE_MINUTES} minutes, and costs about ${restore_cost(size):.2f}: "
            f"{readable_size(size)} at ${RESTORE_PRICE:.2f} per GB",
            err=True,
        )
        echo("a lifecycle policy that archived them may do so again; repair it first", err=True)
        lists = sum(move.image.is_manifest_list and not move.image.children for move in moves)
        if lists:
            echo(
                f"{count_of(lists, 'manifest list')} whose images are unknown while archived; run the command again "
                "when active, to restore these too",
                err=True,
            )
    move_each(plan, dry_run=dry_run, yes=yes, output=output)
