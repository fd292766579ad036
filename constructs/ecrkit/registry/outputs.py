"""Construct IDs of repositories, and the outputs that hold their URIs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

from ecrkit.errors import InvalidNameError

if TYPE_CHECKING:
    from ecrkit.images.names import PublicRepositoryName, RepositoryName

__all__ = ["MAX_OUTPUT_KEY", "OUTPUT_KEY", "OutputKey", "construct_id", "output_key", "public_output_key"]

OUTPUT_KEY = re.compile(r"[A-Za-z][A-Za-z0-9]*")
MAX_OUTPUT_KEY = 255
_MAX_IN_OUTPUT_KEY = 255 - len("ecr:") - len("RepositoryUri")
"""The name of an export has 255 characters too, and begins with ``ecr:``."""


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


def public_output_key(name: str) -> OutputKey:
    """Name the output that holds a public repository's URI: ``tools/cli`` gives ``ToolsCliPublicRepositoryUri``."""
    return OutputKey(f"{output_key(name).removesuffix('RepositoryUri')}PublicRepositoryUri")


def construct_id(name: RepositoryName | PublicRepositoryName) -> str:
    """
    Name the construct of a repository.

    Two names never share an id: CDK would turn ``payments/api`` into ``payments--api``, which is another
    repository's name, so the slash becomes a colon, which is in no name. A logical id may not begin with a digit.
    """
    return _letter_first(name).replace("/", ":")


def _letter_first(text: str) -> str:
    # Names of repositories are in lower case, so that this prefix makes no two of them the same.
    return text if text[:1].isalpha() else f"Repository{text}"
