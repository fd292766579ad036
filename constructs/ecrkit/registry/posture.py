"""What a repository should be, whoever declared it: one row per check; a catalog may silence those that warn."""

from __future__ import annotations

from ecrkit.errors import Check, Severity
from ecrkit.registry.openness import CLOSE_IT

__all__ = ["POSTURE_CODES", "POSTURE_RULEBOOK"]

_SECURITY_HUB = 'Security Hub user guide, "Security Hub controls for Amazon ECR" (read 2026-11)'

PUBLIC = Check(
    code="AUD121",
    title="no statement of a repository's policy lets everybody in",
    message="{statement} of its policy lets everybody in: {reason}",
    remedy=CLOSE_IT,
    source='ECR user guide, "Private repository policies" (read 2026-11)',
)
MUTABLE = Check(
    code="AUD122",
    severity=Severity.WARNING,
    title="no tag of a repository can be overwritten, but those that are named",
    message="every tag{but} can be pushed again with another image: its mutability is {got}",
    remedy="write 'mutability: IMMUTABLE', and name those that move as mutable_tags",
    source=f"{_SECURITY_HUB}, ECR.2",
    example="A tag that moves under a running service changes what its next task starts.",
)
UNSCANNED = Check(
    code="AUD123",
    severity=Severity.WARNING,
    title="images are scanned when they are pushed",
    message="no push is scanned",
    remedy="write 'scan_on_push: true', or let the registry scan by rules of its own",
    source=f"{_SECURITY_HUB}, ECR.1",
    example="Nobody hears of the vulnerabilities of an image before it runs.",
)
NO_LIFECYCLE = Check(
    code="AUD124",
    severity=Severity.WARNING,
    title="a repository has a lifecycle policy",
    message="it has no lifecycle policy, so that no image ever expires",
    remedy="name one as 'lifecycle'",
    source=f"{_SECURITY_HUB}, ECR.3",
    example="A repository that every pipeline pushes to reaches 100,000 images, and then takes no other.",
)

POSTURE_RULEBOOK: tuple[Check, ...] = tuple(value for value in tuple(globals().values()) if isinstance(value, Check))
"""Every check, by code."""

POSTURE_CODES = tuple(check.code for check in POSTURE_RULEBOOK if check.severity is Severity.WARNING)
"""What a repository can be warned of, and may silence."""
