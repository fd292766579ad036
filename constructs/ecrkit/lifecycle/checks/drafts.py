"""
Rules as far as they could be read, each value with its place.

A check that looks at the type of a count must still speak when the number beside it is no number; so checks look at
drafts, and only a draft without errors becomes a :class:`~ecrkit.lifecycle.values.Rule`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from ecrkit.lifecycle.values import Action, ActionType, CountType, Rule, Selection, StorageClass, TagStatus

if TYPE_CHECKING:
    from ecrkit.errors import Location

__all__ = ["DraftRule", "Located", "TagList"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Located(Generic[T]):
    """
    What a key holds.

    Attributes:
        value: as read; ``None`` when it is there and unreadable, which is a finding already.
        location: of the value.
        key_location: of the key.
    """

    value: T | None
    location: Location
    key_location: Location


@dataclass(frozen=True, slots=True)
class TagList:
    """
    A list of prefixes or patterns.

    Attributes:
        key: ``tagPatternList`` or ``tagPrefixList``.
        entries: the strings among its entries, each with its place.
        is_whole: every entry could be read.
    """

    key: str
    entries: tuple[tuple[str, Location], ...]
    is_whole: bool = True

    @property
    def is_prefixes(self) -> bool:
        """Whether its entries are prefixes, and not patterns."""
        return self.key == "tagPrefixList"

    @property
    def texts(self) -> tuple[str, ...]:
        """The entries without their places."""
        return tuple(text for text, _ in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRule:
    """
    One rule as far as it could be read; ``None`` is a key that is absent.

    Attributes:
        location: of the rule.
        name: how messages call it: ``rules[2]``.
        has_selection: the selection is an object.
    """

    location: Location
    name: str
    has_selection: bool = True
    rule_priority: Located[int] | None = None
    description: Located[str] | None = None
    tag_status: Located[TagStatus] | None = None
    tag_pattern_list: Located[TagList] | None = None
    tag_prefix_list: Located[TagList] | None = None
    count_type: Located[CountType] | None = None
    count_unit: Located[str] | None = None
    count_number: Located[int] | None = None
    storage_class: Located[StorageClass] | None = None
    action_type: Located[ActionType] | None = None
    target_storage_class: Located[StorageClass] | None = None

    @property
    def tag_lists(self) -> tuple[Located[TagList], ...]:
        """The lists that it has; a valid rule has one at most."""
        return tuple(found for found in (self.tag_pattern_list, self.tag_prefix_list) if found)

    @property
    def clear_storage_class(self) -> StorageClass | None:
        """Its storage class, ``standard`` if it names none; ``None`` if that is unreadable, or its count denies it."""
        if not self.has_selection:
            return None
        named = self.storage_class.value if self.storage_class else StorageClass.STANDARD
        if self.count_type is None or self.count_type.value is None:
            return named
        counts_archived = self.count_type.value is CountType.SINCE_IMAGE_TRANSITIONED
        return named if counts_archived is (named is StorageClass.ARCHIVE) else None

    @property
    def clear_tag_status(self) -> TagStatus | None:
        """Which images it selects; ``None`` if that is unreadable, or its lists deny it."""
        if self.tag_status is None or self.tag_status.value is None:
            return None
        has_one_list = len(self.tag_lists) == 1
        wants_one = self.tag_status.value is TagStatus.TAGGED
        return self.tag_status.value if (has_one_list if wants_one else not self.tag_lists) else None

    def to_rule(self) -> Rule:
        """Make the rule; only for a draft without errors."""
        return Rule(
            rule_priority=_known(self.rule_priority),
            description=self.description.value if self.description else None,
            selection=Selection(
                tag_status=_known(self.tag_status),
                tag_pattern_list=_known(self.tag_pattern_list).texts if self.tag_pattern_list else (),
                tag_prefix_list=_known(self.tag_prefix_list).texts if self.tag_prefix_list else (),
                count_type=_known(self.count_type),
                count_number=_known(self.count_number),
                storage_class=_known(self.storage_class) if self.storage_class else StorageClass.STANDARD,
            ),
            action=Action(
                type=_known(self.action_type),
                target_storage_class=self.target_storage_class.value if self.target_storage_class else None,
            ),
            origin=self.location,
        )


def _known(found: Located[T] | None) -> T:
    if found is None or found.value is None:
        msg = "a draft with errors has no rule"
        raise ValueError(msg)
    return found.value
