"""The preview of a policy on one repository: verdicts, and all that is said about them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.errors.excerpts import count_of
from ecrkit.images.sizes import BYTES_PER_GB
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.evaluation.verdicts import newest_first
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.insights import insights
from ecrkit.preview.layers import LayerBytes, layer_bytes
from ecrkit.preview.uncertainty import clock_notes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from ecrkit.images.inventory.values import ImageTable, Inventory
    from ecrkit.lifecycle.evaluation.evaluation import Evaluation
    from ecrkit.lifecycle.evaluation.verdicts import Group, Verdict
    from ecrkit.lifecycle.values import LifecyclePolicy, Rule
    from ecrkit.preview.protection import Protections, Violation

__all__ = ["PRICE_SOURCE", "STANDARD_PRICE", "Preview", "RuleTotals", "Totals", "preview"]

STANDARD_PRICE = 0.10
"""US dollars for a GB in standard storage for a month."""

PRICE_SOURCE = "Amazon ECR pricing, US East (N. Virginia), read 2026-11"

_DAYS_IN_ARCHIVE = 90
"""An image is archived for this long at least before a rule can expire it."""
# Archive storage costs the same for the first 150 TB of a month, so that archiving is not reported as a saving.


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """
    Images and bytes.

    Attributes:
        images: all of them.
        expire: images that would expire.
        archive: images that would be archived.
        expire_bytes: their sizes as far as they are known; layers that images share are in each.
        archive_bytes: sizes of those that are archived, as far as they are known.
        without_size: images that would expire, and whose size is not known.
    """

    images: int = 0
    expire: int = 0
    archive: int = 0
    expire_bytes: int = 0
    archive_bytes: int = 0
    without_size: int = 0

    @property
    def stay(self) -> int:
        """Images that stay."""
        return self.images - self.expire - self.archive

    def saving(self, price: float) -> float:
        """Give what the expired images cost a month, at a *price* for a GB and month."""
        return self.expire_bytes / BYTES_PER_GB * price

    @classmethod
    def of(cls, group: Group, images: ImageTable) -> Totals:
        """Count the *images* of a group."""
        number = len(group.places)
        if group.action is None:
            return cls(images=number)
        sizes = list(map(images.sizes.__getitem__, group.places))
        known = sum(filter(None, sizes))
        if group.action is ActionType.EXPIRE:
            return cls(images=number, expire=number, expire_bytes=known, without_size=sizes.count(None))
        return cls(images=number, archive=number, archive_bytes=known)

    @classmethod
    def sum(cls, parts: Iterable[Totals]) -> Totals:
        """Add them up."""
        parts = list(parts)
        return cls(
            images=sum(part.images for part in parts),
            expire=sum(part.expire for part in parts),
            archive=sum(part.archive for part in parts),
            expire_bytes=sum(part.expire_bytes for part in parts),
            archive_bytes=sum(part.archive_bytes for part in parts),
            without_size=sum(part.without_size for part in parts),
        )


@dataclass(frozen=True, slots=True)
class RuleTotals:
    """
    What one rule decides.

    Attributes:
        rule: which.
        totals: of the images that it decides about.
    """

    rule: Rule
    totals: Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """
    What a policy does to one repository.

    Attributes:
        inventory: the images.
        policy: the policy.
        now: instant of evaluation.
        today: instant of the list of images; before *now* in a preview of the future.
        evaluation: a verdict per image, in the order of the inventory.
        violations: protected images that would expire or be archived.
        totals: of all images.
        layers: bytes that are really freed and moved, of all images.
        by_rule: of every rule, by priority.
        unclaimed: images that no rule matches.
        notes: what decided a fate without being documented, and what is odd about the images.
        insights: what it tells about the policy.
    """

    inventory: Inventory
    policy: LifecyclePolicy
    now: datetime
    today: datetime
    evaluation: Evaluation
    violations: tuple[Violation, ...]
    totals: Totals
    layers: LayerBytes
    by_rule: tuple[RuleTotals, ...]
    unclaimed: int
    notes: tuple[str, ...]
    insights: tuple[str, ...]

    def newest_first(self) -> list[Verdict]:
        """Sort the verdicts by time of push, as :func:`ecrkit.lifecycle.evaluation.verdicts.newest_first` does."""
        return newest_first(self.evaluation.verdicts, lambda verdict: verdict)


def preview(
    policy: LifecyclePolicy, inventory: Inventory, *, now: datetime, today: datetime, protections: Protections
) -> Preview:
    """
    Preview *policy* on *inventory*.

    Args:
        policy: a valid policy.
        inventory: the images of one repository.
        now: timezone-aware instant of evaluation.
        today: timezone-aware instant of the list of images; before *now* to look ahead.
        protections: what must stay pullable.

    Raises:
        InvalidInventoryError: the images cannot be those of one repository.
        NaiveTimeError: *now* has no timezone.
    """
    evaluation = evaluate(policy, inventory.images, now)
    images = inventory.images
    by_rule: dict[int | None, list[Totals]] = {None: [], **{rule.rule_priority: [] for rule in policy.rules}}
    for group in evaluation.groups:
        by_rule[group.rule.rule_priority if group.rule else None].append(Totals.of(group, images))
    totals = {priority: Totals.sum(parts) for priority, parts in by_rule.items()}
    return Preview(
        inventory=inventory,
        policy=policy,
        now=now,
        today=today,
        evaluation=evaluation,
        violations=protections.violations(evaluation, inventory, today),
        totals=Totals.sum(totals.values()),
        layers=layer_bytes(evaluation),
        by_rule=tuple(RuleTotals(rule, totals[rule.rule_priority]) for rule in policy.rules),
        unclaimed=totals[None].images,
        notes=(
            *(question.value for question in evaluation.mattered),
            *_oddities(evaluation, now=now, today=today),
        ),
        insights=insights(policy, evaluation),
    )


def _oddities(evaluation: Evaluation, *, now: datetime, today: datetime) -> Iterator[str]:
    images = evaluation.images
    yield from clock_notes(images, today)
    without_size = images.sizes.count(None)
    if without_size:
        yield f"the size of {count_of(without_size, 'image')} is unknown and not counted"
    if (now - today).days > _DAYS_IN_ARCHIVE and any(
        group.action is ActionType.TRANSITION for group in evaluation.groups
    ):
        yield "an image that is archived by then may expire from the archive 90 days later; this is not counted"
