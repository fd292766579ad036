"""Names that ECR accepts: of repositories, private and public, and of tags excluded from immutability."""

from __future__ import annotations

import re
from typing import Self

from ecrkit.errors import InvalidNameError

__all__ = [
    "MAX_FILTER_WILDCARDS",
    "MAX_PUBLIC_REPOSITORY",
    "MAX_REPOSITORY",
    "MIN_REPOSITORY",
    "PUBLIC_REPOSITORY_PATH",
    "REGION",
    "REPOSITORY_PATH",
    "TAG_FILTER",
    "PublicRepositoryName",
    "RepositoryName",
    "TagFilter",
    "check_repository_path",
]

REGION = re.compile(r"[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}")

_REPOSITORY_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
REPOSITORY_PATH = re.compile(rf"{_REPOSITORY_PART}(?:/{_REPOSITORY_PART})*")
"""A repository's name, or its first parts. Source: ECR API model 2015-09-21, RepositoryName and Prefix."""

MIN_REPOSITORY = 2
MAX_REPOSITORY = 256

_PUBLIC_PART = r"[a-z0-9]+(?:[._-][a-z0-9]+)*"
PUBLIC_REPOSITORY_PATH = re.compile(rf"{_PUBLIC_PART}(?:/{_PUBLIC_PART})*")
MAX_PUBLIC_REPOSITORY = 205
"""Source: ECR Public API model 2020-10-30, RepositoryName; the CloudFormation schema allows 256 characters."""

TAG_FILTER = re.compile(r"[0-9A-Za-z._*-]{1,128}")
MAX_FILTER_WILDCARDS = 2


class RepositoryName(str):
    """
    A repository name that ECR accepts.

    Raises:
        InvalidNameError: ECR would refuse it.

    Source: ECR API model 2015-09-21, RepositoryName. ``a__b`` and ``a--b`` are inside its grammar, though the
    CloudFormation schema and aws-cdk-lib take a narrower one.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check *text* and keep it."""
        if not MIN_REPOSITORY <= len(text) <= MAX_REPOSITORY:
            msg = f"must have {MIN_REPOSITORY} to {MAX_REPOSITORY} characters, got {len(text)}"
            raise InvalidNameError(msg)
        check_repository_path(text)
        return super().__new__(cls, text)


class PublicRepositoryName(str):
    """
    A repository name that ECR Public accepts: narrower than that of a private repository.

    Raises:
        InvalidNameError: ECR Public would refuse it.

    Source: ECR Public API model 2020-10-30, RepositoryName.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check *text* and keep it."""
        if not MIN_REPOSITORY <= len(text) <= MAX_PUBLIC_REPOSITORY:
            msg = f"must have {MIN_REPOSITORY} to {MAX_PUBLIC_REPOSITORY} characters, got {len(text)}"
            raise InvalidNameError(msg)
        if not PUBLIC_REPOSITORY_PATH.fullmatch(text):
            msg = f"must be parts of lower-case letters and digits, joined by one '.', '_', '-' or '/', got {text!r}"
            raise InvalidNameError(msg)
        return super().__new__(cls, text)


class TagFilter(str):
    """
    A tag, or a pattern of tags, that is excluded from a repository's immutability.

    Raises:
        InvalidNameError: ECR would refuse it.

    Source: ECR API model 2015-09-21, ImageTagMutabilityExclusionFilter; ECR user guide, "Image tag mutability".
    """

    __slots__ = ()

    MAX_PER_REPOSITORY = 5

    def __new__(cls, text: str) -> Self:
        """Check *text* and keep it."""
        if not TAG_FILTER.fullmatch(text):
            msg = f"must be 1 to 128 letters, digits, '.', '_', '-' and '*', got {text!r}"
            raise InvalidNameError(msg)
        if text.count("*") > MAX_FILTER_WILDCARDS:
            msg = f"must have at most {MAX_FILTER_WILDCARDS} wildcards (*), got {text.count('*')} in {text!r}"
            raise InvalidNameError(msg)
        return super().__new__(cls, text)


def check_repository_path(text: str) -> None:
    """
    Check the characters of a repository's name, which registries have in common; their lengths differ.

    Raises:
        InvalidNameError: *text* is not such a name.
    """
    if not REPOSITORY_PATH.fullmatch(text):
        msg = f"must be parts of lower-case letters and digits, joined by '.', '_', '__', dashes or '/', got {text!r}"
        raise InvalidNameError(msg)
