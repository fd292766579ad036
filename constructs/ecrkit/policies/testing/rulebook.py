"""The checks of policy tests. See :mod:`ecrkit.policies.testing.cases` for the format."""

from __future__ import annotations

from ecrkit.documents import StructuralChecks
from ecrkit.errors import Check, checks_in

__all__ = ["MAX_DAYS", "MAX_IMAGES", "POLICY_TEST_RULEBOOK"]

MAX_IMAGES = 100_000
MAX_DAYS = 36_500
"""A century: no image is older, and no date before it runs off the calendar."""

_SOURCE = "ecrkit policy test reference"
_ARCHIVE = 'ECR user guide, "Archiving an image" (read 2026-11)'

NOT_YAML = Check(
    code="TST101",
    title="text is not YAML",
    message="not YAML tests: the text {problem}",
    source="YAML 1.1",
)
DUPLICATE_KEY = Check(
    code="TST102",
    title="key is written twice",
    message="the key '{key}' is written twice, first on line {first_line}",
    remedy="remove one; YAML readers silently drop the first",
    source="YAML 1.2, section 3.2.1.3",
)
UNKNOWN_KEY = Check(
    code="TST103",
    title="key is unknown",
    message="unknown key '{key}'",
    remedy="{near}",
    source=_SOURCE,
)
MISSING_KEY = Check(
    code="TST104",
    title="required key is missing",
    message="the required key '{key}' is missing",
    remedy="add it",
    source=_SOURCE,
)
WRONG_TYPE = Check(
    code="TST105",
    title="value has the wrong type",
    message="must be {expected}, got {got}",
    remedy="{hint}",
    source=_SOURCE,
)
NOT_A_CHOICE = Check(
    code="TST106",
    title="expected fate is unknown",
    message="must be {choices}, got {got}",
    remedy="{remedy}",
    source=_SOURCE,
)
NO_CASE = Check(
    code="TST110",
    title="test file has no case",
    message="must have at least 1 case, got none",
    remedy="add one with images, or remove the file",
    source=_SOURCE,
)
NO_NAME = Check(
    code="TST111",
    title="case has no name",
    message="the name of a case must not be empty, got {got}",
    source=_SOURCE,
)
NO_IMAGE = Check(
    code="TST112",
    title="case has no image",
    message="must have at least 1 image, got none",
    remedy="add one, or remove the case",
    source=_SOURCE,
)
TOO_MANY_IMAGES = Check(
    code="TST113",
    title=f"case has more than {MAX_IMAGES:,} images",
    message=f"must have at most {MAX_IMAGES:,} images, got {{count:,}}",
    source='ECR user guide, "Service quotas" (read 2026-11)',
)
BAD_COUNT = Check(
    code="TST114",
    title=f"count is not 1 to {MAX_IMAGES:,}",
    message=f"must be 1 to {MAX_IMAGES:,}, got {{got}}",
    source=_SOURCE,
)
BAD_DAYS = Check(
    code="TST115",
    title=f"number of days is not 0 to {MAX_DAYS:,}",
    message=f"must be 0 to {MAX_DAYS:,} days, got {{got}}",
    source=_SOURCE,
)
NOT_A_TAG = Check(
    code="TST116",
    title="image tag is invalid",
    message="not a tag: {got}",
    remedy="a tag is a letter, digit or '_', then up to 127 of these, '.' and '-'",
    source="OCI distribution specification 1.1, tags",
)
DUPLICATE_TAG = Check(
    code="TST117",
    title="image tag is listed twice",
    message="{got} is listed twice",
    remedy="remove one",
    source=_SOURCE,
)
ARCHIVED_AND_ACTIVATED = Check(
    code="TST120",
    title="image is both archived and restored",
    message="takes archived_days_ago or activated_days_ago, got both",
    remedy="write activated_days_ago alone for an image that was restored",
    source=_ARCHIVE,
)
BEFORE_THE_PUSH = Check(
    code="TST121",
    title="event is before the push",
    message="must be at most pushed_days_ago, {pushed}, got {got}",
    source=_SOURCE,
)
PULLED_FROM_THE_ARCHIVE = Check(
    code="TST122",
    title="pull is after the archiving",
    message="must be at least archived_days_ago, {archived}, got {got}",
    remedy="an archived image cannot be pulled",
    source=_ARCHIVE,
)
ARCHIVED_AGAIN = Check(
    code="TST123",
    title="archived image is expected to be archived",
    message="must be 'stay' or 'expire' for an archived image, got 'archive'",
    source=_ARCHIVE,
)

POLICY_TEST_STRUCTURE = StructuralChecks(
    unknown_key=UNKNOWN_KEY,
    missing_key=MISSING_KEY,
    duplicate_key=DUPLICATE_KEY,
    wrong_type=WRONG_TYPE,
    not_a_choice=NOT_A_CHOICE,
)

POLICY_TEST_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="TST")
"""Every check, by code."""
