"""What has become too old or too much: evaluations of policies, numbers of images, scans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ecrkit.deployment.suspensions import suspension_in
from ecrkit.lifecycle.wording import days
from ecrkit.registry.posture import NEAR_QUOTA, OLD_SCAN, UNEVALUATED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.deployment.actual import ActualRepository
    from ecrkit.errors import Finding, Location

__all__ = ["DEFAULT_QUOTA_IMAGES", "AuditLimits", "evaluation_problem", "observations"]

DEFAULT_QUOTA_IMAGES = 100_000
"""Source: ECR user guide, "Amazon ECR service quotas", images per repository (read 2026-11)."""

_NEAR = 0.9
_EVALUATED_WITHIN = timedelta(days=2)
"""ECR evaluates within 24 hours. Twice as long is no delay any more."""

_FIRST_YEAR = 1971
"""GetLifecyclePolicy says 1970-01-01 for a policy that was never evaluated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLimits:
    """
    How old and how many something may be.

    Attributes:
        now: timezone-aware instant of the audit.
        quota_images: quota of images per repository.
        max_scan_age: days since the last scan of an image; ``None`` for any number.
    """

    now: datetime
    quota_images: int = DEFAULT_QUOTA_IMAGES
    max_scan_age: int | None = None


def observations(actual: ActualRepository, *, limits: AuditLimits, location: Location) -> Iterator[Finding]:
    """
    Report a policy that is not evaluated, a repository near its quota, and old scans.

    Args:
        actual: the repository.
        limits: the limits.
        location: where the repository is declared, or would be.
    """
    evaluated = evaluation_problem(
        actual.lifecycle_policy_text,
        evaluated_at=actual.policy_evaluated_at,
        created_at=actual.created_at,
        stack_changed_at=actual.stack_changed_at,
        image_count=actual.images.count if actual.images else None,
        now=limits.now,
    )
    if evaluated:
        yield UNEVALUATED.at(location, evaluated=evaluated)
    if actual.images and actual.images.count >= limits.quota_images * _NEAR:
        yield NEAR_QUOTA.at(location, count=f"{actual.images.count:,}", quota=f"{limits.quota_images:,}")
    if limits.max_scan_age is not None:
        yield from _old_scans(actual, limits.now, limits.max_scan_age, location)


def evaluation_problem(  # noqa: PLR0913 - keyword-only, what is known
    text: str | None,
    *,
    evaluated_at: datetime | None,
    created_at: datetime | None,
    stack_changed_at: datetime | None,
    image_count: int | None,
    now: datetime,
) -> str:
    """
    Say since when ECR did not evaluate a lifecycle policy.

    Args:
        text: the policy; ``None`` without one.
        evaluated_at: when ECR last evaluated it; the epoch if never, ``None`` if unknown.
        created_at: when its repository was created, if known.
        stack_changed_at: when the stack last changed the repository, if known.
        image_count: images of the repository, if known.
        now: timezone-aware instant.

    Returns:
        Words; empty if ECR did evaluate it, if that is unknown, or if the policy cannot act on anything.
    """
    if text is None or evaluated_at is None or image_count == 0 or suspension_in(text):
        return ""
    if evaluated_at.year >= _FIRST_YEAR:
        age = now - evaluated_at
        if age <= _EVALUATED_WITHIN:
            return ""
        return f"its lifecycle policy was last evaluated on {evaluated_at:%Y-%m-%d}, {days(age.days)} ago"
    # ECR does not say when a policy was put. It is as old as the last change of its stack, or else may be as old as
    # its repository.
    since = stack_changed_at or created_at
    if since is None or now - since <= _EVALUATED_WITHIN:
        return ""
    what = "its stack last changed it" if stack_changed_at else "the repository was created"
    return f"its lifecycle policy was never evaluated; {what} on {since:%Y-%m-%d}, {days((now - since).days)} ago"


def _old_scans(actual: ActualRepository, now: datetime, max_age: int, location: Location) -> Iterator[Finding]:
    scans = actual.images.scanned_at if actual.images else {}
    old = {tag: at for tag, at in scans.items() if at is None or now - at > timedelta(days=max_age)}
    if not old:
        return
    tag = next(iter(old))
    at = old[tag]
    yield OLD_SCAN.at(
        location,
        images="1 tagged image" if len(old) == 1 else f"{len(old):,} tagged images",
        age=days(max_age),
        example=f"{tag} was {f'scanned on {at:%Y-%m-%d}' if at else 'never scanned'}",
        image=f"{actual.name}:{tag}",
    )
