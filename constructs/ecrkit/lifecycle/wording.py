"""A rule in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.errors.excerpts import count_of
from ecrkit.lifecycle.values import ActionType, CountType, StorageClass, TagStatus

if TYPE_CHECKING:
    from ecrkit.lifecycle.values import Rule, Selection

__all__ = ["SINCE", "days", "in_words"]

SINCE = {
    CountType.SINCE_IMAGE_PUSHED: "pushed",
    CountType.SINCE_IMAGE_PULLED: "last used",
    CountType.SINCE_IMAGE_TRANSITIONED: "archived",
}
"""
What an age is counted from. An image that was never pulled was last used when it was pushed.

Source: ECR user guide, "Lifecycle policy properties", ``sinceImagePulled``.
"""

_AGED = {
    CountType.SINCE_IMAGE_PUSHED: "pushed",
    CountType.SINCE_IMAGE_PULLED: "last pulled",
    CountType.SINCE_IMAGE_TRANSITIONED: "that were archived",
}


def in_words(rule: Rule) -> str:
    """
    Say what *rule* does, without its priority and its description.

    Returns:
        One line in lower case: ``keep the newest 10 tagged 'v*', expire the rest``.
    """
    selection = rule.selection
    verb = "expire" if rule.action.type is ActionType.EXPIRE else "archive"
    if selection.count_type is CountType.IMAGE_COUNT_MORE_THAN:
        if selection.count_number == 1:
            return f"keep the newest {_which(selection, images='image')}, {verb} the rest"
        return f"keep the newest {selection.count_number:,} {_which(selection)}, {verb} the rest"
    return f"{verb} {_which(selection)} {_AGED[selection.count_type]} more than {days(selection.count_number)} ago"


def days(number: int) -> str:
    """Write a number of days: ``1 day``, ``1,000 days``."""
    return count_of(number, "day")


def _which(selection: Selection, *, images: str = "images") -> str:
    is_said = selection.count_type is CountType.SINCE_IMAGE_TRANSITIONED
    archived = "archived " if selection.storage_class is StorageClass.ARCHIVE and not is_said else ""
    match selection.tag_status:
        case TagStatus.UNTAGGED:
            return f"{archived}untagged {images}"
        case TagStatus.ANY:
            return f"{archived}{images}"
        case TagStatus.TAGGED:
            entries = [*map(repr, selection.tag_pattern_list), *(f"'{text}…'" for text in selection.tag_prefix_list)]
            return f"{archived}{images} tagged {' and '.join(entries)}"
