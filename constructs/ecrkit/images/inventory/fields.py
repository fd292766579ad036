"""The fields of an image detail, as both the fast reader and the diagnosis know them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

__all__ = [
    "CHILDREN_KEY",
    "DIGESTS",
    "HEADING_KEY",
    "LAYERS_KEY",
    "LIST_KEY",
    "NEXT_PAGE_KEYS",
    "is_page",
    "read_time",
    "skip_space",
]

DIGESTS = re.compile(r"(?:[A-Za-z0-9_+.-]++:[A-Fa-f0-9]++\n)*+")
"""Any number of digests, a line each. Source: ECR API model 2015-09-21, ImageDigest."""

LIST_KEY = "imageDetails"
NEXT_PAGE_KEYS = ("nextToken", "NextToken")

CHILDREN_KEY = "childManifestDigests"
"""What a manifest list refers to. ECR has no such key: ``ecrkit images inventory`` adds it, out of the manifests."""

LAYERS_KEY = "layers"
"""The layers of an image. ECR has no such key: ``ecrkit images inventory --layers`` adds it, out of the manifests."""

HEADING_KEY = "inventory"
"""Of the first member of a file that ``ecrkit images inventory`` writes."""

_SPACE = re.compile(r"[ \t\r\n]*")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_page(value: object) -> bool:
    """Whether *value* is what one call of ``describe-images`` answers."""
    return isinstance(value, dict) and LIST_KEY in value


def skip_space(text: str, at: int) -> int:
    """Find what follows the white space at an offset."""
    space = _SPACE.match(text, at)
    return space.end() if space else at


def read_time(value: object) -> datetime:
    """
    Read a time.

    Args:
        value: ISO 8601 text, or seconds since 1970.

    Returns:
        As it says; perhaps naive.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, str):
        return datetime.fromisoformat(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        msg = "neither text nor number"
        raise ValueError(msg)  # noqa: TRY004 - one error for the caller
    try:
        return _EPOCH + timedelta(seconds=value)
    except OverflowError:
        msg = "off the calendar"
        raise ValueError(msg) from None
