"""The tags of a resource: what `tags` may have, and how long it may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.documents import is_empty

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.documents import At, Reader

__all__ = ["MAX_TAGS", "REPOSITORY_TAGS", "TEMPLATE_TAGS", "TagLimits", "read_tags"]

MAX_TAGS = 50

_TAG_TEXT = re.compile(r"(?:[\w.:/=+\-@]|[^\S\x00-\x1f\x85])*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLimits:
    """
    How long tags may be, in characters.

    Attributes:
        max_key: of a key; 1 at least.
        min_value: of a value.
        max_value: of a value.
    """

    max_key: int
    min_value: int
    max_value: int


REPOSITORY_TAGS = TagLimits(max_key=127, min_value=1, max_value=255)
"""ECR takes one character more, and an empty value; CloudFormation fails before it asks ECR.

Source: CloudFormation resource schema, AWS::ECR::Repository (read 2026-11).
"""

TEMPLATE_TAGS = TagLimits(max_key=128, min_value=0, max_value=256)
"""Source: CloudFormation resource schema, AWS::ECR::RepositoryCreationTemplate (read 2026-11)."""


def read_tags(reader: Reader, at: At, limits: TagLimits) -> dict[str, str | None]:
    """
    Read tags, and report what is wrong with each.

    Args:
        reader: of the catalog.
        at: the mapping.
        limits: how long they may be.

    Returns:
        Values by key; ``None`` for a tag that is left out.
    """
    members = reader.members(at)
    if len(members) > MAX_TAGS:
        problem = f"must have at most {MAX_TAGS} tags, got {len(members)}"
        reader.report(rulebook.BAD_TAG, at.location, problem=problem)
        return {}
    tags: dict[str, str | None] = {}
    for key, child in members.items():
        value = None if is_empty(child) else reader.string(child)
        tags[key] = None if is_empty(child) else value or ""
        for problem in _tag_problems(key, value, limits):
            reader.report(rulebook.BAD_TAG, child.key_location, problem=problem)
    return tags


def _tag_problems(key: str, value: str | None, limits: TagLimits) -> Iterator[str]:
    """Source: AWS general reference, tag naming limits and requirements (read 2026-11)."""
    if not 1 <= len(key) <= limits.max_key:
        yield f"a tag's key must have 1 to {limits.max_key} characters, got {len(key)}"
    if key.lower().startswith("aws:"):
        yield f"a tag's key must not begin with 'aws:', got {key!r}"
    if value is not None and not limits.min_value <= len(value) <= limits.max_value:
        yield f"a tag's value must have {limits.min_value} to {limits.max_value} characters, got {len(value)}"
    for part, text in (("key", key), ("value", value or "")):
        if not _TAG_TEXT.fullmatch(text):
            yield f"a tag's {part} must be letters, digits, spaces and any of _ . : / = + - @, got {text!r}"
