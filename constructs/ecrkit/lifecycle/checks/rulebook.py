"""
The rulebook: everything that ECR refuses in a lifecycle policy, and what is legal and almost always a mistake.

One row per check. The functions that apply them are in ``reading`` (the document), ``rule_checks`` (one rule) and
``policy_checks`` (rules beside each other).
"""

from __future__ import annotations

from ecrkit.documents import StructuralChecks
from ecrkit.errors import Check, Severity

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
    title="the text is JSON",
    message="not JSON: the text {problem}",
    source=_API,
)
TEXT_TOO_SHORT = Check(
    code="ECR102",
    title=f"the text has at least {MIN_TEXT} characters",
    message=f"must have at least {MIN_TEXT} characters, got {{length}}",
    remedy="add a description to a rule",
    source=_recorded("Member must have length greater than or equal to 100"),
)
TEXT_TOO_LONG = Check(
    code="ECR103",
    title=f"the text has at most {MAX_TEXT:,} characters",
    message=f"must have at most {MAX_TEXT:,} characters, got {{length:,}}",
    remedy="shorten the descriptions and the lists",
    source=_API,
)
DUPLICATE_KEY = Check(
    code="ECR104",
    title="no key is written twice in one object",
    message="the key '{key}' is written twice, first on line {first_line}",
    remedy="remove one; readers of JSON drop the first in silence",
    source=_DECIDED,
)
UNKNOWN_KEY = Check(
    code="ECR105",
    title="every key is one that ECR knows",
    message="unknown key '{key}'",
    remedy="{near}",
    source=_PARAMETERS,
)
MISSING_KEY = Check(
    code="ECR106",
    title="every required key is there",
    message="the required key '{key}' is missing",
    remedy="add it",
    source=_recorded("object has missing required properties"),
)
WRONG_TYPE = Check(
    code="ECR107",
    title="every value has the type that ECR takes; null is no value",
    message="must be {expected}, got {got}",
    source=_PARAMETERS,
)
NO_RULES = Check(
    code="ECR108",
    title="there is at least one rule",
    message="must have at least 1 rule, got none",
    remedy="add one, or name no lifecycle policy",
    source=_PARAMETERS,
)
TOO_MANY_RULES = Check(
    code="ECR109",
    title=f"there are at most {MAX_RULES} rules",
    message=f"must have at most {MAX_RULES} rules, got {{count}}",
    remedy="merge rules",
    source=_recorded("array is too long: must have at most 50 elements but instance has 51 elements"),
)

# The fields of one rule.

PRIORITY_TOO_LOW = Check(
    code="ECR110",
    title="rulePriority is 1 or more",
    message="must be 1 or more, got {got}",
    source=_PARAMETERS,
)
NOT_A_CHOICE = Check(
    code="ECR111",
    title="tagStatus, countType, storageClass, type and targetStorageClass are words that ECR knows",
    message="must be {choices}, got {got}",
    remedy="{remedy}",
    source=_PARAMETERS,
)
COUNT_TOO_LOW = Check(
    code="ECR112",
    title="countNumber is 1 or more",
    message="must be 1 or more, got {got}",
    source=_PARAMETERS,
)
BAD_COUNT_UNIT = Check(
    code="ECR113",
    title="countUnit is days",
    message="must be 'days', got {got}",
    remedy="ECR knows no other unit",
    source=_PARAMETERS,
)
EMPTY_LIST = Check(
    code="ECR114",
    title="a list of prefixes or patterns has an entry",
    message="must have at least 1 entry, got none",
    remedy="add one, or remove the list and select tagStatus 'any'",
    source=_PARAMETERS,
)
EMPTY_ENTRY = Check(
    code="ECR115",
    title="no prefix or pattern is empty",
    message="must have at least 1 character, got ''",
    remedy="remove it, or write the pattern '*' to match every tag",
    source=_DECIDED,
)
TOO_MANY_WILDCARDS = Check(
    code="ECR116",
    title=f"a pattern has at most {MAX_WILDCARDS} wildcards",
    message=f"must have at most {MAX_WILDCARDS} wildcards (*), got {{count}} in {{pattern}}",
    source=_recorded("Invalid tag pattern provided. Total number of * must not exceed 4"),
)

# Pairings within one rule.

TAGGED_WITHOUT_LIST = Check(
    code="ECR120",
    title="a rule for tagged images says for which tags",
    message="tagStatus 'tagged' needs a tagPatternList or a tagPrefixList, got neither",
    remedy='add "tagPatternList": ["*"] for every tagged image',
    source=_recorded("Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED."),
)
TWO_LISTS = Check(
    code="ECR121",
    title="a rule has a list of prefixes or a list of patterns, not both",
    message="tagStatus 'tagged' takes a tagPatternList or a tagPrefixList, got both",
    remedy="write the prefixes as patterns that end in *",
    source=_PARAMETERS,
)
LIST_WITHOUT_TAGGED = Check(
    code="ECR122",
    title="only a rule for tagged images has a list of prefixes or patterns",
    message="tagStatus '{tag_status}' takes no {key}",
    remedy="remove it, or select tagStatus 'tagged'",
    source=_PARAMETERS,
)
UNIT_MISSING = Check(
    code="ECR123",
    title="an age has a countUnit",
    message="countType '{count_type}' needs a countUnit",
    remedy='add "countUnit": "days"',
    source=_PARAMETERS,
)
UNIT_WITH_COUNT = Check(
    code="ECR124",
    title="a number of images has no countUnit",
    message="countType 'imageCountMoreThan' takes no countUnit",
    remedy="remove it, or count days since an event",
    source=_recorded("instance failed to match exactly one schema (matched 0 out of 4)"),
)
PULLED_EXPIRES = Check(
    code="ECR125",
    title="the last pull only archives",
    message="countType 'sinceImagePulled' takes the action 'transition' only, got 'expire'",
    remedy="archive instead, or count with sinceImagePushed",
    source=_ARCHIVE,
)
TRANSITIONED_TRANSITIONS = Check(
    code="ECR126",
    title="the time in the archive only expires",
    message="countType 'sinceImageTransitioned' takes the action 'expire' only, got 'transition'",
    remedy="an archived image can only expire",
    source=_ARCHIVE,
)
TRANSITIONED_NOT_ARCHIVE = Check(
    code="ECR127",
    title="the time in the archive counts archived images",
    message="countType 'sinceImageTransitioned' needs storageClass 'archive', got {got}",
    remedy='write "storageClass": "archive"',
    source=_ARCHIVE,
)
ARCHIVE_NOT_TRANSITIONED = Check(
    code="ECR128",
    title="archived images are counted by the time in the archive",
    message="storageClass 'archive' goes with countType 'sinceImageTransitioned' only, got '{count_type}'",
    remedy="remove the storageClass, or count with sinceImageTransitioned",
    source=_ARCHIVE,
)
ARCHIVED_TOO_BRIEFLY = Check(
    code="ECR129",
    title=f"an archived image stays {MIN_ARCHIVED_DAYS} days or more",
    message=f"must be {MIN_ARCHIVED_DAYS} or more with 'sinceImageTransitioned', got {{got}}",
    remedy="the archive keeps, and bills, an image that long at least",
    source=_ARCHIVE,
)
TRANSITION_WITHOUT_TARGET = Check(
    code="ECR130",
    title="a transition has a target",
    message="the action 'transition' needs a targetStorageClass",
    remedy='add "targetStorageClass": "archive"',
    source=_recorded("Could not map policyString into LifecyclePolicy."),
)
TARGET_WITH_EXPIRE = Check(
    code="ECR131",
    title="only a transition has a target",
    message="the action 'expire' takes no targetStorageClass",
    remedy="remove it, or write the action 'transition'",
    source=_PARAMETERS,
)

# Rules beside each other.

DUPLICATE_PRIORITY = Check(
    code="ECR140",
    title="no two rules have the same rulePriority",
    message="rulePriority {priority} is taken by {other}",
    remedy="the lowest free number is {free}",
    source=_recorded("Duplicate priority in multiple rules"),
)
SECOND_UNTAGGED = Check(
    code="ECR141",
    title="one rule per storage class is for untagged images",
    message="a second 'untagged' rule for storage class '{storage_class}', beside {other}",
    remedy="merge the two",
    source=_recorded("Only one rule can select Untagged images per storage class."),
)
SECOND_ANY = Check(
    code="ECR142",
    title="one rule per storage class is for any image",
    message="a second 'any' rule for storage class '{storage_class}', beside {other}",
    remedy="merge the two",
    source=_EVALUATION,
)
ANY_NOT_LAST = Check(
    code="ECR143",
    title="an 'any' rule has the highest rulePriority of its storage class",
    message="an 'any' rule must have the highest rulePriority of its storage class, got {got} below {highest}",
    remedy="renumber it to {next} or more",
    source=_EVALUATION,
)
SAME_LIST = Check(
    code="ECR144",
    title="no two rules of a storage class have the same list of prefixes or patterns",
    message="the same {key} as {other}, in storage class '{storage_class}'",
    remedy="merge the two",
    source=_PARAMETERS,
)

# Legal, and almost always a mistake: within one rule, and among the rules of one file.

DUPLICATE_ENTRY = Check(
    code="ECR201",
    severity=Severity.WARNING,
    title="no prefix or pattern is named twice in one list",
    message="{entry} is named twice in this list",
    remedy="remove one",
    source=_DECIDED,
    example="A copy was meant to become another entry, and that one is missing.",
)
WILDCARD_IN_PREFIX = Check(
    code="ECR202",
    severity=Severity.WARNING,
    title="a prefix has no wildcard",
    message="a prefix is literal and no tag holds a '*', so that {entry} matches nothing",
    remedy="write it in a tagPatternList",
    source=_DECIDED,
    example="`prod-*` as a prefix protects not one image tagged `prod-1`.",
)
ALL_OF_A_LIST = Check(
    code="ECR203",
    severity=Severity.WARNING,
    title="a list of prefixes or patterns has one entry",
    message="{count} entries select the images that match all of them, not any",
    remedy="write one rule per entry, unless all is what you mean",
    source=_INCIDENTS,
    example='`["dev", "staging"]` matches only images tagged both `dev…` and `staging…`: as a rule, none.',
)
DEAD_RULE = Check(
    code="ECR204",
    severity=Severity.WARNING,
    title="every rule can act on some image",
    message="can never act: every image that it could match is claimed by {others}, of higher priority",
    remedy="move it up, or remove it",
    source=_EVALUATION,
    example="`release-1*` below `release-*` expires nothing, since an image is claimed by the first rule it matches.",
)
ANY_BY_AGE = Check(
    code="ECR205",
    severity=Severity.WARNING,
    title="a rule for any image does not expire by age",
    message="expires every image, the running one included, {days} days after the last push",
    remedy="keep a number of images (imageCountMoreThan), or select by tag",
    source=_INCIDENTS,
    example="A service that was stable for so long cannot start a new task: its image is gone.",
)
UNMATCHABLE = Check(
    code="ECR206",
    severity=Severity.WARNING,
    title="some tag can match every prefix and pattern",
    message="no tag can match {entry}",
    remedy="a tag is a letter, digit or '_', then up to 127 of these, '.' and '-'",
    source=_TAGS,
    example="`-prod` was meant to be the end of a tag, and is taken as its beginning.",
)

# What a repository ends up with, whichever files that came from.

NOTHING_FOR_UNTAGGED = Check(
    code="ECR211",
    severity=Severity.WARNING,
    title="a repository has a rule for untagged images",
    message="no rule for untagged images, so that they stay for ever",
    remedy="add a policy for them",
    source=_INCIDENTS,
    example="Every push that moves `latest` leaves an untagged image behind, and each is billed.",
)
NO_CAP = Check(
    code="ECR212",
    severity=Severity.WARNING,
    title="a repository has a rule for every tagged image",
    message="no rule for every tagged image, so that their number grows for ever",
    remedy="add a policy with an 'any' rule, or with the pattern '*'",
    source=_INCIDENTS,
    example="The images of branches that nobody named in a rule are billed until somebody looks.",
)
ANY_WITHOUT_PROTECTION = Check(
    code="ECR213",
    severity=Severity.WARNING,
    title="a rule that expires any image has a rule for tagged images above it",
    message="any image can expire, since no rule for tagged images protects some",
    remedy="put a rule above it for the tags that are deployed",
    source=_INCIDENTS,
    example="Ten pushes to a branch push the image that runs in production out of the newest ten.",
)

STRUCTURE = StructuralChecks(
    unknown_key=UNKNOWN_KEY,
    missing_key=MISSING_KEY,
    duplicate_key=DUPLICATE_KEY,
    wrong_type=WRONG_TYPE,
)

RULEBOOK: tuple[Check, ...] = tuple(
    sorted(
        (value for value in tuple(globals().values()) if isinstance(value, Check)),
        key=lambda check: check.code,
    )
)
"""Every check, by code."""
