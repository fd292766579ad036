"""Images by rule and kind: the lanes of the chart, and the groups of the table."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.preview.report.markup import FATES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ecrkit.preview.preview import Preview
    from ecrkit.preview.report.facts import RuleFacts

__all__ = ["Images", "Lane", "lanes_of"]


class Images(NamedTuple):
    """
    Images of one kind in a lane.

    Attributes:
        fate: of all of them.
        is_protected: whether something protects them, and the rule acts on them.
        places: in the inventory.
    """

    fate: str
    is_protected: bool
    places: list[int]

    @property
    def kind(self) -> str:
        """The kind of their marks."""
        return "protected" if self.is_protected else self.fate


@dataclass(frozen=True, slots=True)
class Lane:
    """
    What one rule decides, or none.

    Attributes:
        facts: of the rule; ``None`` for images that no rule matches.
        images: by kind, from the bottom of a stack to its top.
    """

    facts: RuleFacts | None
    images: tuple[Images, ...]

    @property
    def name(self) -> str:
        """The rule by its priority, as the filters of the page name it."""
        return str(self.facts.rule.rule_priority) if self.facts else "-"

    def times(self, preview: Preview) -> list[list[datetime]]:
        """Give the times of push of the images of each kind."""
        pushed_at = preview.inventory.images.pushed_at
        return [[pushed_at[place] for place in found.places] for found in self.images]


def lanes_of(preview: Preview, facts: list[RuleFacts]) -> list[Lane]:
    """Give a lane for each rule, in the order of evaluation, and one for the images that no rule matches."""
    return list(_lanes(preview, facts))


def _lanes(preview: Preview, facts: list[RuleFacts]) -> Iterator[Lane]:
    digests = preview.inventory.images.digests
    protected = {violation.verdict.image.digest for violation in preview.violations}
    found: defaultdict[int | None, defaultdict[tuple[str, bool], list[int]]]
    found = defaultdict(lambda: defaultdict(list))
    for group in preview.evaluation.groups:
        of_rule = found[group.rule.rule_priority if group.rule else None]
        fate = FATES[group.action]
        if protected and group.action:
            for place in group.places:
                of_rule[fate, digests[place] in protected].append(place)
        else:
            of_rule[fate, False].extend(group.places)
    for rule in [*facts, None]:
        by_kind = found[rule.rule.rule_priority if rule else None]
        images = tuple(
            Images(fate, is_protected, by_kind[fate, is_protected])
            for is_protected in (False, True)
            for fate in ("stay", "archive", "expire")
            if by_kind.get((fate, is_protected))
        )
        if rule or images:
            yield Lane(rule, images)
