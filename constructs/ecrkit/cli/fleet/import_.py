"""``ecrkit fleet import``: inventories in JSON as a dataset."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ecrkit.aws.fleet.objects import SCHEME
from ecrkit.cli.arguments.completions import FILE
from ecrkit.cli.arguments.options import folder_option, format_option
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.console.progress import reading_progress
from ecrkit.errors import first_names
from ecrkit.preview.fleet.importing import import_inventories

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["import_"]


@click.command("import")
@click.argument("images", metavar="DIR", type=FILE)
@folder_option("Dataset to write to.", metavar="DATASET", required=True)
@click.option("--region", help="Region of the images in files that do not name theirs, as in eu-west-1.")
@format_option()
def import_(images: str, *, destination: Path, region: str | None, output: str) -> None:
    """
    Convert inventories in JSON to a dataset of Parquet files.

    DIR is a directory with a file per repository, a file, or - for standard input, as `ecrkit policy preview --images`
    reads them. Files of `ecrkit images inventory` name their account and Region. Files of `aws ecr describe-images`
    do not name their Region: pass --region.

    Replaces the accounts and Regions of these files in the dataset, and keeps all others. Does not call AWS.

    \b
    Examples:
      ecrkit fleet import images -o dataset
      ecrkit fleet import images -o dataset --region eu-west-1
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    # A path has one slash behind the scheme.
    if destination.parts[:1] == (SCHEME.rstrip("/"),):
        raise click.BadParameter(
            "must be a folder, got an URI of S3; import into a folder and copy that with `aws s3 sync`",
            param_hint="--output-file",
        )
    begun_at = datetime.now(UTC).isoformat()
    with reading_progress(images) as progress:
        imported = import_inventories(images, destination, region=region, begun_at=begun_at, progress=progress)
    if imported.skipped:
        lacks = "has" if len(imported.skipped) == 1 else "have"
        echo(f"skipped: {first_names(imported.skipped)} {lacks} no images and no account", err=True)
    if output == "json":
        echo_json(
            {
                "dataset": destination.as_posix(),
                "partitions": [{"registryId": account, "region": region} for account, region in imported.partitions],
                "repositoryCount": imported.repositories,
                "imageCount": imported.images,
            }
        )
        return
    places = first_names([f"{account} {region}" for account, region in imported.partitions]) or "no account"
    repositories, number = count_of(imported.repositories, "repository"), count_of(imported.images, "image")
    echo(f"{destination.as_posix()}: {repositories}, {number} of {places}")
