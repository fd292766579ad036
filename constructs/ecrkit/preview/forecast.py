"""
What expires, and is archived, on each of the next days if nothing is pushed or pulled.

Only age rules move with time. A count rule acts on nothing new without a push: the order of the images that it counts
stays, and an image that leaves makes room. So every image changes its fate at most once, on a day that its own age or
that of an image which it depends on decides.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from ecrkit.lifecycle.evaluation.dependencies import with_references
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.evaluation.verdicts import Cause
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecrkit.images.inventory.values import ImageTable
    from ecrkit.lifecycle.evaluation.evaluation import Evaluation
    from ecrkit.lifecycle.values import LifecyclePolicy

__all__ = ["FORECAST_DAYS", "ForecastDay", "combined", "forecast"]

FORECAST_DAYS = 90
"""Days that a forecast covers."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastDay:
    """
    What a policy newly acts on within one day.

    Attributes:
        day: 1 for the 24 hours after the instant of evaluation.
        expire: images that expire.
        archive: images that are archived.
        expire_bytes: sizes of those that expire, as far as they are known.
        archive_bytes: sizes of those that are archived, as far as they are known.
    """

    day: int
    expire: int = 0
    archive: int = 0
    expire_bytes: int = 0
    archive_bytes: int = 0


def forecast(
    policy: LifecyclePolicy, evaluation: Evaluation, now: datetime, *, days: int = FORECAST_DAYS
) -> tuple[ForecastDay, ...]:
    """
    Find what *policy* acts on in the next *days*, and does not act on yet.

    Args:
        policy: that was evaluated.
        evaluation: of that policy, on the images of one repository.
        now: timezone-aware instant of the evaluation.
        days: how far to look ahead.

    Returns:
        The days on which something happens, ascending. It is what evaluations of the same images at the end of each
        day add to those of the day before.
    """
    images = evaluation.images
    days = min(days, (datetime.max.replace(tzinfo=UTC) - now).days)
    changes = _by_reference(policy, images, now, days) if images.has_references else _by_age(evaluation, now, days)
    totals: defaultdict[int, dict[ActionType, list[int]]] = defaultdict(lambda: {kind: [0, 0] for kind in ActionType})
    for place, day, action in changes:
        counted = totals[day][action]
        counted[0] += 1
        counted[1] += images.sizes[place] or 0
    return tuple(
        ForecastDay(
            day=day,
            expire=of[ActionType.EXPIRE][0],
            archive=of[ActionType.TRANSITION][0],
            expire_bytes=of[ActionType.EXPIRE][1],
            archive_bytes=of[ActionType.TRANSITION][1],
        )
        for day, of in sorted(totals.items())
    )


def combined(parts: Iterable[Iterable[ForecastDay]]) -> tuple[ForecastDay, ...]:
    """Add up the forecasts of several repositories, made at one instant."""
    by_day: dict[int, ForecastDay] = {}
    for found in chain.from_iterable(parts):
        before = by_day.get(found.day, ForecastDay(day=found.day))
        by_day[found.day] = ForecastDay(
            day=found.day,
            expire=before.expire + found.expire,
            archive=before.archive + found.archive,
            expire_bytes=before.expire_bytes + found.expire_bytes,
            archive_bytes=before.archive_bytes + found.archive_bytes,
        )
    return tuple(by_day[day] for day in sorted(by_day))


def _by_age(evaluation: Evaluation, now: datetime, days: int) -> Iterator[tuple[int, int, ActionType]]:
    """Give the place, the day and the action of every image that gets old enough."""
    for group in evaluation.groups:
        if group.rule is None or group.cause is not Cause.WITHIN_THE_AGE:
            continue
        action, number = group.rule.action.type, group.rule.selection.count_number
        for place, since in zip(group.places, group.facts, strict=True):
            day = _day(since, number, now)
            if day <= days:
                yield place, day, action


def _day(since: datetime, number: int, now: datetime) -> int:
    """Give the day within which an image is older than a *number* of days; it acts on what is strictly older."""
    return (since - now) // _DAY + number + 1


def _by_reference(
    policy: LifecyclePolicy, images: ImageTable, now: datetime, days: int
) -> Iterator[tuple[int, int, ActionType]]:
    """
    Give what changes where images depend on each other.

    An image can change only on a day on which one that it is connected with gets old enough, so that only those are
    decided about again.
    """
    alone = evaluate(policy, images.without_references(), now)
    verdicts = [verdict._replace(image=images[place]) for place, verdict in enumerate(alone.verdicts)]
    due: defaultdict[int, list[int]] = defaultdict(list)
    for place, day, _ in _by_age(alone, now, days):
        due[day].append(place)
    connected = _connected(images)
    before: dict[int, ActionType | None] = {}
    for day in sorted(due):
        affected = sorted(set(chain.from_iterable(connected.get(place, (place,)) for place in due[day])))
        first = [place for place in affected if place not in before]
        if first:
            # What is connected with them is among them, so that the answer is that of the whole repository.
            settled = with_references([verdicts[place] for place in first])
            before.update(zip(first, (verdict.action for verdict in settled), strict=True))
        for place in due[day]:
            rule = verdicts[place].rule
            if rule:
                verdicts[place] = verdicts[place]._replace(action=rule.action.type, cause=Cause.PAST_THE_AGE)
        for place, verdict in zip(affected, with_references([verdicts[place] for place in affected]), strict=True):
            if verdict.action and not before[place]:
                yield place, day, verdict.action
            before[place] = verdict.action


def _connected(images: ImageTable) -> dict[int, list[int]]:
    """Give, for every image that refers to another or is referred to, all that it is connected with."""
    places = {digest: place for place, digest in enumerate(images.digests)}
    parent: dict[int, int] = {}

    def root(place: int) -> int:
        while (above := parent.setdefault(place, place)) != place:
            parent[place] = parent[above]
            place = above
        return place

    for place, (subject, children) in enumerate(zip(images.subjects, images.children, strict=True)):
        for digest in (*children, subject or ""):
            other = places.get(digest)
            if other is not None:
                parent[root(place)] = root(other)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for place in list(parent):
        groups[root(place)].append(place)
    return {place: group for group in groups.values() for place in group}
