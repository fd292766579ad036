"""
Whether a policy can take every tagged image of a repository, the one that runs among them.

One function decides it for every check and every path: an ``any`` rule and a rule for tagged images that every tag
matches are the same hazard, and so are two rules of which the second empties the archive that the first fills.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.lifecycle.checks.claims import claims_in
from ecrkit.lifecycle.values import ActionType, CountType, StorageClass, TagStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.lifecycle.values import Rule

__all__ = ["Hazard", "hazard_of"]


@dataclass(frozen=True, slots=True)
class Hazard:
    """
    A rule that every tagged image is subject to, with no rule above it that keeps some.

    Attributes:
        rule: that takes them: it expires or archives by push age, or by their number.
        from_archive: the rule that expires every image which *rule* archives; ``None`` if *rule* expires, or the
            archive keeps some.
        is_below_others: whether a rule above it claims some images, and keeps none of them.
    """

    rule: Rule
    from_archive: Rule | None
    is_below_others: bool

    @property
    def is_by_push_age(self) -> bool:
        """Whether it takes what nobody has pushed for a while, however few images are left."""
        return self.rule.selection.count_type is CountType.SINCE_IMAGE_PUSHED

    @property
    def expires(self) -> bool:
        """Whether its images are deleted in the end."""
        return self.rule.action.type is ActionType.EXPIRE or self.from_archive is not None

    @property
    def images(self) -> str:
        """Which images it takes, in words: ``image`` or ``tagged image``."""
        return "image" if self.rule.selection.tag_status is TagStatus.ANY else "tagged image"


def hazard_of(rules: Sequence[Rule]) -> Hazard | None:
    """
    Find what can take every tagged image.

    Args:
        rules: all rules of a valid policy, in any order.

    Returns:
        At most one, since what lies below a rule for every tagged image acts on none of them.
    """
    claims = claims_in(rules, StorageClass.STANDARD)
    place = next((place for place, claim in enumerate(claims) if claim.has_every_tagged_image), None)
    if place is None:
        return None
    above, taking = claims[:place], claims[place]
    # What was pulled lately stays.
    if taking.rule.selection.count_type is CountType.SINCE_IMAGE_PULLED:
        return None
    if any(claim.keeps_some_tagged_images and not claim.covered_by(above[:index]) for index, claim in enumerate(above)):
        return None
    from_archive = None
    if taking.rule.action.type is ActionType.TRANSITION:
        archived = claims_in(rules, StorageClass.ARCHIVE)
        # A rule above it for some archived images expires these too: no other action exists for them.
        from_archive = next((claim.rule for claim in archived if claim.has_every_tagged_image), None)
    is_below_others = any(taking.tag_status is TagStatus.ANY or claim.tag_status is TagStatus.TAGGED for claim in above)
    return Hazard(taking.rule, from_archive, is_below_others)
