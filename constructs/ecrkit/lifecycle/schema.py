"""The schema of a lifecycle policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.documents.schema import (
    anything_but,
    at_most,
    choice,
    having,
    help_text,
    message_of,
    nothing_but,
    object_of,
    said_of,
    summary_of,
    when,
)
from ecrkit.lifecycle import Action, ActionType, CountType, Rule, Selection, StorageClass, TagStatus
from ecrkit.lifecycle.checks import rulebook
from ecrkit.lifecycle.checks.reading import ACTION_KEYS, RULE_KEYS, SELECTION_KEYS

if TYPE_CHECKING:
    from ecrkit.documents.schema import Schema

__all__ = ["policy_schema"]


def policy_schema() -> Schema:
    """Describe a lifecycle policy."""
    rules = {
        "type": "array",
        "minItems": 1,
        "maxItems": rulebook.MAX_RULES,
        "items": _rule(),
        "description": help_text(rulebook.NO_RULES, rulebook.TOO_MANY_RULES),
    }
    return object_of(
        ("rules",),
        {"rules": rules},
        required=("rules",),
        title="ECR lifecycle policy",
        description="A lifecycle policy in the format of Amazon ECR.",
    )


def _rule() -> Schema:
    rule = object_of(
        RULE_KEYS,
        {
            "rulePriority": {
                "type": "integer",
                "minimum": 1,
                "description": help_text(
                    said_of(Rule, "rule_priority"), rulebook.DUPLICATE_PRIORITY, rulebook.ANY_NOT_LAST
                ),
            },
            "description": {"type": "string", "description": "Free text."},
            "selection": _selection(),
            "action": _action(),
        },
        required=("rulePriority", "selection", "action"),
        description=summary_of(Rule),
    )
    by_pull = {"selection": having(countType={"const": CountType.SINCE_IMAGE_PULLED})}
    by_time_in_archive = {"selection": having(countType={"const": CountType.SINCE_IMAGE_TRANSITIONED})}
    transition = anything_but(ActionType.TRANSITION, rulebook.TRANSITIONED_TRANSITIONS)
    expire = anything_but(ActionType.EXPIRE, rulebook.PULLED_EXPIRES)
    rule["allOf"] = [
        when(by_pull, action={"properties": {"type": expire}}),
        when(by_time_in_archive, action={"properties": {"type": transition}}),
    ]
    return rule


def _selection() -> Schema:
    lists = ("tagPatternList", "tagPrefixList")
    ages = [count_type.value for count_type in CountType if count_type.is_age]
    selection = object_of(
        SELECTION_KEYS,
        {
            "tagStatus": choice(TagStatus, rulebook.SECOND_UNTAGGED, rulebook.SECOND_ANY, rulebook.ANY_NOT_LAST),
            "tagPatternList": _tag_list(
                {
                    "pattern": at_most(rulebook.MAX_WILDCARDS, "*"),
                    "patternErrorMessage": message_of(rulebook.TOO_MANY_WILDCARDS),
                },
                description=help_text(said_of(Selection, "tag_pattern_list"), rulebook.TOO_MANY_WILDCARDS),
            ),
            "tagPrefixList": _tag_list(
                {}, description=help_text(said_of(Selection, "tag_prefix_list"), rulebook.WILDCARD_IN_PREFIX)
            ),
            "storageClass": choice(StorageClass, rulebook.ARCHIVE_NOT_TRANSITIONED),
            "countType": choice(
                CountType,
                rulebook.PULLED_EXPIRES,
                rulebook.TRANSITIONED_TRANSITIONS,
            ),
            "countUnit": {
                "enum": ["days"],
                "description": help_text(rulebook.UNIT_MISSING, rulebook.UNIT_WITH_COUNT),
            },
            "countNumber": {
                "type": "integer",
                "minimum": 1,
                "description": help_text(said_of(Selection, "count_number"), rulebook.ARCHIVED_TOO_BRIEFLY),
            },
        },
        required=("tagStatus", "countType", "countNumber"),
        description=summary_of(Selection),
    )
    only_archive = nothing_but(StorageClass.ARCHIVE, rulebook.TRANSITIONED_NOT_ARCHIVE)
    only_transitioned = nothing_but(CountType.SINCE_IMAGE_TRANSITIONED, rulebook.ARCHIVE_NOT_TRANSITIONED)
    by_time_in_archive = when(
        {"countType": {"const": CountType.SINCE_IMAGE_TRANSITIONED}},
        storageClass=only_archive,
        countNumber={"minimum": rulebook.MIN_ARCHIVED_DAYS},
    )
    by_time_in_archive["then"]["required"] = ["storageClass"]
    selection["allOf"] = [
        {
            "if": having(tagStatus={"const": TagStatus.TAGGED}),
            "then": {"anyOf": [{"required": [key]} for key in lists]},
        },
        when(dict.fromkeys(lists, True), rulebook.TWO_LISTS, tagPrefixList=False),
        when(
            {"tagStatus": {"enum": [TagStatus.UNTAGGED, TagStatus.ANY]}},
            rulebook.LIST_WITHOUT_TAGGED,
            **dict.fromkeys(lists, False),
        ),
        {"if": having(countType={"enum": ages}), "then": {"required": ["countUnit"]}},
        when({"countType": {"const": CountType.IMAGE_COUNT_MORE_THAN}}, rulebook.UNIT_WITH_COUNT, countUnit=False),
        by_time_in_archive,
        when({"storageClass": {"const": StorageClass.ARCHIVE}}, countType=only_transitioned),
    ]
    return selection


def _tag_list(entry: Schema, *, description: str) -> Schema:
    return {
        "type": "array",
        "minItems": 1,
        "items": {"type": "string", "minLength": 1, **entry},
        "description": description,
    }


def _action() -> Schema:
    action = object_of(
        ACTION_KEYS,
        {
            "type": choice(ActionType),
            "targetStorageClass": {
                "enum": [StorageClass.ARCHIVE],
                "description": help_text(rulebook.TRANSITION_WITHOUT_TARGET, rulebook.TARGET_WITH_EXPIRE),
            },
        },
        required=("type",),
        description=summary_of(Action),
    )
    action["allOf"] = [
        {"if": having(type={"const": ActionType.TRANSITION}), "then": {"required": ["targetStorageClass"]}},
        when({"type": {"const": ActionType.EXPIRE}}, rulebook.TARGET_WITH_EXPIRE, targetStorageClass=False),
    ]
    return action
