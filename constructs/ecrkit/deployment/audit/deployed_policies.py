"""Deployed lifecycle policies: suspended ones, and those that the catalog does not declare."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecrkit.deployment.audit import rulebook
from ecrkit.deployment.audit.lifecycle import lifecycle_difference
from ecrkit.deployment.policies import read_deployed_policy
from ecrkit.deployment.suspensions import suspension_in
from ecrkit.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ecrkit.deployment.actual import ActualRepository
    from ecrkit.errors import Finding, Location
    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["hazards", "suspended"]


def suspended(actual: ActualRepository, *, now: datetime, location: Location) -> Iterator[Finding]:
    """
    Report a suspended lifecycle policy.

    Args:
        actual: the repository.
        now: timezone-aware instant of the audit.
        location: where the repository is declared, or would be.
    """
    suspension = suspension_in(actual.lifecycle_policy_text)
    if suspension:
        check = rulebook.OVERDUE if suspension.is_overdue(now) else rulebook.SUSPENDED
        yield check.at(
            location,
            since=f"{suspension.since:%Y-%m-%d %H:%M} UTC",
            by=suspension.by,
            end=suspension.end,
            reason=suspension.reason,
            name=actual.name,
        )


def hazards(actual: ActualRepository, *, declared: LifecyclePolicy | None, location: Location) -> Iterator[Finding]:
    """
    Report warnings about a deployed lifecycle policy that is not the declared one, which the catalog check judges.

    Args:
        actual: the repository.
        declared: the declared lifecycle policy, combined; ``None`` without one.
        location: where the repository is declared, or would be.
    """
    text = actual.lifecycle_policy_text
    if text is None or suspension_in(text) or not lifecycle_difference(declared, text, name=None):
        return
    for found in read_deployed_policy(text).findings:
        # An error is no policy that ECR accepts, which is drift.
        if found.severity is Severity.WARNING:
            rule = f" {found.location.path}" if found.location.path else ""
            yield replace(found, location=location, message=f"deployed lifecycle policy{rule}: {found.message}")
