"""How deployed lifecycle policies differ from declared ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from ecrkit.deployment.policies import read_deployed_policy
from ecrkit.errors.excerpts import count_of
from ecrkit.lifecycle import LifecyclePolicy
from ecrkit.lifecycle.diff import Change, diff_rules

__all__ = ["lifecycle_difference"]


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
        return "none is deployed" if declared else ""
    actual = read_deployed_policy(text).policy
    wanted, there = (_in_one_order(policy) if policy else None for policy in (declared, actual))
    if wanted and wanted == there:
        return ""
    if name:
        return f"it is {name}"
    if wanted is None:
        return "one is deployed, but none is declared"
    return _changes(wanted, there) if there else "it is not a policy that ECR accepts"


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


def _changes(declared: LifecyclePolicy, actual: LifecyclePolicy) -> str:
    counts = Counter(rule.change for rule in diff_rules(declared, actual))
    told = [
        f"{count_of(counts[change], 'rule')} {change.value}"
        for change in (Change.CHANGED, Change.ADDED, Change.REMOVED)
        if counts[change]
    ]
    return ", ".join(told) or "only its descriptions or priorities"
