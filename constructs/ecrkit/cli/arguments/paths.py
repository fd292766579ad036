"""Several paths in one command line: what is wrong with each of them is reported, not only with the first."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, TypeVar

import click

from ecrkit.documents.files import unreadable
from ecrkit.errors import EcrkitError
from ecrkit.policies.references import store_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

__all__ = ["STORE", "raise_all", "read_each", "require_one_stdin", "require_readable"]

T = TypeVar("T")


class _Store(click.Path):
    """A policy store, or the folder that has it as ``lifecycle``."""

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:  # type: ignore[override]  # always a path
        return store_at(Path(os.fsdecode(super().convert(value, param, ctx))))


STORE = _Store(path_type=Path)


def require_one_stdin(*arguments: str | Path | None) -> None:
    """
    Make sure that at most one argument is ``-``.

    Raises:
        click.UsageError: several are.
    """
    if sum(str(argument) == "-" for argument in arguments) > 1:
        raise click.UsageError("standard input (-) can be read once only; name a file for the others")


def read_each(arguments: Iterable[str], read: Callable[[str], T]) -> list[T]:
    """
    Read every argument.

    Returns:
        What *read* gives for each, in order.

    Raises:
        EcrkitError: one of them cannot be read.
        ExceptionGroup: several of them cannot be read; carries an `EcrkitError` for each.
    """
    results, errors = [], []
    for argument in arguments:
        try:
            results.append(read(argument))
        except EcrkitError as error:
            errors.append(error)
    raise_all(errors)
    return results


def require_readable(paths: Iterable[str | Path | None]) -> None:
    """
    Make sure that every path can be read before any of them is.

    Args:
        paths: any; ``None``, and ``-`` for standard input, can always be read.

    Raises:
        UnreadableInputError: one of them cannot be read.
        ExceptionGroup: several of them cannot be read.
    """
    errors = []
    for path in paths:
        if path is None or str(path) == "-":
            continue
        try:
            # Opening anything else could wait for a writer, or consume what can be read only once.
            if S_ISREG(Path(path).stat().st_mode):
                Path(path).open("rb").close()
        except (OSError, ValueError) as error:
            why = error if isinstance(error, OSError) else OSError(0, str(error))
            errors.append(unreadable(Path(path), why))
    raise_all(errors)


def raise_all(errors: Sequence[EcrkitError]) -> None:
    """Raise what went wrong: one error as it is, several as a group, none not at all."""
    if len(errors) > 1:
        raise ExceptionGroup("several arguments cannot be read", errors)
    if errors:
        raise errors[0]
