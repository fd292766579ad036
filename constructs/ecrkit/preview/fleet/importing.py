"""Import inventories in JSON, as ``ecrkit images inventory`` and ``aws ecr describe-images`` write them."""

from __future__ import annotations

import re
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ecrkit.documents.files import STDIN
from ecrkit.errors import InvalidInventoryError, UnreadableInputError, first_names
from ecrkit.images.inventory.sources import inventories_in, inventory_files
from ecrkit.images.inventory.writing import heading_in
from ecrkit.preview.fleet.database import connect
from ecrkit.preview.fleet.dataset import MOST_BYTES, RECORD, DatasetRecord, Failure, record_in, write_record
from ecrkit.preview.fleet.writing import PartitionWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ecrkit.images.inventory.values import Inventory

__all__ = ["Imported", "import_inventories"]

_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-[0-9]+")
_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """
    What was imported.

    Attributes:
        partitions: accounts and Regions, sorted.
        repositories: how many.
        images: how many.
        skipped: files without images that do not say whose they are.
    """

    partitions: tuple[tuple[str, str], ...]
    repositories: int
    images: int
    skipped: tuple[str, ...]


def import_inventories(
    images: str,
    dataset: Path,
    *,
    region: str | None,
    begun_at: str,
    progress: Callable[[int], None] | None = None,
) -> Imported:
    """
    Import the images of many repositories into a dataset.

    Replaces the accounts and Regions of the files once all files are read, and keeps the others. An import that fails
    before changes nothing.

    Args:
        images: a directory of files, a file, or ``-``, as ``policy preview --images`` takes it.
        dataset: folder of the dataset; it is created if it does not exist.
        region: Region of the files that do not name theirs.
        begun_at: now, ISO 8601.
        progress: called now and then with a number of bytes that have been read since.

    Raises:
        InvalidImagesError: a file holds something else than images.
        InvalidInventoryError: two files have the same repository, or one does not say whose it is.
        RefusedError: *dataset* contains something else.
        UnreadableInputError: a file cannot be read, does not name its Region and *region* is ``None``, or no file has
            images or an account.
        UnwritableOutputError: the dataset cannot be written.
    """
    if region is not None and not _REGION.fullmatch(region):
        raise UnreadableInputError(f"--region: must be a Region, as in 'eu-west-1', got {region!r}")
    if region is None:
        _require_regions(images)
    before = record_in(dataset)
    unfinished = Failure(registry="", region="", error="an import was interrupted")
    kept = tuple(failure for failure in before.failures if failure != unfinished) if before else ()
    begun = replace(before or DatasetRecord(begun_at=begun_at, complete=False), complete=False)

    def begin() -> None:
        write_record(dataset, replace(begun, failures=(*kept, unfinished)))

    if before is None:
        # An import that is killed leaves drafts: the record says whose folder this is.
        begin()
    try:
        imported = _import(inventories_in(images, progress=progress), dataset, region=region, begin=begin)
    except BaseException:
        if before is None:
            _remove_unused(dataset)
        raise
    left = tuple(failure for failure in kept if (failure.registry, failure.region) not in imported.partitions)
    write_record(dataset, replace(begun, complete=not left, failures=left))
    return imported


def _require_regions(images: str) -> None:
    # To read a file that is not there says so.
    unnamed = [file.as_posix() for file in inventory_files(images) if file.exists() and heading_in(file) is None]
    if images == "-":
        unnamed = [STDIN]
    if unnamed:
        lacks = "does not name its Region" if len(unnamed) == 1 else "do not name their Region"
        raise UnreadableInputError(f"{first_names(unnamed)}: {lacks}; pass --region")


def _remove_unused(dataset: Path) -> None:
    """Remove a dataset that got no file, so that a failed import leaves nothing behind."""
    if any(path.name != RECORD for path in dataset.iterdir()):
        return
    (dataset / RECORD).unlink(missing_ok=True)
    with suppress(OSError):
        dataset.rmdir()


def _import(
    inventories: Iterator[Inventory], dataset: Path, *, region: str | None, begin: Callable[[], None]
) -> Imported:
    """Read all files, call *begin*, and then replace what the dataset has."""
    with ExitStack() as stack:
        database = stack.enter_context(connect())
        writers: dict[tuple[str, str], PartitionWriter] = {}
        origins: dict[tuple[str, str, str], str] = {}
        skipped: list[str] = []
        number = waiting = 0
        for inventory in inventories:
            if not inventory.registry and not len(inventory.images):
                skipped.append(inventory.file)
                continue
            place = _place(inventory, region)
            _require_sizes(inventory)
            other = origins.setdefault((*place, inventory.repository), inventory.file)
            if other != inventory.file:
                raise InvalidInventoryError(
                    f"{inventory.file}: has the images of {inventory.repository} in {place[0]} and {place[1]}, as "
                    f"{other} has; remove one of them"
                )
            if place not in writers:
                writer = PartitionWriter(dataset, account=place[0], region=place[1], database=database)
                writers[place] = stack.enter_context(writer)
            writers[place].add(inventory.repository, inventory.images)
            number += len(inventory.images)
            waiting += len(inventory.images)
            if waiting >= _AT_ONCE:
                for writer in writers.values():
                    writer.flush()
                waiting = 0
        if not writers:
            lacks = "has" if len(skipped) == 1 else "have"
            raise UnreadableInputError(
                f"{first_names(skipped)}: {lacks} no images and no account, so there is nothing to import; save them "
                "with `ecrkit images inventory`"
            )
        begin()
        for writer in writers.values():
            writer.finish()
        return Imported(
            partitions=tuple(sorted(writers)),
            repositories=len(origins),
            images=number,
            skipped=tuple(skipped),
        )


def _require_sizes(inventory: Inventory) -> None:
    """Refuse sizes that no column holds."""
    for digest, size in zip(inventory.images.digests, inventory.images.sizes, strict=True):
        if size is not None and size > MOST_BYTES:
            raise InvalidInventoryError(
                f"{inventory.file}: {digest}: imageSizeInBytes must be at most {MOST_BYTES}, got {size}; save the "
                "images again"
            )


def _place(inventory: Inventory, region: str | None) -> tuple[str, str]:
    """Give the account and Region of images, which become names of folders."""
    if not _ACCOUNT.fullmatch(inventory.registry):
        got = (
            f"its registryId must have 12 digits, got {inventory.registry!r}" if inventory.registry else "no registryId"
        )
        raise InvalidInventoryError(
            f"{inventory.file}: {got}; save the images with `ecrkit images inventory` or `aws ecr describe-images`"
        )
    if not inventory.repository:
        raise InvalidInventoryError(
            f"{inventory.file}: does not name its repository; put it into a folder as NAME.json"
        )
    found = inventory.region or region or ""
    if not _REGION.fullmatch(found):
        raise InvalidInventoryError(f"{inventory.file}: its region must be a Region, as in 'eu-west-1', got {found!r}")
    return inventory.registry, found
