"""What a list of images leaves open: every gate that judges images by a policy says so in these words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ecrkit.errors.excerpts import count_of
from ecrkit.lifecycle.diff import diff_fates
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.evaluation.open_questions import OpenQuestion
from ecrkit.lifecycle.values import StorageClass
from ecrkit.preview.layers import NOTHING_FREED, LayerBytes, layer_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ecrkit.images.inventory.values import ImageTable, Inventory
    from ecrkit.lifecycle.diff import FateChange
    from ecrkit.lifecycle.evaluation.evaluation import Evaluation
    from ecrkit.lifecycle.values import LifecyclePolicy
    from ecrkit.preview.protection import Protections, Violation

__all__ = ["ImageChanges", "clock_notes", "diff_images", "gaps"]


class ImageChanges(NamedTuple):
    """
    What a change of policy does to the images of a repository.

    Attributes:
        fates: those that change, as :func:`ecrkit.lifecycle.diff.diff_fates` gives them.
        notes: what decided a fate without being documented, and what the list of images cannot show.
        violations: protected images that would expire or be archived by the new policy, whatever the old one does.
        layers: bytes that the new policy frees or moves, and the old one does not.
    """

    fates: tuple[FateChange, ...]
    notes: tuple[str, ...]
    violations: tuple[Violation, ...]
    layers: LayerBytes = NOTHING_FREED


def diff_images(
    old: LifecyclePolicy, new: LifecyclePolicy, inventory: Inventory, now: datetime, *, protections: Protections
) -> ImageChanges:
    """
    Find the images whose fate changes, and say what is not certain about it.

    Args:
        old: the policy before.
        new: the policy after.
        inventory: the images of one repository.
        now: timezone-aware instant of both evaluations.
        protections: what must stay pullable.

    Raises:
        InvalidInventoryError: the images cannot be those of one repository.
    """
    before, after = (evaluate(policy, inventory.images, now) for policy in (old, new))
    mattered = {*before.mattered, *after.mattered}
    notes = [question.value for question in OpenQuestion if question in mattered]
    notes += clock_notes(after.images, now)
    notes += [gap for policy, evaluation in ((old, before), (new, after)) for gap in gaps(policy, evaluation)]
    return ImageChanges(
        fates=diff_fates(before, after),
        notes=tuple(dict.fromkeys(notes)),
        violations=protections.violations(after, inventory, now),
        layers=layer_bytes(after, before),
    )


def clock_notes(images: ImageTable, today: datetime) -> Iterator[str]:
    """Say which images were pushed later than *today*, the instant of the list."""
    latest = max(images.pushed_at, default=today)
    if latest > today:
        ahead = sum(pushed_at > today for pushed_at in images.pushed_at)
        what = f"{count_of(ahead, 'image')} {'was' if ahead == 1 else 'were'}"
        yield f"{what} pushed after {today.isoformat()}, up to {latest.isoformat()}: a clock is wrong, or --now is"


def gaps(policy: LifecyclePolicy, evaluation: Evaluation) -> Iterator[str]:
    """Say what the list of images cannot show, where it matters."""
    images = evaluation.images
    lists = len(evaluation.unknown_lists)
    if lists:
        yield (
            f"the images of {count_of(lists, 'manifest list')} are unknown: ECR keeps them while the list stays, but"
            " ecrkit evaluated each alone; pass --manifests"
        )
    wants_archive = any(rule.selection.storage_class is StorageClass.ARCHIVE for rule in policy.rules)
    if wants_archive and images and not images.archived:
        yield "no archived images; describe-images omits them unless called with --filter imageStatus=ANY"
