"""``ecrkit policy diff``: what a change of policy changes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.paths import read_each, require_readable
from ecrkit.cli.arguments.policies import (
    INSTANT,
    instants,
    policies_option,
    policy_files,
    read_policies,
    with_manifests,
)
from ecrkit.cli.console.collector import without_collector
from ecrkit.cli.console.output import echo, echo_json
from ecrkit.cli.console.progress import reading_progress
from ecrkit.cli.policy.diff_report import diff_document, diff_lines
from ecrkit.documents.terminal import Styled
from ecrkit.images.inventory.sources import inventories_in
from ecrkit.lifecycle.diff import PolicyDiff, diff_rules
from ecrkit.preview.uncertainty import diff_images

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

__all__ = ["diff"]


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option("--images", metavar="FILE", help="Show the images whose fate changes; as for `policy preview`.")
@click.option("--manifests", metavar="FILE", help="What manifest lists refer to; as for `policy preview`.")
@click.option("--now", type=INSTANT, help="Instant of evaluation, ISO 8601 with an offset.  [default: the clock]")
@policies_option
@click.option(
    "--exit-code", is_flag=True, help="Exit with 1 when an image is, or may be, newly expired; needs --images."
)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
@without_collector()
def diff(  # noqa: PLR0913 - click passes each option as an argument
    old: str,
    new: str,
    *,
    images: str | None,
    manifests: str | None,
    now: datetime | None,
    store: Path | None,
    exit_code: bool,
    output: str,
) -> None:
    """
    Show what the policy NEW does that OLD does not.

    Each is name@N, a path to a JSON file, or - for standard input. The rules stand side by side in words; with
    --images, the images whose fate changes follow, newly expired ones first.
    """
    if exit_code and images is None:
        raise click.UsageError("--exit-code is about images; name them with --images")
    if [old, new, images, manifests].count("-") > 1:
        raise click.UsageError("standard input (-) can be read once only; name a file for the others")
    _, at = instants(now)
    require_readable([*policy_files([old, new]), images, manifests])
    before, after = read_each([old, new], lambda argument: read_policies([argument], store=store))
    rules = diff_rules(before, after)
    if images is None:
        diffs = [("", PolicyDiff(rules))]
    else:
        with reading_progress(images) as progress:
            # By file: a repository may be there twice, from two accounts or Regions.
            diffs = [
                (inventory.name, PolicyDiff(rules, *diff_images(before, after, inventory.images, at)))
                for inventory in with_manifests(inventories_in(images, progress=progress), manifests)
            ]
    is_directory = images not in (None, "-") and Path(str(images)).is_dir()
    _echo(diffs, output=output, has_images=images is not None, is_directory=is_directory)
    losses = sum(found.newly_expired + found.possibly_expired for _, found in diffs)
    sys.exit(1 if exit_code and losses else 0)


def _echo(diffs: Sequence[tuple[str, PolicyDiff]], *, output: str, has_images: bool, is_directory: bool) -> None:
    if output == "json":
        documents = [{"repositoryName": name, **diff_document(found)} for name, found in diffs]
        echo_json({"diffs": documents} if is_directory else documents[0])
        return
    for name, found in diffs:
        if len(diffs) > 1:
            echo(Styled(name, bold=True))
        for line in diff_lines(found, has_images=has_images):
            echo(line)
