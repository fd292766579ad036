"""The schema of events, in a catalog and in its environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog.reading.events import EVENT_KEYS
from ecrkit.documents.schema import choice, help_text, matching, object_of, said_of, summary_of
from ecrkit.registry.events import Event, EventKind, EventSeverity, rulebook
from ecrkit.registry.events.checks import MAX_PATTERN, REPOSITORY_PATTERN
from ecrkit.registry.events.targets import TARGET

if TYPE_CHECKING:
    from ecrkit.documents.schema import Schema

__all__ = ["events_schema"]


def events_schema() -> Schema:
    """Describe the events of a registry."""
    parts: Schema = {
        "when": {"type": "array", "minItems": 1, "uniqueItems": True, "items": choice(EventKind)},
        "severity": choice(EventSeverity),
        "repositories": {
            "type": "array",
            "uniqueItems": True,
            "items": {**matching(REPOSITORY_PATTERN, rulebook.BAD_PATTERN), "maxLength": MAX_PATTERN},
        },
        "to": matching(TARGET, rulebook.BAD_TARGET),
    }
    described = {key: {**part, "description": help_text(said_of(Event, key))} for key, part in parts.items()}
    event = object_of(EVENT_KEYS, described, required=("when", "to"), description=summary_of(Event))
    return {"type": "array", "items": event}
