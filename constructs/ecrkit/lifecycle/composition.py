"""Several policies as one: a repository takes one document, and teams combine theirs from shared parts."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from ecrkit.errors import InvalidPolicyError, errors_in
from ecrkit.lifecycle.checks.check import check_rules
from ecrkit.lifecycle.values import TagStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecrkit.errors import Location
    from ecrkit.lifecycle.checks.check import CheckedPolicy
    from ecrkit.lifecycle.values import LifecyclePolicy

__all__ = ["check_composition", "compose"]


def compose(policies: Iterable[LifecyclePolicy]) -> LifecyclePolicy:
    """
    Combine several policies into one.

    Args:
        policies: in order of precedence, at least one.

    Returns:
        Their rules, one policy after the other, with ``any`` rules last, because ECR requires them last in their
        storage class, numbered from 1. A single policy keeps its numbers.

    Raises:
        InvalidPolicyError: ECR would reject the result; findings point to the files of the rules.
    """
    policies = tuple(policies)
    return _compose(policies, tuple(rule.origin for policy in policies for rule in policy.rules))


def check_composition(policies: Iterable[LifecyclePolicy]) -> CheckedPolicy:
    """Combine policies like :func:`compose`, but return all findings, including warnings, instead of raising."""
    policies = tuple(policies)
    if len(policies) == 1:
        return check_rules(policies[0].rules)
    rules = [rule for policy in policies for rule in policy.rules]
    ordered = sorted(rules, key=lambda rule: rule.selection.tag_status is TagStatus.ANY)
    return check_rules([replace(rule, rule_priority=number) for number, rule in enumerate(ordered, start=1)])


# A catalog names the same few compositions thousands of times. Equal policies may come from different files, which the
# result has to name.
@lru_cache(maxsize=256)
def _compose(policies: tuple[LifecyclePolicy, ...], _origins: tuple[Location | None, ...]) -> LifecyclePolicy:
    checked = check_composition(policies)
    if checked.policy is None:
        raise InvalidPolicyError(errors_in(checked.findings))
    return checked.policy
