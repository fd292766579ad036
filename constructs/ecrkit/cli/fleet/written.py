"""Verdicts as Parquet: in a folder, or in S3."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.aws.client import connect
from ecrkit.aws.fleet.folders import Folder
from ecrkit.aws.fleet.objects import SCHEME, Bucket
from ecrkit.aws.fleet.objects import Place as Prefix
from ecrkit.cli.console.output import echo
from ecrkit.errors import RefusedError
from ecrkit.preview.fleet.dataset import IMAGES, REPOSITORIES

if TYPE_CHECKING:
    from ecrkit.preview.fleet.fleet import Fleet

__all__ = ["require_new", "write_verdicts"]


def require_new(destination: str, *, dataset: str, profile: str | None, region: str | None) -> None:
    """
    Make sure, before the work begins, that verdicts would replace nothing.

    Args:
        destination: path of a folder, or an URI of S3.
        dataset: likewise, of the dataset; its tables would read verdicts in their folders.
        profile: of the shared configuration.
        region: overrides the configured one.

    Raises:
        AwsError: AWS refused, or could not be reached.
        RefusedError: it contains something, or is in a table of the dataset.
        UnreadableInputError: the URI is not one of S3.
    """
    if any(_is_in(destination, f"{dataset.rstrip('/')}/{table}") for table in (IMAGES, REPOSITORIES)):
        raise RefusedError(f"{destination}: is in a table of the dataset; name another place with --write")
    if destination.startswith(SCHEME):
        is_taken = bool(_bucket(destination, profile, region).sizes())
    else:
        path = Path(destination)
        is_taken = path.exists() and (not path.is_dir() or any(path.iterdir()))
    if is_taken:
        raise RefusedError(f"{destination}: is not empty; name another place with --write")


def write_verdicts(fleet: Fleet, destination: str, *, profile: str | None, region: str | None) -> None:
    """
    Write the verdict on every image; the other arguments are those of :func:`require_new`.

    Raises:
        AwsError: AWS refused, or could not be reached.
        ReferenceCycleError: images refer to each other in a circle.
        UnwritableOutputError: a file cannot be written.
    """
    if destination.startswith(SCHEME):
        bucket = _bucket(destination, profile, region)
        with tempfile.TemporaryDirectory(prefix="ecrkit-fleet-") as folder:
            staged = Path(folder) / "verdicts"
            fleet.write_verdicts(staged)
            for name in Folder(staged).sizes():
                bucket.upload(name, staged / name)
    else:
        fleet.write_verdicts(Path(destination))
    echo(f"verdicts written to {destination}", err=True)


def _is_in(destination: str, folder: str) -> bool:
    if destination.startswith(SCHEME) and folder.startswith(SCHEME):
        return str(Prefix.parse(destination)).startswith(str(Prefix.parse(folder)))
    if destination.startswith(SCHEME) or folder.startswith(SCHEME):
        return False
    return Path(destination).resolve().is_relative_to(Path(folder).resolve())


def _bucket(destination: str, profile: str | None, region: str | None) -> Bucket:
    return Bucket(connect(profile=profile, region=region), Prefix.parse(destination))
