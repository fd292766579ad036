"""What is there should be what is declared: one row per check."""

from __future__ import annotations

from ecrkit.errors import Check
from ecrkit.registry.posture import POSTURE_RULEBOOK

__all__ = ["AUDIT_RULEBOOK"]

_DESIGN = "decided by ecrkit: the catalog says what is there"
_REPOSITORY = "CloudFormation template reference, AWS::ECR::Repository (read 2026-11)"
_DRIFT = 'CloudFormation user guide, "Detect unmanaged configuration changes" (read 2026-11)'
# CloudFormation compares templates, and what changed by hand is in none of them.
_BACK = "write what is there into the catalog; or put it back by hand, since a deploy without a change changes nothing"

MISSING = Check(
    code="AUD101",
    title="a repository that is declared is there",
    message="is declared, and not in {place}",
    remedy="deploy it; if it was deleted by hand, a deploy without its entry, and another with it, make it again",
    source=_DESIGN,
)
UNKNOWN = Check(
    code="AUD102",
    title="a repository that is there is declared",
    message="is in {place}, and not in the catalog",
    remedy="`ecrkit adopt {name}` declares it; or delete it, with `ecrkit repos delete {name}`",
    source=_DESIGN,
)
UNDEPLOYED = Check(
    code="AUD103",
    title="a repository of the stacks of the catalog is declared",
    message="is a resource of the stack {stack}, and not in the catalog",
    remedy="put its entry back; or deploy the stack without it, which `ecrkit guard` looks at first",
    source=_DESIGN,
)
SCANNING = Check(
    code="AUD111",
    title="scanning on push is as declared",
    message="scanning on push is {actual}, declared {declared}",
    remedy=_BACK,
    source=_DRIFT,
)
ENCRYPTION = Check(
    code="AUD112",
    title="encryption is as declared",
    message="the encryption is {actual}, declared {declared}",
    remedy="write what is there into the catalog, since encryption is create-only: "
    "it was made, or made again, by something else",
    source=_REPOSITORY,
)
MUTABILITY = Check(
    code="AUD113",
    title="the mutability of tags is as declared",
    message="the mutability of its tags is {actual}, declared {declared}",
    remedy=_BACK,
    source=_DRIFT,
)
FILTERS = Check(
    code="AUD114",
    title="the exceptions of the mutability of tags are as declared",
    message="the exceptions of the mutability of its tags are {actual}, declared {declared}",
    remedy=_BACK,
    source=_DRIFT,
)
ACCESS = Check(
    code="AUD115",
    title="the repository policy is as declared",
    message="the repository policy is not the declared one: {difference}",
    remedy=_BACK,
    source="aws-cloudformation/cloudformation-coverage-roadmap, issue 2493: drift detection does not look at it",
)
LIFECYCLE = Check(
    code="AUD116",
    title="the lifecycle policy is as declared",
    message="the lifecycle policy is not the declared one: {difference}",
    remedy=_BACK,
    source=_DRIFT,
)
TAGS = Check(
    code="AUD117",
    title="the tags that are declared are there",
    message="the tags are not the declared ones: {difference}",
    remedy=_BACK,
    source=_DRIFT,
)

AUDIT_RULEBOOK: tuple[Check, ...] = (
    *(value for value in tuple(globals().values()) if isinstance(value, Check)),
    *POSTURE_RULEBOOK,
)
"""Every check, by code."""
