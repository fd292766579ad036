"""
The checks of a lifecycle policy: what ECR rejects, and what is valid but almost always a mistake.

The functions that apply them are in ``reading`` (the document), ``rule_checks`` (one rule) and
``policy_checks`` (the rules of a policy together).
"""

from __future__ import annotations

from ecrkit.documents import StructuralChecks
from ecrkit.errors import Check, Severity, checks_in

__all__ = ["MAX_RULES", "MAX_TEXT", "MAX_WILDCARDS", "MIN_ARCHIVED_DAYS", "MIN_TEXT", "RULEBOOK"]

MIN_TEXT = 100
MAX_TEXT = 30_720
MAX_RULES = 50
MAX_WILDCARDS = 4
MIN_ARCHIVED_DAYS = 90

_PARAMETERS = 'ECR user guide, "Lifecycle policy parameters" (read 2026-11)'
_EVALUATION = 'ECR user guide, "Lifecycle policies", evaluation rules (read 2026-11)'
_ARCHIVE = 'ECR user guide, "Archiving an image" (read 2026-11)'
_API = "ECR API model 2015-09-21, LifecyclePolicyText"
_TAGS = "OCI distribution specification 1.1, tags"
_DECIDED = "decided by ecrkit; AWS documents nothing"
_INCIDENTS = "incidents in public issue trackers"


def _recorded(message: str) -> str:
    return f'recorded from the service: "{message}"'


# The document.

NOT_JSON = Check(
    code="ECR101",
    title="text is not JSON",
    message="not JSON: the text {problem}",
    source=_API,
)
TEXT_TOO_SHORT = Check(
    code="ECR102",
    title=f"text is shorter than {MIN_TEXT} characters",
    message=f"must have at least {MIN_TEXT} characters, got {{length}}",
    remedy="add a description to a rule",
    source=_recorded("Member must have length greater than or equal to 100"),
)
TEXT_TOO_LONG = Check(
    code="ECR103",
    title=f"text is longer than {MAX_TEXT:,} characters",
    message=f"must have at most {MAX_TEXT:,} characters, got {{length:,}}",
    remedy="shorten the descriptions and the lists",
    source=_API,
)
DUPLICATE_KEY = Check(
    code="ECR104",
    title="key is written twice",
    message="the key '{key}' is written twice, first on line {first_line}",
    remedy="remove one; JSON readers silently drop the first",
    source=_DECIDED,
)
UNKNOWN_KEY = Check(
    code="ECR105",
    title="key is unknown",
    message="unknown key '{key}'",
    remedy="{near}",
    source=_PARAMETERS,
)
MISSING_KEY = Check(
    code="ECR106",
    title="required key is missing",
    message="the required key '{key}' is missing",
    remedy="add it",
    source=_recorded("object has missing required properties"),
)
WRONG_TYPE = Check(
    code="ECR107",
    title="value has the wrong type",
    message="must be {expected}, got {got}",
    source=_PARAMETERS,
)
NO_RULES = Check(
    code="ECR108",
    title="policy has no rule",
    message="must have at least 1 rule, got none",
    remedy="add one, or name no lifecycle policy",
    source=_PARAMETERS,
)
TOO_MANY_RULES = Check(
    code="ECR109",
    title=f"policy has more than {MAX_RULES} rules",
    message=f"must have at most {MAX_RULES} rules, got {{count}}",
    remedy="merge rules",
    source=_recorded("array is too long: must have at most 50 elements but instance has 51 elements"),
)

WRAPPED = Check(
    code="ECR150",
    title="policy is inside another document",
    message="must be a policy, got a document that contains a policy in a string",
    remedy="save only the policy: run `{command}`",
    source=_API,
)

# The fields of one rule.

PRIORITY_TOO_LOW = Check(
    code="ECR110",
    title="rulePriority is below 1",
    message="must be 1 or more, got {got}",
    source=_PARAMETERS,
)
NOT_A_CHOICE = Check(
    code="ECR111",
    title="value is not an allowed word",
    message="must be {choices}, got {got}",
    remedy="{remedy}",
    source=_PARAMETERS,
)
COUNT_TOO_LOW = Check(
    code="ECR112",
    title="countNumber is below 1",
    message="must be 1 or more, got {got}",
    source=_PARAMETERS,
)
BAD_COUNT_UNIT = Check(
    code="ECR113",
    title="countUnit is not 'days'",
    message="must be 'days', got {got}",
    remedy="ECR supports no other unit",
    source=_PARAMETERS,
)
EMPTY_LIST = Check(
    code="ECR114",
    title="list of patterns or prefixes is empty",
    message="must have at least 1 entry, got none",
    remedy="add one, or remove the rule",
    source=_PARAMETERS,
)
EMPTY_ENTRY = Check(
    code="ECR115",
    title="pattern or prefix is empty",
    message="must have at least 1 character, got ''",
    remedy="remove it, or write the pattern '*' to match every tag",
    source=_DECIDED,
)
TOO_MANY_WILDCARDS = Check(
    code="ECR116",
    title=f"pattern has more than {MAX_WILDCARDS} wildcards",
    message=f"must have at most {MAX_WILDCARDS} wildcards (*), got {{count}} in {{pattern}}",
    source=_recorded("Invalid tag pattern provided. Total number of * must not exceed 4"),
)

# Pairings within one rule.

TAGGED_WITHOUT_LIST = Check(
    code="ECR120",
    title="'tagged' rule has no patterns or prefixes",
    message="tagStatus 'tagged' needs a tagPatternList or a tagPrefixList, got neither",
    remedy='add "tagPatternList": ["*"] for every tagged image',
    source=_recorded("Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED."),
)
TWO_LISTS = Check(
    code="ECR121",
    title="'tagged' rule has both patterns and prefixes",
    message="tagStatus 'tagged' needs either a tagPatternList or a tagPrefixList, got both",
    remedy="write the prefixes as patterns that end in *",
    source=_PARAMETERS,
)
LIST_WITHOUT_TAGGED = Check(
    code="ECR122",
    title="'untagged' or 'any' rule has patterns or prefixes",
    message="tagStatus '{tag_status}' must have no {key}",
    remedy="remove it, or select tagStatus 'tagged'",
    source=_PARAMETERS,
)
UNIT_MISSING = Check(
    code="ECR123",
    title="countUnit is missing from an age",
    message="countType '{count_type}' needs a countUnit",
    remedy='add "countUnit": "days"',
    source=_PARAMETERS,
)
UNIT_WITH_COUNT = Check(
    code="ECR124",
    title="countUnit is set for a number of images",
    message="countType 'imageCountMoreThan' must have no countUnit",
    remedy="remove it, or count days since an event",
    source=_recorded("instance failed to match exactly one schema (matched 0 out of 4)"),
)
PULLED_EXPIRES = Check(
    code="ECR125",
    title="'sinceImagePulled' rule expires images",
    message="countType 'sinceImagePulled' needs the action 'transition', got 'expire'",
    remedy="archive instead, or count with sinceImagePushed",
    source=_ARCHIVE,
)
TRANSITIONED_TRANSITIONS = Check(
    code="ECR126",
    title="'sinceImageTransitioned' rule archives images",
    message="countType 'sinceImageTransitioned' needs the action 'expire', got 'transition'",
    remedy="an archived image can only expire",
    source=_ARCHIVE,
)
TRANSITIONED_NOT_ARCHIVE = Check(
    code="ECR127",
    title="'sinceImageTransitioned' rule does not select the archive",
    message="countType 'sinceImageTransitioned' needs storageClass 'archive', got {got}",
    remedy='write "storageClass": "archive"',
    source=_ARCHIVE,
)
ARCHIVE_NOT_TRANSITIONED = Check(
    code="ECR128",
    title="rule for archived images has another countType",
    message="storageClass 'archive' needs countType 'sinceImageTransitioned', got '{count_type}'",
    remedy="remove the storageClass, or count with sinceImageTransitioned",
    source=_ARCHIVE,
)
ARCHIVED_TOO_BRIEFLY = Check(
    code="ECR129",
    title=f"archived image expires before {MIN_ARCHIVED_DAYS} days",
    message=f"must be {MIN_ARCHIVED_DAYS} or more with 'sinceImageTransitioned', got {{got}}",
    remedy="an archived image is kept and billed for at least that long",
    source=_ARCHIVE,
)
TRANSITION_WITHOUT_TARGET = Check(
    code="ECR130",
    title="'transition' action has no targetStorageClass",
    message="the action 'transition' needs a targetStorageClass",
    remedy='add "targetStorageClass": "archive"',
    source=_recorded("Could not map policyString into LifecyclePolicy."),
)
TARGET_WITH_EXPIRE = Check(
    code="ECR131",
    title="'expire' action has a targetStorageClass",
    message="the action 'expire' must have no targetStorageClass",
    remedy="remove it, or write the action 'transition'",
    source=_PARAMETERS,
)

# Rules beside each other.

DUPLICATE_PRIORITY = Check(
    code="ECR140",
    title="rulePriority is not unique",
    message="rulePriority {priority} is taken by {other}",
    remedy="{remedy}",
    source=_recorded("Duplicate priority in multiple rules"),
)
SECOND_UNTAGGED = Check(
    code="ECR141",
    title="second 'untagged' rule is in a storage class",
    message="a second 'untagged' rule for storage class '{storage_class}', in addition to {other}",
    remedy="merge the two",
    source=_recorded("Only one rule can select Untagged images per storage class."),
)
SECOND_ANY = Check(
    code="ECR142",
    title="second 'any' rule is in a storage class",
    message="a second 'any' rule for storage class '{storage_class}', in addition to {other}",
    remedy="merge the two",
    source=_EVALUATION,
)
ANY_NOT_LAST = Check(
    code="ECR143",
    title="'any' rule does not have the highest rulePriority",
    message="an 'any' rule must have the highest rulePriority of its storage class, got {got} below {highest}",
    remedy="renumber it to {next} or more",
    source=_EVALUATION,
)
SAME_LIST = Check(
    code="ECR144",
    title="list of patterns or prefixes is not unique",
    message="the same {key} as {other}, in storage class '{storage_class}'",
    remedy="merge the two",
    source=_PARAMETERS,
)

# Legal, and almost always a mistake: within one rule, and among the rules of one file.

DUPLICATE_ENTRY = Check(
    code="ECR201",
    severity=Severity.WARNING,
    title="pattern or prefix is listed twice",
    message="{entry} is listed twice in this list",
    remedy="remove one",
    source=_DECIDED,
)
WILDCARD_IN_PREFIX = Check(
    code="ECR202",
    severity=Severity.WARNING,
    title="prefix has a wildcard",
    message="a prefix is literal and no tag contains '*', so {entry} matches nothing",
    remedy="write it in a tagPatternList",
    source=_DECIDED,
)
ALL_OF_A_LIST = Check(
    code="ECR203",
    severity=Severity.WARNING,
    title="list has several patterns or prefixes",
    message="{count} entries select the images that match all of them, not any",
    remedy="write one rule per entry, unless all is what you mean",
    source=_INCIDENTS,
)
DEAD_RULE = Check(
    code="ECR204",
    severity=Severity.WARNING,
    title="rule can never act",
    message="can never act: every image that it could match is claimed by {others}, of higher priority",
    remedy="{remedy}",
    source=_EVALUATION,
)
ANY_BY_AGE = Check(
    code="ECR205",
    severity=Severity.WARNING,
    title="rule for every image expires by push age",
    message="expires every {images}, including the running one, {days} after the last push",
    remedy="keep a number of images (imageCountMoreThan), or put a rule above it that keeps the deployed tags",
    source=_INCIDENTS,
)
UNMATCHABLE = Check(
    code="ECR206",
    severity=Severity.WARNING,
    title="pattern or prefix matches no tag",
    message="no tag can match {entry}",
    remedy="a tag is a letter, digit or '_', then up to 127 of these, '.' and '-'",
    source=_TAGS,
)
ARCHIVES_BY_AGE = Check(
    code="ECR207",
    severity=Severity.WARNING,
    title="rule for every image archives by push age",
    message="archives every {images}, including the running one, {days} after the last push{then}: "
    "pulling an archived image fails",
    remedy="count from the last pull (sinceImagePulled), or put a rule above it that keeps the deployed tags",
    source=_ARCHIVE,
)

# What a repository ends up with, whichever files that came from.

NOTHING_FOR_UNTAGGED = Check(
    code="ECR211",
    severity=Severity.WARNING,
    title="repository has no rule for untagged images",
    message="no rule for untagged images, so they stay forever",
    remedy="add a policy for them",
    source=_INCIDENTS,
)
NO_CAP = Check(
    code="ECR212",
    severity=Severity.WARNING,
    title="repository has no rule for all tagged images",
    message="no rule for every tagged image, so their number grows forever",
    remedy="add a policy with an 'any' rule, or with the pattern '*'",
    source=_INCIDENTS,
)
ANY_WITHOUT_PROTECTION = Check(
    code="ECR213",
    severity=Severity.WARNING,
    title="rule expires every image and no rule protects some",
    message="any {images} can expire, because no rule protects any tagged images",
    remedy="put a rule above it for the deployed tags",
    source=_INCIDENTS,
)

STRUCTURE = StructuralChecks(
    unknown_key=UNKNOWN_KEY,
    missing_key=MISSING_KEY,
    duplicate_key=DUPLICATE_KEY,
    wrong_type=WRONG_TYPE,
    not_a_choice=NOT_A_CHOICE,
)

RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="ECR")
"""Every check, by code."""
