"""What a list of images must be: one row per check."""

from __future__ import annotations

from ecrkit.errors import Check

__all__ = ["IMAGES_RULEBOOK"]

_DETAIL = "ECR API model 2015-09-21, ImageDetail"
_RESPONSE = "ECR API model 2015-09-21, DescribeImagesResponse"

NOT_JSON = Check(
    code="IMG101",
    title="images are JSON, or JSON Lines",
    message="not JSON: {problem}",
    source="RFC 8259",
)
NOT_IMAGES = Check(
    code="IMG102",
    title="a list of images is what describe-images prints, or a line for each image",
    message="not a list of images: {problem}",
    remedy="save what 'aws ecr describe-images' prints",
    source=_RESPONSE,
)
MISSING_KEY = Check(
    code="IMG103",
    title="an image has a digest and a time of push",
    message="the required key '{key}' is missing",
    remedy="{remedy}",
    source=_DETAIL,
)
WRONG_TYPE = Check(
    code="IMG104",
    title="every value of an image has its type",
    message="must be {expected}, got {got}",
    source=_DETAIL,
)
BAD_DIGEST = Check(
    code="IMG105",
    title="a digest is one",
    message="must be a digest as in 'sha256:0123…', got {got}",
    source="ECR API model 2015-09-21, ImageDigest",
)
BAD_TIME = Check(
    code="IMG106",
    title="a time is ISO 8601 with an offset, or seconds since 1970",
    message="must be a time in ISO 8601, or seconds since 1970, got {got}",
    source=_DETAIL,
)
NAIVE_TIME = Check(
    code="IMG107",
    title="a time has an offset from UTC",
    message="must have an offset from UTC, got {got}",
    remedy="append 'Z' if it is UTC; nobody can tell an age from it as it is",
    source="ISO 8601",
)
BAD_STATUS = Check(
    code="IMG108",
    title="a status is one that ECR has",
    message="must be 'ACTIVE', 'ARCHIVED' or 'ACTIVATING', got {got}",
    source="ECR API model 2015-09-21, ImageStatus",
)
DUPLICATE_DIGEST = Check(
    code="IMG109",
    title="a repository has each digest once",
    message="{digest} is there already, as image {first:,} of this file; this is image {second:,}",
    remedy="remove one: it would count twice",
    source=_DETAIL,
)
SEVERAL_REPOSITORIES = Check(
    code="IMG110",
    title="all images of a file are of one repository",
    message="must be {first}, as of the images before, got {got}",
    remedy="write a file for each repository: a policy counts the images of one",
    source=_RESPONSE,
)
MORE_PAGES = Check(
    code="IMG111",
    title="the list is complete",
    message="the list goes on: '{key}' is set",
    remedy="take all pages: run the AWS CLI without --max-items and --no-paginate",
    source=_RESPONSE,
)
NOT_MANIFESTS = Check(
    code="IMG120",
    title="manifests are what batch-get-image prints",
    message="not a list of manifests: {problem}",
    remedy="save what 'aws ecr batch-get-image' prints, or one such object a line",
    source="ECR API model 2015-09-21, BatchGetImageResponse",
)
IMAGES_RULEBOOK = (
    NOT_JSON,
    NOT_IMAGES,
    MISSING_KEY,
    WRONG_TYPE,
    BAD_DIGEST,
    BAD_TIME,
    NAIVE_TIME,
    BAD_STATUS,
    DUPLICATE_DIGEST,
    SEVERAL_REPOSITORIES,
    MORE_PAGES,
    NOT_MANIFESTS,
)
