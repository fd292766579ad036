"""
Which lifecycle policies the stub accepts.

Source: ECR user guide, "Lifecycle policy parameters" and "Lifecycle policies"; ECR API model 2015-09-21 (read 2026-11).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["refusal"]

_AGES = ("sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned")
_SELECTION = {
    "tagStatus", "tagPatternList", "tagPrefixList", "countType", "countUnit", "countNumber", "storageClass",
}  # fmt: skip


def refusal(text: str, has: Callable[[str], bool]) -> str:
    """
    Give the reason to refuse a text; empty for one that is accepted.

    Args:
        text: of a lifecycle policy.
        has: whether the stub has the deviation of a name.
    """
    shortest, longest = 100, 30_720
    longest += has("accepts-30721-characters") - has("rejects-30720-characters")
    if len(text) < shortest:
        return "Member must have length greater than or equal to 100"
    if len(text) > longest:
        return "Member must have length less than or equal to 30720"
    try:
        document = json.loads(text, object_pairs_hook=_once)
        if has("accepts-null"):
            document = _without_null(document)
        return _document(document, has)
    except ValueError:
        return "Lifecycle policy is not JSON"
    except (KeyError, TypeError, AttributeError):
        return "Could not map policyString into LifecyclePolicy."


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key is written twice")
    return dict(pairs)


def _without_null(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {key: _without_null(item) for key, item in value.items() if item is not None}
    return [_without_null(item) for item in value] if isinstance(value, list) else value


def _document(document: dict[str, Any], has: Callable[[str], bool]) -> str:
    rules = document["rules"]
    if set(document) != {"rules"} or not isinstance(rules, list) or not rules:
        return "object has missing required properties"
    if len(rules) > (51 if has("accepts-51-rules") else 50):
        return f"array is too long: must have at most 50 elements but instance has {len(rules)} elements"
    return next((why for rule in rules if (why := _rule(rule, has))), "") or _together(rules, has)


def _rule(rule: dict[str, Any], has: Callable[[str], bool]) -> str:
    selection, action = rule["selection"], rule["action"]
    allowed = {"rulePriority", "description", "selection", "action"}
    strange = (set(rule) - allowed) | (set(selection) - _SELECTION) | (set(action) - {"type", "targetStorageClass"})
    if strange and not has("accepts-unknown-keys"):
        return "object instance has properties which are not allowed by the schema"
    if not isinstance(rule.get("description", ""), str):
        return "description is not a string"
    if not _is_number(rule["rulePriority"], at_least=0 if has("accepts-priority-0") else 1):
        return "rulePriority is too low"
    return _selects(selection, has) or _counts(selection, action, has) or _acts(action, has)


def _is_number(value: object, *, at_least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= at_least


def _selects(selection: dict[str, Any], has: Callable[[str], bool]) -> str:  # noqa: PLR0911 - one for each refusal
    lists = [key for key in ("tagPatternList", "tagPrefixList") if key in selection]
    if selection["tagStatus"] not in {"tagged", "untagged", "any"}:
        return "tagStatus is not an enum value"
    if selection["tagStatus"] != "tagged":
        return "only tagged rules have a list" if lists else ""
    if not lists:
        return "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED."
    if len(lists) > 1 and not has("accepts-two-lists"):
        return "only one of tagPrefixList and tagPatternList"
    most = 4 + has("accepts-5-wildcards") - has("rejects-4-wildcards")
    for key in lists:
        entries = selection[key]
        if not isinstance(entries, list) or not entries or not all(isinstance(one, str) and one for one in entries):
            return "a list of non-empty strings is needed"
        if key == "tagPatternList" and any(one.count("*") > most for one in entries):
            return "Invalid tag pattern provided. Total number of * must not exceed 4"
    return ""


def _counts(  # noqa: PLR0911 - one for each refusal
    selection: dict[str, Any], action: dict[str, Any], has: Callable[[str], bool]
) -> str:
    kind, number = selection["countType"], selection["countNumber"]
    is_archive = _archive(selection)
    if not _is_number(number, at_least=0 if has("accepts-count-0") else 1):
        return "countNumber is too low"
    if selection.get("storageClass", "standard") not in {"standard", "archive"}:
        return "storageClass is not an enum value"
    if kind not in {"imageCountMoreThan", *_AGES}:
        return "countType is not an enum value"
    if kind == "imageCountMoreThan":
        if "countUnit" in selection and not has("accepts-unit-with-count"):
            return "instance failed to match exactly one schema (matched 0 out of 4)"
    elif selection.get("countUnit") not in ({"days", "hours"} if has("accepts-hours") else {"days"}):
        return "countUnit is needed: days"
    if (kind == "sinceImageTransitioned") != is_archive:
        return "storageClass archive and sinceImageTransitioned go together"
    fewest = 90 - has("accepts-89-days-in-archive") + has("rejects-90-days-in-archive")
    if is_archive and number < fewest:
        return "countNumber must be 90 or more"
    wanted = {"sinceImagePulled": "transition", "sinceImageTransitioned": "expire"}.get(kind)
    if kind == "sinceImagePulled" and has("accepts-pulled-expire"):
        wanted = None
    return "the action does not fit the countType" if wanted and action["type"] != wanted else ""


def _acts(action: dict[str, Any], has: Callable[[str], bool]) -> str:
    target = action.get("targetStorageClass")
    if action["type"] == "transition":
        if target is None and "targetStorageClass" not in action and has("accepts-transition-without-target"):
            return ""
        return "" if target == "archive" else "Could not map policyString into LifecyclePolicy."
    if action["type"] != "expire":
        return "action is not an enum value"
    return "expire has no target" if "targetStorageClass" in action else ""


def _archive(selection: dict[str, Any]) -> bool:
    return bool(selection.get("storageClass") == "archive")


def _together(rules: list[dict[str, Any]], has: Callable[[str], bool]) -> str:
    priorities = sorted(rule["rulePriority"] for rule in rules)
    if len(set(priorities)) < len(priorities) and not has("accepts-same-priority"):
        return "Duplicate priority in multiple rules"
    if has("rejects-priority-gaps") and priorities != list(range(priorities[0], priorities[0] + len(priorities))):
        return "rulePriority has gaps"
    classes = [[rule for rule in rules if _archive(rule["selection"]) is archive] for archive in (False, True)]
    if has("rejects-any-in-both-classes"):
        classes.append([rule for rule in rules if rule["selection"]["tagStatus"] == "any"])
    return next((why for found in classes if (why := _in_class(found, has))), "")


def _in_class(rules: list[dict[str, Any]], has: Callable[[str], bool]) -> str:
    def of(status: str) -> list[dict[str, Any]]:
        return [rule for rule in rules if rule["selection"]["tagStatus"] == status]

    if len(of("untagged")) > 1 and not has("accepts-two-untagged"):
        return "Only one rule can select Untagged images per storage class."
    if len(of("any")) > 1:
        return "Only one rule can select Any images per storage class."
    highest = max((rule["rulePriority"] for rule in rules), default=0)
    if any(rule["rulePriority"] < highest for rule in of("any")) and not has("accepts-any-before-tagged"):
        return "The rule that selects Any images must have the highest priority number"
    lists = [
        (key, frozenset(rule["selection"][key]))
        for rule in of("tagged")
        for key in ("tagPatternList", "tagPrefixList")
        if key in rule["selection"]
    ]
    if len(set(lists)) < len(lists) and not has("accepts-same-list"):
        return "Duplicate tag list in multiple rules"
    return ""
