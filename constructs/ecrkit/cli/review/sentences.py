"""What a review finds, in sentences: the same in text and in Markdown. They have no names of others in them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of
from ecrkit.deployment.guard import GUARD_RULEBOOK, refused
from ecrkit.deployment.review import Decision
from ecrkit.errors import Severity
from ecrkit.images.sizes import readable_size
from ecrkit.preview.layers import LayerBytes
from ecrkit.preview.preview import STANDARD_PRICE, Totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ecrkit.deployment.guard import GuardFinding
    from ecrkit.deployment.review import Checks, ImageLoss, Review

__all__ = [
    "archived_text",
    "checks_sentence",
    "dollars",
    "freed_text",
    "guard_sentence",
    "images_sentence",
    "repositories_in",
    "stacks_sentence",
    "title",
]

_TITLES = {check.code: check.title for check in GUARD_RULEBOOK}


def title(review: Review) -> str:
    """Say what a review comes to, in a few words."""
    match review.decision:
        case Decision.FAILED:
            failed = [count_of(len(review.checks.errors), "error")] if review.checks.errors else []
            failed += [count_of(len(review.checks.failed), "failed test")] if review.checks.failed else []
            return f"{' and '.join(failed)} to fix"
        case Decision.REFUSED:
            return refusal(review.losses, review.guard)
        case _:
            pass
    if review.is_first:
        return "first deploy: everything is new"
    if review.unknown:
        return f"images of {count_of(repositories_in(review.unknown), 'repository')} not checked"
    allowed = any(loss.is_allowed for loss in review.losses) or any(found.is_allowed for found in review.guard)
    return "all losses are allowed" if allowed else "nothing would be lost"


def refusal(losses: Iterable[ImageLoss], guard: Iterable[GuardFinding]) -> str:
    """Say what would be lost that nobody allowed, and which images must be known; empty if nothing."""
    refusable = [loss for loss in losses if loss.is_refusable and not loss.is_allowed]
    lossy = [loss for loss in refusable if loss.is_loss]
    unknown = [loss for loss in refusable if not loss.is_known]
    errors = refused(guard)
    parts = [f"{count_of(repositories_in(lossy), 'repository')} would lose images"] if lossy else []
    parts += [f"images of {count_of(repositories_in(unknown), 'repository')} not checked"] if unknown else []
    parts += [f"{count_of(len(errors), 'deploy problem')}"] if errors else []
    return ", ".join(parts)


def checks_sentence(checks: Checks) -> str:
    """Sum up the checks of the head."""
    counts = [count_of(len(checks.errors), "error")] if checks.errors else []
    counts += [f"{len(checks.failed):,} of {count_of(checks.tests, 'test')} failed"] if checks.failed else []
    counts += [count_of(len(checks.warnings), "warning")] if checks.warnings else []
    what = ", ".join(counts) or "nothing wrong"
    return (
        f"{count_of(checks.policies, 'policy')} and the catalog checked, {count_of(checks.tests, 'test')} run: {what}"
    )


def images_sentence(review: Review) -> str:
    """Sum up what happens to images."""
    if not review.is_compared:
        return "not checked: the catalog has errors"
    if review.is_first:
        return "not compared: the base declares no repositories"
    return losses_sentence(review.losses, has_images=review.has_images)


def losses_sentence(losses: Sequence[ImageLoss], *, has_images: bool) -> str:
    """Sum up what happens to the images of repositories whose policy changes."""
    if not losses:
        return "no lifecycle policy changes"
    unknown = [loss for loss in losses if not loss.is_known]
    if not has_images:
        return f"not checked: {count_of(repositories_in(unknown), 'changed policy')}; pass --images"
    parts = []
    expire = sum(loss.expire for loss in losses)
    may_expire = sum(loss.may_expire for loss in losses)
    archive = sum(loss.archive for loss in losses)
    protected = sum(len(loss.violations) for loss in losses)
    if expire or may_expire:
        may = f", {may_expire:,} of them unless a manifest list refers to them" if may_expire else ""
        count = count_of(expire + may_expire, "image")
        really = " really freed" if any(loss.layers.is_known for loss in losses) else ""
        parts.append(f"{count} would newly expire{may} ({freed_text(losses)}{really}, {dollars(losses)} a month)")
    if archive:
        parts.append(f"{count_of(archive, 'image')} would be archived ({archived_text(losses)})")
    if protected:
        parts.append(f"{count_of(protected, 'protected image')} would expire or be archived")
    if not parts and len(unknown) < len(losses):
        parts.append("no image would newly expire or be archived")
    if unknown:
        parts.append(f"not checked in {count_of(repositories_in(unknown), 'repository')}: --images has no file of them")
    return "; ".join(parts)


def guard_sentence(findings: Sequence[GuardFinding]) -> str:
    """Sum up what the guard finds."""
    counts = Counter(_TITLES.get(found.code, found.code) for found in refused(findings))
    parts = [f"{what} ({count:,})" for what, count in counts.items()]
    allowed = sum(found.is_allowed for found in findings)
    notes = sum(found.severity is Severity.NOTE for found in findings)
    parts += [f"{allowed:,} allowed"] if allowed else []
    parts = parts or ["nothing would be replaced or removed"]
    return ", ".join([*parts, *([count_of(notes, "note")] if notes else [])])


def stacks_sentence(review: Review) -> str:
    """Say whether other stacks of the app were compared."""
    return "checked" if review.has_assemblies and review.is_compared else "not checked"


def freed_text(losses: Sequence[ImageLoss]) -> str:
    """
    Write the size of the images that newly expire.

    If their layers are known, ``2.1 MB of 52.4 MB``: the bytes that are really freed, of the apparent size.
    """
    layers = LayerBytes.sum(loss.layers for loss in losses)
    size = readable_size(sum(loss.size_bytes for loss in losses))
    return f"{layers.freed_text} of {size}" if layers.is_known else size


def archived_text(losses: Sequence[ImageLoss]) -> str:
    """Write the size of the images that are newly archived, as :func:`freed_text`."""
    layers = LayerBytes.sum(loss.layers for loss in losses)
    size = readable_size(sum(loss.archive_bytes for loss in losses))
    return f"{layers.moved_text} of {size}" if layers.is_known else size


def dollars(losses: Iterable[ImageLoss]) -> str:
    """Write what the storage that is freed costs a month."""
    freed = sum(loss.freed_bytes for loss in losses)
    return f"${Totals(expire_bytes=freed).saving(STANDARD_PRICE):,.2f}"


def repositories_in(losses: Iterable[ImageLoss]) -> int:
    """Count repositories, each once, however many environments have it."""
    return len({loss.repository for loss in losses})
