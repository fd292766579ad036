"""What is legal, and almost always a mistake: within one rule, and among the rules of one policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecrkit.lifecycle.checks import rulebook
from ecrkit.lifecycle.checks.patterns import TagPattern
from ecrkit.lifecycle.values import ActionType, CountType, StorageClass, TagStatus

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecrkit.errors import Finding
    from ecrkit.lifecycle.checks.drafts import DraftRule, TagList
    from ecrkit.lifecycle.checks.policy_checks import PolicyCheck
    from ecrkit.lifecycle.checks.rule_checks import RuleCheck

__all__ = ["POLICY_WARNINGS", "RULE_WARNINGS"]


def duplicate_entry(rule: DraftRule) -> Iterator[Finding]:
    """No prefix or pattern is named twice in one list."""
    for tag_list in _tag_lists(rule):
        seen = set()
        for text, location in tag_list.entries:
            if text in seen:
                yield rulebook.DUPLICATE_ENTRY.at(location, entry=repr(text))
            seen.add(text)


def wildcard_in_prefix(rule: DraftRule) -> Iterator[Finding]:
    """A prefix has no wildcard."""
    for tag_list in _tag_lists(rule):
        for text, location in tag_list.entries if tag_list.is_prefixes else ():
            if "*" in text:
                yield rulebook.WILDCARD_IN_PREFIX.at(location, entry=repr(text))


def all_of_a_list(rule: DraftRule) -> Iterator[Finding]:
    """A list of prefixes or patterns has one entry."""
    for found in rule.tag_lists:
        if found.value is not None and len(set(found.value.texts)) > 1:
            yield rulebook.ALL_OF_A_LIST.at(found.location, count=len(set(found.value.texts)))


def any_by_age(rule: DraftRule) -> Iterator[Finding]:
    """A rule for any image does not expire by age."""
    is_any = rule.tag_status is not None and rule.tag_status.value is TagStatus.ANY
    is_by_push = rule.count_type is not None and rule.count_type.value is CountType.SINCE_IMAGE_PUSHED
    expires = rule.action_type is not None and rule.action_type.value is ActionType.EXPIRE
    days = rule.count_number.value if rule.count_number else None
    if is_any and is_by_push and expires and days:
        yield rulebook.ANY_BY_AGE.at(rule.location, days=days)


def unmatchable(rule: DraftRule) -> Iterator[Finding]:
    """Some tag can match every prefix and pattern."""
    for tag_list in _tag_lists(rule):
        for text, location in tag_list.entries:
            # What is wrong with the wildcards of these is said already.
            limit = 0 if tag_list.is_prefixes else rulebook.MAX_WILDCARDS
            if text and text.count("*") <= limit and not _pattern(tag_list, text).matches_a_tag():
                yield rulebook.UNMATCHABLE.at(location, entry=repr(text))


RULE_WARNINGS: tuple[RuleCheck, ...] = (
    duplicate_entry,
    wildcard_in_prefix,
    all_of_a_list,
    any_by_age,
    unmatchable,
)
"""Applied to every rule, each whatever the others say."""


def dead_rule(rules: Sequence[DraftRule]) -> Iterator[Finding]:
    """
    Every rule can act on some image.

    A single rule claims whatever several together do: where each of them leaves out some image of a rule, so does an
    image with one tag for each entry of that rule, which may be chosen so that it is left out by all.
    """
    for storage_class in StorageClass:
        claims = sorted(
            (claim for rule in rules if (claim := _claim(rule)) and rule.effective_storage_class is storage_class),
            key=lambda claim: claim.priority,
        )
        for index, claim in enumerate(claims):
            claimed_by = _claimed_by(claim, claims[:index])
            if claimed_by:
                others = " and ".join(other.rule.name for other in claimed_by)
                yield rulebook.DEAD_RULE.at(claim.rule.location, others=others)


POLICY_WARNINGS: tuple[PolicyCheck, ...] = (dead_rule,)
"""Applied to all rules of a policy."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """Which images a rule claims: those that it could match, whether it acts on them or not."""

    rule: DraftRule
    priority: int
    tag_status: TagStatus
    patterns: Mapping[TagPattern, tuple[str, ...]] = field(default_factory=dict)
    """Each entry with its fullest tags, which another rule must match to claim what this one does."""

    def covers(self, other: _Claim) -> bool:
        """Whether every image that *other*, for tagged images, could match is claimed by this one."""
        return self.tag_status is TagStatus.ANY or (
            self.tag_status is TagStatus.TAGGED
            and all(
                mine in other.patterns or any(all(map(mine.matches, tags)) for tags in other.patterns.values())
                for mine in self.patterns
            )
        )

    def covers_all_tagged(self) -> bool:
        return self.tag_status is TagStatus.TAGGED and all(pattern == _EVERY_TAG for pattern in self.patterns)


_EVERY_TAG = TagPattern.of_pattern("*")


def _claimed_by(claim: _Claim, higher: Sequence[_Claim]) -> list[_Claim]:
    """Find rules above that claim all that *claim* could match; empty when there are none."""
    if claim.tag_status is TagStatus.TAGGED:
        return next(([other] for other in higher if other.covers(claim)), [])
    everything = next(([other] for other in higher if other.tag_status is TagStatus.ANY), [])
    untagged = next(([other] for other in higher if other.tag_status is TagStatus.UNTAGGED), [])
    if everything or claim.tag_status is TagStatus.UNTAGGED:
        return everything or untagged
    tagged = next(([other] for other in higher if other.covers_all_tagged()), [])
    return [*untagged, *tagged] if untagged and tagged else []


def _claim(rule: DraftRule) -> _Claim | None:
    """Read what *rule* claims; ``None`` where that is unreadable, or it can match nothing."""
    if not rule.rule_priority or not rule.rule_priority.value or not rule.tag_status or not rule.tag_status.value:
        return None
    tag_status = rule.tag_status.value
    if tag_status is not TagStatus.TAGGED:
        return _Claim(rule, rule.rule_priority.value, tag_status)
    tag_lists = _tag_lists(rule)
    if len(tag_lists) != 1 or not tag_lists[0].is_whole or not tag_lists[0].entries:
        return None
    patterns = {(pattern := _pattern(tag_lists[0], text)): pattern.fullest() for text in tag_lists[0].texts}
    if not all(patterns.values()):
        return None
    return _Claim(rule, rule.rule_priority.value, tag_status, patterns)


def _tag_lists(rule: DraftRule) -> list[TagList]:
    return [found.value for found in rule.tag_lists if found.value is not None]


def _pattern(tag_list: TagList, text: str) -> TagPattern:
    return TagPattern.of_prefix(text) if tag_list.is_prefixes else TagPattern.of_pattern(text)
