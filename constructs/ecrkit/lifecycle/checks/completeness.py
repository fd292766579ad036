"""What a repository ends up with: whether its rules, wherever they came from, leave something out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.lifecycle.checks import rulebook
from ecrkit.lifecycle.checks.claims import claims_in
from ecrkit.lifecycle.checks.hazards import hazard_of
from ecrkit.lifecycle.values import StorageClass, TagStatus

if TYPE_CHECKING:
    from ecrkit.errors import Finding, Location
    from ecrkit.lifecycle.values import LifecyclePolicy

__all__ = ["COMPLETENESS_CODES", "check_completeness"]

COMPLETENESS_CODES = tuple(
    check.code for check in (rulebook.NOTHING_FOR_UNTAGGED, rulebook.NO_CAP, rulebook.ANY_WITHOUT_PROTECTION)
)
"""What a repository can be warned of, and may silence."""


def check_completeness(policy: LifecyclePolicy | None, *, location: Location) -> tuple[Finding, ...]:
    """
    Warn about rules that the policy of a repository lacks.

    Args:
        policy: the combined policy of the repository; ``None`` without one.
        location: where the repository refers to it.

    Returns:
        Warnings, in the order of their codes.
    """
    rules = policy.rules if policy else ()
    claims = claims_in(rules, StorageClass.STANDARD)
    hazard = hazard_of(rules)
    findings = []
    if not any(claim.tag_status is not TagStatus.TAGGED for claim in claims):
        findings.append(rulebook.NOTHING_FOR_UNTAGGED.at(location))
    if not any(claim.has_every_tagged_image for claim in claims):
        findings.append(rulebook.NO_CAP.at(location))
    if hazard and hazard.expires:
        findings.append(rulebook.ANY_WITHOUT_PROTECTION.at(location, images=hazard.images))
    return tuple(findings)
