"""What a list of images leaves open: every gate that judges images by a policy says so in these words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.lifecycle.diff import diff_fates
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.evaluation.open_questions import OpenQuestion
from ecrkit.lifecycle.values import StorageClass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ecrkit.images.inventory.values import Image, ImageTable
    from ecrkit.lifecycle.diff import FateChange
    from ecrkit.lifecycle.evaluation.evaluation import Evaluation
    from ecrkit.lifecycle.values import LifecyclePolicy

__all__ = ["clock_notes", "diff_images", "gaps"]


def diff_images(
    old: LifecyclePolicy, new: LifecyclePolicy, images: Sequence[Image], now: datetime
) -> tuple[tuple[FateChange, ...], tuple[str, ...]]:
    """
    Find the images whose fate changes, and say what is not certain about it.

    Args:
        old: the policy before.
        new: the policy after.
        images: of one repository.
        now: timezone-aware instant of both evaluations.

    Returns:
        What :func:`ecrkit.lifecycle.diff.diff_fates` gives, and notes: what decided a fate without being documented,
        and what the list of images cannot show.

    Raises:
        InvalidInventoryError: the images cannot be those of one repository.
    """
    before, after = evaluate(old, images, now), evaluate(new, images, now)
    mattered = {*before.mattered, *after.mattered}
    notes = [question.value for question in OpenQuestion if question in mattered]
    notes += clock_notes(after.images, now)
    notes += [gap for policy, evaluation in ((old, before), (new, after)) for gap in gaps(policy, evaluation)]
    return diff_fates(before, after), tuple(dict.fromkeys(notes))


def clock_notes(images: ImageTable, today: datetime) -> Iterator[str]:
    """Say which images were pushed later than *today*, the instant of the list."""
    latest = max(images.pushed_at, default=today)
    if latest > today:
        ahead = sum(pushed_at > today for pushed_at in images.pushed_at)
        what = "1 image was" if ahead == 1 else f"{ahead:,} images were"
        yield f"{what} pushed after {today.isoformat()}, up to {latest.isoformat()}: a clock is wrong, or --now is"


def gaps(policy: LifecyclePolicy, evaluation: Evaluation) -> Iterator[str]:
    """Say what the list of images cannot show, where it matters."""
    images = evaluation.images
    lists = len(evaluation.unknown_lists)
    if lists:
        yield (
            f"what {lists:,} manifest {'list refers' if lists == 1 else 'lists refer'} to is not known: an image that"
            " one refers to stays while the list does, and is reported here by its own rules; --manifests tells"
        )
    wants_archive = any(rule.selection.storage_class is StorageClass.ARCHIVE for rule in policy.rules)
    if wants_archive and images and not images.archived:
        yield "no image is archived; describe-images leaves these out unless called with --filter imageStatus=ANY"
