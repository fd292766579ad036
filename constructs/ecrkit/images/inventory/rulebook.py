"""The checks of a list of images."""

from __future__ import annotations

from ecrkit.errors import Check, checks_in

__all__ = ["IMAGES_RULEBOOK"]

_DETAIL = "ECR API model 2015-09-21, ImageDetail"
_RESPONSE = "ECR API model 2015-09-21, DescribeImagesResponse"

NOT_JSON = Check(
    code="IMG101",
    title="text is not JSON",
    message="not JSON: {problem}",
    source="RFC 8259",
)
NOT_IMAGES = Check(
    code="IMG102",
    title="text is not a list of images",
    message="not a list of images: {problem}",
    remedy="save the output of 'aws ecr describe-images'",
    source=_RESPONSE,
)
MISSING_KEY = Check(
    code="IMG103",
    title="required key is missing",
    message="the required key '{key}' is missing",
    remedy="{remedy}",
    source=_DETAIL,
)
WRONG_TYPE = Check(
    code="IMG104",
    title="value has the wrong type",
    message="must be {expected}, got {got}",
    source=_DETAIL,
)
BAD_DIGEST = Check(
    code="IMG105",
    title="digest is invalid",
    message="must be a digest as in 'sha256:0123…', got {got}",
    source="ECR API model 2015-09-21, ImageDigest",
)
BAD_TIME = Check(
    code="IMG106",
    title="time is invalid",
    message="must be a time in ISO 8601, or seconds since 1970, got {got}",
    source=_DETAIL,
)
NAIVE_TIME = Check(
    code="IMG107",
    title="time has no UTC offset",
    message="must have an offset from UTC, got {got}",
    remedy="append 'Z' if it is UTC; without an offset the age is unknown",
    source="ISO 8601",
)
BAD_STATUS = Check(
    code="IMG108",
    title="image status is unknown",
    message="must be 'ACTIVE', 'ARCHIVED' or 'ACTIVATING', got {got}",
    source="ECR API model 2015-09-21, ImageStatus",
)
DUPLICATE_DIGEST = Check(
    code="IMG109",
    title="digest is not unique",
    message="{digest} occurs twice, as image {first:,} and image {second:,} of this file",
    remedy="remove one: it would count twice",
    source=_DETAIL,
)
SEVERAL_REPOSITORIES = Check(
    code="IMG110",
    title="images are of several repositories",
    message="must be {first}, like the images before, got {got}",
    remedy="write a file for each repository: a policy counts the images of one",
    source=_RESPONSE,
)
MORE_PAGES = Check(
    code="IMG111",
    title="list of images is incomplete",
    message="the list is incomplete: '{key}' is set",
    remedy="read all pages: run the AWS CLI without --max-items and --no-paginate",
    source=_RESPONSE,
)
NOT_MANIFESTS = Check(
    code="IMG120",
    title="text is not a list of manifests",
    message="not a list of manifests: {problem}",
    remedy="save the output of 'aws ecr batch-get-image', or one such object a line",
    source="ECR API model 2015-09-21, BatchGetImageResponse",
)

IMAGES_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="IMG")
"""Every check, by code."""
