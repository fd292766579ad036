"""The schema of public repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog import PublicRepositoryEntry, Removal, rulebook
from ecrkit.catalog.public_keys import PUBLIC_ENTRY_KEYS, PUBLIC_KEYS
from ecrkit.documents.schema import choice, help_text, matching, object_of, or_nothing, reasons, summary_of
from ecrkit.images.names import MAX_PUBLIC_REPOSITORY, MIN_REPOSITORY, PUBLIC_REPOSITORY_PATH
from ecrkit.registry.outputs import MAX_OUTPUT_KEY, OUTPUT_KEY
from ecrkit.registry.public import PUBLIC_RULEBOOK, PUBLIC_WARNINGS
from ecrkit.registry.public.checks import LABELS, MAX_LABEL, MAX_LABELS, MAX_TEXT
from ecrkit.registry.public.rulebook import BAD_ALIAS
from ecrkit.registry.public.values import ALIAS, MAX_ALIAS, MIN_ALIAS
from ecrkit.registry.rulebook import ACCESS_RULEBOOK, ACCESS_WARNINGS

if TYPE_CHECKING:
    from ecrkit.documents.schema import Schema

__all__ = ["alias_schema", "public_schema"]

_SILENCEABLE = [
    check for check in (*PUBLIC_RULEBOOK, *ACCESS_RULEBOOK) if check.code in {*PUBLIC_WARNINGS, *ACCESS_WARNINGS}
]


def public_schema(settings: Schema) -> Schema:
    """
    Describe `public_repositories` of a catalog.

    Args:
        settings: the schemas of the keys of a private repository, by key; a public one has some of these keys.
    """
    shared = ("push", "statements", "open_to_everyone", "tags")
    parts: Schema = {
        **{key: {"type": "string", "maxLength": longest} for key, longest in MAX_TEXT.items()},
        **{key: _labels() for key in LABELS},
        **{key: settings[key] for key in shared},
        "removal": choice(Removal),
        "silence": reasons(_SILENCEABLE, empty=rulebook.NO_REASON),
        "output": {**matching(OUTPUT_KEY, rulebook.BAD_OUTPUT_KEY), "maxLength": MAX_OUTPUT_KEY},
        "only": {"type": "array", "items": {"type": "string"}},
    }
    described = {key.name: {**parts[key.name], "description": help_text(key.says)} for key in PUBLIC_KEYS}
    entry = object_of(PUBLIC_ENTRY_KEYS, described, description=summary_of(PublicRepositoryEntry))
    return {
        "type": ["object", "null"],
        "propertyNames": {
            **matching(PUBLIC_REPOSITORY_PATH, rulebook.BAD_REPOSITORY_NAME),
            "minLength": MIN_REPOSITORY,
            "maxLength": MAX_PUBLIC_REPOSITORY,
        },
        "additionalProperties": or_nothing(entry),
        "description": "Repositories of ECR Public by name, in the environments in us-east-1.",
    }


def alias_schema() -> Schema:
    """Describe the alias of a public registry."""
    return {**matching(ALIAS, BAD_ALIAS), "minLength": MIN_ALIAS, "maxLength": MAX_ALIAS}


def _labels() -> Schema:
    return {
        "type": "array",
        "maxItems": MAX_LABELS,
        "uniqueItems": True,
        "items": {"type": "string", "minLength": 1, "maxLength": MAX_LABEL},
    }
