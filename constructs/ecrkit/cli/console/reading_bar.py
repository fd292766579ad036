"""A bar on a terminal while long files are read."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ecrkit.images.inventory.sources import inventory_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["reading_progress"]

_LONG_BYTES = 20_000_000
"""Reading more than this takes long enough to look at a bar."""


@contextmanager
def reading_progress(images: str) -> Iterator[Callable[[int], None] | None]:
    """Give what to call with a number of bytes that have been read; ``None`` where nobody would look at a bar."""
    length = sum(file.stat().st_size for file in inventory_files(images) if file.is_file())
    if length < _LONG_BYTES or not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=length, label="reading images", file=sys.stderr) as bar:
        yield bar.update
