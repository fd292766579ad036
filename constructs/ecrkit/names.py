"""The names that things have: repositories, their constructs, their outputs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

from ecrkit.errors import InvalidNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "MAX_FILTER_WILDCARDS",
    "MAX_OUTPUT_KEY",
    "MAX_REPOSITORY",
    "MIN_REPOSITORY",
    "OUTPUT_KEY",
    "REGION",
    "REPOSITORY_PATH",
    "TAG_FILTER",
    "OutputKey",
    "RepositoryName",
    "TagFilter",
    "construct_id",
    "near",
    "output_key",
]

REGION = re.compile(r"[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}")

_REPOSITORY_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
REPOSITORY_PATH = re.compile(rf"{_REPOSITORY_PART}(?:/{_REPOSITORY_PART})*")
"""A repository's name, or its first parts. Source: ECR API model 2015-09-21, RepositoryName and Prefix."""

MIN_REPOSITORY = 2
MAX_REPOSITORY = 256
TAG_FILTER = re.compile(r"[0-9A-Za-z._*-]{1,128}")
MAX_FILTER_WILDCARDS = 2
OUTPUT_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]*")
MAX_OUTPUT_KEY = 255
_MAX_IN_OUTPUT_KEY = 255 - len("ecr:") - len("RepositoryUri")
"""The name of an export has 255 characters too, and begins with ``ecr:``."""


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
        if not REPOSITORY_PATH.fullmatch(text):
            msg = (
                f"must be parts of lower-case letters and digits, joined by '.', '_', '__', dashes or '/', got {text!r}"
            )
            raise InvalidNameError(msg)
        return super().__new__(cls, text)


class OutputKey(str):
    """
    The logical id of a stack output.

    Raises:
        InvalidNameError: CloudFormation would refuse it.

    Source: CloudFormation user guide, "Outputs" and "Quotas" (read 2026-11).
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Check *text* and keep it."""
        if not OUTPUT_KEY.fullmatch(text) or len(text) > MAX_OUTPUT_KEY:
            msg = f"must be a letter and then letters and digits, {MAX_OUTPUT_KEY} at most, got {text!r}"
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


def output_key(name: str) -> OutputKey:
    """
    Name the output that holds a repository's URI.

    Args:
        name: of the repository, or the id of the construct where it has none.

    Returns:
        *name* in PascalCase and ``RepositoryUri``: ``payments/api`` gives ``PaymentsApiRepositoryUri``. Of a name that
        is too long for that, the beginning, and eight digits of its digest.
    """
    words = re.findall(r"[A-Za-z0-9]+", name)
    pascal = _letter_first("".join(word[0].upper() + word[1:] for word in words))
    if len(pascal) > _MAX_IN_OUTPUT_KEY:
        import hashlib  # noqa: PLC0415 - for the few names that need it

        digest = hashlib.sha256(name.encode()).hexdigest()[:8].upper()
        pascal = pascal[: _MAX_IN_OUTPUT_KEY - len(digest)] + digest
    return OutputKey(f"{pascal}RepositoryUri")


def construct_id(name: RepositoryName) -> str:
    """
    Name the construct of a repository.

    Two names never share an id: CDK would turn ``payments/api`` into ``payments--api``, which is another
    repository's name, so the slash becomes a colon, which is in no name. A logical id may not begin with a digit.
    """
    return _letter_first(name).replace("/", ":")


def near(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """List those of *known* that *name* may have been meant for, the nearest first, three at most."""
    from difflib import get_close_matches  # noqa: PLC0415 - wanted only where something is wrong

    return tuple(get_close_matches(name, list(known)))


def _letter_first(text: str) -> str:
    # Names of repositories are in lower case, so that this prefix makes no two of them the same.
    return text if text[:1].isalpha() else f"Repository{text}"
