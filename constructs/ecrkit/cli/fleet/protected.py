"""Protected images of a fleet that would expire or be archived, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.cli.console.endings import first_lines
from ecrkit.cli.console.output import count_of
from ecrkit.documents.terminal import Styled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.preview.fleet.totals import ProtectedImage

__all__ = ["MOST_PROTECTED", "protected_lines", "protected_reasons", "protected_text"]

MOST_PROTECTED = 10_000
"""The most protected images that a command lists. The counts are always complete."""

_FEW = 10


def protected_lines(found: Sequence[ProtectedImage], number: int, *, is_short: bool) -> Iterator[Line]:
    """
    Write protected images that would go.

    Args:
        found: all of them, or the first of many.
        number: how many they are.
        is_short: write the first few, and count the others.
    """
    shown = found[:_FEW] if is_short else found
    for one in shown:
        yield Styled("error", "red", bold=True), f": {protected_text(one)}"
    if number > len(shown):
        more = count_of(number - len(shown), "more protected image")
        advice = "pass --details to list them" if is_short else "write all verdicts with --write"
        yield Styled("error", "red", bold=True), f": {more} would expire or be archived; {advice}"


def protected_reasons(found: Sequence[ProtectedImage], number: int, *, output: str) -> list[Line]:
    """
    Say for standard error that a gate fails on protected images.

    Args:
        found: all of them, or the first of many.
        number: how many they are.
        output: format of the result; text names images already.
    """
    if not number:
        return []
    if output == "text":
        return [f"{count_of(number, 'protected image')} would expire or be archived"]
    lines: list[Line] = [protected_text(one) for one in found]
    unlisted = number - len(lines)
    return first_lines([*lines, *([""] * unlisted)], noun="protected image")


def protected_text(one: ProtectedImage) -> str:
    """Write one of them in a sentence."""
    return f"{' '.join(one.place)}: {one.violation.text}"
