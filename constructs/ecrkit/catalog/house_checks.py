"""The checks of house rules, and of the exceptions to them."""

from __future__ import annotations

from ecrkit.errors import Check, Severity, checks_in

__all__ = ["HOUSE_CODES", "HOUSE_RULEBOOK"]

_DESIGN = "ecrkit catalog reference"

BAD_SILENCE_DAY = Check(
    code="CAT154",
    title="expiry date of a silence is invalid",
    message="must be a date such as 2027-03-31, the last day on which {code} is silenced, got {got}",
    source=_DESIGN,
)
SILENCE_ENDS_SOON = Check(
    code="CAT155",
    severity=Severity.NOTE,
    title="silence expires soon",
    message="the silence expires on {day}{owner}",
    remedy="fix the cause, or set a later day in 'until'",
    source=_DESIGN,
)
BAD_EXCEPTION = Check(
    code="CAT156",
    title="exception to a house rule is invalid",
    message="{problem}",
    remedy="{remedy}",
    source=_DESIGN,
)
BAD_HOUSE_RULE = Check(
    code="CAT160",
    title="house rule is invalid",
    message="{problem}",
    source=_DESIGN,
)
TAG_RULE = Check(
    code="CAT161",
    title="house rule: resource tag is missing",
    message="must have the tag '{key}', as the house rules require",
    remedy="add it under 'tags'",
    source=_DESIGN,
)
NAME_RULE = Check(
    code="CAT162",
    title="house rule: repository name does not match",
    message="must match '{pattern}' in the environment '{environment}', as the house rules require, got '{got}'",
    remedy="rename it before its first deploy",
    source=_DESIGN,
)
LIFECYCLE_RULE = Check(
    code="CAT163",
    title="house rule: lifecycle policy is not allowed",
    message="the house rules allow only the lifecycle policies {allowed}, got {got}",
    remedy="pin one of these",
    source=_DESIGN,
)
ENCRYPTION_RULE = Check(
    code="CAT164",
    title="house rule: encryption is not allowed",
    message="the house rules allow only the encryption {allowed}, got {got}",
    remedy="choose one of these; a deployed repository would be replaced, so it needs an exception",
    source=_DESIGN,
)
MUTABILITY_RULE = Check(
    code="CAT165",
    title="house rule: mutability is not allowed",
    message="the house rules allow only the mutability {allowed}, got {got}",
    remedy="choose one of these",
    source=_DESIGN,
)
ACCESS_RULE = Check(
    code="CAT166",
    title="house rule: access is not allowed",
    message="the house rules do not allow access for {who}",
    remedy="remove it, or add it under 'rules.access'",
    source=_DESIGN,
)

HOUSE_CODES = tuple(
    check.code for check in (TAG_RULE, NAME_RULE, LIFECYCLE_RULE, ENCRYPTION_RULE, MUTABILITY_RULE, ACCESS_RULE)
)
"""House rules; a catalog may make exceptions to them under ``silence``."""

HOUSE_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="CAT1")
"""Every check, by code."""
