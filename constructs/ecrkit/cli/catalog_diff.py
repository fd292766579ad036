"""``ecrkit catalog diff``: what a change of the catalog does to images."""

from __future__ import annotations

import gc
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.catalog import read_catalog
from ecrkit.cli.diff_report import diff_document, diff_lines
from ecrkit.cli.output import count_of, echo_json
from ecrkit.cli.policy_arguments import INSTANT
from ecrkit.cli.reading_bar import reading_progress
from ecrkit.errors import UnreadableInputError
from ecrkit.images.sources import inventories_in
from ecrkit.lifecycle import LifecyclePolicy, compose
from ecrkit.lifecycle.diff import PolicyDiff, diff_fates, diff_rules
from ecrkit.store import PolicyStore

if TYPE_CHECKING:
    from ecrkit.catalog import RepositoryEntry

__all__ = ["diff"]

_NO_POLICY = LifecyclePolicy(())


@click.command("diff")
@click.argument("old_catalog", type=click.Path(path_type=Path))
@click.argument("new_catalog", type=click.Path(path_type=Path))
@click.option(
    "--images",
    metavar="DIR",
    required=True,
    help="A directory with a file per repository; each as for `policy preview`.",
)
@click.option(
    "--policies",
    "store",
    type=click.Path(path_type=Path),
    help="The policy store of both.  [default: policies/lifecycle beside the new catalog]",
)
@click.option(
    "--old-policies",
    "old_store",
    type=click.Path(path_type=Path),
    help="The policy store of the old catalog, if it is another.",
)
@click.option("--now", type=INSTANT, help="Instant of evaluation, ISO 8601 with an offset.  [default: the clock]")
@click.option("--exit-code", is_flag=True, help="Exit with 1 when an image is newly expired.")
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def diff(  # noqa: PLR0913 - click passes each option as an argument
    old_catalog: Path,
    new_catalog: Path,
    *,
    images: str,
    store: Path | None,
    old_store: Path | None,
    now: datetime | None,
    exit_code: bool,
    output: str,
) -> None:
    """
    Show what NEW_CATALOG does to images that OLD_CATALOG does not, for every repository whose policy changed.

    With --exit-code, a changed repository without a file of images is an error, exit 2: nobody knows what it loses.
    """
    gc.disable()
    new_policies = PolicyStore(store or new_catalog.parent / "policies" / "lifecycle")
    old_policies = PolicyStore(old_store) if old_store else new_policies
    before = _policies(old_catalog, old_policies)
    after = _policies(new_catalog, new_policies)
    # A repository that only one catalog has keeps its images as they are: none yet, or retained without a policy.
    changed = {
        name: (before[name], policy) for name, policy in after.items() if name in before and before[name] != policy
    }
    at = now or datetime.now(UTC)
    diffs = {name: PolicyDiff(diff_rules(*pair)) for name, pair in changed.items()}
    looked_at = set()
    with reading_progress(images) as progress:
        for inventory in inventories_in(images, progress=progress) if changed else ():
            if inventory.name in changed:
                old, new = changed[inventory.name]
                fates = diff_fates(old, new, inventory.images, at)
                diffs[inventory.name] = PolicyDiff(diffs[inventory.name].rules, fates)
                looked_at.add(inventory.name)
    missing = sorted(changed.keys() - looked_at)
    if missing and exit_code:
        listed = ", ".join(missing)
        raise UnreadableInputError(f"{images}: has no images of {listed}, whose policy changes; save them there")
    _echo(diffs, looked_at=looked_at, output=output)
    sys.exit(1 if exit_code and any(found.newly_expired for found in diffs.values()) else 0)


def _policies(catalog: Path, store: PolicyStore) -> dict[str, LifecyclePolicy]:
    entries = read_catalog(catalog, policies=store).repositories
    return {entry.name: _policy(entry, store) for entry in entries}


def _policy(entry: RepositoryEntry, store: PolicyStore) -> LifecyclePolicy:
    return compose([store[reference] for reference in entry.lifecycle]) if entry.lifecycle else _NO_POLICY


def _echo(diffs: dict[str, PolicyDiff], *, looked_at: set[str], output: str) -> None:
    if output == "json":
        documents = [
            {"repositoryName": name, "imagesKnown": name in looked_at, **diff_document(found)}
            for name, found in diffs.items()
        ]
        echo_json({"diffs": documents})
        return
    for name, found in diffs.items():
        click.secho(name, bold=True)
        for line in diff_lines(found, has_images=name in looked_at):
            click.echo(line)
        if name not in looked_at:
            click.echo("no images at hand: what this does to them is not known")
        click.echo()
    newly = sum(found.newly_expired for found in diffs.values())
    what = "repository has another policy" if len(diffs) == 1 else "repositories have another policy"
    click.echo(f"{len(diffs):,} {what}, {count_of(newly, 'image')} newly expired", err=True)
