"""The terminal that a stream leads to: whether it is one, how wide it is, and what it can show."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO

__all__ = ["is_live", "screen_width", "shows_styles"]

_NARROWEST = 40
"""Text in fewer columns than these is wrapped to unreadable pieces."""


def screen_width() -> int | None:
    """Give the columns of the terminal that standard output leads to; ``None`` if it leads to a file or a pipe."""
    return max(shutil.get_terminal_size().columns, _NARROWEST) if sys.stdout.isatty() else None


def shows_styles(stream: TextIO) -> bool:
    """
    Whether to print colors: to a terminal that shows them, unless the user wants none.

    Source: no-color.org: ``NO_COLOR`` applies if it is set and not empty (read 2026-11).
    """
    return is_live(stream) and not os.environ.get("NO_COLOR")


def is_live(stream: TextIO) -> bool:
    """Whether *stream* leads to a terminal that takes commands: one that moves its cursor and changes its colors."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"
