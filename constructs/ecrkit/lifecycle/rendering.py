"""The canonical text of a policy: equal policies have equal texts, and the service returns this order of rules."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecrkit.lifecycle.values import Action, LifecyclePolicy, Rule, Selection

__all__ = ["render", "rule_document"]


# A catalog gives the same few policies to thousands of repositories.
@lru_cache(maxsize=256)
def render(policy: LifecyclePolicy, *, indent: int | None = None) -> str:
    """
    Render *policy* as ECR's JSON.

    Args:
        policy: any policy.
        indent: columns per level; ``None`` for one line.

    Returns:
        JSON text: rules by priority, keys in the user guide's order, without defaults, nulls and
        needless spaces. It does not end in a newline.
    """
    separators = (",", ":") if indent is None else (",", ": ")
    document = {"rules": [rule_document(rule) for rule in policy.rules]}
    return json.dumps(document, indent=indent, separators=separators, ensure_ascii=False)


def rule_document(rule: Rule) -> dict[str, object]:
    """One rule, as the object that stands in ``rules``."""
    return {
        "rulePriority": rule.rule_priority,
        **({} if rule.description is None else {"description": rule.description}),
        "selection": _selection(rule.selection),
        "action": _action(rule.action),
    }


def _selection(selection: Selection) -> dict[str, object]:
    document: dict[str, object] = {"tagStatus": selection.tag_status.value}
    if selection.tag_pattern_list:
        document["tagPatternList"] = list(selection.tag_pattern_list)
    if selection.tag_prefix_list:
        document["tagPrefixList"] = list(selection.tag_prefix_list)
    # `standard` is the default, and a default is not written.
    if selection.storage_class.value != "standard":
        document["storageClass"] = selection.storage_class.value
    document["countType"] = selection.count_type.value
    if selection.count_type.is_age:
        document["countUnit"] = "days"
    document["countNumber"] = selection.count_number
    return document


def _action(action: Action) -> dict[str, object]:
    document: dict[str, object] = {"type": action.type.value}
    if action.target_storage_class is not None:
        document["targetStorageClass"] = action.target_storage_class.value
    return document
