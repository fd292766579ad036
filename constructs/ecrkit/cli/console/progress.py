"""Progress on standard error: bars and lines, for a person at a terminal; every command shows it with these."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self, TypeVar

import click

from ecrkit.aws.polling import Patience
from ecrkit.cli.console.screen import is_live
from ecrkit.documents.terminal import rewrite_line, write_line
from ecrkit.images.inventory.sources import inventory_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType

__all__ = ["ProgressLine", "patience", "reading_progress", "step_line", "with_bar"]

_REPEAT_SECONDS = 30
_LONG_BYTES = 20_000_000
"""Reading more than this takes long enough for a bar."""

T = TypeVar("T")


def with_bar(items: Iterable[T], *, length: int, label: str) -> Iterator[T]:
    """
    Go through *items*; if standard error is a terminal, with a bar there.

    Args:
        items: that take their time.
        length: how many they are.
        label: before the bar.
    """
    if not is_live(sys.stderr):
        yield from items
        return
    with click.progressbar(items, length=length, label=label, file=sys.stderr, show_pos=True) as bar:
        yield from bar


@contextmanager
def reading_progress(images: str) -> Iterator[Callable[[int], None] | None]:
    """
    Show a bar while long files of images are read.

    Args:
        images: a file, or a directory of files.

    Yields:
        What to call with a number of bytes that have been read; ``None`` if there is no bar.
    """
    length = sum(file.stat().st_size for file in inventory_files(images) if file.is_file())
    if length < _LONG_BYTES or not is_live(sys.stderr):
        yield None
        return
    with click.progressbar(length=length, label="reading images", file=sys.stderr) as bar:
        yield bar.update


@contextmanager
def step_line() -> Iterator[Callable[[str], None]]:
    """Show a person at a terminal what is done next, on a line that is gone in the end."""
    if not is_live(sys.stderr):
        yield lambda _: None
        return
    try:
        yield _rewrite
    finally:
        rewrite_line("")


@contextmanager
def patience(seconds: float) -> Iterator[Patience]:
    """Wait for AWS at most so many seconds, with a line that shows what is waited for."""
    with ProgressLine() as line:
        yield Patience(seconds=seconds, clock=time.monotonic, sleep=time.sleep, report=line.tell)


class ProgressLine:
    """
    Tells on standard error what is waited for, as a context.

    On a terminal it is one line that changes, and is gone in the end. Elsewhere it is a line whenever something
    changes, and twice a minute, so that nobody takes a pipeline for dead.
    """

    def __init__(self) -> None:
        self._is_shown = False
        self._told = ""
        self._repeat_at_seconds = 0.0

    def __enter__(self) -> Self:
        """Begin; nothing is shown yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Leave the line to what comes next."""
        if self._is_shown:
            rewrite_line("")

    def tell(self, what: str, waited_seconds: float) -> None:
        """Say that *what* is waited for, and for how long already."""
        line = f"{what} ({waited_seconds:.0f} s)"
        if is_live(sys.stderr):
            self._is_shown = True
            _rewrite(line)
        elif what != self._told or waited_seconds >= self._repeat_at_seconds:
            self._repeat_at_seconds = waited_seconds + _REPEAT_SECONDS
            write_line(line, err=True)
        self._told = what


def _rewrite(text: str) -> None:
    # A line that wraps could not be taken back.
    rewrite_line(text[: shutil.get_terminal_size().columns - 1])
