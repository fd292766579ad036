"""Suggestions for a misspelled word."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["near"]


def near(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """List those of *known* that *name* may have been meant for, the nearest first, three at most."""
    from difflib import get_close_matches  # noqa: PLC0415 - wanted only where something is wrong

    return tuple(get_close_matches(name, list(known)))
