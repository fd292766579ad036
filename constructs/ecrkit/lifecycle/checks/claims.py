"""
Which images the rules of a policy claim, and what is left of those that it claims.

A rule claims every image that meets its tagging requirement in its storage class: no rule below acts on it, also where
the rule spares it. So what a rule does to an image depends on the rules above it.

Source: ECR user guide, "Lifecycle policies", evaluation rules (read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.lifecycle.checks.patterns import TagPattern
from ecrkit.lifecycle.values import CountType, StorageClass, TagStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ecrkit.lifecycle.values import Rule

__all__ = ["Claim", "claims_in"]


@dataclass(frozen=True, slots=True)
class Claim:
    """
    The images that a rule claims.

    Attributes:
        rule: that claims them.
        patterns: what its list asks for, each with its fullest tags; empty unless it selects tagged images.
    """

    rule: Rule
    patterns: dict[TagPattern, tuple[str, ...]]

    @classmethod
    def of(cls, rule: Rule) -> Claim | None:
        """Read what *rule* claims; ``None`` where no image can have the tags that it asks for."""
        selection = rule.selection
        patterns = [
            *map(TagPattern.of_pattern, selection.tag_pattern_list),
            *map(TagPattern.of_prefix, selection.tag_prefix_list),
        ]
        fullest = {pattern: pattern.fullest() for pattern in patterns}
        return cls(rule, fullest) if all(fullest.values()) else None

    @property
    def tag_status(self) -> TagStatus:
        """Which images it selects."""
        return self.rule.selection.tag_status

    @property
    def has_every_tagged_image(self) -> bool:
        """
        Whether it claims every image that has a tag: it is an ``any`` rule, or every tag matches all of its patterns.

        Several rules claim every tagged image only if one of them does. Every other pattern has a literal character,
        so a tag of one character throughout matches only the patterns whose literals are all that character. A policy
        has at most 50 rules, and there are 63 characters that a tag can begin with: one of them is in no rule's way.
        """
        return self.tag_status is TagStatus.ANY or (
            self.tag_status is TagStatus.TAGGED and all(pattern.matches_every_tag for pattern in self.patterns)
        )

    @property
    def keeps_some_tagged_images(self) -> bool:
        """
        Whether some of the tagged images that it claims can be pulled for as long as nobody changes the policy.

        A number of images stays, and so does what is pulled often enough. By push age every image goes, sooner or
        later; an archived image exists and cannot be pulled.
        """
        return self.tag_status is not TagStatus.UNTAGGED and self.rule.selection.count_type in {
            CountType.IMAGE_COUNT_MORE_THAN,
            CountType.SINCE_IMAGE_PULLED,
        }

    def covers(self, other: Claim) -> bool:
        """Whether every image that *other*, for tagged images, claims would be claimed by this one too."""
        return self.tag_status is TagStatus.ANY or (
            self.tag_status is TagStatus.TAGGED
            and all(
                mine in other.patterns or any(all(map(mine.matches, tags)) for tags in other.patterns.values())
                for mine in self.patterns
            )
        )

    def covered_by(self, higher: Sequence[Claim]) -> list[Claim]:
        """
        Find rules above that leave it no image; empty when they leave it one.

        Of several rules for tagged images a single one does so: where each of them leaves out some image of this rule,
        so does an image with one tag for each entry of this rule, which may be chosen so that it is left out by all.
        """
        if self.tag_status is TagStatus.TAGGED:
            return next(([other] for other in higher if other.covers(self)), [])
        everything = next(([other] for other in higher if other.tag_status is TagStatus.ANY), [])
        untagged = next(([other] for other in higher if other.tag_status is TagStatus.UNTAGGED), [])
        if everything or self.tag_status is TagStatus.UNTAGGED:
            return everything or untagged
        tagged = next(([other] for other in higher if other.has_every_tagged_image), [])
        return [*untagged, *tagged] if untagged and tagged else []


def claims_in(rules: Iterable[Rule], storage_class: StorageClass) -> list[Claim]:
    """Read what the rules of one storage class claim, in the order of their priorities."""
    in_order = sorted(rules, key=lambda rule: rule.rule_priority)
    return [claim for rule in in_order if rule.selection.storage_class is storage_class and (claim := Claim.of(rule))]
