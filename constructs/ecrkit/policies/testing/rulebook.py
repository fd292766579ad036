"""What the tests of a policy must be: one row per check. See :mod:`ecrkit.policies.testing.cases` for the format."""

from __future__ import annotations

from ecrkit.documents import StructuralChecks
from ecrkit.errors import Check

__all__ = ["MAX_DAYS", "MAX_IMAGES", "POLICY_TEST_RULEBOOK"]

MAX_IMAGES = 100_000
MAX_DAYS = 36_500
"""A century: no image is older, and no date before it runs off the calendar."""

_SOURCE = "ecrkit policy test reference"
_ARCHIVE = 'ECR user guide, "Archiving an image" (read 2026-11)'

NOT_YAML = Check(
    code="TST101",
    title="tests are YAML",
    message="not YAML as tests need it: the text {problem}",
    source="YAML 1.1",
)
DUPLICATE_KEY = Check(
    code="TST102",
    title="no case and no key is written twice",
    message="the key '{key}' is written twice, first on line {first_line}",
    remedy="remove one; readers of YAML drop the first in silence",
    source="YAML 1.2, section 3.2.1.3",
)
UNKNOWN_KEY = Check(
    code="TST103",
    title="every key of a case and of an image is known",
    message="unknown key '{key}'",
    remedy="{near}",
    source=_SOURCE,
)
MISSING_KEY = Check(
    code="TST104",
    title="a case has images, and each says when it was pushed and what to expect",
    message="the required key '{key}' is missing",
    remedy="add it",
    source=_SOURCE,
)
WRONG_TYPE = Check(
    code="TST105",
    title="every value of a test has its type",
    message="must be {expected}, got {got}",
    remedy="{hint}",
    source=_SOURCE,
)
NOT_A_CHOICE = Check(
    code="TST106",
    title="an image is expected to stay, to expire or to be archived",
    message="must be {choices}, got {got}",
    source=_SOURCE,
)
NO_CASE = Check(
    code="TST110",
    title="a file of tests has a case",
    message="must have at least 1 case, got none",
    remedy="add one with images, or remove the file",
    source=_SOURCE,
)
NO_NAME = Check(
    code="TST111",
    title="a case has a name",
    message="the name of a case must say something, got {got}",
    source=_SOURCE,
)
NO_IMAGE = Check(
    code="TST112",
    title="a case has an image",
    message="must have at least 1 image, got none",
    remedy="add one, or remove the case",
    source=_SOURCE,
)
TOO_MANY_IMAGES = Check(
    code="TST113",
    title=f"a case has at most {MAX_IMAGES:,} images, as a repository does",
    message=f"must have at most {MAX_IMAGES:,} images, got {{count:,}}",
    source='ECR user guide, "Service quotas" (read 2026-11)',
)
BAD_COUNT = Check(
    code="TST114",
    title=f"a count is 1 to {MAX_IMAGES:,}",
    message=f"must be 1 to {MAX_IMAGES:,}, got {{got}}",
    source=_SOURCE,
)
BAD_DAYS = Check(
    code="TST115",
    title=f"a number of days is 0 to {MAX_DAYS:,}",
    message=f"must be 0 to {MAX_DAYS:,} days, got {{got}}",
    source=_SOURCE,
)
NOT_A_TAG = Check(
    code="TST116",
    title="a tag is one that an image can have",
    message="not a tag: {got}",
    remedy="a tag is a letter, digit or '_', then up to 127 of these, '.' and '-'",
    source="OCI distribution specification 1.1, tags",
)
DUPLICATE_TAG = Check(
    code="TST117",
    title="an image has a tag once",
    message="{got} is named twice",
    remedy="remove one",
    source=_SOURCE,
)
ARCHIVED_AND_ACTIVATED = Check(
    code="TST120",
    title="an image is in the archive or restored from it, not both",
    message="takes archived_days_ago or activated_days_ago, got both",
    remedy="write activated_days_ago alone for an image that was restored",
    source=_ARCHIVE,
)
BEFORE_THE_PUSH = Check(
    code="TST121",
    title="nothing happens to an image before it is pushed",
    message="must be at most pushed_days_ago, {pushed}, got {got}",
    source=_SOURCE,
)
PULLED_FROM_THE_ARCHIVE = Check(
    code="TST122",
    title="an archived image is not pulled",
    message="must be at least archived_days_ago, {archived}, got {got}",
    remedy="an archived image cannot be pulled",
    source=_ARCHIVE,
)
ARCHIVED_AGAIN = Check(
    code="TST123",
    title="an archived image is not expected to be archived",
    message="must be 'stay' or 'expire' for an archived image, got 'archive'",
    source=_ARCHIVE,
)

POLICY_TEST_STRUCTURE = StructuralChecks(
    unknown_key=UNKNOWN_KEY,
    missing_key=MISSING_KEY,
    duplicate_key=DUPLICATE_KEY,
    wrong_type=WRONG_TYPE,
)

POLICY_TEST_RULEBOOK: tuple[Check, ...] = tuple(
    value for value in tuple(globals().values()) if isinstance(value, Check)
)
"""Every check, by code."""
