"""The next 90 days of a report, and the axes of its charts."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from builders.inventories import NOW

from ecrkit.preview.forecast import ForecastDay
from ecrkit.preview.report.axis import Bins, TimeAxis, nice_ceiling
from ecrkit.preview.report.timeline import timeline

FIRST = datetime(2026, 1, 31, 22, tzinfo=UTC)


def sentence_of(days: list[ForecastDay]) -> str:
    return timeline(days, NOW).partition("<p>")[2].partition("</p>")[0]


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        pytest.param(
            [],
            "Nothing more expires or is archived before 30 Jan 2027, if nothing is pushed or pulled.",
            id="none",
        ),
        pytest.param(
            [ForecastDay(day=1, expire=1, expire_bytes=5)],
            "1 more image expires (5 B) by 30 Jan 2027, if nothing is pushed or pulled. The first go by 2 Nov 2026.",
            id="one",
        ),
        pytest.param(
            [ForecastDay(day=9, expire=1, expire_bytes=5), ForecastDay(day=10, expire=4, archive=1)],
            "5 more images expire (5 B) and 1 is archived by 30 Jan 2027, if nothing is pushed or pulled."
            " The first go by 10 Nov 2026.",
            id="both",
        ),
        pytest.param(
            [ForecastDay(day=9, archive=2)],
            "2 more images are archived by 30 Jan 2027, if nothing is pushed or pulled. The first go by 10 Nov 2026.",
            id="archived",
        ),
    ],
)
def test_sentence(days: list[ForecastDay], sentence: str) -> None:
    """The sentence says how many go, and when the first do."""
    assert sentence_of(days) == sentence


def test_table() -> None:
    """Every day of the drawing is a row of a table."""
    markup = timeline([ForecastDay(day=1, expire=2, expire_bytes=5), ForecastDay(day=3, expire=1)], NOW)

    assert re.findall(r'<tr><th scope="row">(.*?)</th><td class="number">(.*?)</td>', markup) == [
        ("2 Nov 2026", "2"),
        ("4 Nov 2026", "1"),
    ]
    assert "2 days as a table" in markup


@pytest.mark.parametrize("days", [0.1, 1, 20, 90, 400, 3_000, 300_000])
def test_ticks(days: float) -> None:
    """An axis of any length has some labels, in order, and not too many."""
    axis = TimeAxis(start=FIRST, end=FIRST + timedelta(days=days), left=0, right=100)
    ticks = axis.ticks(8)

    assert 1 <= len(ticks) <= 9
    assert [at for at, _ in ticks] == sorted({at for at, _ in ticks})
    assert all(axis.start <= at <= axis.end for at, _ in ticks)


@pytest.mark.parametrize("days", [0, 1, 20, 90, 400, 3_000, 300_000])
def test_bins(days: int) -> None:
    """Every instant has a bin that begins before it, and a day more than the time divides into so many at most."""
    end = FIRST + timedelta(days=days)
    bins = Bins.of(FIRST, end, at_most=100)

    assert bins.place(FIRST) == 0 if bins.step >= timedelta(days=1) else bins.place(FIRST) < 24
    assert bins.place(end) <= 100
    assert bins.begin(bins.place(end)) <= end < bins.begin(bins.place(end) + 1)


@pytest.mark.parametrize(("value", "ceiling"), [(1, 1), (3, 5), (51, 100), (100, 100), (1_001, 2_000)])
def test_ceiling(value: int, ceiling: int) -> None:
    """An axis ends at a round number."""
    assert nice_ceiling(value) == ceiling
