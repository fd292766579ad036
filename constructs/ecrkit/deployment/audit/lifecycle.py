"""Lifecycle policies as the service hands them back, and how they differ from declared ones."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ecrkit.lifecycle import LifecyclePolicy, check_policy
from ecrkit.lifecycle.diff import Change, diff_rules
from ecrkit.lifecycle.values import CountType

if TYPE_CHECKING:
    from ecrkit.lifecycle.checks.check import CheckedPolicy

__all__ = ["lifecycle_difference", "read_actual"]

_LOWER_CASE = ("tagStatus", "storageClass", "countUnit", "type", "targetStorageClass")
_COUNT_TYPES = {word.value.lower(): word.value for word in CountType}
# Longer than the shortest text that ECR takes, however little the policy says.
_INDENT = 8


def lifecycle_difference(declared: LifecyclePolicy | None, text: str | None, *, name: str | None) -> str:
    """
    Tell how a lifecycle policy differs from the declared one.

    Args:
        declared: ``None`` for no policy.
        text: what is there; ``None`` for no policy.
        name: of the policy of the store that *text* is; ``None`` where it is none of them.

    Returns:
        What differs, in words; empty where nothing does, so that order, also that of the entries of a list, formatting,
        case and defaults that are written out make no difference.
    """
    if text is None:
        return "there is none" if declared else ""
    actual = read_actual(text).policy
    wanted, there = (_in_one_order(policy) if policy else None for policy in (declared, actual))
    if wanted and wanted == there:
        return ""
    if name:
        return f"it is {name}"
    if wanted is None:
        return "there is one, and none is declared"
    return _changes(wanted, there) if there else "it cannot be read as one that ECR takes"


# Thousands of repositories have the same few policies.
@lru_cache(maxsize=256)
def read_actual(text: str) -> CheckedPolicy:
    """Read a policy that the service has, whatever the case of its words, and whether or not defaults are written."""
    checked = check_policy(text, file="-")
    if checked.policy is not None:
        return checked
    try:
        document = json.loads(text)
    except ValueError:
        return checked
    again = check_policy(json.dumps(_in_our_words(document), indent=_INDENT), file="-")
    return checked if again.policy is None else again


def _in_one_order(policy: LifecyclePolicy) -> LifecyclePolicy:
    """Every entry of a list has to match, in whatever order they stand."""
    return LifecyclePolicy(
        tuple(
            replace(
                rule,
                selection=replace(
                    rule.selection,
                    tag_pattern_list=tuple(sorted(rule.selection.tag_pattern_list)),
                    tag_prefix_list=tuple(sorted(rule.selection.tag_prefix_list)),
                ),
            )
            for rule in policy.rules
        )
    )


def _in_our_words(value: object, key: str = "") -> object:
    match value:
        case dict():
            return {name: _in_our_words(inner, name) for name, inner in value.items() if inner not in (None, [])}
        case list():
            return [_in_our_words(inner) for inner in value]
        case str() if key in _LOWER_CASE:
            return value.lower()
        case str() if key == "countType":
            return _COUNT_TYPES.get(value.replace("_", "").lower(), value)
        case _:
            return value


def _changes(declared: LifecyclePolicy, actual: LifecyclePolicy) -> str:
    counts = Counter(rule.change for rule in diff_rules(declared, actual))
    told = [
        f"{counts[change]} rule{'s' if counts[change] > 1 else ''} {change.value}"
        for change in (Change.CHANGED, Change.ADDED, Change.REMOVED)
        if counts[change]
    ]
    return ", ".join(told) or "only its descriptions or priorities"
