"""Inventories from files, directories and standard input."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from dataclasses import replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.documents.files import STDIN, files_under, open_file, read_bytes
from ecrkit.errors import UnreadableInputError
from ecrkit.images.inventory.fields import HEADING_KEY
from ecrkit.images.inventory.reading import parse_images

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ecrkit.images.inventory.values import Image, Inventory

__all__ = ["UNFINISHED", "files_in", "inventories_in", "inventory_files", "read_images"]

_SUFFIXES = (".json", ".jsonl", ".ndjson")

UNFINISHED = ".inventory"
"""A folder that is in a directory for as long as ``ecrkit images inventory`` writes into it."""

_LARGE_BYTES = 1_000_000
_HEADED = re.compile(rf'\s*+\{{\s*+"{HEADING_KEY}"'.encode())


def read_images(path: Path | str) -> Sequence[Image]:
    """
    Read the images of one repository.

    Args:
        path: file from ``aws ecr describe-images`` or ``ecrkit images inventory``, or JSON Lines with an image
            on each line; ``-`` for standard input.

    Returns:
        The images in the order of the file, times in UTC.

    Raises:
        InvalidImagesError: the file is not a list of images; lists all problems, one a line.
        UnreadableInputError: the file cannot be read, or is a directory.
    """
    if Path(path).is_dir():
        raise UnreadableInputError(f"{path}: is a directory; name the file of one repository")
    return next(inventories_in(str(path))).images


def inventory_files(path: str) -> tuple[Path, ...]:
    """
    Find the files that hold images.

    Args:
        path: a file; a directory with a file for each repository, in folders as its name has slashes; or ``-``.

    Returns:
        By name; empty for standard input.

    Raises:
        UnreadableInputError: a directory cannot be read, has no such file, or not yet all of them.
    """
    if path == "-":
        return ()
    if not Path(path).is_dir():
        return (Path(path),)
    if (Path(path) / UNFINISHED).exists():
        raise UnreadableInputError(f"{path}: the inventory is not finished; run `ecrkit images inventory` again")
    files = files_in(Path(path))
    if not files:
        raise UnreadableInputError(f"{path}: has no file of images; save one for each repository, as in 'my-app.json'")
    return files


def files_in(directory: Path) -> tuple[Path, ...]:
    """
    Find the files in a directory that are taken for images, by name; hidden ones are not.

    Raises:
        UnreadableInputError: the directory, or one in it, cannot be read.
    """
    if not directory.is_dir():
        return ()
    return tuple(found for found in files_under(directory, "[!.]*") if found.suffix in _SUFFIXES)


def inventories_in(path: str, *, progress: Callable[[int], None] | None = None) -> Iterator[Inventory]:
    """
    Read images.

    Args:
        path: as in :func:`inventory_files`.
        progress: called now and then with a number of bytes that have been read since.

    Yields:
        An inventory for each file, by name; in a directory, the path in it names a repository that the file does not.

    Raises:
        InvalidImagesError: a file holds something else.
        UnreadableInputError: a file cannot be read.
    """
    if path == "-":
        yield parse_images(sys.stdin.buffer.read(), file=STDIN, progress=progress)
        return
    is_directory = Path(path).is_dir()
    for file in inventory_files(path):
        with _opened(file) as content:
            inventory = parse_images(content, file=file.as_posix(), progress=progress)
            has_heading = _HEADED.match(content) is not None
        if has_heading:
            inventory = _with_heading(inventory, file)
        if is_directory and not inventory.repository:
            inventory = replace(inventory, repository=file.relative_to(path).with_suffix("").as_posix())
        yield inventory


def _with_heading(inventory: Inventory, file: Path) -> Inventory:
    """Add what images do not say: their Region, and where there are none, whose they would be."""
    from ecrkit.images.inventory.writing import heading_in  # noqa: PLC0415 - most lists have no heading

    heading = heading_in(file)
    if heading is None:
        return inventory
    return replace(
        inventory,
        registry=inventory.registry or heading.registry,
        region=heading.region,
        repository=inventory.repository or heading.repository,
    )


@contextmanager
def _opened(file: Path) -> Iterator[bytes | mmap]:
    """Give what a file holds; a large one without a copy of it."""
    try:
        is_large = file.stat().st_size >= _LARGE_BYTES
    except OSError:
        is_large = False
    if not is_large:
        yield read_bytes(file)
        return
    with open_file(file) as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as content:
        yield content
