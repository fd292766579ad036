"""Checks of access policies, wherever they are written: one row per check."""

from __future__ import annotations

from ecrkit.errors import Check, Severity, checks_in

__all__ = ["ACCESS_RULEBOOK", "ACCESS_WARNINGS"]

_ELEMENTS = 'IAM user guide, "IAM JSON policy elements reference" (read 2026-11)'
_REPOSITORY = 'ECR user guide, "Private repository policies" (read 2026-11)'
_ACTIONS = (
    'Service Authorization Reference, "Actions, resources, and condition keys for Amazon ECR" (changed 2026-07-15)'
)
_OPERATORS = 'IAM user guide, "IAM JSON policy elements: Condition operators" (read 2026-11)'
_KEYS = 'IAM user guide, "AWS global condition context keys" (read 2026-11)'

NOT_A_POLICY = Check(
    code="ECR401",
    title="policy text is not an IAM policy",
    message="{problem}",
    remedy="{remedy}",
    source=_ELEMENTS,
)
BAD_STATEMENT = Check(
    code="ECR402",
    title="statement is malformed",
    message="{problem}",
    remedy="{remedy}",
    source=_ELEMENTS,
)
OPEN_TO_ALL = Check(
    code="ECR403",
    title="statement is open to everyone",
    message="lets everyone in: {reason}",
    remedy="{remedy}",
    source=_REPOSITORY,
)
BAD_PRINCIPAL = Check(
    code="ECR404",
    title="principal is invalid",
    message="{problem}",
    remedy="{remedy}",
    source='IAM user guide, "AWS JSON policy elements: Principal" (read 2026-11)',
)
UNKNOWN_OPERATOR = Check(
    code="ECR405",
    title="condition operator does not exist",
    message="unknown condition operator {got}",
    remedy="{remedy}",
    source=_OPERATORS,
)
BAD_PATH = Check(
    code="ECR406",
    title="organization path has a wrong end",
    message="an organization path must end in '/', '/*' or '/ou-*', got {got}",
    remedy="write '{fixed}' for the unit and all units below it",
    source=f"{_KEYS}, aws:PrincipalOrgPaths",
)
TOO_LONG = Check(
    code="ECR407",
    title="access policy has more than 10,240 characters",
    message="must have at most {max:,} characters, got {length:,}",
    remedy="grant to an organization or a unit instead of many accounts",
    source="ECR API model 2015-09-21, RepositoryPolicyText and RegistryPolicyText",
)
UNKNOWN_ACTION = Check(
    code="ECR421",
    severity=Severity.WARNING,
    title="action does not exist",
    message="{service} has no action {got}",
    remedy="{remedy}",
    source=_ACTIONS,
)
OTHER_SERVICE = Check(
    code="ECR422",
    severity=Severity.WARNING,
    title="action is one of another service",
    message="{got} is not an action of {service}, so it has no effect here",
    remedy="move it to a policy of that service, or of the caller",
    source=_ACTIONS,
)
REGISTRY_ACTION = Check(
    code="ECR423",
    severity=Severity.WARNING,
    title="registry-level action is in a repository policy",
    message="{got} acts on the registry, so it has no effect in the policy of a repository",
    remedy="remove it; {hint}",
    source=f"{_ACTIONS}; {_REPOSITORY}",
)
NO_MATCH = Check(
    code="ECR424",
    severity=Severity.WARNING,
    title="wildcard matches no action",
    message="{got} matches no action of {service}",
    remedy="correct it or remove it",
    source=_ACTIONS,
)
UNIQUE_ID = Check(
    code="ECR425",
    severity=Severity.WARNING,
    title="principal is a unique ID",
    message="{got} is a unique ID, which IAM shows for a deleted role or user",
    remedy="remove it, or name the new role or user by its ARN",
    source='IAM user guide, "AWS JSON policy elements: Principal" and "IAM identifiers" (read 2026-11)',
)
NEVER_MATCHES = Check(
    code="ECR426",
    severity=Severity.WARNING,
    title="condition never matches",
    message="the condition never matches: {why}",
    remedy="correct it; the statement has no effect",
    source=f"{_KEYS}; {_OPERATORS}",
)
NOT_OPEN = Check(
    code="ECR427",
    severity=Severity.WARNING,
    title="open_to_everyone has nothing to acknowledge",
    message="no statement lets everyone in",
    remedy="remove open_to_everyone: it would acknowledge the next statement that does",
    source="ecrkit catalog reference",
)

ACCESS_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="ECR4")
"""Every check, by code."""

ACCESS_WARNINGS = tuple(check.code for check in ACCESS_RULEBOOK if check.severity is Severity.WARNING)
"""What an access policy can be warned of, and may silence."""
