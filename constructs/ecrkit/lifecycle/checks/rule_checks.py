"""What must fit together within one rule."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeGuard, TypeVar

from ecrkit.errors import steps_of
from ecrkit.lifecycle.checks import rulebook
from ecrkit.lifecycle.checks.reading import quoted
from ecrkit.lifecycle.values import ActionType, CountType, StorageClass, TagStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ecrkit.errors import Finding
    from ecrkit.lifecycle.checks.drafts import DraftRule, Located

    RuleCheck = Callable[[DraftRule], Iterator[Finding]]

__all__ = ["RULE_CHECKS"]

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)


def tagged_without_list(rule: DraftRule) -> Iterator[Finding]:
    """A rule for tagged images says for which tags."""
    if _is(rule.tag_status, TagStatus.TAGGED) and not rule.tag_lists:
        yield rulebook.TAGGED_WITHOUT_LIST.at(rule.tag_status.location)


def two_lists(rule: DraftRule) -> Iterator[Finding]:
    """A rule has a list of prefixes or a list of patterns, not both."""
    if len(rule.tag_lists) > 1 and all(map(_is_read, rule.tag_lists)) and not _is_untagged_or_any(rule):
        last = max(rule.tag_lists, key=lambda found: found.key_location)
        yield rulebook.TWO_LISTS.at(last.key_location)


def list_without_tagged(rule: DraftRule) -> Iterator[Finding]:
    """Only a rule for tagged images has a list of prefixes or patterns."""
    if rule.tag_status and _is_untagged_or_any(rule):
        for found in filter(_is_read, rule.tag_lists):
            key = steps_of(found.key_location.pointer)[-1]
            yield rulebook.LIST_WITHOUT_TAGGED.at(found.key_location, tag_status=rule.tag_status.value, key=key)


def empty_list(rule: DraftRule) -> Iterator[Finding]:
    """A list of prefixes or patterns has an entry."""
    for found in () if _is_untagged_or_any(rule) else rule.tag_lists:
        if found.value and found.value.is_whole and not found.value.entries:
            yield rulebook.EMPTY_LIST.at(found.location)


def bad_count_unit(rule: DraftRule) -> Iterator[Finding]:
    """A countUnit is days."""
    counts_images = _is(rule.count_type, CountType.IMAGE_COUNT_MORE_THAN)
    if rule.count_unit and rule.count_unit.value not in {"days", None} and not counts_images:
        yield rulebook.BAD_COUNT_UNIT.at(rule.count_unit.location, got=quoted(rule.count_unit.value))


def unit_missing(rule: DraftRule) -> Iterator[Finding]:
    """An age has a countUnit."""
    if rule.count_type and rule.count_type.value and rule.count_type.value.is_age and not rule.count_unit:
        yield rulebook.UNIT_MISSING.at(rule.count_type.location, count_type=rule.count_type.value)


def unit_with_count(rule: DraftRule) -> Iterator[Finding]:
    """A number of images has no countUnit."""
    if _is(rule.count_type, CountType.IMAGE_COUNT_MORE_THAN) and rule.count_unit and _is_read(rule.count_unit):
        yield rulebook.UNIT_WITH_COUNT.at(rule.count_unit.key_location)


def pulled_expires(rule: DraftRule) -> Iterator[Finding]:
    """The last pull only archives."""
    if _is(rule.count_type, CountType.SINCE_IMAGE_PULLED) and _is(rule.action_type, ActionType.EXPIRE):
        yield rulebook.PULLED_EXPIRES.at(rule.action_type.location)


def transitioned_transitions(rule: DraftRule) -> Iterator[Finding]:
    """The time in the archive only expires."""
    if _is_transitioned(rule) and _is(rule.action_type, ActionType.TRANSITION):
        yield rulebook.TRANSITIONED_TRANSITIONS.at(rule.action_type.location)


def transitioned_not_archive(rule: DraftRule) -> Iterator[Finding]:
    """The time in the archive counts archived images."""
    if rule.count_type and _is_transitioned(rule):
        if rule.storage_class is None:
            yield rulebook.TRANSITIONED_NOT_ARCHIVE.at(rule.count_type.location, got="none")
        elif rule.storage_class.value is StorageClass.STANDARD:
            yield rulebook.TRANSITIONED_NOT_ARCHIVE.at(rule.storage_class.location, got="'standard'")


def archive_not_transitioned(rule: DraftRule) -> Iterator[Finding]:
    """Archived images are counted by the time in the archive."""
    counts_otherwise = rule.count_type and rule.count_type.value and not _is_transitioned(rule)
    if rule.count_type and counts_otherwise and _is(rule.storage_class, StorageClass.ARCHIVE):
        yield rulebook.ARCHIVE_NOT_TRANSITIONED.at(rule.storage_class.location, count_type=rule.count_type.value)


def archived_too_briefly(rule: DraftRule) -> Iterator[Finding]:
    """An archived image stays 90 days or more."""
    if _is_transitioned(rule) and rule.count_number and rule.count_number.value:
        days = rule.count_number.value
        if days < rulebook.MIN_ARCHIVED_DAYS:
            yield rulebook.ARCHIVED_TOO_BRIEFLY.at(rule.count_number.location, got=days)


def transition_without_target(rule: DraftRule) -> Iterator[Finding]:
    """A transition has a target."""
    # An archived image takes no transition at all.
    if _is(rule.action_type, ActionType.TRANSITION) and not rule.target_storage_class and not _is_transitioned(rule):
        yield rulebook.TRANSITION_WITHOUT_TARGET.at(rule.action_type.location)


def target_with_expire(rule: DraftRule) -> Iterator[Finding]:
    """Only a transition has a target."""
    # What counts pulls is to archive, and has its target already.
    target, is_pulled = rule.target_storage_class, _is(rule.count_type, CountType.SINCE_IMAGE_PULLED)
    if _is(rule.action_type, ActionType.EXPIRE) and target and _is_read(target) and not is_pulled:
        yield rulebook.TARGET_WITH_EXPIRE.at(target.key_location)


RULE_CHECKS: tuple[RuleCheck, ...] = (
    tagged_without_list,
    two_lists,
    list_without_tagged,
    empty_list,
    bad_count_unit,
    unit_missing,
    unit_with_count,
    pulled_expires,
    transitioned_transitions,
    transitioned_not_archive,
    archive_not_transitioned,
    archived_too_briefly,
    transition_without_target,
    target_with_expire,
)
"""Applied to every rule, each whatever the others say."""


def _is_read(found: Located[T]) -> bool:
    """Whether the value could be read; if not, it is a finding already, and may well have to go."""
    return found.value is not None


def _is_untagged_or_any(rule: DraftRule) -> bool:
    return _is(rule.tag_status, TagStatus.UNTAGGED) or _is(rule.tag_status, TagStatus.ANY)


def _is_transitioned(rule: DraftRule) -> bool:
    return _is(rule.count_type, CountType.SINCE_IMAGE_TRANSITIONED)


def _is(found: Located[Word] | None, word: Word) -> TypeGuard[Located[Word]]:
    return found is not None and found.value is word
