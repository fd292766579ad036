"""``ecrkit catalog diff``: what a change of the catalog does to images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ecrkit.catalog import read_catalog
from ecrkit.catalog.changes import diff_images, policy_changes
from ecrkit.cli.arguments.completions import DIRECTORY, FILE
from ecrkit.cli.arguments.options import details_option, output_option
from ecrkit.cli.arguments.paths import STORE, require_one_stdin, require_readable
from ecrkit.cli.arguments.policies import (
    INSTANT,
    instants,
    protection_options,
    read_protections,
    warn_of_protections,
    with_manifests,
)
from ecrkit.cli.console.collector import without_collector
from ecrkit.cli.console.endings import end
from ecrkit.cli.console.output import echo, echo_json
from ecrkit.cli.console.progress import reading_progress
from ecrkit.cli.console.reports import echo_findings
from ecrkit.cli.policy.diff_groups import RepositoryDiff, echo_groups
from ecrkit.cli.policy.diff_report import diff_document, loss_reasons, losses
from ecrkit.cli.policy.protected import protected_documents, protected_reasons
from ecrkit.documents.terminal import write_document
from ecrkit.errors import UnreadableInputError
from ecrkit.images.inventory.sources import inventories_in
from ecrkit.policies.store import PolicyStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta

    from ecrkit.catalog import Catalog
    from ecrkit.catalog.changes import ChangedRepository
    from ecrkit.images import Inventory

__all__ = ["diff"]

_UNCOMPARED = (
    ("public repositories", "public_repositories", "ECR Public has no lifecycle policies"),
    ("registry-wide settings", "registry", "they change no existing image; 'ecrkit review' shows them"),
    ("events", "events", "they change no image; 'ecrkit review' shows them"),
)
"""What changes unseen: what it is, the attribute of an environment, and why."""


@click.command("diff")
@click.argument("old_catalog", type=click.Path(path_type=Path))
@click.argument("new_catalog", type=click.Path(path_type=Path))
@click.option(
    "--images",
    metavar="DIR",
    type=DIRECTORY,
    required=True,
    help="Directory with a file of images per repository, as for `policy preview`.",
)
@click.option(
    "--manifests", metavar="FILE", type=FILE, help="Images that manifest lists refer to, as for `policy preview`."
)
@click.option(
    "--policies",
    "store",
    type=STORE,
    help="Policy store of both catalogs.   [default: policies/lifecycle next to the new catalog]",
)
@click.option(
    "--old-policies",
    "old_store",
    type=STORE,
    help="Policy store of the old catalog, if it is a different one.",
)
@click.option("--now", type=INSTANT, help="Time of evaluation, ISO 8601 with an offset.  [default: now]")
@protection_options
@click.option("--exit-code", is_flag=True, help="Exit with 1 when an image is, or may be, newly expired.")
@details_option("Show the images of repositories with the same change, too; list every protected image.")
@output_option("markdown")
@without_collector()
def diff(  # noqa: PLR0913 - click passes each option as an argument
    old_catalog: Path,
    new_catalog: Path,
    *,
    images: str,
    manifests: str | None,
    store: Path | None,
    old_store: Path | None,
    now: datetime | None,
    in_use: tuple[str, ...],
    pulled_within: timedelta | None,
    must_keep: tuple[str, ...],
    exit_code: bool,
    details: bool,
    output: str,
) -> None:
    """
    Show what a change of the catalog does to images.

    Compares the lifecycle policies of every repository in OLD_CATALOG and NEW_CATALOG. Environments are compared
    one by one. One of the catalogs may be - for standard input. A file in the folder <environment> of --images DIR
    belongs to that environment. Any other file belongs to all environments in the account and Region that it names.
    Repositories with the same change are shown together, one row each; --details shows their images.

    Exits with 1 if the new policy of a changed repository would expire or archive an image that --in-use,
    --pulled-within or --must-keep protects.

    With --exit-code, --in-use, --pulled-within or --must-keep, exits with 2 if a changed repository has no file of
    images.

    \b
    Examples:
      git show main:repositories.yaml > old.yaml
      ecrkit catalog diff old.yaml repositories.yaml --images images --exit-code
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    _, at = instants(now)
    require_one_stdin(old_catalog, new_catalog, images, manifests, *in_use)
    require_readable([old_catalog, new_catalog, images, manifests, *in_use])
    new_policies = PolicyStore(store or new_catalog.parent / "policies" / "lifecycle")
    old_policies = PolicyStore(old_store) if old_store else new_policies
    old = read_catalog(old_catalog, policies=old_policies)
    new = read_catalog(new_catalog, policies=new_policies)
    changes = policy_changes(old, new, old_policies=old_policies, new_policies=new_policies)
    echo_findings(dict.fromkeys((*old_policies.unpublished(), *new_policies.unpublished())), err=True)
    for what, of, why in _UNCOMPARED:
        if _of_environments(old, of) != _of_environments(new, of):
            echo(f"{what}: not compared, {why}", err=True)
    protections = read_protections(in_use=in_use, pulled_within=pulled_within, must_keep=must_keep)
    with reading_progress(images) as progress:
        read = inventories_in(images, progress=progress) if changes or protections else ()
        inventories: Iterable[Inventory] = with_manifests(read, manifests)
        if protections:
            # What protects nothing is known when all have been read.
            inventories = list(inventories)
            warn_of_protections(protections, inventories)
        found = diff_images(changes, inventories, root=Path(images), now=at, protections=protections)
    missing = sorted(each.name for each in found if not each.has_images)
    if missing and (exit_code or protections):
        listed = ", ".join(missing)
        raise UnreadableInputError(f"{images}: no images of {listed}, whose policy changes; save them there")
    reasons = protected_reasons(((each.name, each.violations) for each in found), output=output)
    if exit_code:
        reasons += loss_reasons([each.diff for each in found])
    if output == "markdown":
        from ecrkit.cli.review.markdown import losses_markdown  # noqa: PLC0415 - the other outputs do without
        from ecrkit.deployment.review.losses import image_losses  # noqa: PLC0415 - as above

        write_document(losses_markdown(image_losses(found, old=old, new=new), fails=bool(reasons)))
    else:
        _echo(found, output=output, details=details)
    end(reasons)


def _of_environments(catalog: Catalog, of: str) -> dict[str, object]:
    return {place.name: getattr(place, of) for place in catalog.environments if getattr(place, of)}


def _echo(found: Sequence[ChangedRepository], *, output: str, details: bool) -> None:
    if output == "json":
        documents = [
            {
                "repositoryName": each.repository,
                "environments": list(each.environments),
                "imagesKnown": each.has_images,
                **protected_documents(each.violations),
                **diff_document(each.diff, each.layers),
            }
            for each in found
        ]
        echo_json({"diffs": documents})
        return
    diffs = [
        RepositoryDiff(
            name=each.name,
            diff=each.diff,
            has_images=each.has_images,
            violations=each.violations,
            layers=each.layers,
        )
        for each in found
    ]
    if diffs:
        echo_groups(diffs, details=details)
        echo("")
    number = len({each.repository for each in found})
    newly = sum(each.diff.newly_expired for each in found)
    possibly = sum(each.diff.possibly_expired for each in found)
    what = "repository has a new policy" if number == 1 else "repositories have a new policy"
    echo(f"{number:,} {what}, {losses(newly, possibly, noun='image')}", err=True)
