"""The schema of the catalog."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.catalog import Encryption, Environment, Removal, RepositoryEntry, rulebook
from ecrkit.catalog.house_checks import HOUSE_CODES, HOUSE_RULEBOOK
from ecrkit.catalog.inclusion import INCLUDE, REPOSITORIES, SCHEMA
from ecrkit.catalog.keys import CATALOG_KEYS, KEYS, SETTING_KEYS
from ecrkit.catalog.reading.encryption import ENCRYPTION_KEYS
from ecrkit.catalog.reading.environments import ENVIRONMENT_NAME, MAX_ENVIRONMENT_NAME, MAX_SHARDS, PROFILE
from ecrkit.catalog.reading.tags import REPOSITORY_TAGS
from ecrkit.catalog.schema.events import events_schema
from ecrkit.catalog.schema.public import alias_schema, public_schema
from ecrkit.catalog.schema.registry import (
    VERBATIM,
    reason_schema,
    registry_schema,
    statements_schema,
    tag_filter,
    verbatim_schema,
)
from ecrkit.catalog.schema.rules import rules_schema
from ecrkit.catalog.schema.tags import tags_schema
from ecrkit.documents.schema import (
    choice,
    help_text,
    matching,
    message_of,
    nothing_but,
    object_of,
    or_nothing,
    reasons,
    said_of,
    summary_of,
    when,
)
from ecrkit.images.names import MAX_REPOSITORY, MIN_REPOSITORY, REGION, REPOSITORY_PATH, TagFilter
from ecrkit.lifecycle import COMPLETENESS_CODES, RULEBOOK
from ecrkit.policies.references import REFERENCE
from ecrkit.registry.access import ACCOUNT, GRANTEES, Grantees
from ecrkit.registry.outputs import MAX_OUTPUT_KEY, OUTPUT_KEY
from ecrkit.registry.posture import POSTURE_CODES, POSTURE_RULEBOOK
from ecrkit.registry.properties import KMS_KEY
from ecrkit.registry.rulebook import ACCESS_RULEBOOK, ACCESS_WARNINGS
from ecrkit.registry.settings import PULL_TIME_WARNINGS, REGISTRY_RULEBOOK

if TYPE_CHECKING:
    from ecrkit.catalog.keys import Key
    from ecrkit.documents.schema import Schema

__all__ = ["catalog_schema", "repositories_schema"]

_OF_EDITORS: Schema = {SCHEMA: {"type": "string", "description": "Schema for editors."}}

_ENVIRONMENT_KEYS = (
    *("account", "region", "profile", "shards", "public_alias"),
    *("defaults", "registry", "events", "repositories"),
)
_REQUIRED_KEYS = ("account", "region")
_SILENCEABLE = [
    check
    for check in (*RULEBOOK, *POSTURE_RULEBOOK, *ACCESS_RULEBOOK, *REGISTRY_RULEBOOK, *HOUSE_RULEBOOK)
    if check.code in {*COMPLETENESS_CODES, *POSTURE_CODES, *ACCESS_WARNINGS, *PULL_TIME_WARNINGS, *HOUSE_CODES}
]


def catalog_schema() -> Schema:
    """Describe a catalog."""
    settings = _settings()
    registry = or_nothing(registry_schema(settings))
    defaults = object_of(SETTING_KEYS, settings, description="Default settings of every repository.")
    return object_of(
        (SCHEMA, *CATALOG_KEYS),
        {
            **_OF_EDITORS,
            INCLUDE: {
                "type": ["array", "null"],
                "items": {"type": "string"},
                "description": help_text(
                    "files with more repositories, or globs, below the folder of the catalog",
                    rulebook.NOT_INCLUDABLE,
                ),
            },
            "environments": _environments(settings, registry),
            "rules": or_nothing(rules_schema()),
            "defaults": or_nothing(defaults),
            "registry": registry,
            "events": {
                **or_nothing(events_schema()),
                "description": "Events of images, sent to topics, queues and event buses, in every environment.",
            },
            REPOSITORIES: _repositories(settings),
            "public_repositories": public_schema(settings),
        },
        required=("environments",),
        title="ecrkit catalog",
        description="Repositories, and the environments they are deployed to.",
    ) | {
        "if": {"not": {"required": [INCLUDE]}},
        "then": {"anyOf": [{"required": [REPOSITORIES]}, {"required": ["public_repositories"]}]},
        "definitions": {VERBATIM: verbatim_schema()},
    }


def repositories_schema() -> Schema:
    """Describe a file that a catalog includes."""
    return object_of(
        (SCHEMA, REPOSITORIES),
        {**_OF_EDITORS, REPOSITORIES: _repositories(_settings())},
        title="Repositories of an ecrkit catalog",
        description="Repositories of a team, in a file that a catalog includes.",
    ) | {"definitions": {VERBATIM: verbatim_schema()}}


def _repositories(settings: Schema) -> Schema:
    return {
        "type": ["object", "null"],
        "propertyNames": {
            **matching(REPOSITORY_PATH, rulebook.BAD_REPOSITORY_NAME),
            "minLength": MIN_REPOSITORY,
            "maxLength": MAX_REPOSITORY,
        },
        "additionalProperties": or_nothing(_entry(settings)),
        "description": "Repositories by name.",
    }


def _environments(settings: Schema, registry: Schema) -> Schema:
    differences = object_of(SETTING_KEYS, settings, description="Settings that differ in this environment.")
    environment = object_of(
        _ENVIRONMENT_KEYS,
        {
            "account": {
                **matching(ACCOUNT, rulebook.BAD_ACCOUNT),
                "description": help_text(said_of(Environment, "account"), "write it in quotes, or YAML reads a number"),
            },
            "region": {
                **matching(REGION, rulebook.BAD_REGION, says="a Region must look like 'us-east-1'"),
                "description": help_text(said_of(Environment, "region")),
            },
            "profile": {
                **matching(PROFILE, rulebook.BAD_PROFILE),
                "description": help_text(said_of(Environment, "profile"), "--profile overrides it"),
            },
            "shards": {
                "type": "integer",
                "minimum": 1,
                "maximum": MAX_SHARDS,
                "errorMessage": message_of(rulebook.BAD_SHARDS),
                "description": help_text(said_of(Environment, "shards"), "do not change it after the first deploy"),
            },
            "public_alias": {**alias_schema(), "description": help_text(said_of(Environment, "public_alias"))},
            "defaults": {
                **or_nothing(differences),
                "description": "Default settings in this environment.",
            },
            "registry": {
                **registry,
                "description": "Registry-wide settings of this environment; each key overrides that of the catalog.",
            },
            "events": {
                **or_nothing(events_schema()),
                "description": "Events of images in this environment; they replace those of the catalog.",
            },
            "repositories": {
                "type": ["object", "null"],
                "additionalProperties": or_nothing(differences),
                "description": "Settings of single repositories in this environment; they override all others.",
            },
        },
        required=_REQUIRED_KEYS,
        description=summary_of(Environment),
    )
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {
            **matching(
                ENVIRONMENT_NAME,
                rulebook.BAD_ENVIRONMENT_NAME,
                says="the name of an environment must be letters and digits, joined by dashes",
            ),
            "maxLength": MAX_ENVIRONMENT_NAME,
        },
        "additionalProperties": environment,
        "description": help_text(rulebook.NO_ENVIRONMENT, rulebook.SAME_ENVIRONMENT),
    }


def _entry(settings: Schema) -> Schema:
    output = {
        **matching(OUTPUT_KEY, rulebook.BAD_OUTPUT_KEY),
        "maxLength": MAX_OUTPUT_KEY,
        "description": help_text(said_of(RepositoryEntry, "output"), rulebook.SAME_IDENTIFIER),
    }
    only = {
        "type": "array",
        "items": {"type": "string"},
        "description": help_text("Environments of the repository; omit for all of them", rulebook.UNKNOWN_ENVIRONMENT),
    }
    entry = object_of(
        (*SETTING_KEYS, "output", "only"),
        {**settings, "output": output, "only": only},
        description=summary_of(RepositoryEntry),
    )
    only_destroy = nothing_but(Removal.DESTROY, rulebook.EMPTY_NEEDS_DESTROY)
    entry["allOf"] = [when({"empty_on_delete": {"const": True}}, removal=only_destroy)]
    return entry


def _settings() -> Schema:
    policy = matching(
        REFERENCE, rulebook.BAD_POLICY_REFERENCE, says="a policy reference must look like 'keep-last-10@1'"
    )
    tag_filters = {
        "type": "array",
        "maxItems": TagFilter.MAX_PER_REPOSITORY,
        "uniqueItems": True,
        "items": tag_filter(rulebook.BAD_TAG_FILTER),
    }
    own: Schema = {
        "lifecycle": {**policy, "type": ["string", "array"], "items": policy},
        "encryption": _encryption(),
        "mutable_tags": tag_filters,
        "immutable_tags": tag_filters,
        "pull": _grantees("pull", "lambda"),
        "push": _grantees("push"),
        "statements": statements_schema(),
        "open_to_everyone": reason_schema(),
        "tags": tags_schema(REPOSITORY_TAGS),
        "silence": reasons(_SILENCEABLE, empty=rulebook.NO_REASON),
    }
    return {key.name: _described(key, _of_kind(key.kind) if key.kind else own[key.name]) for key in KEYS}


def _of_kind(kind: type[bool | StrEnum]) -> Schema:
    return choice(kind) if issubclass(kind, StrEnum) else {"type": "boolean"}


def _described(key: Key, part: Schema) -> Schema:
    description = {"description": help_text(key.says)}
    return description | part | description


def _encryption() -> Schema:
    with_key = object_of(
        ENCRYPTION_KEYS,
        {
            "type": choice(Encryption),
            "key": {
                **matching(KMS_KEY, rulebook.BAD_KMS_KEY),
                "description": help_text("alias, ID or ARN of a KMS key", "omit for the AWS managed key"),
            },
        },
    )
    with_key["anyOf"] = [{"required": [key]} for key in ENCRYPTION_KEYS]
    takes_key = {"enum": [word.value for word in Encryption if word.takes_key]}
    with_key["allOf"] = [when({"key": {}}, rulebook.KEY_WITHOUT_KMS, type=takes_key)]
    return {"type": ["string", "object"], "if": {"type": "string"}, "then": choice(Encryption), "else": with_key}


def _grantees(verb: str, *more: str) -> Schema:
    lists: Schema = {
        kind: {
            "type": "array",
            "items": matching(pattern, rulebook.BAD_GRANTEE, says=f"an entry of {kind} must be {what}"),
            "description": help_text(said_of(Grantees, kind)),
        }
        for kind, (pattern, what) in GRANTEES.items()
    }
    pattern, what = GRANTEES["organizations"]
    single = {
        "organization": {
            **matching(pattern, rulebook.BAD_GRANTEE, says=f"an organization must be {what}"),
            "description": help_text("an organization ID, as in `o-a1b2c3d4e5`"),
        },
        "lambda": {"type": "boolean", "description": help_text(said_of(Grantees, "lambda_functions"))},
    }
    return object_of((*GRANTEES, "organization", *more), {**lists, **single}, description=f"Who may {verb}.")
