"""``ecrkit policy diff``: what a change of policy changes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.cli.arguments.completions import FILE, POLICY
from ecrkit.cli.arguments.options import details_option, output_option
from ecrkit.cli.arguments.paths import read_each, require_one_stdin, require_readable
from ecrkit.cli.arguments.policies import (
    INSTANT,
    instants,
    policies_option,
    policy_files,
    protection_options,
    read_policies,
    read_protections,
    warn_of_protections,
    with_manifests,
)
from ecrkit.cli.console.collector import without_collector
from ecrkit.cli.console.endings import end
from ecrkit.cli.console.output import echo_json, echo_lines
from ecrkit.cli.console.progress import reading_progress
from ecrkit.cli.policy.diff_groups import RepositoryDiff, echo_groups
from ecrkit.cli.policy.diff_report import diff_document, diff_lines, loss_reasons
from ecrkit.cli.policy.protected import all_protected_lines, protected_documents, protected_reasons
from ecrkit.images.inventory.sources import inventories_in
from ecrkit.lifecycle.diff import PolicyDiff, diff_rules
from ecrkit.preview.uncertainty import diff_images

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from ecrkit.images import Inventory
    from ecrkit.lifecycle.diff import RuleChange
    from ecrkit.preview.uncertainty import ImageChanges

__all__ = ["diff"]


@click.command("diff")
@click.argument("old", type=POLICY)
@click.argument("new", type=POLICY)
@click.option(
    "--images",
    metavar="FILE",
    type=FILE,
    help="Images to evaluate, as for `policy preview --images`; shows those that the change affects.",
)
@click.option(
    "--manifests", metavar="FILE", type=FILE, help="Images that manifest lists refer to, as for `policy preview`."
)
@click.option("--now", type=INSTANT, help="Time of evaluation, ISO 8601 with an offset.  [default: now]")
@policies_option
@protection_options
@click.option(
    "--exit-code", is_flag=True, help="Exit with 1 when an image is, or may be, newly expired; needs --images."
)
@details_option("With a directory as --images, show the images of each repository, too; list every protected image.")
@output_option()
@without_collector()
def diff(  # noqa: PLR0913 - click passes each option as an argument
    old: str,
    new: str,
    *,
    images: str | None,
    manifests: str | None,
    now: datetime | None,
    store: Path | None,
    in_use: tuple[str, ...],
    pulled_within: timedelta | None,
    must_keep: tuple[str, ...],
    exit_code: bool,
    details: bool,
    output: str,
) -> None:
    """
    Compare the policies OLD and NEW.

    Each is name@N, a path to a JSON file, or - for standard input. Shows the rules side by side in words. With
    --images, also shows the images that the change affects, newly expired ones first. For several repositories, shows
    one row each; --details shows their images.

    Exits with 1 if NEW would expire or archive an image that --in-use, --pulled-within or --must-keep protects.

    \b
    Examples:
      ecrkit policy diff keep-last-10@1 keep-last-10@2
      ecrkit policy diff keep-last-10@1 draft.json --images web.json --exit-code
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if exit_code and images is None:
        raise click.UsageError("--exit-code needs --images")
    if images is None and (in_use or pulled_within or must_keep):
        raise click.UsageError("--in-use, --pulled-within and --must-keep need --images")
    require_one_stdin(old, new, images, manifests, *in_use)
    _, at = instants(now)
    require_readable([*policy_files([old, new]), images, manifests, *in_use])
    before, after = read_each([old, new], lambda argument: read_policies([argument], store=store))
    rules = diff_rules(before, after)
    if images is None:
        diffs = [RepositoryDiff(name="", diff=PolicyDiff(rules))]
    else:
        protections = read_protections(in_use=in_use, pulled_within=pulled_within, must_keep=must_keep)
        with reading_progress(images) as progress:
            inventories: Iterable[Inventory] = with_manifests(inventories_in(images, progress=progress), manifests)
            if protections:
                # What protects nothing is known when all have been read.
                inventories = list(inventories)
                warn_of_protections(protections, inventories)
            # By file: a repository may be there twice, from two accounts or Regions.
            diffs = [
                _diff(inventory.name, rules, diff_images(before, after, inventory, at, protections=protections))
                for inventory in inventories
            ]
    is_directory = images not in (None, "-") and Path(str(images)).is_dir()
    _echo(diffs, output=output, details=details, has_images=images is not None, is_directory=is_directory)
    reasons = protected_reasons(((each.name, each.violations) for each in diffs), output=output)
    if exit_code:
        reasons += loss_reasons([each.diff for each in diffs])
    end(reasons)


def _diff(name: str, rules: tuple[RuleChange, ...], images: ImageChanges) -> RepositoryDiff:
    diff = PolicyDiff(rules, images.fates, images.notes)
    return RepositoryDiff(name=name, diff=diff, violations=images.violations, layers=images.layers)


def _echo(diffs: Sequence[RepositoryDiff], *, output: str, details: bool, has_images: bool, is_directory: bool) -> None:
    if output == "json":
        documents = [
            {
                "repositoryName": each.name,
                **protected_documents(each.violations),
                **diff_document(each.diff, each.layers),
            }
            for each in diffs
        ]
        echo_json({"diffs": documents} if is_directory else documents[0])
        return
    if len(diffs) > 1:
        echo_groups(diffs, details=details)
        return
    for each in diffs:
        echo_lines(all_protected_lines([(each.name, each.violations)], is_short=not details))
        echo_lines(diff_lines(each.diff, has_images=has_images, layers=each.layers))
