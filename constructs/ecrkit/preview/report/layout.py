"""The sizes that charts are drawn in: for wide screens and paper, and for phones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.preview.report.markup import element, escaped

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NARROW", "WIDE", "Layout", "x_axis"]

_LETTER = 6
"""Width of a letter of a label, about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """
    A size that a chart is drawn in.

    Attributes:
        name: class of the drawing.
        width: in pixels.
        left: where the axis begins.
        right: where it ends.
        bins: number of bars at most.
        ticks: number of dates at most.
        letters: that fit into a line.
    """

    name: str
    width: int
    left: float
    right: float
    bins: int
    ticks: int
    letters: int


WIDE = Layout(name="wide", width=1052, left=44.0, right=1040.0, bins=124, ticks=9, letters=130)
NARROW = Layout(name="narrow", width=326, left=34.0, right=318.0, bins=48, ticks=4, letters=46)


def x_axis(ticks: Sequence[tuple[float, str]], *, y: float, layout: Layout, title: str) -> str:
    """Draw labels at their places below *y*, and the title of the axis below them."""
    parts = []
    for x, text in ticks:
        anchor = "middle"
        if x - layout.left < _LETTER / 2 * len(text):
            anchor = "start"
        elif layout.right - x < _LETTER / 2 * len(text):
            anchor = "end"
        parts.append(element("line", class_="tick", x1=x, x2=x, y1=y, y2=y + 5))
        parts.append(element("text", escaped(text), class_="soft", x=x, y=y + 19, text_anchor=anchor))
    middle = (layout.left + layout.right) / 2
    parts.append(element("text", escaped(title), class_="soft", x=middle, y=y + 38, text_anchor="middle"))
    return "".join(parts)
