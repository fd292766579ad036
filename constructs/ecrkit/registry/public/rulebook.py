"""The checks of public repositories."""

from __future__ import annotations

from ecrkit.errors import Check, Severity, checks_in

__all__ = ["PUBLIC_RULEBOOK"]

_ENDPOINTS = "ECR Public user guide, service endpoints (read 2026-11)"
_TYPE = "CloudFormation resource schema, AWS::ECR::PublicRepository (read 2026-11)"
_GALLERY = 'ECR Public user guide, "Repository catalog data" (read 2026-11)'
_API = "ECR Public API model 2020-10-30"

ELSEWHERE = Check(
    code="CAT281",
    title="public repository is outside us-east-1",
    message="must be in us-east-1, the only Region of ECR Public, got {got}",
    remedy="{remedy}",
    source=_ENDPOINTS,
)
NOWHERE = Check(
    code="CAT282",
    title="public repository is in no environment",
    message="is in no environment: ECR Public is in us-east-1 only",
    remedy="{remedy}",
    source=_ENDPOINTS,
)
TEXT_TOO_LONG = Check(
    code="CAT283",
    title="text for the gallery is too long",
    message="must have at most {max:,} characters, got {length:,}",
    source=_TYPE,
)
BAD_LABEL = Check(
    code="CAT284",
    title="architecture or operating system is invalid",
    message="{problem}",
    source=_TYPE,
)
NOT_SHOWN = Check(
    code="CAT285",
    severity=Severity.WARNING,
    title="architecture or operating system is not shown in the gallery",
    message="the gallery shows {known}, got {got}",
    remedy="{remedy}",
    source=_GALLERY,
)
BAD_ALIAS = Check(
    code="CAT286",
    title="alias of the public registry is invalid",
    message="{problem}",
    source=f"{_API}, RegistryAliasName",
)

PUBLIC_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="CAT")
"""Every check, by code."""
