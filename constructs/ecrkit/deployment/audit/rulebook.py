"""The checks of `ecrkit audit`: deployed repositories must be as declared."""

from __future__ import annotations

from ecrkit.errors import Check, Severity, checks_in
from ecrkit.registry.posture import POSTURE_RULEBOOK

__all__ = ["AUDIT_RULEBOOK", "BACK", "OVERWRITTEN"]

_DESIGN = "decided by ecrkit: the catalog declares every repository"
_REPOSITORY = "CloudFormation template reference, AWS::ECR::Repository (read 2026-11)"
_DRIFT = 'CloudFormation user guide, "Detect unmanaged configuration changes" (read 2026-11)'
# CloudFormation compares templates, and what changed by hand is in none of them.
BACK = "write the deployed value into the catalog, or restore the declared one by hand; deploying again changes nothing"
"""The remedy for drift."""

OVERWRITTEN = "write the deployed value into the catalog, or deploy the catalog to overwrite it"
"""The remedy for drift of a setting that the catalog changed, too."""

LIFECYCLE_BACK = BACK
NO_LIFECYCLE_BACK = (
    "remove the lifecycle policy from the catalog, or restore it by hand; deploying again changes nothing"
)
"""The remedy if no lifecycle policy is deployed."""

MISSING = Check(
    code="AUD101",
    title="declared repository is not deployed",
    message="is declared, but not deployed in {place}",
    remedy="deploy it; if it was deleted by hand, deploy once without its entry, then once with it",
    source=_DESIGN,
)
UNKNOWN = Check(
    code="AUD102",
    title="deployed repository is not declared",
    message="is deployed in {place}, but not in the catalog",
    remedy="declare it with `ecrkit adopt {name}`, or delete it with `ecrkit repos delete {name}`",
    source=_DESIGN,
)
UNDEPLOYED = Check(
    code="AUD103",
    title="repository of a catalog stack is not declared",
    message="is a resource of the stack {stack}, but not in the catalog",
    remedy="put its entry back; or deploy the stack without it, after checking the change with `ecrkit guard`",
    source=_DESIGN,
)
PENDING = Check(
    code="AUD104",
    severity=Severity.NOTE,
    title="catalog change is not deployed yet",
    message="not deployed yet: {change}",
    remedy="deploy it, after checking the change with `ecrkit guard`",
    source='CloudFormation API reference, "GetTemplate" (read 2026-11)',
)
SCANNING = Check(
    code="AUD111",
    title="scan on push is not as declared",
    message="scanning on push is {actual}, declared {declared}",
    remedy=BACK,
    source=_DRIFT,
)
ENCRYPTION = Check(
    code="AUD112",
    title="encryption is not as declared",
    message="the encryption is {actual}, declared {declared}",
    remedy="write the deployed encryption into the catalog; encryption is create-only, so something else created the "
    "repository",
    source=_REPOSITORY,
)
MUTABILITY = Check(
    code="AUD113",
    title="tag mutability is not as declared",
    message="the mutability of its tags is {actual}, declared {declared}",
    remedy=BACK,
    source=_DRIFT,
)
FILTERS = Check(
    code="AUD114",
    title="tag filters are not as declared",
    message="the exceptions of the mutability of its tags are {actual}, declared {declared}",
    remedy=BACK,
    source=_DRIFT,
)
ACCESS = Check(
    code="AUD115",
    title="repository policy is not as declared",
    message="the repository policy differs from the declared one: {difference}",
    remedy=BACK,
    source="aws-cloudformation/cloudformation-coverage-roadmap, issue 2493 (read 2026-11)",
)
LIFECYCLE = Check(
    code="AUD116",
    title="lifecycle policy is not as declared",
    message="the lifecycle policy differs from the declared one: {difference}",
    remedy="{remedy}",
    source=_DRIFT,
)
TAGS = Check(
    code="AUD117",
    title="resource tags are not as declared",
    message="the tags differ from the declared ones: {difference}",
    remedy=BACK,
    source=_DRIFT,
)
SUSPENDED = Check(
    code="AUD118",
    severity=Severity.WARNING,
    title="lifecycle policy is suspended",
    message="its lifecycle policy was suspended on {since} by {by}, {end}: {reason}",
    remedy="when the reason is gone, restore the policy with `ecrkit policy resume {name}`",
    source="decided by ecrkit: `ecrkit policy suspend`",
)
OVERDUE = Check(
    code="AUD119",
    title="suspended lifecycle policy is overdue",
    message="its lifecycle policy was suspended on {since} by {by}, {end}, which has passed: {reason}",
    remedy="restore the policy with `ecrkit policy resume {name}`, or announce another end with "
    "`ecrkit policy suspend {name} --for`",
    source="decided by ecrkit: `ecrkit policy suspend`",
)
REGISTRY_SCANNING = Check(
    code="AUD131",
    title="registry scanning is not as declared",
    message="the scanning configuration differs from the declared one: {difference}",
    remedy="{remedy}",
    source=_DRIFT,
)
REPLICATION = Check(
    code="AUD132",
    title="replication is not as declared",
    message="the replication rules differ from the declared ones: {difference}",
    remedy="{remedy}",
    source=_DRIFT,
)
REGISTRY_POLICY = Check(
    code="AUD133",
    title="registry policy is not as declared",
    message="the registry policy differs from the declared one: {difference}",
    remedy="{remedy}",
    source=_DRIFT,
)
CACHE = Check(
    code="AUD134",
    title="pull-through cache is not as declared",
    message="the pull-through cache differs from the declared one: {difference}",
    remedy="{remedy}",
    source=_DRIFT,
)
CREATION_TEMPLATE = Check(
    code="AUD135",
    title="creation template is not as declared",
    message="the creation template differs from the declared one: {difference}",
    remedy="{remedy}",
    source=_DRIFT,
)
SIGNING = Check(
    code="AUD136",
    title="signing is not as declared",
    message="the signing rules differ from the declared ones: {difference}",
    remedy="{remedy}",
    source=_DRIFT,
)
ACCOUNT_SETTING = Check(
    code="AUD137",
    title="account setting is not as declared",
    message="is {actual}, declared {declared}",
    remedy="set it with `aws ecr put-account-setting --name {name} --value {declared}`, because no deploy changes it; "
    "or write the deployed value into the catalog",
    source="ECR API reference, PutAccountSetting (read 2026-11)",
)
MISSING_SETTING = Check(
    code="AUD138",
    title="declared registry setting is not deployed",
    message="is declared, but not deployed in {place}",
    remedy="deploy it; if it was deleted by hand, deploy once without it, then once with it",
    source="decided by ecrkit: what the catalog declares for a registry is deployed",
)
UNDECLARED_SETTING = Check(
    code="AUD139",
    title="deployed registry setting is not declared",
    message="is deployed in {place}, but not in the catalog, which declares others under this key",
    remedy="declare it with `ecrkit adopt --registry`, or delete it with `{command}`",
    source="decided by ecrkit: a key of the catalog declares all its entries",
)
UNDECLARED_SETTINGS = Check(
    code="AUD140",
    severity=Severity.NOTE,
    title="registry settings are not declared",
    message="deployed in {place}, but not in the catalog: {what}",
    remedy="declare them with `ecrkit adopt --registry`; a deploy leaves them as they are",
    source="decided by ecrkit: a key that the catalog omits stays as it is in AWS",
)
DELETIONS_REPLICATED = Check(
    code="AUD151",
    severity=Severity.NOTE,
    title="deletions are replicated",
    message="replication of {repositories} to {destinations} includes deletions: an image that expires or is deleted "
    "here is deleted there, too, and a deploy that changes 'replication' turns this off",
    remedy="turn it off with `aws ecr put-replication-configuration`; or turn it on again after each such deploy",
    source='ECR user guide, "Replicating image deletions in Amazon ECR" (read 2026-11)',
)
SHARED_LAYERS = Check(
    code="AUD161",
    severity=Severity.NOTE,
    title="layers are stored in several repositories",
    message="{layers} in more than one repository: {size} stored repeatedly, {where}",
    remedy="turn on blob mounting, so that repositories with the same encryption share the layers of later pushes: "
    "`aws ecr put-account-setting --name BLOB_MOUNTING --value ENABLED`",
    source='ECR user guide, "Blob mounting in Amazon ECR" (read 2026-11)',
)

AUDIT_RULEBOOK: tuple[Check, ...] = tuple(
    sorted((*checks_in(globals(), prefix="AUD1"), *POSTURE_RULEBOOK), key=lambda check: check.code)
)
"""Every check, by code."""
