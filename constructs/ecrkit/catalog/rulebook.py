"""What a catalog must be: one row per check."""

from __future__ import annotations

from ecrkit.documents import StructuralChecks
from ecrkit.errors import Check
from ecrkit.registry.openness import CLOSE_IT
from ecrkit.registry.settings import REGISTRY_RULEBOOK

__all__ = ["CATALOG_RULEBOOK"]

_DESIGN = "ecrkit catalog reference"
_ACCOUNTS = "AWS account management reference, account identifiers (read 2026-11)"
_REPOSITORY = "ECR API model 2015-09-21, RepositoryName"
_FILTERS = 'ECR user guide, "Image tag mutability" (read 2026-11)'
_TAGS = "AWS general reference, tag naming limits (read 2026-11)"
_KMS = 'ECR user guide, "Encryption at rest" (read 2026-11)'
_ACCESS = 'ECR user guide, "Private repository policies" (read 2026-11)'
_CLOUDFORMATION = 'CloudFormation user guide, "Quotas" (read 2026-11)'

NOT_YAML = Check(
    code="CAT101",
    title="the catalog is YAML",
    message="not YAML as a catalog needs it: the text {problem}",
    source="YAML 1.1",
)
DUPLICATE_KEY = Check(
    code="CAT102",
    title="no key is written twice in one mapping",
    message="the key '{key}' is written twice, first on line {first_line}",
    remedy="remove one; readers of YAML drop the first in silence",
    source="YAML 1.2, section 3.2.1.3",
)
UNKNOWN_KEY = Check(
    code="CAT103",
    title="every key is one that the catalog knows",
    message="unknown key '{key}'",
    remedy="{near}",
    source=_DESIGN,
)
MISSING_KEY = Check(
    code="CAT104",
    title="every required key is there",
    message="the required key '{key}' is missing",
    remedy="add it",
    source=_DESIGN,
)
WRONG_TYPE = Check(
    code="CAT105",
    title="every value has its type",
    message="must be {expected}, got {got}",
    remedy="{hint}",
    source=_DESIGN,
)
NOT_A_CHOICE = Check(
    code="CAT106",
    title="encryption, mutability and removal are words that the catalog knows",
    message="must be {choices}, got {got}",
    source=_DESIGN,
)
NO_ENVIRONMENT = Check(
    code="CAT110",
    title="there is at least one environment",
    message="must have at least 1 environment, got none",
    remedy="add one with an account and a region",
    source=_DESIGN,
)
BAD_ENVIRONMENT_NAME = Check(
    code="CAT111",
    title="an environment's name can be part of a stack's name",
    message="the name must be letters and digits, joined by dashes, {max} characters at most, got {got}",
    source=_CLOUDFORMATION,
)
BAD_ACCOUNT = Check(
    code="CAT112",
    title="an account is a string of 12 digits",
    message="must be a string of 12 digits, got {got}",
    remedy="{hint}",
    source=_ACCOUNTS,
)
BAD_REGION = Check(
    code="CAT113",
    title="a Region has the form of a Region",
    message="must be a Region as in 'us-east-1', got {got}",
    source=_ACCOUNTS,
)
SAME_ENVIRONMENT = Check(
    code="CAT114",
    title="no two environments are the same account and Region",
    message="the same account and Region as '{other}': {account}, {region}",
    remedy="a repository's name is unique in both; remove one",
    source=_REPOSITORY,
)
BAD_REPOSITORY_NAME = Check(
    code="CAT120",
    title="a repository's name is one that ECR accepts",
    message="the name {problem}",
    source=_REPOSITORY,
)
BAD_POLICY_REFERENCE = Check(
    code="CAT121",
    title="a lifecycle policy is one that the store has",
    message="{problem}",
    remedy="{remedy}",
    source=_DESIGN,
)
BAD_TAG_FILTER = Check(
    code="CAT122",
    title="a mutable or immutable tag is a filter that ECR accepts",
    message="{problem}",
    source=_FILTERS,
)
TOO_MANY_TAG_FILTERS = Check(
    code="CAT123",
    title="a repository has 5 mutable or immutable tags at most",
    message="must have at most 5 entries, got {count}",
    remedy="cover several by one with a wildcard",
    source=_FILTERS,
)
DUPLICATE_TAG_FILTER = Check(
    code="CAT124",
    title="no mutable or immutable tag is named twice",
    message="{entry} is named twice",
    remedy="remove one",
    source=_FILTERS,
)
BAD_TAG = Check(
    code="CAT125",
    title="a tag of the resource is one that AWS accepts",
    message="{problem}",
    source=_TAGS,
)
EMPTY_NEEDS_DESTROY = Check(
    code="CAT126",
    title="only a repository that is destroyed is emptied",
    message="empty_on_delete needs 'removal: destroy', got 'removal: {removal}'",
    remedy="write both only where every image may be lost",
    source=_DESIGN,
)
BAD_OUTPUT_KEY = Check(
    code="CAT127",
    title="an output key is one that CloudFormation accepts",
    message="{problem}",
    source=_CLOUDFORMATION,
)
SAME_OUTPUT_KEY = Check(
    code="CAT128",
    title="no two repositories have the same output key",
    message="'{name}' and '{other}' both have the output key '{key}'",
    remedy="give one of them another with 'output: …'",
    source=_CLOUDFORMATION,
)

UNKNOWN_WARNING = Check(
    code="CAT129",
    title="a silenced warning is one that a repository can have",
    message="must be one of {known}, got {got}",
    source=_DESIGN,
)
NO_REASON = Check(
    code="CAT130",
    title="a warning is silenced with a reason",
    message="must say why {code} is silenced, got nothing",
    source=_DESIGN,
)

BAD_KMS_KEY = Check(
    code="CAT131",
    title="a key is the alias, id or ARN of a KMS key",
    message="must be the alias, id or ARN of a KMS key, as in 'alias/registry', got {got}",
    source=_KMS,
)
KEY_WITHOUT_KMS = Check(
    code="CAT132",
    title="only KMS and KMS_DSSE take a key",
    message="the encryption '{encryption}' takes no key",
    remedy="remove it, or write 'type: KMS'",
    source=_KMS,
)
KEY_ELSEWHERE = Check(
    code="CAT133",
    title="a key is in the Region of its repository",
    message="the key is in {region}, and the environment '{environment}' in {expected}",
    remedy="name an alias that exists in both, or another key for this environment",
    source=_KMS,
)
MUTABLE_TAGS_OF_MUTABLE = Check(
    code="CAT134",
    title="mutable_tags are those of an immutable repository, immutable_tags those of a mutable one",
    message="{key} goes with 'mutability: {needed}' only, got 'mutability: {got}'",
    remedy="remove it",
    source=_FILTERS,
)
BAD_GRANTEE = Check(
    code="CAT135",
    title="accounts, principals, organizations and units are what they should be",
    message="{problem}",
    source=_ACCESS,
)
POLICY_TOO_LONG = Check(
    code="CAT136",
    title="a repository policy has at most 10,240 characters",
    message="makes a repository policy of {length:,} characters, of 10,240 at most",
    remedy="grant to an organization or a unit instead of many accounts",
    source=_REPOSITORY,
)
UNKNOWN_ENVIRONMENT = Check(
    code="CAT137",
    title="an environment that is named is there",
    message="there is no environment {got}",
    remedy="there is {known}",
    source=_DESIGN,
)
UNKNOWN_REPOSITORY = Check(
    code="CAT138",
    title="a repository whose settings differ in an environment is there",
    message="there is no repository {got} in this environment",
    remedy="{near}",
    source=_DESIGN,
)
BAD_SHARDS = Check(
    code="CAT139",
    title="shards is a number of stacks",
    message="must be 1 to {max}, got {got}",
    source=_CLOUDFORMATION,
)
STACK_TOO_LARGE = Check(
    code="CAT140",
    title="a stack has at most 200 outputs, 500 resources and 1 MB of template",
    message="the stack '{stack}' would have {count:,} {what}, of {limit:,} at most",
    remedy="{remedy}",
    source=_CLOUDFORMATION,
)
NO_REPOSITORY = Check(
    code="CAT141",
    title="an environment has at least one repository",
    message="the environment '{environment}' has no repository, and CloudFormation takes no empty stack",
    remedy="add one; to remove the last, run `cdk destroy`, which keeps it and its images",
    source=_CLOUDFORMATION,
)
BAD_PARAMETER_NAME = Check(
    code="CAT142",
    title="a repository whose URI is an SSM parameter has at most 12 parts",
    message="makes an SSM parameter of {levels} levels, of 15 at most",
    remedy="write 'parameters: false'",
    source="SSM API reference, PutParameter (read 2026-11)",
)
BAD_STATEMENT = Check(
    code="CAT143",
    title="a statement is one of a repository's policy",
    message="{problem}",
    remedy="{remedy}",
    source='IAM user guide, "IAM JSON policy elements reference" (read 2026-11)',
)
OPEN_TO_ALL = Check(
    code="CAT144",
    title="nobody is let into a repository whom nobody knows",
    message="lets everybody in: {reason}",
    remedy=CLOSE_IT,
    source=_ACCESS,
)
SAME_SID = Check(
    code="CAT145",
    title="every statement of a repository's policy has a Sid of its own",
    message="the Sid '{sid}' is that of another statement{hint}",
    remedy="write another",
    source='IAM user guide, "IAM JSON policy elements: Sid" (read 2026-11)',
)
POLICIES_CLASH = Check(
    code="CAT146",
    title="the lifecycle policies of a repository make one that ECR accepts",
    message="{policies} do not go together: {finding}",
    source='ECR user guide, "Lifecycle policies" (read 2026-11)',
)
SAME_STACK = Check(
    code="CAT147",
    title="no environment's stack has the name of a shard of another",
    message="its stack 'Repositories-{name}' would have the name of shard {shard} of '{other}'",
    remedy="give it another name",
    source=_CLOUDFORMATION,
)

CATALOG_STRUCTURE = StructuralChecks(
    unknown_key=UNKNOWN_KEY,
    missing_key=MISSING_KEY,
    duplicate_key=DUPLICATE_KEY,
    wrong_type=WRONG_TYPE,
)

CATALOG_RULEBOOK: tuple[Check, ...] = (
    *(value for value in tuple(globals().values()) if isinstance(value, Check)),
    *REGISTRY_RULEBOOK,
)
"""Every check, by code."""
