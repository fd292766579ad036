"""A lifecycle policy as values: what ECR's JSON says, checked and typed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecrkit.errors import Location

__all__ = [
    "Action",
    "ActionType",
    "CountType",
    "LifecyclePolicy",
    "Rule",
    "Selection",
    "StorageClass",
    "TagStatus",
]


class TagStatus(StrEnum):
    """Which images a rule selects: tagged, untagged or any."""

    TAGGED = "tagged"
    UNTAGGED = "untagged"
    ANY = "any"


class CountType(StrEnum):
    """What a rule counts: images, or days since an event."""

    IMAGE_COUNT_MORE_THAN = "imageCountMoreThan"
    SINCE_IMAGE_PUSHED = "sinceImagePushed"
    SINCE_IMAGE_PULLED = "sinceImagePulled"
    SINCE_IMAGE_TRANSITIONED = "sinceImageTransitioned"

    @property
    def is_age(self) -> bool:
        """Whether it counts days, so it needs a ``countUnit``."""
        return self is not CountType.IMAGE_COUNT_MORE_THAN


class StorageClass(StrEnum):
    """Storage class of an image."""

    STANDARD = "standard"
    ARCHIVE = "archive"


class ActionType(StrEnum):
    """What happens to an image that a rule selects."""

    EXPIRE = "expire"
    TRANSITION = "transition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """
    The images that a rule selects.

    Attributes:
        tag_status: tagged, untagged or any.
        tag_pattern_list: patterns that must all match a tag of the image; ``*`` matches any text.
        tag_prefix_list: prefixes; for each of them, a tag of the image must begin with it.
        count_type: what the rule counts.
        count_number: number of images to keep, or of days; 1 or more.
        storage_class: storage class of the images.
    """

    tag_status: TagStatus
    tag_pattern_list: tuple[str, ...] = ()
    tag_prefix_list: tuple[str, ...] = ()
    count_type: CountType
    count_number: int
    storage_class: StorageClass = StorageClass.STANDARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """
    What a rule does with the images it selects.

    Attributes:
        type: expire or transition.
        target_storage_class: target of a transition; ``None`` when images expire.
    """

    type: ActionType
    target_storage_class: StorageClass | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """
    A rule of a lifecycle policy.

    Attributes:
        rule_priority: 1 or more; rules apply in ascending order.
        description: free text, or ``None``.
        selection: images that the rule selects.
        action: what happens to them.
        origin: where it was read, or ``None``; ignored in comparisons.
    """

    rule_priority: int
    description: str | None = None
    selection: Selection
    action: Action
    origin: Location | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class LifecyclePolicy:
    """
    A lifecycle policy.

    Attributes:
        rules: by ascending ``rule_priority``.
    """

    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        """Put the rules in the order of their priorities, as the service does."""
        ordered = tuple(sorted(self.rules, key=lambda rule: rule.rule_priority))
        object.__setattr__(self, "rules", ordered)

    @property
    def counts_pulls(self) -> bool:
        """Whether a rule counts days since the last pull, so reading a manifest changes its effect."""
        return any(rule.selection.count_type is CountType.SINCE_IMAGE_PULLED for rule in self.rules)
