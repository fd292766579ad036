"""A bar that counts repositories while they are read."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["counted"]

T = TypeVar("T")


def counted(items: Iterable[T], *, total: int) -> Iterator[T]:
    """Give *items* as they come, with a bar on standard error where somebody looks at it."""
    with click.progressbar(
        items, length=total, label="repositories", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as bar:
        yield from bar
