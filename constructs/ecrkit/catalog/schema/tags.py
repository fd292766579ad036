"""The schema of the tags of a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.catalog.reading.tags import MAX_TAGS
from ecrkit.documents.schema import message_of, or_nothing

if TYPE_CHECKING:
    from ecrkit.catalog.reading.tags import TagLimits
    from ecrkit.documents.schema import Schema

__all__ = ["tags_schema"]


def tags_schema(limits: TagLimits) -> Schema:
    """Describe a mapping of tags that are as long as *limits* allow."""
    key = {**_text("(?![Aa][Ww][Ss]:)"), "minLength": 1, "maxLength": limits.max_key}
    value = {**_text(), "minLength": limits.min_value, "maxLength": limits.max_value}
    return {
        "type": "object",
        "maxProperties": MAX_TAGS,
        "propertyNames": key,
        "additionalProperties": or_nothing(value),
    }


def _text(lookahead: str = "") -> Schema:
    # ECMAScript and Python have no name in common for the letters and spaces of all scripts: these pass here.
    return {
        "type": "string",
        "pattern": rf"^{lookahead}(?:[A-Za-z0-9 _.:/=+@-]|[^\x00-\x7F])*$",
        "patternErrorMessage": message_of(
            rulebook.BAD_TAG,
            says="a tag must be letters, digits, spaces and any of _ . : / = + - @; its key must not begin with 'aws:'",
        ),
    }
