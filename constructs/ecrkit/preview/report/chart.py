"""
The chart of a report: images by time of push, a lane for each rule.

Up to a limit, each image is a mark. More images are counted by hour, day or week. The chart is drawn twice, for wide
screens and paper and for phones; a style decides which one is visible. The script of the page hides what a filter
excludes, by the attributes that begin with ``data-``.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from ecrkit.errors import excerpt
from ecrkit.errors.excerpts import count_of
from ecrkit.lifecycle.wording import in_words
from ecrkit.preview.report.axis import Bins, TimeAxis, day_text, nice_ceiling
from ecrkit.preview.report.layout import NARROW, WIDE, x_axis
from ecrkit.preview.report.markup import KINDS, element, escaped, shape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ecrkit.preview.preview import Preview
    from ecrkit.preview.report.lanes import Images, Lane
    from ecrkit.preview.report.layout import Layout

__all__ = ["MAX_MARKS", "chart"]

MAX_MARKS = 600
"""Images up to which each is a mark."""

_MAX_LEVELS = 10
_RADIUS = 4.2
_MARK = 9.5
_LETTER = 7.4
"""Width of a letter of a label, at most."""
_TOP = 26
_TO_CUT_OFF = 40
_GAP = 22
_MIN_BAR = 3.0


def chart(preview: Preview, lanes: Sequence[Lane], rows: dict[int, int]) -> str:
    """
    Draw when the images were pushed, and what becomes of them.

    Args:
        preview: with one image at least.
        lanes: of it.
        rows: for images by their place, their row in the table; of all images where each is a mark.
    """
    axis = _axis_of(preview, lanes, WIDE)
    is_detailed = len(preview.inventory.images) <= MAX_MARKS and all(
        level < _MAX_LEVELS for lane in lanes for levels in _levels(lane, preview, axis) for level in levels
    )
    return "".join(
        _Drawing(
            preview,
            lanes,
            rows,
            layout,
            None if is_detailed else Bins.of(axis.start, axis.end, at_most=layout.bins),
        ).draw()
        for layout in (WIDE, NARROW)
    )


def _axis_of(preview: Preview, lanes: Sequence[Lane], layout: Layout) -> TimeAxis:
    """Give an axis with all images, the instant of evaluation, and every cut-off that is not far before them."""
    pushed_at = preview.inventory.images.pushed_at
    first, last = min(*pushed_at, preview.now), max(*pushed_at, preview.now)
    reach = max((last - first) / 3, timedelta(hours=6))
    cut_offs = [lane.facts.cut_off.at for lane in lanes if lane.facts and lane.facts.cut_off]
    start = min([first, *(at for at in cut_offs if first - at < reach)])
    # What is at the edge can be seen whole.
    margin = max((last - start) / 60, timedelta(minutes=10))
    return TimeAxis(start=_moved(start, -margin), end=_moved(last, margin), left=layout.left, right=layout.right)


def _moved(instant: datetime, by: timedelta) -> datetime:
    try:
        return instant + by
    except OverflowError:
        return instant


def _levels(lane: Lane, preview: Preview, axis: TimeAxis) -> list[list[int]]:
    times = lane.times(preview)
    order = sorted((at, kind, number) for kind, found in enumerate(times) for number, at in enumerate(found))
    levels = [[0] * len(found) for found in times]
    last: list[float] = []
    for at, kind, number in order:
        x = axis.x(at)
        level = next((level for level, end in enumerate(last) if x - end >= _MARK), len(last))
        last[level : level + 1] = [x]
        levels[kind][number] = level
    return levels


class _Drawing:
    """One drawing of the chart."""

    def __init__(
        self, preview: Preview, lanes: Sequence[Lane], rows: dict[int, int], layout: Layout, bins: Bins | None
    ) -> None:
        self._preview = preview
        self._lanes = lanes
        self._rows = rows
        self._layout = layout
        self._bins = bins
        self._axis = _axis_of(preview, lanes, layout)

    def draw(self) -> str:
        """Draw it all."""
        layout, bins = self._layout, self._bins
        y, parts = float(_TOP), []
        for lane in self._lanes:
            drawn, height = self._lane(lane, y)
            parts.append(drawn)
            y += height + _GAP
        y -= _GAP
        ticks = [(self._axis.x(at), text) for at, text in self._axis.ticks(layout.ticks)]
        unit = "one mark is one image" if bins is None else f"bars: images per {bins.name}"
        title = f"time of push (UTC); {unit}"
        now = self._now(y)
        axis = x_axis(ticks, y=y, layout=layout, title=title)
        height = y + 46
        return element(
            "svg",
            f"{now}{''.join(parts)}{axis}",
            class_=f"chart {layout.name}",
            viewBox=f"0 0 {layout.width} {height:.0f}",
            role="img",
            aria_label=f"Images by time of push and rule. {_summary(self._lanes)}. The rules below say it in words.",
            data_start=None if bins is None else round(bins.start.timestamp() / 60),
            data_step=None if bins is None else round(bins.step.total_seconds() / 60),
        )

    def _now(self, bottom: float) -> str:
        preview, layout = self._preview, self._layout
        x = self._axis.x(preview.now)
        word = "now" if preview.now <= preview.today else "evaluated at"
        text = f"{word}: {day_text(preview.now)} {preview.now:%H:%M} UTC"
        anchor = "end" if x > (layout.left + layout.right) / 2 else "start"
        line = element("line", class_="now", x1=x, x2=x, y1=18, y2=bottom)
        return line + element("text", escaped(text), class_="now", x=x, y=12, text_anchor=anchor)

    def _lane(self, lane: Lane, y: float) -> tuple[str, float]:
        layout = self._layout
        words = f"{in_words(lane.facts.rule)}" if lane.facts else "no rule matches, so they stay"
        name = f"Rule {lane.name}" if lane.facts else "No rule"
        title = element("tspan", escaped(name), class_="strong") + escaped(
            f": {excerpt(words, longest=layout.letters - len(name))}"
        )
        parts = [element("text", title, x=0, y=y + 13)]
        if not lane.images:
            parts.append(element("text", "claims no image", class_="soft", x=layout.left, y=y + 31))
            return "".join(parts), 40.0
        top = y + _TO_CUT_OFF
        marks, height = self._dots(lane, top) if self._bins is None else self._bars(lane, top, self._bins)
        bottom = top + height
        ground, line = self._cut_off(lane, top, bottom)
        parts += [ground, marks, line]
        parts.append(element("line", class_="base", x1=layout.left, x2=layout.right, y1=bottom, y2=bottom))
        return "".join(parts), bottom - y

    def _cut_off(self, lane: Lane, top: float, bottom: float) -> tuple[str, str]:
        """Draw what lies behind the marks, and what lies before them."""
        cut_off = lane.facts.cut_off if lane.facts else None
        if cut_off is None or lane.facts is None:
            return "", ""
        axis, layout = self._axis, self._layout
        fate = "expire" if lane.facts.rule.action.type == "expire" else "archive"
        if cut_off.at < axis.start:
            text = f"← {cut_off.label}, before {day_text(axis.start)}" if layout is WIDE else f"← {cut_off.label}"
            return "", element("text", escaped(text), class_=f"cut {fate}", x=layout.left, y=top - 6)
        x = axis.x(cut_off.at)
        # On the side that has more room; not beyond the edge.
        is_right = x > (layout.left + layout.right) / 2
        length = _LETTER * len(cut_off.label)
        start = min(max(x - 6 - length if is_right else x + 6, 0.0), layout.width - length)
        label = element(
            "text",
            escaped(cut_off.label),
            class_=f"cut {fate}",
            x=start + length if is_right else start,
            y=top - 6,
            text_anchor="end" if is_right else "start",
        )
        acts = element(
            "rect", class_=f"acts {fate}", x=layout.left, y=top, width=max(x - layout.left, 0.0), height=bottom - top
        )
        line = element(
            "line",
            class_=f"cut {fate}",
            x1=x,
            x2=x,
            y1=top - (16 if x in (start - 6, start + length + 6) else 2),
            y2=bottom,
        )
        return acts, f"{line}{label}"

    def _dots(self, lane: Lane, top: float) -> tuple[str, float]:
        levels = _levels(lane, self._preview, self._axis)
        height = max(3, 1 + max(level for found in levels for level in found)) * _MARK + 3
        images = self._preview.inventory.images
        parts = []
        for found, of_kind in zip(lane.images, levels, strict=True):
            for place, level in zip(found.places, of_kind, strict=True):
                image = images[place]
                x, y = self._axis.x(image.pushed_at), top + height - _MARK * (level + 0.5) - 1
                name = excerpt(", ".join(image.tags) or "untagged")
                text = f"{name}, pushed {image.pushed_at.date()}: {_becomes(found)}"
                mark = element(
                    "path",
                    element("title", escaped(text)),
                    class_=f"mark {found.kind}",
                    d=shape(found.kind, x, y, _RADIUS),
                    data_row=self._rows[place],
                )
                parts.append(mark)
        return "".join(parts), height

    def _bars(self, lane: Lane, top: float, bins: Bins) -> tuple[str, float]:
        layout, axis = self._layout, self._axis
        height = 84.0 if len(self._lanes) <= 4 else 56.0 if len(self._lanes) <= 10 else 36.0  # noqa: PLR2004
        counts = [Counter(map(bins.place, times)) for times in lane.times(self._preview)]
        places = sorted(set().union(*counts))
        most = nice_ceiling(max(sum(found[place] for found in counts) for place in places))
        each, bottom = height / most, top + height
        parts = [
            element("line", class_="grid", x1=layout.left, x2=layout.right, y1=top, y2=top),
            element("text", f"{most:,}", class_="soft", x=layout.left - 6, y=top + 4, text_anchor="end"),
            element("text", "0", class_="soft", x=layout.left - 6, y=bottom + 4, text_anchor="end"),
        ]
        for place in places:
            x1, x2 = axis.x(bins.begin(place)), axis.x(bins.begin(place + 1))
            y = bottom
            for found, counted in zip(lane.images, counts, strict=True):
                if not counted[place]:
                    continue
                size = max(counted[place] * each, _MIN_BAR)
                y -= size
                day = day_text(bins.begin(place))
                text = f"{bins.name} of {day}: {count_of(counted[place], 'image')}, {_becomes(found)}"
                bar = element(
                    "rect",
                    element("title", escaped(text)),
                    class_=f"bar {found.kind}",
                    x=x1 + 0.5,
                    y=y,
                    width=max(x2 - x1 - 1, 1.5),
                    height=size,
                    data_fate=found.fate,
                    data_protected=1 if found.is_protected else None,
                    data_bin=place,
                    data_count=counted[place],
                )
                parts.append(bar)
        lane_of = element(
            "g", "".join(parts), class_="lane", data_rule=lane.name, data_bottom=bottom, data_each=f"{each:.4f}"
        )
        return lane_of, height


def _becomes(found: Images) -> str:
    word = {"stay": "stays", "archive": "is archived", "expire": "expires"}[found.fate]
    return f"{word}, although protected" if found.is_protected else word


def _summary(lanes: Sequence[Lane]) -> str:
    return "; ".join(_lane_summary(lane) for lane in lanes[:10])


def _lane_summary(lane: Lane) -> str:
    name = f"Rule {lane.name}" if lane.facts else "No rule"
    counts = {kind: sum(len(found.places) for found in lane.images if found.kind == kind) for kind in KINDS}
    return f"{name}: {', '.join(f'{count:,} {kind}' for kind, count in counts.items() if count) or 'no image'}"
