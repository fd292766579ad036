"""The checks of events."""

from __future__ import annotations

from ecrkit.errors import Check, Severity, checks_in

__all__ = ["EVENTS_RULEBOOK"]

_DESIGN = "ecrkit catalog reference"
_QUOTAS = 'EventBridge user guide, "Amazon EventBridge quotas" (read 2026-11)'
_TARGETS = 'EventBridge user guide, "Event bus targets available in Amazon EventBridge" (read 2026-11)'
_ACCOUNTS = 'EventBridge user guide, "Sending events to an AWS service in another account" (read 2026-11)'

BAD_TARGET = Check(
    code="CAT290",
    title="event target is invalid",
    message="must be the ARN of an SNS topic, an SQS queue or an event bus, got {got}",
    source=_TARGETS,
)
TARGET_ELSEWHERE = Check(
    code="CAT291",
    title="event target is in another Region",
    message="the {noun} is in {got}, but the registry is in {expected}",
    remedy="name one in that Region; an environment can have its own `events:`",
    source=_ACCOUNTS,
)
OWN_BUS = Check(
    code="CAT292",
    title="event target is the bus of ECR itself",
    message="must not be the event bus that ECR sends its events to",
    remedy="name another, or remove the event",
    source='EventBridge user guide, "Event buses" (read 2026-11)',
)
FIFO_TOPIC = Check(
    code="CAT293",
    title="event target is a FIFO topic",
    message="must be a standard topic, because EventBridge does not support FIFO topics",
    remedy="name a standard topic, or a FIFO queue",
    source=_TARGETS,
)
SEVERITY_OF_NOTHING = Check(
    code="CAT294",
    title="severity is set without findings",
    message="severity needs 'finding' or 'scan_completed' in when, got {got}",
    remedy="remove it, or add one of them",
    source=_DESIGN,
)
BAD_PATTERN = Check(
    code="CAT295",
    title="repository pattern of an event is invalid",
    message="must be the name of a repository, or a pattern with single '*', of 1 to 256 characters, got {got}",
    source='ECR API model 2015-09-21, RepositoryName; EventBridge user guide, "Wildcard matching" (read 2026-11)',
)
TOO_LONG = Check(
    code="CAT296",
    title="event pattern is longer than 2,048 characters",
    message="the event pattern must have at most {max:,} characters, got {length:,}",
    remedy="use patterns with '*', or list the rest of the repositories in another event",
    source=_QUOTAS,
)
TOO_MANY_RULES = Check(
    code="CAT297",
    title="number of event rules exceeds the quota",
    message="must need at most {max} rules {of}of EventBridge, got {count}",
    remedy="{remedy}",
    source=_QUOTAS,
)
MATCHES_NOTHING = Check(
    code="CAT298",
    severity=Severity.NOTE,
    title="event matches no declared repository",
    message="{got} matches no repository of the catalog",
    remedy="{remedy}, unless ECR creates the repository",
    source=_DESIGN,
)
NEEDS_POLICY = Check(
    code="CAT299",
    severity=Severity.NOTE,
    title="event target is in another account",
    message="the {noun} is in account {got}, so its own policy must allow {action} for account {expected}",
    remedy="add this statement there: {statement}",
    source=_ACCOUNTS,
)

EVENTS_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="CAT29")
"""Every check, by code."""
