"""Inventories from files, directories and standard input."""

from __future__ import annotations

import sys
from dataclasses import replace
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.errors import UnreadableInputError
from ecrkit.files import decode, read_text, unreadable
from ecrkit.images.reading import read_images

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ecrkit.images.values import Inventory

__all__ = ["SUFFIXES", "inventories_in", "inventory_files"]

_LARGE_BYTES = 1_000_000

SUFFIXES = (".json", ".jsonl", ".ndjson")


def inventory_files(path: str) -> tuple[Path, ...]:
    """
    Find the files that hold images.

    Args:
        path: a file; a directory with a file for each repository, in folders as its name has slashes; or ``-``.

    Returns:
        By name; empty for standard input.

    Raises:
        UnreadableInputError: a directory cannot be read, or has no such file.
    """
    if path == "-":
        return ()
    if not Path(path).is_dir():
        return (Path(path),)
    try:
        files = sorted(found for found in Path(path).rglob("*") if found.suffix in SUFFIXES and found.is_file())
    except OSError as error:
        raise unreadable(Path(path), error) from None
    if not files:
        raise UnreadableInputError(f"{path}: has no file of images; save one for each repository, as in 'my-app.json'")
    return tuple(files)


def inventories_in(path: str, *, progress: Callable[[int], None] | None = None) -> Iterator[Inventory]:
    """
    Read images.

    Args:
        path: as in :func:`inventory_files`.
        progress: called now and then with a number of characters that have been read since.

    Yields:
        An inventory for each file, by name; in a directory, the path in it names a repository that the file does not.

    Raises:
        InvalidImagesError: a file holds something else.
        UnreadableInputError: a file cannot be read.
    """
    if path == "-":
        yield read_images(decode(sys.stdin.buffer.read(), file="-"), file="-", progress=progress)
        return
    is_directory = Path(path).is_dir()
    for file in inventory_files(path):
        inventory = read_images(_text(file), file=str(file), progress=progress)
        if is_directory and not inventory.repository:
            inventory = replace(inventory, repository=file.relative_to(path).with_suffix("").as_posix())
        yield inventory


def _text(file: Path) -> str:
    """Read a file; a large one straight from the system's memory, which takes half the time."""
    try:
        if file.stat().st_size >= _LARGE_BYTES:
            with file.open("rb") as opened, mmap(opened.fileno(), 0, access=ACCESS_READ) as content:
                return str(content, "utf-8")
    except (OSError, ValueError):
        # What is wrong is told by the usual way to read a file, if it is wrong there too.
        pass
    return read_text(file)
