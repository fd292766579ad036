"""What a repository should be, whoever declared it: one row per check; a catalog may silence those that warn."""

from __future__ import annotations

from ecrkit.errors import Check, Severity, checks_in
from ecrkit.registry.openness import CLOSE_IT

__all__ = ["POSTURE_CODES", "POSTURE_RULEBOOK"]

_SECURITY_HUB = 'Security Hub user guide, "Security Hub controls for Amazon ECR" (read 2026-11)'

PUBLIC = Check(
    code="AUD121",
    title="repository policy is open to everyone",
    message="{statement} of its policy lets everyone in: {reason}",
    remedy=CLOSE_IT,
    source='ECR user guide, "Private repository policies" (read 2026-11)',
)
MUTABLE = Check(
    code="AUD122",
    severity=Severity.WARNING,
    title="tags can be overwritten",
    message="every tag{but} can be pushed again with another image: its mutability is {got}",
    remedy="write 'mutability: IMMUTABLE', and list the tags that move in mutable_tags",
    source=f"{_SECURITY_HUB}, ECR.2",
)
UNSCANNED = Check(
    code="AUD123",
    severity=Severity.WARNING,
    title="pushed images are not scanned",
    message="pushed images are not scanned",
    remedy="write 'scan_on_push: true', or declare scanning rules for the registry",
    source=f"{_SECURITY_HUB}, ECR.1",
)
NO_LIFECYCLE = Check(
    code="AUD124",
    severity=Severity.WARNING,
    title="repository has no lifecycle policy",
    message="it has no lifecycle policy, so no image ever expires",
    remedy="name one under 'lifecycle'",
    source=f"{_SECURITY_HUB}, ECR.3",
)
UNEVALUATED = Check(
    code="AUD125",
    severity=Severity.WARNING,
    title="lifecycle policy is not evaluated",
    message="no image expires: {evaluated}, although ECR evaluates policies within 24 hours",
    remedy="unless the policy changed in the last two days, put it again; if that does not help, contact AWS Support",
    source='ECR API reference, "GetLifecyclePolicy", lastEvaluatedAt (read 2026-11)',
)
NEAR_QUOTA = Check(
    code="AUD126",
    severity=Severity.WARNING,
    title="repository is near the quota of images",
    message="it contains {count} of the {quota} images that its quota allows; at the quota every push fails",
    remedy="expire images with a lifecycle policy, or request a higher quota and pass it with --quota-images",
    source='ECR user guide, "Amazon ECR service quotas" (read 2026-11)',
)
OLD_SCAN = Check(
    code="AUD127",
    severity=Severity.WARNING,
    title="last scan of an image is too old",
    message="the last scan of {images} is more than {age} ago: {example}",
    remedy="scan again with `ecrkit scan start {image}`, or enable continuous scanning for the registry",
    source='ECR user guide, "Scan images for software vulnerabilities" (read 2026-11)',
)

POSTURE_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="AUD12")
"""Every check, by code."""

POSTURE_CODES = tuple(check.code for check in POSTURE_RULEBOOK if check.severity is Severity.WARNING)
"""What a repository can be warned of, and may silence."""
