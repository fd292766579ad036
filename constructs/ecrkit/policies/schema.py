"""The schemas of what stands beside the policies of a store: their tests, and what is silenced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.documents.schema import (
    anything_but,
    choice,
    help_text,
    matching,
    object_of,
    reasons,
    said_of,
    saying_something,
    summary_of,
    when,
)
from ecrkit.images.references import TAG
from ecrkit.lifecycle import RULEBOOK
from ecrkit.policies.references import REFERENCE
from ecrkit.policies.silences import NO_REASON, NOT_SILENCES, SILENCEABLE
from ecrkit.policies.testing import rulebook
from ecrkit.policies.testing.cases import (
    CASE_KEYS,
    IMAGE_KEYS,
    REQUIRED_IMAGE_KEYS,
    Expectation,
    PolicyTest,
    SampleImages,
)

if TYPE_CHECKING:
    from ecrkit.documents.schema import Schema

__all__ = ["policy_test_schema", "silenced_schema"]


def policy_test_schema() -> Schema:
    """Describe the tests of a policy."""
    images = {
        "type": "array",
        "minItems": 1,
        "items": _image(),
        "description": help_text(said_of(PolicyTest, "images"), rulebook.TOO_MANY_IMAGES),
    }
    return {
        "title": "Tests of an ECR lifecycle policy",
        "description": "Test cases by name.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": saying_something(rulebook.NO_NAME),
        "additionalProperties": object_of(
            CASE_KEYS, {"images": images}, required=CASE_KEYS, description=summary_of(PolicyTest)
        ),
    }


def _image() -> Schema:
    days = {"type": "number", "minimum": 0, "maximum": rulebook.MAX_DAYS}
    parts: Schema = {
        **dict.fromkeys(IMAGE_KEYS, days),
        "count": {"type": "integer", "minimum": 1, "maximum": rulebook.MAX_IMAGES},
        "tags": {"type": "array", "uniqueItems": True, "items": matching(TAG, rulebook.NOT_A_TAG)},
        "expect": choice(Expectation),
    }
    image = object_of(
        IMAGE_KEYS,
        {key: {"description": help_text(said_of(SampleImages, key)), **parts[key]} for key in IMAGE_KEYS},
        required=REQUIRED_IMAGE_KEYS,
        description=summary_of(SampleImages),
    )
    both = {"archived_days_ago": True, "activated_days_ago": True}
    image["allOf"] = [
        when(both, rulebook.ARCHIVED_AND_ACTIVATED, activated_days_ago=False),
        when({"archived_days_ago": True}, expect=anything_but(Expectation.ARCHIVE, rulebook.ARCHIVED_AGAIN)),
    ]
    return image


def silenced_schema() -> Schema:
    """Describe the ``silenced.yaml`` of a store."""
    silenceable = [check for check in RULEBOOK if check.code in SILENCEABLE]
    return {
        "title": "Silenced warnings of ECR lifecycle policies",
        "description": "Accepted warnings: version, then code, then the reason.",
        "type": "object",
        "propertyNames": matching(REFERENCE, NOT_SILENCES, says="a version must look like 'keep-last-10@1'"),
        "additionalProperties": reasons(silenceable, empty=NO_REASON),
    }
