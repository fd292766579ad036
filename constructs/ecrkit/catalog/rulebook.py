"""The checks of a catalog, without those of its registry settings and events."""

from __future__ import annotations

from ecrkit.catalog.house_checks import HOUSE_RULEBOOK
from ecrkit.documents import StructuralChecks
from ecrkit.errors import Check, Severity, checks_in
from ecrkit.registry.events import EVENTS_RULEBOOK
from ecrkit.registry.openness import CLOSE_IT
from ecrkit.registry.public import PUBLIC_RULEBOOK
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
    title="text is not YAML",
    message="not a YAML catalog: the text {problem}",
    source="YAML 1.1",
)
DUPLICATE_KEY = Check(
    code="CAT102",
    title="key is written twice",
    message="the key '{key}' is written twice, first on line {first_line}",
    remedy="remove one; YAML readers silently drop the first",
    source="YAML 1.2, section 3.2.1.3",
)
UNKNOWN_KEY = Check(
    code="CAT103",
    title="key is unknown",
    message="unknown key '{key}'",
    remedy="{near}",
    source=_DESIGN,
)
MISSING_KEY = Check(
    code="CAT104",
    title="required key is missing",
    message="the required key '{key}' is missing",
    remedy="add it",
    source=_DESIGN,
)
WRONG_TYPE = Check(
    code="CAT105",
    title="value has the wrong type",
    message="must be {expected}, got {got}",
    remedy="{hint}",
    source=_DESIGN,
)
NOT_A_CHOICE = Check(
    code="CAT106",
    title="value is not an allowed word",
    message="must be {choices}, got {got}",
    remedy="{remedy}",
    source=_DESIGN,
)
NO_ENVIRONMENT = Check(
    code="CAT110",
    title="catalog has no environment",
    message="must have at least 1 environment, got none",
    remedy="add one with an account and a region",
    source=_DESIGN,
)
BAD_ENVIRONMENT_NAME = Check(
    code="CAT111",
    title="environment name is invalid",
    message="the name must be letters and digits, joined by dashes, {max} characters at most, got {got}",
    source=_CLOUDFORMATION,
)
BAD_ACCOUNT = Check(
    code="CAT112",
    title="account ID is not a string of 12 digits",
    message="must be a string of 12 digits, got {got}",
    remedy="{hint}",
    source=_ACCOUNTS,
)
BAD_REGION = Check(
    code="CAT113",
    title="Region is invalid",
    message="must be a Region as in 'us-east-1', got {got}",
    source=_ACCOUNTS,
)
SAME_ENVIRONMENT = Check(
    code="CAT114",
    title="account and Region are not unique",
    message="the same account and Region as '{other}': {account}, {region}",
    remedy="remove one; repository names are unique per account and Region",
    source=_REPOSITORY,
)
BAD_REPOSITORY_NAME = Check(
    code="CAT120",
    title="repository name is invalid",
    message="the name {problem}",
    source=_REPOSITORY,
)
BAD_POLICY_REFERENCE = Check(
    code="CAT121",
    title="lifecycle policy cannot be resolved",
    message="{problem}",
    remedy="{remedy}",
    source=_DESIGN,
)
BAD_TAG_FILTER = Check(
    code="CAT122",
    title="tag filter is invalid",
    message="{problem}",
    source=_FILTERS,
)
TOO_MANY_TAG_FILTERS = Check(
    code="CAT123",
    title="repository has more than 5 tag filters",
    message="must have at most 5 entries, got {count}",
    remedy="cover several with one wildcard",
    source=_FILTERS,
)
DUPLICATE_TAG_FILTER = Check(
    code="CAT124",
    title="tag filter is listed twice",
    message="{entry} is listed twice",
    remedy="remove one",
    source=_FILTERS,
)
BAD_TAG = Check(
    code="CAT125",
    title="resource tag is invalid",
    message="{problem}",
    source=_TAGS,
)
EMPTY_NEEDS_DESTROY = Check(
    code="CAT126",
    title="empty_on_delete is set without 'removal: destroy'",
    message="empty_on_delete needs 'removal: destroy', got 'removal: {removal}'",
    remedy="write both only if every image may be lost",
    source=_DESIGN,
)
BAD_OUTPUT_KEY = Check(
    code="CAT127",
    title="output key is invalid",
    message="{problem}",
    source=_CLOUDFORMATION,
)
SAME_IDENTIFIER = Check(
    code="CAT128",
    title="identifier is not unique",
    message="'{name}' and '{other}' both have the {what} '{text}'",
    remedy="{remedy}",
    source=_CLOUDFORMATION,
)

UNKNOWN_WARNING = Check(
    code="CAT129",
    title="silenced code is not a warning of a repository",
    message="must be one of {known}, got {got}",
    source=_DESIGN,
)
NO_REASON = Check(
    code="CAT130",
    title="silenced warning has no reason",
    message="must say why {code} is silenced, got nothing",
    source=_DESIGN,
)

BAD_KMS_KEY = Check(
    code="CAT131",
    title="KMS key is invalid",
    message="must be the alias, ID or ARN of a KMS key, as in 'alias/registry', got {got}",
    source=_KMS,
)
KEY_WITHOUT_KMS = Check(
    code="CAT132",
    title="key is set without KMS encryption",
    message="the encryption '{encryption}' must have no key",
    remedy="remove it, or write 'type: KMS'",
    source=_KMS,
)
KEY_ELSEWHERE = Check(
    code="CAT133",
    title="KMS key is in another Region",
    message="the key is in {region}, but the environment '{environment}' is in {expected}",
    remedy="name an alias that exists in both, or another key for this environment",
    source=_KMS,
)
MUTABLE_TAGS_OF_MUTABLE = Check(
    code="CAT134",
    title="tag filters do not fit the mutability",
    message="{key} needs 'mutability: {needed}', got 'mutability: {got}'",
    remedy="remove it",
    source=_FILTERS,
)
BAD_GRANTEE = Check(
    code="CAT135",
    title="grantee is invalid",
    message="{problem}",
    source=_ACCESS,
)
POLICY_TOO_LONG = Check(
    code="CAT136",
    title="repository policy is longer than 10,240 characters",
    message="the repository policy must have at most 10,240 characters, got {length:,}",
    remedy="grant to an organization or a unit instead of many accounts",
    source=_REPOSITORY,
)
UNKNOWN_ENVIRONMENT = Check(
    code="CAT137",
    title="environment does not exist",
    message="unknown environment {got}",
    remedy="the catalog has {known}",
    source=_DESIGN,
)
UNKNOWN_REPOSITORY = Check(
    code="CAT138",
    title="repository does not exist",
    message="unknown repository {got} in this environment",
    remedy="{near}",
    source=_DESIGN,
)
BAD_SHARDS = Check(
    code="CAT139",
    title="number of shards is out of range",
    message="must be 1 to {max}, got {got}",
    source=_CLOUDFORMATION,
)
BAD_PROFILE = Check(
    code="CAT169",
    title="AWS profile is invalid",
    message="must consist of letters, digits, spaces and _.:@/+-, got {got}",
    remedy="name a profile of ~/.aws/config, or remove the key",
    source="AWS CLI user guide, configuration and credential file settings (read 2026-11)",
)
STACK_TOO_LARGE = Check(
    code="CAT140",
    title="stack exceeds a CloudFormation limit",
    message="the stack '{stack}' must have at most {limit:,} {what}, got {count:,}",
    remedy="{remedy}",
    source=_CLOUDFORMATION,
)
NO_REPOSITORY = Check(
    code="CAT141",
    title="environment has no repository",
    message="the environment '{environment}' has no repository, but CloudFormation rejects empty stacks",
    remedy="add one; to remove the last, run `cdk destroy`, which keeps it and its images",
    source=_CLOUDFORMATION,
)
BAD_PARAMETER_NAME = Check(
    code="CAT142",
    title="SSM parameter has more than 15 levels",
    message="the SSM parameter must have at most 15 levels, got {levels}",
    remedy="write 'parameters: false'",
    source="SSM API reference, PutParameter (read 2026-11)",
)
BAD_STATEMENT = Check(
    code="CAT143",
    title="statement is invalid",
    message="{problem}",
    remedy="{remedy}",
    source='IAM user guide, "IAM JSON policy elements reference" (read 2026-11)',
)
OPEN_TO_ALL = Check(
    code="CAT144",
    title="statement is open to everyone",
    message="lets everyone in: {reason}",
    remedy=CLOSE_IT,
    source=_ACCESS,
)
SAME_SID = Check(
    code="CAT145",
    title="Sid is not unique",
    message="another statement has the Sid '{sid}'{hint}",
    remedy="write another",
    source='IAM user guide, "IAM JSON policy elements: Sid" (read 2026-11)',
)
POLICIES_CLASH = Check(
    code="CAT146",
    title="lifecycle policies cannot be combined",
    message="{policies} cannot be combined: {finding}",
    source='ECR user guide, "Lifecycle policies" (read 2026-11)',
)
SAME_STACK = Check(
    code="CAT147",
    title="stack name is not unique",
    message="its stack '{stack}' would have the same name as a stack of '{other}'{hint}",
    remedy="rename it",
    source=_CLOUDFORMATION,
)

NO_REASON_TO_BE_OPEN = Check(
    code="CAT148",
    title="open_to_everyone has no reason",
    message="must say why the policy may let everyone in, got nothing",
    remedy="write the reason",
    source=_DESIGN,
)

BAD_INCLUDE = Check(
    code="CAT149",
    title="include is invalid",
    message="{problem}",
    source=_DESIGN,
)
NO_INCLUDED_FILE = Check(
    code="CAT150",
    title="included file does not exist",
    message="no file '{pattern}' in the folder of the catalog",
    remedy="add it, or remove the line",
    source=_DESIGN,
)
NOTHING_INCLUDED = Check(
    code="CAT151",
    severity=Severity.WARNING,
    title="include matches no file",
    message="no file matches '{pattern}' in the folder of the catalog",
    remedy="add one, or remove the line",
    source=_DESIGN,
)
NOT_INCLUDABLE = Check(
    code="CAT152",
    title="included file has other keys than repositories",
    message="an included file must have only the key 'repositories', got '{key}'",
    remedy="move it to {catalog}",
    source=_DESIGN,
)
SAME_REPOSITORY = Check(
    code="CAT153",
    title="repository is declared in two files",
    message="'{name}' is also declared at {other}",
    remedy="remove one",
    source=_DESIGN,
)

CATALOG_STRUCTURE = StructuralChecks(
    unknown_key=UNKNOWN_KEY,
    missing_key=MISSING_KEY,
    duplicate_key=DUPLICATE_KEY,
    wrong_type=WRONG_TYPE,
    not_a_choice=NOT_A_CHOICE,
)

CATALOG_RULEBOOK: tuple[Check, ...] = (
    *sorted((*checks_in(globals(), prefix="CAT1"), *HOUSE_RULEBOOK), key=lambda check: check.code),
    *REGISTRY_RULEBOOK,
    *PUBLIC_RULEBOOK,
    *EVENTS_RULEBOOK,
)
"""Every check, by code."""
