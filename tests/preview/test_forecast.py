"""The forecast, compared with evaluations of every day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from builders.inventories import LIST_TYPE, NOW, image
from builders.policies import ARCHIVE, policy, pulled, pushed, rule, tagged, untagged
from builders.random_cases import inventories, policies
from hypothesis import given, settings

from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.forecast import FORECAST_DAYS, ForecastDay, combined, forecast

if TYPE_CHECKING:
    from ecrkit.images import Image
    from ecrkit.lifecycle import LifecyclePolicy

DAY = timedelta(days=1)


def evaluated(policy: LifecyclePolicy, images: list[Image]) -> list[ForecastDay]:
    """Find the same by an evaluation at the end of each day."""
    found = []
    before = [verdict.action for verdict in evaluate(policy, images, NOW).verdicts]
    for day in range(1, FORECAST_DAYS + 1):
        after = [verdict.action for verdict in evaluate(policy, images, NOW + day * DAY).verdicts]
        new = [
            (action, found.size_bytes or 0)
            for found, old, action in zip(images, before, after, strict=True)
            if action and not old
        ]
        expired, archived = (
            [size for action, size in new if action is kind] for kind in (ActionType.EXPIRE, ActionType.TRANSITION)
        )
        if new:
            found.append(
                ForecastDay(
                    day=day,
                    expire=len(expired),
                    archive=len(archived),
                    expire_bytes=sum(expired),
                    archive_bytes=sum(archived),
                )
            )
        before = after
    return found


def forecasted(policy: LifecyclePolicy, images: list[Image], now: datetime = NOW) -> list[ForecastDay]:
    return list(forecast(policy, evaluate(policy, images, now), now))


@settings(max_examples=60, deadline=None)
@given(policies(), inventories())
def test_law(policy: LifecyclePolicy, images: list[Image]) -> None:
    """Each day is what an evaluation at its end acts on, and one at its beginning does not."""
    assert forecasted(policy, images) == evaluated(policy, images)


def test_days() -> None:
    """An image is due within the day in which it gets older than the rule allows."""
    rules = policy(rule(1, **untagged(), **pushed(14)), rule(2, **tagged("v*"), **pulled(30), action=ARCHIVE))
    images = [
        image(age_days=20, size_bytes=1),
        image(age_days=13.5, size_bytes=10),
        image(age_days=13, size_bytes=100),
        image(age_days=13, size_bytes=None),
        image(tags=["v1"], age_days=20, pulled_days_ago=3, size_bytes=1000),
        image(tags=["v2"], age_days=0, size_bytes=10_000),
    ]

    assert forecasted(rules, images) == [
        ForecastDay(day=1, expire=1, expire_bytes=10),
        ForecastDay(day=2, expire=2, expire_bytes=100),
        ForecastDay(day=28, archive=1, archive_bytes=1000),
        ForecastDay(day=31, archive=1, archive_bytes=10_000),
    ]


def test_an_image_waits_for_its_list() -> None:
    """An image that a manifest list refers to goes on the day of the list, although it is older."""
    rules = policy(rule(1, **untagged(), **pushed(10)), rule(2, **tagged("v*"), **pushed(20)))
    images = [
        image("a", age_days=30),
        image("b", tags=["v1"], age_days=15, children=["a"], media_type=LIST_TYPE),
        image("c", age_days=15, subject="b"),
    ]

    assert forecasted(rules, images) == [ForecastDay(day=6, expire=3, expire_bytes=3_000_000)]


def test_end_of_the_calendar() -> None:
    """A forecast ends with the calendar."""
    now = datetime(9999, 12, 30, tzinfo=UTC)
    images = [image()._replace(pushed_at=now), image()._replace(pushed_at=now - 9.5 * DAY)]

    assert forecasted(policy(rule(1, **untagged(), **pushed(10))), images, now) == [
        ForecastDay(day=1, expire=1, expire_bytes=1_000_000)
    ]


def test_several_repositories() -> None:
    """Forecasts add up by day."""
    first = [ForecastDay(day=1, expire=1, expire_bytes=5), ForecastDay(day=9, archive=2, archive_bytes=7)]
    second = [ForecastDay(day=1, expire=2, expire_bytes=1)]

    assert combined([first, second]) == (ForecastDay(day=1, expire=3, expire_bytes=6), first[1])
