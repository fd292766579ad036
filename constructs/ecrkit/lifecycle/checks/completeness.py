"""What a repository ends up with: whether its rules, wherever they came from, leave something out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.lifecycle.checks import rulebook
from ecrkit.lifecycle.checks.patterns import TagPattern
from ecrkit.lifecycle.values import ActionType, StorageClass, TagStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.errors import Finding, Location
    from ecrkit.lifecycle.values import LifecyclePolicy, Rule

__all__ = ["COMPLETENESS_CODES", "check_completeness"]

COMPLETENESS_CODES = tuple(
    check.code for check in (rulebook.NOTHING_FOR_UNTAGGED, rulebook.NO_CAP, rulebook.ANY_WITHOUT_PROTECTION)
)
"""What a repository can be warned of, and may silence."""

_EVERY_TAG = TagPattern.of_pattern("*")


def check_completeness(policy: LifecyclePolicy | None, *, location: Location) -> tuple[Finding, ...]:
    """
    Warn of what the policy of a repository leaves out.

    Args:
        policy: all that the repository has; ``None`` for none.
        location: where the repository names it.

    Returns:
        Warnings, in the order of their codes.
    """
    rules = [rule for rule in policy.rules if rule.selection.storage_class is StorageClass.STANDARD] if policy else []
    findings = []
    if not any(rule.selection.tag_status in {TagStatus.UNTAGGED, TagStatus.ANY} for rule in rules):
        findings.append(rulebook.NOTHING_FOR_UNTAGGED.at(location))
    if not any(_is_for_every_tag(rule) for rule in rules):
        findings.append(rulebook.NO_CAP.at(location))
    if _any_expires_unprotected(rules):
        findings.append(rulebook.ANY_WITHOUT_PROTECTION.at(location))
    return tuple(findings)


def _is_for_every_tag(rule: Rule) -> bool:
    selection = rule.selection
    if selection.tag_status is not TagStatus.TAGGED:
        return selection.tag_status is TagStatus.ANY
    # A prefix is never for every tag: none is empty.
    patterns = [TagPattern.of_pattern(entry) for entry in selection.tag_pattern_list]
    return bool(patterns) and all(pattern == _EVERY_TAG for pattern in patterns)


def _any_expires_unprotected(rules: Sequence[Rule]) -> bool:
    expires = any(
        rule.selection.tag_status is TagStatus.ANY and rule.action.type is ActionType.EXPIRE for rule in rules
    )
    return expires and not any(_can_protect(rule) for rule in rules)


def _can_protect(rule: Rule) -> bool:
    """Whether some image can have the tags that *rule* is for."""
    selection = rule.selection
    patterns = [
        *(TagPattern.of_pattern(entry) for entry in selection.tag_pattern_list),
        *(TagPattern.of_prefix(entry) for entry in selection.tag_prefix_list),
    ]
    return bool(patterns) and all(pattern.matches_a_tag() for pattern in patterns)
