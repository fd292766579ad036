"""The checks of registry-wide settings."""

from __future__ import annotations

from ecrkit.errors import Check, Severity, checks_in
from ecrkit.registry.openness import CLOSE_IT

__all__ = ["REGISTRY_RULEBOOK"]

_API = "ECR API model 2015-09-21"
_DESIGN = "ecrkit catalog reference"
_SCANNING = 'ECR user guide, "Filters to choose which repositories are scanned" (read 2026-11)'
_REPLICATION = 'ECR user guide, "Private image replication" (read 2026-11)'
_POLICY = 'ECR user guide, "Private registry permissions" (read 2026-11)'
_CACHE = 'ECR user guide, "Creating a pull through cache rule" (read 2026-11)'
_ECR_TO_ECR = 'ECR user guide, "Customizing repository prefixes for ECR to ECR pull through cache" (read 2026-11)'
_TEMPLATE = 'ECR user guide, "Creating a repository creation template" (read 2026-11)'
_TEMPLATE_TYPE = "CloudFormation resource schema, AWS::ECR::RepositoryCreationTemplate (read 2026-11)"
_PULL_TIMES = 'ECR user guide, "Pull-time update exclusions" (read 2026-11)'
_MUTABILITY = 'ECR user guide, "Image tag mutability" (read 2026-11)'

# Every setting.

TOO_MANY = Check(
    code="CAT201",
    title="list is too long",
    message="must have at most {max} {what}, got {count}",
    source=f"{_API}, and ECR service quotas (read 2026-11)",
)
TOO_FEW = Check(
    code="CAT202",
    title="list is empty",
    message="must have at least 1 {what}, got none",
    remedy="{remedy}",
    source=_DESIGN,
)
NAMED_TWICE = Check(
    code="CAT203",
    title="entry is listed twice",
    message="{entry} is listed twice",
    remedy="remove one",
    source=_DESIGN,
)
BAD_ACCOUNT = Check(
    code="CAT204",
    title="account ID is not a string of 12 digits",
    message="must be an account of 12 digits, got {got}",
    source=f"{_API}, RegistryId",
)
BAD_REGION = Check(
    code="CAT205",
    title="Region is invalid",
    message="must be a Region as in 'eu-west-1', got {got}",
    source=f"{_API}, Region",
)
BAD_PREFIX_FILTER = Check(
    code="CAT206",
    title="repository prefix is invalid",
    message="must be the beginning of a repository's name, as in 'prod/', of 2 to 256 characters, got {got}",
    source=f"{_API}, RepositoryFilterValue",
)
BAD_PREFIX = Check(
    code="CAT207",
    title="cache or template prefix is invalid",
    message="must be parts of a repository's name, or ROOT, of {min} to {max} characters, got {got}",
    source=f"{_API}, PullThroughCacheRuleRepositoryPrefix and Prefix",
)
SAME_PREFIX = Check(
    code="CAT208",
    title="cache or template prefix is not unique",
    message="the same prefix as '{other}', because ECR appends a slash to both",
    remedy="remove one",
    source=f"{_API}, CreatePullThroughCacheRule and CreateRepositoryCreationTemplate",
)
BAD_ROLE = Check(
    code="CAT209",
    title="role ARN is invalid",
    message="must be the ARN of a role{hint}, got {got}",
    source=_TEMPLATE_TYPE,
)
ROLE_ELSEWHERE = Check(
    code="CAT210",
    title="role is in another account",
    message="the role is in {account}, but the registry is in {expected}",
    remedy="name a role in that account; an environment can have its own `registry:`",
    source=f"{_API}, CustomRoleArn",
)
SAME_PLACE = Check(
    code="CAT211",
    title="destination or account is listed twice",
    message="{entry} is listed twice",
    remedy="remove one",
    source=_DESIGN,
)

# Scanning.

BAD_SCANNING_FILTER = Check(
    code="CAT220",
    title="scanning filter is invalid",
    message="must be part of a repository's name, or a pattern with '*', of 1 to 255 characters, got {got}",
    source=f"{_API}, ScanningRepositoryFilterValue",
)
CONTINUOUS_NEEDS_ENHANCED = Check(
    code="CAT221",
    title="continuous scanning is set without enhanced scanning",
    message="the frequency CONTINUOUS_SCAN needs 'type: ENHANCED', got 'type: {got}'",
    remedy="write SCAN_ON_PUSH, or the other type, which is billed",
    source=f"{_API}, ScanFrequency",
)
SAME_FREQUENCY = Check(
    code="CAT222",
    title="scan frequency is not unique",
    message="a second rule for {frequency}",
    remedy="merge the two rules",
    source=_SCANNING,
)
NOT_SCANNED = Check(
    code="CAT223",
    severity=Severity.WARNING,
    title="some repositories are not scanned",
    message="no rule has the pattern '*', so {what}, whatever a repository declares",
    remedy="add '*' to SCAN_ON_PUSH",
    source=_SCANNING,
)

# Replication.

REPLICATES_TO_ITSELF = Check(
    code="CAT230",
    title="registry replicates to itself",
    message="the destination is the registry itself, {account} in {region}",
    remedy="remove it; an environment can have its own `registry:`",
    source=_REPLICATION,
)
OTHER_PARTITION = Check(
    code="CAT231",
    title="replication destination is in another partition",
    message="{region} is in the partition {got}, but the registry's {home} is in {expected}",
    remedy="remove it; ECR replicates within a partition",
    source=_REPLICATION,
)

# The policy.

OWN_ACCOUNT = Check(
    code="CAT240",
    title="own account is allowed to replicate",
    message="{account} is the account of the registry, which needs no permission",
    remedy="remove it; an environment can have its own `registry:`",
    source=_POLICY,
)
BAD_PRINCIPAL = Check(
    code="CAT241",
    title="pull-through principal is invalid",
    message="must be an account of 12 digits, or the ARN of a role or user, got {got}",
    source=_POLICY,
)
BAD_STATEMENT = Check(
    code="CAT242",
    title="statement is invalid",
    message="{problem}",
    remedy="{remedy}",
    source='IAM user guide, "IAM JSON policy elements reference" (read 2026-11)',
)
OPEN_TO_ALL = Check(
    code="CAT243",
    title="statement is open to everyone",
    message="lets everyone in: {reason}",
    remedy=CLOSE_IT,
    source=_POLICY,
)
SAME_SID = Check(
    code="CAT244",
    title="Sid is not unique",
    message="another statement has the Sid '{sid}'{hint}",
    remedy="write another",
    source='IAM user guide, "IAM JSON policy elements: Sid" (read 2026-11)',
)
POLICY_TOO_LONG = Check(
    code="CAT245",
    title="registry policy is longer than 10,240 characters",
    message="the policy must have at most {max:,} characters, got {length:,}",
    remedy="cover several with a condition or a prefix",
    source=f"{_API}, RegistryPolicyText",
)
NO_CACHE = Check(
    code="CAT246",
    title="pull-through permission has no cache",
    message="no pull-through cache is declared",
    remedy="add one under pull_through_cache, or remove this",
    source=_DESIGN,
)

# Caches of other registries.

UNKNOWN_UPSTREAM = Check(
    code="CAT250",
    title="upstream registry is unknown",
    message="must be a registry that ECR caches, got {got}",
    remedy="{remedy}",
    source=f"{_API}, CreatePullThroughCacheRule",
)
NO_CREDENTIAL = Check(
    code="CAT251",
    title="upstream credential is missing",
    message="{upstream} needs a credential",
    remedy="add 'credential:' and the ARN of a secret whose name begins with ecr-pullthroughcache/",
    source=_CACHE,
)
BAD_CREDENTIAL = Check(
    code="CAT252",
    title="credential ARN is invalid",
    message="must be the ARN of a secret whose name begins with ecr-pullthroughcache/, got {got}",
    source=f"{_API}, CredentialArn",
)
CREDENTIAL_ELSEWHERE = Check(
    code="CAT253",
    title="credential is in another account or Region",
    message="the secret is in {got}, but the registry is in {expected}",
    remedy="name a secret in that account and Region; an environment can have its own `registry:`",
    source=_CACHE,
)
NOT_FOR_UPSTREAM = Check(
    code="CAT254",
    title="key does not fit the upstream",
    message="{upstream} must have no {key}",
    remedy="remove it{hint}",
    source=_CACHE,
)
NO_ROLE = Check(
    code="CAT255",
    title="upstream role is missing",
    message="{upstream} is in another account, so it needs a role",
    remedy="add 'role:' and the ARN of one that ECR may assume to pull from there",
    source='ECR user guide, "Setting up permissions for cross-account ECR to ECR PTC" (read 2026-11)',
)
UPSTREAM_IS_ITSELF = Check(
    code="CAT256",
    title="registry caches itself",
    message="the upstream is the registry itself",
    remedy="remove it; an environment can have its own `registry:`",
    source=_ECR_TO_ECR,
)
ROOT_WITH_UPSTREAM_PREFIX = Check(
    code="CAT257",
    title="ROOT cache has an upstream prefix",
    message="the prefix ROOT must have no upstream_prefix",
    remedy="remove it, or give the cache a prefix",
    source=_ECR_TO_ECR,
)

# Creation templates.

DESCRIPTION_TOO_LONG = Check(
    code="CAT260",
    title="template description is longer than 256 characters",
    message="must have at most {max} characters, got {length}",
    source=f"{_API}, RepositoryTemplateDescription",
)
NEEDS_ROLE = Check(
    code="CAT261",
    title="template role is missing",
    message="{what} needs a role for ECR to assume",
    remedy="add 'role:' and its ARN",
    source=_TEMPLATE,
)
BAD_KEY = Check(
    code="CAT262",
    title="template KMS key is invalid",
    message="must be the ARN of a KMS key, got {got}",
    remedy="{remedy}",
    source=f"{_API}, KmsKeyForRepositoryCreationTemplate",
)
KEY_WITHOUT_KMS = Check(
    code="CAT263",
    title="key is set without KMS encryption",
    message="the encryption {encryption} must have no key",
    remedy="remove it, or write 'type: KMS'",
    source=f"{_API}, EncryptionConfigurationForRepositoryCreationTemplate",
)
KEY_ELSEWHERE = Check(
    code="CAT264",
    title="KMS key is in another Region",
    message="the key is in {region}, but the registry is in {expected}",
    remedy="name a key in that Region; an environment can have its own `registry:`",
    source=f"{_API}, EncryptionConfigurationForRepositoryCreationTemplate",
)
TAGS_OF_THE_OTHER = Check(
    code="CAT265",
    title="tag filters do not fit the mutability",
    message="{key} needs 'mutability: {needed}', got 'mutability: {got}'",
    remedy="remove it, or write the other mutability",
    source=_MUTABILITY,
)
BAD_TAG_FILTER = Check(
    code="CAT266",
    title="tag filter is invalid",
    message="{problem}",
    source=_MUTABILITY,
)
NEVER_UPDATED = Check(
    code="CAT267",
    severity=Severity.WARNING,
    title="cached tags are immutable",
    message="a cached tag never gets updates, because tags are immutable",
    remedy="write 'mutability: MUTABLE', or list the tags that move in mutable_tags",
    source=_MUTABILITY,
)
REPOSITORY_POLICY_TOO_LONG = Check(
    code="CAT268",
    title="template repository policy is longer than 10,240 characters",
    message="the repository policy must have at most {max:,} characters, got {length:,}",
    remedy="grant to an organization or a unit instead of many accounts",
    source=f"{_API}, RepositoryPolicyText",
)

# Signing, and pulls that do not count.

BAD_SIGNING_PROFILE = Check(
    code="CAT270",
    title="signing profile ARN is invalid",
    message="must be the ARN of a signing profile of AWS Signer, got {got}",
    remedy="write arn:aws:signer:us-east-1:123456789012:/signing-profiles/name, without a version",
    source=f"{_API}, SigningProfileArn",
)
BAD_SIGNING_FILTER = Check(
    code="CAT271",
    title="signing filter is invalid",
    message="must be a repository's name, or a pattern with '*', of 1 to 256 characters, got {got}",
    source=f"{_API}, SigningRepositoryFilterValue",
)
NO_SIGNING = Check(
    code="CAT272",
    title="Region has no CloudFormation type for signing",
    message="must not be declared in {region}, where CloudFormation has no AWS::ECR::SigningConfiguration",
    remedy="remove it there: an environment can have its own `registry:`",
    source="CloudFormation resource schemas of every Region (read 2026-11)",
)
ARN_ELSEWHERE = Check(
    code="CAT273",
    title="ARN is in another partition",
    message="the ARN is in the partition {got}, but the registry's {home} is in {expected}",
    remedy="name one in that partition; an environment can have its own `registry:`",
    source='AWS general reference, "Amazon Resource Names" (read 2026-11)',
)
BAD_EXCLUSION = Check(
    code="CAT274",
    title="excluded principal is invalid",
    message="must be the ARN of a role or user, of at most 200 characters, got {got}",
    remedy="{remedy}",
    source=f"{_API}, RegisterPullTimeUpdateExclusion",
)
SCANNER_COUNTS = Check(
    code="CAT275",
    severity=Severity.WARNING,
    title="pulls by a scanner are counted",
    message="{principal} may pull and is named after the scanner {scanner}: each scan counts as a pull, and the "
    "lifecycle policy counts pulls",
    remedy="add it to registry.pull_time_exclusions",
    source=_PULL_TIMES,
)

REGISTRY_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="CAT2")
"""Every check, by code."""
