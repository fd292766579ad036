"""Axes of the charts: time in UTC, and numbers."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Bins", "TimeAxis", "day_text", "nice_ceiling"]

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)

_BINS = (
    (_HOUR, "hour"),
    (3 * _HOUR, "3 hours"),
    (6 * _HOUR, "6 hours"),
    (12 * _HOUR, "12 hours"),
    (_DAY, "day"),
    (2 * _DAY, "2 days"),
    (7 * _DAY, "week"),
    (14 * _DAY, "2 weeks"),
    (28 * _DAY, "4 weeks"),
    (84 * _DAY, "12 weeks"),
    (364 * _DAY, "52 weeks"),
    (3640 * _DAY, "520 weeks"),
    (36_400 * _DAY, "5,200 weeks"),
)
"""How much time a bar may cover, and its name."""

_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 1200, 2400, 6000)
_SHORT_STEPS = (_HOUR, 3 * _HOUR, 6 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 5 * _DAY, 10 * _DAY, 15 * _DAY)


def day_text(instant: datetime) -> str:
    """Write a day for people: ``1 Nov 2026``."""
    return f"{instant.day} {instant:%b} {instant.year}"


def nice_ceiling(value: float) -> int:
    """Round up to 1, 2, 5 or 10 times a power of ten, for the end of an axis."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if factor * power >= value:
                return factor * power
        power *= 10


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """
    Instants as places from left to right.

    Attributes:
        start: instant of the left end.
        end: instant of the right end, later.
        left: place of the left end.
        right: place of the right end.
    """

    start: datetime
    end: datetime
    left: float
    right: float

    def x(self, instant: datetime) -> float:
        """Give the place of an instant; one outside is at the end."""
        share = (instant - self.start) / (self.end - self.start)
        return self.left + min(max(share, 0.0), 1.0) * (self.right - self.left)

    def ticks(self, at_most: int) -> list[tuple[datetime, str]]:
        """Give instants to label, each with its label."""
        for step in _SHORT_STEPS:
            if (self.end - self.start) / step <= at_most:
                return list(self._short_ticks(step))
        for months in _MONTHS:
            found = list(self._month_ticks(months))
            if len(found) <= at_most:
                return found
        return []

    def _short_ticks(self, step: timedelta) -> Iterator[tuple[datetime, str]]:
        instant = _midnight(self.start)
        while instant < self.start:
            instant += step
        while instant <= self.end:
            text = f"{instant.day} {instant:%b}" if step >= _DAY else f"{instant.day} {instant:%b %H}:00"
            yield instant, text
            if datetime.max.replace(tzinfo=UTC) - instant < step:
                return
            instant += step

    def _month_ticks(self, months: int) -> Iterator[tuple[datetime, str]]:
        first = self.start.year * 12 + self.start.month - 1
        last = self.end.year * 12 + self.end.month - 1
        for month in range(-(-first // months) * months, last + 1, months):
            instant = datetime(month // 12, month % 12 + 1, 1, tzinfo=UTC)
            if self.start <= instant <= self.end:
                yield instant, f"{instant:%b} {instant.year}" if months % 12 else str(instant.year)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bins:
    """
    Equal stretches of time; the first begins with a day.

    Attributes:
        start: of the first.
        step: length of each.
        name: of the length: ``week``.
    """

    start: datetime
    step: timedelta
    name: str

    @classmethod
    def of(cls, start: datetime, end: datetime, *, at_most: int) -> Bins:
        """Choose the shortest bins that divide the time into at most this number."""
        start = _midnight(start)
        lengths = [step for step, _ in _BINS]
        step, name = _BINS[min(bisect_left(lengths, (end - start) / at_most), len(_BINS) - 1)]
        return cls(start=start, step=step, name=name)

    def place(self, instant: datetime) -> int:
        """Give the number of the bin of an instant, from 0."""
        return (instant - self.start) // self.step

    def begin(self, place: int) -> datetime:
        """Give the instant at which a bin begins, to the end of the calendar at most."""
        try:
            return self.start + place * self.step
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)


def _midnight(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
