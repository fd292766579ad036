"""The next 90 days: what expires on which day if nothing is pushed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ecrkit.errors.excerpts import count_of
from ecrkit.images.sizes import readable_size
from ecrkit.preview.forecast import FORECAST_DAYS
from ecrkit.preview.report.axis import day_text, nice_ceiling
from ecrkit.preview.report.layout import NARROW, WIDE, x_axis
from ecrkit.preview.report.markup import element, escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from ecrkit.preview.forecast import ForecastDay
    from ecrkit.preview.report.layout import Layout

__all__ = ["timeline"]

_IMAGES = 72.0
_BYTES = 48.0
_TICKS = (0, 15, 30, 45, 60, 75, 90)


def timeline(days: Sequence[ForecastDay], now: datetime, *, has_layers: bool = False) -> str:
    """
    Draw a forecast, and write it as a table.

    Args:
        days: on which something happens.
        now: instant that the first day begins at.
        has_layers: whether the bytes that are really freed are known today; those of a forecast are apparent sizes.
    """
    end = _date(now, FORECAST_DAYS)
    if not days:
        text = f"Nothing more expires or is archived before {end}, if nothing is pushed or pulled."
        return element("p", escaped(text))
    expire, archive = sum(day.expire for day in days), sum(day.archive for day in days)
    parts = []
    if expire:
        size = readable_size(sum(day.expire_bytes for day in days))
        size += " apparent size" if has_layers else ""
        parts.append(f"{expire:,} more {'image expires' if expire == 1 else 'images expire'} ({size})")
    if archive:
        what = "is" if archive == 1 else "are"
        images = f"{archive:,} {what}" if expire else f"{archive:,} more {'image' if archive == 1 else 'images'} {what}"
        parts.append(f"{images} archived")
    first = _date(now, days[0].day)
    sizes = "apparent bytes" if has_layers else "bytes"
    text = f"{' and '.join(parts)} by {end}, if nothing is pushed or pulled. The first go by {first}."
    return "".join(
        [
            element("p", escaped(text)),
            *(_Drawing(days, now, layout, sizes=sizes).draw() for layout in (WIDE, NARROW)),
            _table(days, now, sizes=sizes),
        ]
    )


class _Drawing:
    """One drawing of the forecast."""

    def __init__(self, days: Sequence[ForecastDay], now: datetime, layout: Layout, *, sizes: str) -> None:
        self._sizes = sizes
        self._days = days
        self._now = now
        self._layout = layout

    def draw(self) -> str:
        layout = self._layout
        images = self._panel(
            "images per day", 20.0, _IMAGES, lambda day: (day.archive, day.expire), lambda most: f"{most:,}"
        )
        top = 20.0 + _IMAGES + 36
        sizes = self._panel(
            f"{self._sizes} per day",
            top,
            _BYTES,
            lambda day: (day.archive_bytes, day.expire_bytes),
            readable_size,
        )
        bottom = top + _BYTES
        ticks = [(self._x(day), _short(self._now, day)) for day in _TICKS]
        if layout is NARROW:
            ticks = ticks[::2]
        axis = x_axis(ticks, y=bottom, layout=layout, title="day of expiry or archiving (UTC)")
        return element(
            "svg",
            f"{images}{sizes}{axis}",
            class_=f"chart forecast {layout.name}",
            viewBox=f"0 0 {layout.width} {bottom + 46:.0f}",
            role="img",
            aria_label="What expires or is archived on each of the next 90 days. The table below has the same numbers.",
        )

    def _x(self, day: float) -> float:
        return self._layout.left + day / FORECAST_DAYS * (self._layout.right - self._layout.left)

    def _panel(
        self,
        title: str,
        top: float,
        height: float,
        values: Callable[[ForecastDay], tuple[int, int]],
        written: Callable[[int], str],
    ) -> str:
        layout, bottom = self._layout, top + height
        most = nice_ceiling(max(1, *(sum(values(day)) for day in self._days)))
        parts = [
            element("text", escaped(title), class_="soft", x=layout.left, y=top - 8),
            element("line", class_="grid", x1=layout.left, x2=layout.right, y1=top, y2=top),
            element("line", class_="base", x1=layout.left, x2=layout.right, y1=bottom, y2=bottom),
            element("text", escaped(written(most)), class_="soft", x=layout.right, y=top - 6, text_anchor="end"),
        ]
        width = (layout.right - layout.left) / FORECAST_DAYS
        for day in self._days:
            y = bottom
            for kind, value, count in zip(("archive", "expire"), values(day), (day.archive, day.expire), strict=True):
                if not count:
                    continue
                size = max(value / most * height, 2.5)
                y -= size
                word = "archived" if kind == "archive" else "expire"
                about = f"by {_date(self._now, day.day)}: {count_of(count, 'image')}, {word}"
                bar = element(
                    "rect",
                    element("title", escaped(about)),
                    class_=f"bar {kind}",
                    x=self._x(day.day - 1) + 0.5,
                    y=y,
                    width=max(width - 1, 2.0),
                    height=size,
                )
                parts.append(bar)
        return "".join(parts)


def _table(days: Sequence[ForecastDay], now: datetime, *, sizes: str) -> str:
    archives = any(day.archive for day in days)
    headings = ["by", "expire", sizes, *(["archived", sizes] if archives else [])]
    head = "".join(element("th", text, scope="col", class_=None if text == "by" else "number") for text in headings)
    body = []
    for day in days:
        cells = [f"{day.expire:,}", readable_size(day.expire_bytes)]
        cells += [f"{day.archive:,}", readable_size(day.archive_bytes)] if archives else []
        date = element("th", escaped(_date(now, day.day)), scope="row")
        body.append(element("tr", date + "".join(element("td", text, class_="number") for text in cells)))
    table = element("table", element("thead", element("tr", head)) + element("tbody", "".join(body)), class_="plain")
    summary = element("summary", f"{count_of(len(days), 'day')} as a table")
    return element("details", summary + element("div", table, class_="scroll"))


def _date(now: datetime, day: int) -> str:
    try:
        return day_text(now + timedelta(days=day))
    except OverflowError:
        return "the end of the calendar"


def _short(now: datetime, day: int) -> str:
    return _date(now, day).rpartition(" ")[0]
