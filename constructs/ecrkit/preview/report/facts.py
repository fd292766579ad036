"""What a report says about each rule: what it claims, where its cut-off is, and why it did nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ecrkit.errors.excerpts import count_of
from ecrkit.lifecycle.evaluation.matching import ImageIndex
from ecrkit.lifecycle.values import CountType, StorageClass, TagStatus
from ecrkit.lifecycle.wording import days

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ecrkit.lifecycle.values import Rule
    from ecrkit.preview.preview import Preview, Totals

__all__ = ["CutOff", "RuleFacts", "rule_facts"]


@dataclass(frozen=True, slots=True)
class CutOff:
    """
    The instant that divides the images of a rule.

    Attributes:
        at: images before it may be acted on, later ones are kept.
        label: in words: ``keeps newer than 14 days``.
    """

    at: datetime
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFacts:
    """
    What one rule does to the images of a repository.

    Attributes:
        rule: which.
        totals: of the images that it decides about.
        matching: images that meet its tagging requirement, also those that a rule above claims.
        cut_off: ``None`` where nothing divides its images.
        idle: why it acts on nothing, in a sentence without full stop; empty for a rule that acts.
    """

    rule: Rule
    totals: Totals
    matching: int
    cut_off: CutOff | None
    idle: str


def rule_facts(preview: Preview) -> list[RuleFacts]:
    """Find the facts of every rule of a policy that was previewed, by priority."""
    return list(_facts(preview))


def _facts(preview: Preview) -> Iterator[RuleFacts]:
    images = preview.evaluation.images
    index = ImageIndex(images)
    for found in preview.by_rule:
        rule, totals = found.rule, found.totals
        matching = index.matching(rule.selection)
        if rule.selection.count_type is CountType.IMAGE_COUNT_MORE_THAN:
            cut_off = _count_cut_off(rule, sorted((images.came_at[place] for place in matching), reverse=True))
        else:
            cut_off = _age_cut_off(rule, preview.now)
        yield RuleFacts(
            rule=rule,
            totals=totals,
            matching=len(matching),
            cut_off=cut_off,
            idle="" if totals.expire or totals.archive else _why_idle(rule, totals, len(matching)),
        )


def _count_cut_off(rule: Rule, newest_first: list[datetime]) -> CutOff | None:
    keep = rule.selection.count_number
    if len(newest_first) <= keep:
        return None
    instant = newest_first[keep - 1]
    name = "newest" if keep == 1 else f"{keep:,}{_ordinal(keep)} newest"
    return CutOff(instant, f"{name}: {instant.date()}")


def _age_cut_off(rule: Rule, now: datetime) -> CutOff | None:
    selection = rule.selection
    try:
        instant = now - timedelta(days=selection.count_number)
    except OverflowError:
        return None
    label = {
        CountType.SINCE_IMAGE_PULLED: f"keeps images used within {days(selection.count_number)}",
        CountType.SINCE_IMAGE_TRANSITIONED: f"keeps images archived within {days(selection.count_number)}",
    }.get(selection.count_type, f"keeps newer than {days(selection.count_number)}")
    return CutOff(instant, label)


def _ordinal(number: int) -> str:
    if number % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _why_idle(rule: Rule, totals: Totals, matching: int) -> str:
    if not matching:
        return f"It did nothing: the repository has no {_selected(rule)}"
    if not totals.images:
        what = "the one image" if matching == 1 else f"all {matching:,} images"
        return f"It did nothing: rules above claim {what} that it matches"
    kept = f"it claims {count_of(totals.images, 'image')}"
    is_one = totals.images == 1
    number = rule.selection.count_number
    if rule.selection.count_type is not CountType.IMAGE_COUNT_MORE_THAN:
        return f"It acted on nothing: {kept}, {'which is not' if is_one else 'none of them'} old enough"
    if matching <= number:
        return f"It acted on nothing: {count_of(matching, 'image')} {_match(matching)}, and it keeps {number:,}"
    return f"It acted on nothing: {kept}, {'which is' if is_one else 'all'} among those that it keeps"


def _match(number: int) -> str:
    return "matches" if number == 1 else "match"


def _selected(rule: Rule) -> str:
    selection = rule.selection
    archived = "archived " if selection.storage_class is StorageClass.ARCHIVE else ""
    entries = [*map(repr, selection.tag_pattern_list), *(f"'{text}…'" for text in selection.tag_prefix_list)]
    match selection.tag_status:
        case TagStatus.UNTAGGED:
            return f"{archived}untagged image"
        case TagStatus.ANY:
            return f"{archived}image"
        case TagStatus.TAGGED:
            return f"{archived}image with tags that match {' and '.join(entries)}"
