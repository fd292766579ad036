"""What is shown while somebody waits: a line, or a bar."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Self, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

__all__ = ["ProgressLine", "with_bar"]

_REPEAT_SECONDS = 30
_CLEAR = "\r\x1b[K"

T = TypeVar("T")


def with_bar(items: Iterable[T], *, length: int, label: str) -> Iterator[T]:
    """
    Go through *items*; where standard error is a terminal, with a bar there.

    Args:
        items: that take their time.
        length: how many there are.
        label: before the bar.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, length=length, label=label, file=sys.stderr, show_pos=True) as bar:
        yield from bar


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
            self._write(_CLEAR)

    def tell(self, what: str, waited_seconds: float) -> None:
        """Say that *what* is waited for, and for how long already."""
        line = f"{what} ({waited_seconds:.0f} s)"
        if sys.stderr.isatty():
            self._is_shown = True
            self._write(f"{_CLEAR}{line[: shutil.get_terminal_size().columns - 1]}")
        elif what != self._told or waited_seconds >= self._repeat_at_seconds:
            self._repeat_at_seconds = waited_seconds + _REPEAT_SECONDS
            self._write(f"{line}\n")
        self._told = what

    def _write(self, text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
