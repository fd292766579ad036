"""The schema of house rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.catalog.house_rules import AccessRule, HouseRules
from ecrkit.catalog.reading.rules import ACCESS_KEYS, RULE_KEYS, TagMutability
from ecrkit.documents.schema import choice, help_text, matching, object_of, said_of, summary_of
from ecrkit.registry.access import GRANTEES
from ecrkit.registry.properties import Encryption

if TYPE_CHECKING:
    from ecrkit.documents.schema import Schema

__all__ = ["rules_schema"]


def rules_schema() -> Schema:
    """Describe `rules` of a catalog."""
    lists: Schema = {
        "required_tags": {"type": "string", "minLength": 1},
        "lifecycle": {"type": "string", "pattern": r"^(?:none|\*|[^@\s]+@[^@\s]+)$"},
        "encryption": choice(Encryption),
        "mutability": choice(TagMutability),
    }
    parts: Schema = {key: {"type": "array", "minItems": 1, "items": items} for key, items in lists.items()}
    parts["names"] = {"type": "object", "additionalProperties": {"type": "string"}}
    access = {
        kind: {
            "type": "array",
            "items": matching(GRANTEES[kind][0], rulebook.BAD_GRANTEE, says=f"an entry must be {GRANTEES[kind][1]}"),
            "description": help_text(said_of(AccessRule, kind)),
        }
        for kind in ACCESS_KEYS
    }
    parts["access"] = object_of(ACCESS_KEYS, access) | {"type": ["object", "null"]}
    described = {key: {**parts[key], "description": help_text(said_of(HouseRules, key))} for key in RULE_KEYS}
    return object_of(RULE_KEYS, described, description=summary_of(HouseRules).partition(";")[0])
