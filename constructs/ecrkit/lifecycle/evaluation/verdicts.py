"""What becomes of an image, and why."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ecrkit.lifecycle.values import ActionType, CountType
from ecrkit.lifecycle.wording import SINCE, days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from ecrkit.images.inventory.values import Image
    from ecrkit.lifecycle.values import Rule

__all__ = ["Cause", "Group", "Verdict", "grouped", "newest_first", "reason_around"]

T = TypeVar("T")

_DIGITS = re.compile(r"([0-9]+)")


class Cause(Enum):
    """Why."""

    PAST_THE_COUNT = auto()
    """A rule keeps a number of images, and this one is past it; ``place`` says which."""

    PAST_THE_AGE = auto()
    """Older than a rule allows; ``since`` is the instant that its age is counted from."""

    WITHIN_THE_COUNT = auto()
    """Claimed by a rule and among the images that it keeps; ``place`` says which."""

    WITHIN_THE_AGE = auto()
    """Claimed by a rule and not old enough for it; ``since`` is the instant that its age is counted from."""

    NO_RULE = auto()
    """It meets the tagging requirement of no rule."""

    NO_RULE_FOR_ARCHIVED = auto()
    """It is in the archive, and meets the tagging requirement of no rule for archived images."""

    LIST_STAYS = auto()
    """A rule selects it, and a manifest list that refers to it stays; ``because_of`` is the list."""

    SUBJECT_STAYS = auto()
    """A rule selects it, and the image that it is about stays; ``because_of`` is that image."""

    FOLLOWS_SUBJECT = auto()
    """It goes with the image that it is about, whatever its own rules say; ``because_of`` is that image."""


_FIELDS = {
    Cause.PAST_THE_COUNT: 0,
    Cause.WITHIN_THE_COUNT: 0,
    Cause.PAST_THE_AGE: 1,
    Cause.WITHIN_THE_AGE: 1,
    Cause.LIST_STAYS: 2,
    Cause.SUBJECT_STAYS: 2,
    Cause.FOLLOWS_SUBJECT: 2,
    Cause.NO_RULE: 2,
    Cause.NO_RULE_FOR_ARCHIVED: 2,
}
"""Which of the last three fields of a verdict holds the fact of its group."""


# A tuple for the reason that an image is one.
class Verdict(NamedTuple):
    """
    The result of a policy for one image.

    Attributes:
        image: the image.
        action: expire or transition; ``None`` if it stays.
        rule: the deciding rule: it acts on the image, or protects it from all rules below; ``None`` if
            no rule selects the image.
        cause: why it decides so.
        place: position among the images that the rule counts, newest first, from 1; only for counting rules.
        since: time that its age is counted from; only for rules in days.
        because_of: digest of another image that decides for it, if any.
    """

    image: Image
    action: ActionType | None
    rule: Rule | None
    cause: Cause
    place: int | None = None
    since: datetime | None = None
    because_of: str | None = None

    @property
    def due_at(self) -> datetime | None:
        """
        When a rule will act on an image that is not old enough yet, if nothing else changes.

        At most the end of the calendar; ``None`` if no age decides.
        """
        if self.rule is None or self.since is None or self.cause is not Cause.WITHIN_THE_AGE:
            return None
        try:
            return self.since + timedelta(days=self.rule.selection.count_number)
        except OverflowError:
            return datetime.max.replace(tzinfo=UTC)

    @property
    def reason(self) -> str:
        """The cause in words, with the rule by its priority: lower case, no full stop."""
        before, after = reason_around(self.rule, self.cause)
        return f"{before}{self.detail}{after}"

    @property
    def detail(self) -> str:
        """The part of the reason that is specific to this image: a number, a date, a digest, or nothing."""
        if self.place is not None:
            return f"{self.place:,}"
        if self.because_of is not None:
            return self.because_of
        return str(self.due_at or self.since or "")[:10]


@dataclass(frozen=True, slots=True)
class Group:
    """
    Verdicts with the same rule, cause and action.

    Attributes:
        rule: that decides, or ``None``.
        action: expire, transition, or ``None``.
        cause: why it decides so.
        places: of the images, in the sequence that was evaluated; ascending.
        facts: what differs, by image: its place among those counted, the instant that its age is counted from, the
            digest of the image that decides about it, or ``None``, as the cause has it.
    """

    rule: Rule | None
    action: ActionType | None
    cause: Cause
    places: list[int]
    facts: list[Any]

    def verdict(self, number: int, images: Sequence[Image]) -> Verdict:
        """Give the verdict on one image by its number among the places."""
        facts: list[Any] = [None, None, None]
        facts[_FIELDS[self.cause]] = self.facts[number]
        return Verdict(images[self.places[number]], self.action, self.rule, self.cause, *facts)

    def verdicts(self, images: Sequence[Image]) -> Iterator[tuple[int, Verdict]]:
        """Give the verdicts, each with the place of its image in *images*."""
        field = _FIELDS[self.cause]
        for place, fact in zip(self.places, self.facts, strict=True):
            facts: list[Any] = [None, None, None]
            facts[field] = fact
            yield place, Verdict(images[place], self.action, self.rule, self.cause, *facts)


def grouped(verdicts: Sequence[Verdict]) -> tuple[Group, ...]:
    """Group *verdicts* by rule, cause and action, in the order of the first of each."""
    groups: dict[tuple[int, Cause, ActionType | None], Group] = {}
    for place, verdict in enumerate(verdicts):
        key = (id(verdict.rule), verdict.cause, verdict.action)
        group = groups.setdefault(key, Group(verdict.rule, verdict.action, verdict.cause, [], []))
        group.places.append(place)
        group.facts.append(verdict[4 + _FIELDS[verdict.cause]])
    return tuple(groups.values())


def newest_first(found: Iterable[T], verdict_of: Callable[[T], Verdict]) -> list[T]:
    """
    Sort what people read by time of push.

    Args:
        found: verdicts, or what has one.
        verdict_of: gives the verdict.

    Returns:
        The newest first. Where times are equal, by rule, by the number among those that it counts, and by tag, ``v9``
        before ``v10``.
    """
    in_order = sorted(found, key=lambda each: verdict_of(each).image.pushed_at, reverse=True)
    listed: list[T] = []
    for _, run in groupby(in_order, key=lambda each: verdict_of(each).image.pushed_at):
        tied = list(run)
        listed += sorted(tied, key=lambda each: _rank(verdict_of(each))) if len(tied) > 1 else tied
    return listed


def _rank(verdict: Verdict) -> tuple[Any, ...]:
    priority = verdict.rule.rule_priority if verdict.rule else math.inf
    place = math.inf if verdict.place is None else verdict.place
    tags = [[_part(part) for part in _DIGITS.split(tag)] for tag in verdict.image.tags]
    return priority, place, not tags, tags, verdict.image.digest


def _part(part: str) -> tuple[int, str]:
    """Compare digits as a number; what is around them as text."""
    return (int(part), "") if part.isdecimal() and part.isascii() else (-1, part)


# The texts around the detail are the same for thousands of images.
@lru_cache(maxsize=256)
def reason_around(rule: Rule | None, cause: Cause) -> tuple[str, str]:
    """
    Give the reason of a verdict in two parts.

    Args:
        rule: that decides.
        cause: why it decides so.

    Returns:
        What stands before the detail of a verdict, and what stands behind it.
    """
    if rule is None:
        is_archived = cause is Cause.NO_RULE_FOR_ARCHIVED
        return "archived, and no rule for archived images matches" if is_archived else "no rule matches", ""
    name = f"rule {rule.rule_priority}"
    number, count_type = rule.selection.count_number, rule.selection.count_type
    becomes = "expires" if rule.action.type is ActionType.EXPIRE else "is archived"
    unless = " unless pulled" if count_type is CountType.SINCE_IMAGE_PULLED else ""
    return {
        Cause.PAST_THE_COUNT: (f"{name} keeps {number:,}, and this is number ", ""),
        Cause.PAST_THE_AGE: (f"{SINCE.get(count_type)} ", f", more than {days(number)} ago"),
        Cause.WITHIN_THE_COUNT: (f"{name} keeps {number:,}, and this is number ", ""),
        Cause.WITHIN_THE_AGE: (f"matched by {name} and not old enough: {becomes} after ", unless),
        Cause.LIST_STAYS: ("kept because manifest list ", f" stays; {name} selects it"),
        Cause.SUBJECT_STAYS: ("kept because its subject ", f" stays; {name} selects it"),
        Cause.FOLLOWS_SUBJECT: ("goes with its subject ", f", which {name} selects"),
    }[cause]
