"""The schema of what is registry-wide, in a catalog and in its environments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecrkit.catalog.reading.encryption import ENCRYPTION_KEYS
from ecrkit.catalog.reading.registry import ACCOUNT_SETTINGS, REGISTRY_KEYS, TEMPLATE_KEYS
from ecrkit.catalog.reading.tags import TEMPLATE_TAGS
from ecrkit.catalog.rulebook import NO_REASON, NO_REASON_TO_BE_OPEN
from ecrkit.catalog.schema.tags import tags_schema
from ecrkit.documents.schema import (
    at_most,
    choice,
    having,
    help_text,
    matching,
    message_of,
    nothing_but,
    object_of,
    or_nothing,
    reasons,
    said_of,
    saying_something,
    summary_of,
    when,
)
from ecrkit.images.hosts import CANONICAL
from ecrkit.images.names import MAX_FILTER_WILDCARDS, REGION, REPOSITORY_PATH, TAG_FILTER, TagFilter
from ecrkit.lifecycle import RULEBOOK
from ecrkit.registry.access import ACCOUNT, GRANTEES
from ecrkit.registry.rulebook import ACCESS_RULEBOOK, ACCESS_WARNINGS
from ecrkit.registry.settings import (
    REGISTRY_RULEBOOK,
    SCANNING_WARNINGS,
    TEMPLATE_WARNINGS,
    AccountSettings,
    AppliedFor,
    CreationTemplate,
    Destination,
    PullThroughCacheRule,
    RegistryPolicy,
    RegistrySettings,
    ReplicationRule,
    ReplicationSource,
    ScanFrequency,
    Scanning,
    ScanningRule,
    ScanType,
    SigningRule,
    TemplateEncryption,
    caches,
    pull_times,
    rulebook,
    scanning,
    signing,
)
from ecrkit.registry.settings import creation_templates as templates
from ecrkit.registry.settings import fields as places
from ecrkit.registry.settings.values import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecrkit.documents.schema import Schema
    from ecrkit.errors import Check

__all__ = ["VERBATIM", "reason_schema", "registry_schema", "statements_schema", "tag_filter", "verbatim_schema"]

VERBATIM = "verbatim"
"""The name of the definition of what is handed on as it is."""


def registry_schema(settings: Schema) -> Schema:
    """
    Describe what is registry-wide.

    Args:
        settings: the schemas of what a repository may say, by key; a template may say some of it.
    """
    parts = {
        "scanning": _scanning(),
        "replication": _list(_replication_rule(), at_most=scanning.MAX_REPLICATION_RULES),
        "policy": _policy(),
        "pull_through_cache": {
            **_by_prefix(_cache(), caches.MIN_PREFIX, caches.MAX_PREFIX),
            "maxProperties": caches.MAX_CACHES,
        },
        "creation_templates": _by_prefix(_template(settings), templates.MIN_PREFIX, templates.MAX_PREFIX),
        "signing": _list(_signing_rule(), at_most=signing.MAX_SIGNING_RULES),
        "pull_time_exclusions": _list(
            {
                **matching(pull_times.EXCLUDED_PRINCIPAL, rulebook.BAD_EXCLUSION),
                "maxLength": pull_times.MAX_EXCLUDED_PRINCIPAL,
            },
            at_most=pull_times.MAX_EXCLUSIONS,
            unique=True,
        ),
        "account_settings": _described(
            AccountSettings, {key: choice(values) for key, values in ACCOUNT_SETTINGS.items()}
        ),
    }
    described = {
        key: or_nothing({**part, "description": help_text(said_of(RegistrySettings, key))})
        for key, part in parts.items()
    }
    return object_of(REGISTRY_KEYS, described, description=summary_of(RegistrySettings))


def verbatim_schema() -> Schema:
    """Describe what is handed on as it is: no number with a fraction, no date, and no key with nothing behind it."""
    any_of_it = {"$ref": f"#/definitions/{VERBATIM}"}
    return {
        "type": ["string", "boolean", "integer", "array", "object"],
        "items": any_of_it,
        "additionalProperties": any_of_it,
    }


def statements_schema() -> Schema:
    """Describe the statements of a policy, which are handed on as they are."""
    return _list({"type": "object", "additionalProperties": {"$ref": f"#/definitions/{VERBATIM}"}})


def reason_schema() -> Schema:
    """Describe why statements may let everyone in."""
    return saying_something(NO_REASON_TO_BE_OPEN)


def _scanning() -> Schema:
    rule = _described(
        ScanningRule,
        {
            "frequency": choice(ScanFrequency),
            "repositories": _list(
                {
                    **matching(scanning.SCANNING_FILTER, rulebook.BAD_SCANNING_FILTER),
                    "maxLength": scanning.MAX_SCANNING_FILTER,
                },
                at_least=1,
                at_most=scanning.MAX_SCANNING_FILTERS,
                unique=True,
            ),
        },
        required=("frequency", "repositories"),
    )
    described = _described(
        Scanning,
        {
            "type": choice(ScanType),
            "rules": _list(rule),
            "silence": reasons(_checks(SCANNING_WARNINGS), empty=NO_REASON),
        },
        required=("type", "rules"),
    )
    on_push = nothing_but(ScanFrequency.SCAN_ON_PUSH, rulebook.CONTINUOUS_NEEDS_ENHANCED)
    # The rule is a rule of a list: what is none is refused for that.
    only_on_push = {"items": {"properties": {"frequency": on_push}}}
    described["allOf"] = [when({"type": {"const": ScanType.BASIC.value}}, rules=only_on_push)]
    return described


def _replication_rule() -> Schema:
    destination = _described(
        Destination,
        {"account": _account(), "region": matching(REGION, rulebook.BAD_REGION)},
        required=("region",),
    )
    return _described(
        ReplicationRule,
        {"to": _list(destination, at_least=1), "repositories": _prefix_filters()},
        required=("to",),
    )


def _policy() -> Schema:
    principal, _ = GRANTEES["principals"]
    source = _described(
        ReplicationSource, {"account": _account(), "repositories": _prefix_filters()}, required=("account",)
    )
    return _described(
        RegistryPolicy,
        {
            "replication_from": _list({**source, **_account(), "type": ["string", "object"]}),
            "pull_through_by": _list(
                matching(re.compile(f"{ACCOUNT.pattern}|{principal.pattern}"), rulebook.BAD_PRINCIPAL),
                unique=True,
            ),
            "statements": statements_schema(),
            "open_to_everyone": reason_schema(),
            "silence": reasons(_checks(ACCESS_WARNINGS), empty=NO_REASON),
        },
    )


def _cache() -> Schema:
    with_login = [*map(re.escape, caches.CREDENTIAL_NEEDED), caches.AZURE.pattern]
    hosts = [*with_login, *map(re.escape, caches.OPEN), CANONICAL.pattern]
    described = _described(
        PullThroughCacheRule,
        {
            "upstream": matching(re.compile("|".join(hosts)), rulebook.UNKNOWN_UPSTREAM),
            "credential": {
                **matching(caches.CREDENTIAL, rulebook.BAD_CREDENTIAL),
                "minLength": caches.MIN_CREDENTIAL,
                "maxLength": caches.MAX_CREDENTIAL,
            },
            "role": _role(places.ROLE),
            "upstream_prefix": _prefix(caches.MIN_PREFIX, caches.MAX_PREFIX),
        },
        required=("upstream",),
    )
    needed = {"required": ["credential"], "errorMessage": message_of(rulebook.NO_CREDENTIAL)}
    described["allOf"] = [{"if": having(upstream={"pattern": f"^(?:{'|'.join(with_login)})$"}), "then": needed}]
    return described


def _template(settings: Schema) -> Schema:
    key = {**matching(templates.KEY, rulebook.BAD_KEY), "maxLength": templates.MAX_ARN}
    encryption = object_of(
        ENCRYPTION_KEYS,
        {
            "type": choice(TemplateEncryption),
            "key": {**key, "description": help_text(said_of(CreationTemplate, "key"))},
        },
    )
    encryption["anyOf"] = [{"type": "string"}, *({"required": [key]} for key in ENCRYPTION_KEYS)]
    exceptions = _list(tag_filter(rulebook.BAD_TAG_FILTER), at_most=TagFilter.MAX_PER_REPOSITORY, unique=True)
    return _described(
        CreationTemplate,
        {
            "applied_for": _list(choice(AppliedFor), at_least=1, unique=True),
            "lifecycle": settings["lifecycle"],
            "encryption": {
                **encryption,
                "type": ["string", "object"],
                "if": {"type": "string"},
                "then": {"enum": [word.value for word in TemplateEncryption]},
            },
            "mutability": settings["mutability"],
            "mutable_tags": exceptions,
            "immutable_tags": exceptions,
            "pull": settings["pull"],
            "push": settings["push"],
            "statements": settings["statements"],
            "open_to_everyone": reason_schema(),
            "tags": {**settings["tags"], **tags_schema(TEMPLATE_TAGS)},
            "description": {"type": "string", "maxLength": templates.MAX_DESCRIPTION},
            "role": _role(re.compile(places.ROLE.pattern.replace(places.ROLE_PATH, ""))),
            "silence": reasons(_checks(TEMPLATE_WARNINGS), empty=NO_REASON),
        },
        keys=TEMPLATE_KEYS,
        required=("applied_for",),
    )


def _signing_rule() -> Schema:
    pattern = {
        **matching(signing.SIGNING_FILTER, rulebook.BAD_SIGNING_FILTER),
        "maxLength": signing.MAX_SIGNING_FILTER,
    }
    return _described(
        SigningRule,
        {
            "profile": {
                **matching(signing.SIGNING_PROFILE, rulebook.BAD_SIGNING_PROFILE),
                "maxLength": signing.MAX_SIGNING_PROFILE,
            },
            "repositories": _list(pattern, at_most=signing.MAX_SIGNING_FILTERS, unique=True),
        },
        required=("profile",),
    )


def _described(
    value: type, parts: dict[str, Schema], *, keys: tuple[str, ...] = (), required: tuple[str, ...] = ()
) -> Schema:
    """Describe an object by what the docstring of *value* says of it."""
    described = {
        key: {**part, "description": help_text(said_of(value, key)) or part["description"]}
        for key, part in parts.items()
    }
    return object_of(keys or tuple(parts), described, required=required, description=summary_of(value))


def _list(items: Schema, *, at_least: int = 0, at_most: int | None = None, unique: bool = False) -> Schema:
    return {
        "type": "array",
        **({"minItems": at_least} if at_least else {}),
        **({"maxItems": at_most} if at_most else {}),
        **({"uniqueItems": True} if unique else {}),
        "items": items,
    }


def _by_prefix(part: Schema, shortest: int, longest: int) -> Schema:
    return {"type": "object", "propertyNames": _prefix(shortest, longest), "additionalProperties": part}


def _prefix(shortest: int, longest: int) -> Schema:
    pattern = re.compile(f"{REPOSITORY_PATH.pattern}/?|{ROOT}")
    return {**matching(pattern, rulebook.BAD_PREFIX), "minLength": shortest, "maxLength": longest}


def _prefix_filters() -> Schema:
    prefix = {
        **matching(places.PREFIX_FILTER, rulebook.BAD_PREFIX_FILTER),
        "minLength": places.MIN_PREFIX_FILTER,
        "maxLength": places.MAX_PREFIX_FILTER,
    }
    return _list(prefix, at_most=places.MAX_PREFIX_FILTERS, unique=True)


def _account() -> Schema:
    return matching(ACCOUNT, rulebook.BAD_ACCOUNT)


def _role(pattern: re.Pattern[str]) -> Schema:
    return {**matching(pattern, rulebook.BAD_ROLE), "maxLength": places.MAX_ARN}


def tag_filter(check: Check) -> Schema:
    """Describe a tag, or a pattern of tags, that is an exception of a repository's mutability."""
    few_wildcards = {
        "pattern": at_most(MAX_FILTER_WILDCARDS, "*"),
        "patternErrorMessage": message_of(
            check, says=f"a tag filter must have at most {MAX_FILTER_WILDCARDS} wildcards"
        ),
    }
    says = "a tag filter must be 1 to 128 letters, digits, '.', '_', '-' and '*'"
    return {**matching(TAG_FILTER, check, says=says), "allOf": [few_wildcards]}


def _checks(codes: Iterable[str]) -> list[Check]:
    return [check for check in (*RULEBOOK, *REGISTRY_RULEBOOK, *ACCESS_RULEBOOK) if check.code in codes]
