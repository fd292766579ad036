"""``ecrkit images inventory``: every image of many repositories, in files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ecrkit.aws.client import connect
from ecrkit.aws.concurrency import in_order
from ecrkit.aws.inventory import ManifestChoice, take_inventory
from ecrkit.aws.repositories import deployed_repositories, repository_of
from ecrkit.cli.arguments.options import (
    aws_options,
    children_option,
    folder_option,
    format_option,
    layers_options,
    repository_named,
)
from ecrkit.cli.console.endings import end
from ecrkit.cli.console.listing import echo_json_list
from ecrkit.cli.console.output import count_of, echo
from ecrkit.cli.console.progress import with_bar
from ecrkit.errors import AwsError, first_names
from ecrkit.images.inventory.directory import InventoryDirectory, Job

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from ecrkit.aws.client import ECRClient
    from ecrkit.aws.inventory import Taken
    from ecrkit.aws.repositories import DeployedRepository
    from ecrkit.images.references import ImageReference

__all__ = ["inventory"]


@click.command("inventory")
@click.argument("names", nargs=-1, metavar="[NAME…]")
@click.option("--all", "everything", is_flag=True, help="Save every repository of the account and Region.")
@folder_option("Folder to write to: payments/api.json for payments/api.", required=True, old_names=["--directory"])
@click.option("--restart", is_flag=True, help="Start again instead of continuing an interrupted run.")
@children_option
@layers_options
@aws_options
@format_option()
def inventory(  # noqa: PLR0913 - one parameter per option
    names: tuple[str, ...],
    *,
    everything: bool,
    destination: Path,
    restart: bool,
    children: bool | None,
    layers: bool,
    despite_pulls: bool,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Save the image lists of repositories to files.

    Includes archived images, and the images that manifest lists refer to. `ecrkit policy preview --images` reads
    the files.

    With --layers, the files have the layers of each image, too. ECR counts reading them as a pull, so ecrkit reads
    no layers of a repository whose lifecycle policy counts days since the last pull. It saves the other data of these
    repositories, and exits with 1. --despite-pulls reads their layers, too.

    After an interruption, the same command continues. After a complete run, it starts from the beginning. With --all,
    the files of repositories that no longer exist are removed. Nothing in AWS is changed.

    \b
    Examples:
      ecrkit images inventory web payments/api -o images
      ecrkit images inventory --all -o images
      ecrkit images inventory --all --layers -o images
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    if everything == bool(names):
        raise click.UsageError("name repositories, or pass --all")
    if layers and children is False:
        raise click.UsageError("--layers reads every manifest; omit --no-children")
    if despite_pulls and not layers:
        raise click.UsageError("--despite-pulls needs --layers")
    named = {reference.repository: reference for reference in map(repository_named, names)}
    aws = connect(profile=profile, region=region)
    ecr = aws.ecr()
    found = _repositories(ecr, [named[name] for name in sorted(named)])
    account = found[0].account if found else aws.account()
    target = InventoryDirectory(destination)
    asked = Job(
        registry=account,
        region=aws.region,
        names=tuple(sorted(named)),
        begun_at=datetime.now(UTC).isoformat(),
        layers=layers,
    )
    choice = ManifestChoice(children=children, layers=layers, despite_pulls=despite_pulls)
    progress = target.begin(asked, restart=restart)
    # Their images are there, and their layers are wanted now.
    done = progress.done - progress.refused if despite_pulls else progress.done
    left = [repository.name for repository in found if repository.name not in done]
    if progress.is_continued:
        echo(
            f"continued: {len(found) - len(left):,} of {count_of(len(found), 'repository')} were saved since "
            f"{progress.job.begun_at[:16]}Z; pass --restart to start again",
            err=True,
        )
    taken = list(_taken(take_inventory(ecr, left, directory=target, job=progress.job, choice=choice), left))
    gone = target.finish(progress.job, {repository.name for repository in found})
    if output == "json":
        others = {"directory": str(destination), "registryId": account, "region": aws.region, "removed": list(gone)}
        counts = {one.repository: one.image_count for one in taken}
        echo_json_list("repositories", (_document(target, one.name, counts) for one in found), others=others)
    else:
        repositories = count_of(len(found), "repository")
        images = count_of(sum(one.image_count for one in taken), "image")
        echo(f"{destination.as_posix()}: {repositories}, {images} fetched")
    for name in gone:
        echo(f"{name}: no longer exists, its file is removed", err=True)
    _tell_unread(taken)
    _tell_without_layers(taken)
    refused = {one.repository for one in taken if one.is_refused}
    refused |= progress.refused & (done - set(gone))
    if refused:
        where = first_names(sorted(refused))
        end([f"{where}: layers not read, because the lifecycle policy counts pulls; pass --despite-pulls to read them"])


def _taken(results: Iterable[Taken], left: Sequence[str]) -> Iterator[Taken]:
    try:
        yield from with_bar(results, length=len(left), label="fetching images")
    except AwsError as error:
        raise AwsError(f"{error}; run the same command again to continue", code=error.code) from error


def _repositories(ecr: ECRClient, references: Sequence[ImageReference]) -> list[DeployedRepository]:
    if not references:
        return deployed_repositories(ecr)
    return list(in_order(lambda reference: repository_of(ecr, reference), references))


def _document(directory: InventoryDirectory, repository: str, counts: Mapping[str, int]) -> dict[str, object]:
    """Describe a file; what was there already has not been counted."""
    return {
        "repositoryName": repository,
        "file": str(directory.file_of(repository)),
        "imageCount": counts.get(repository),
    }


def _tell_unread(taken: Iterable[Taken]) -> None:
    """Say, once for each reason, which manifest lists have not been read."""
    by_reason: dict[str, list[Taken]] = {}
    for one in taken:
        if one.unread:
            by_reason.setdefault(one.why_unread, []).append(one)
    for reason, several in by_reason.items():
        names = first_names([one.repository for one in several])
        number = sum(one.unread for one in several)
        lists = "1 manifest list refers to" if number == 1 else f"{number:,} manifest lists refer to"
        echo(f"{names}: not known which images {lists}: {reason}", err=True)


def _tell_without_layers(taken: Iterable[Taken]) -> None:
    """Say, once for each reason, of which images the layers are not known; a refusal is the end of the command."""
    by_reason: dict[str, list[Taken]] = {}
    for one in taken:
        if one.without_layers and not one.is_refused:
            by_reason.setdefault(one.why_without_layers, []).append(one)
    for reason, several in by_reason.items():
        names = first_names([one.repository for one in several])
        images = count_of(sum(one.without_layers for one in several), "image")
        echo(f"{names}: layers of {images} not known: {reason}", err=True)
