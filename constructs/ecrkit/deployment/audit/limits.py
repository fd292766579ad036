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

__all__ = ["DEFAULT_QUOTA_IMAGES", "AuditLimits", "observations"]

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
    if evaluated := _not_evaluated(actual, limits.now):
        yield UNEVALUATED.at(location, evaluated=evaluated)
    if actual.images and actual.images.count >= limits.quota_images * _NEAR:
        yield NEAR_QUOTA.at(location, count=f"{actual.images.count:,}", quota=f"{limits.quota_images:,}")
    if limits.max_scan_age is not None:
        yield from _old_scans(actual, limits.now, limits.max_scan_age, location)


def _not_evaluated(actual: ActualRepository, now: datetime) -> str:
    """Say since when the policy was not evaluated; empty if it was, if nobody can tell, or if it cannot act."""
    evaluated, text = actual.policy_evaluated_at, actual.lifecycle_policy_text
    if text is None or evaluated is None or suspension_in(text) or (actual.images and actual.images.count == 0):
        return ""
    if evaluated.year >= _FIRST_YEAR:
        age = now - evaluated
        if age <= _EVALUATED_WITHIN:
            return ""
        return f"its lifecycle policy was last evaluated on {evaluated:%Y-%m-%d}, {days(age.days)} ago"
    # ECR does not say when a policy was put. It is as old as the last change of its stack, or else may be as old as
    # its repository.
    since = actual.stack_changed_at or actual.created_at
    if since is None or now - since <= _EVALUATED_WITHIN:
        return ""
    what = "its stack last changed it" if actual.stack_changed_at else "the repository was created"
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
