"""What must fit together between the rules of one policy, within one storage class."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from ecrkit.lifecycle.checks import rulebook
from ecrkit.lifecycle.values import StorageClass, TagStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ecrkit.errors import Check, Finding
    from ecrkit.lifecycle.checks.drafts import DraftRule

    PolicyCheck = Callable[[Sequence[DraftRule]], Iterator[Finding]]

__all__ = ["POLICY_CHECKS"]


def duplicate_priority(rules: Sequence[DraftRule]) -> Iterator[Finding]:
    """No two rules have the same rulePriority."""
    owners = _owners(rules)
    # Each gets another number, so that all can be renumbered at once; an 'any' rule one above the others.
    taken = set(owners)
    for rule in sorted(rules, key=lambda rule: _selects(rule, TagStatus.ANY)):
        if rule.rule_priority is None or rule.rule_priority.value is None:
            continue
        priority = rule.rule_priority.value
        first = owners[priority]
        if first is not rule:
            lowest = next(number for number in count(1) if number not in owners)
            is_any = _selects(rule, TagStatus.ANY)
            number = 1 + max(taken) if is_any else next(number for number in count(1) if number not in taken)
            taken.add(number)
            remedy = f"the lowest free number is {number}" if number == lowest else f"renumber it to {number}"
            last = None if is_any else _any_below(rules, owners, rule, number)
            if last is not None:
                highest = 1 + max(taken)
                remedy = f"renumber it to {number}, and {last.name}, the 'any' rule, to {highest} or more"
                taken.add(highest)
            yield rulebook.DUPLICATE_PRIORITY.at(
                rule.rule_priority.location, priority=priority, other=first.name, remedy=remedy
            )


def _any_below(
    rules: Sequence[DraftRule], owners: Mapping[int, DraftRule], rule: DraftRule, number: int
) -> DraftRule | None:
    """Find the 'any' rule in the storage class of *rule* that is the last now, and is not if that has *number*."""
    for storage_class, in_class in _by_storage_class(rules):
        if rule.clear_storage_class is storage_class:
            last = max((at for at, owner in owners.items() if owner in in_class), default=0)
            if 0 < last < number and _selects(owners[last], TagStatus.ANY):
                return owners[last]
    return None


def second_untagged(rules: Sequence[DraftRule]) -> Iterator[Finding]:
    """One rule per storage class is for untagged images."""
    yield from _second_of(rules, TagStatus.UNTAGGED, rulebook.SECOND_UNTAGGED)


def second_any(rules: Sequence[DraftRule]) -> Iterator[Finding]:
    """One rule per storage class is for any image."""
    yield from _second_of(rules, TagStatus.ANY, rulebook.SECOND_ANY)


def any_not_last(rules: Sequence[DraftRule]) -> Iterator[Finding]:
    """An 'any' rule has the highest rulePriority of its storage class."""
    # Above all numbers, those of the other class too: a lower one could be taken.
    owners = _owners(rules)
    # Also above those that rules whose number is taken get, and an 'any' rule next to each.
    renumbered = sum(bool(rule.rule_priority and rule.rule_priority.value) for rule in rules) - len(owners)
    free = 1 + max(owners, default=0) + 2 * renumbered
    for _, in_class in _by_storage_class(rules):
        # A rule whose number is taken gets another one.
        numbered = [
            (rule.rule_priority.value, rule)
            for rule in in_class
            if rule.rule_priority and rule.rule_priority.value and owners[rule.rule_priority.value] is rule
        ]
        others = [priority for priority, rule in numbered if rule.clear_tag_status not in {TagStatus.ANY, None}]
        for priority, rule in numbered:
            if _selects(rule, TagStatus.ANY) and max(others, default=0) > priority:
                yield rulebook.ANY_NOT_LAST.at(rule.location, got=priority, highest=max(others), next=free)
                free += 1


def same_list(rules: Sequence[DraftRule]) -> Iterator[Finding]:
    """No two rules of a storage class have the same list of prefixes or patterns, in any order."""
    for storage_class, in_class in _by_storage_class(rules):
        taken: dict[tuple[str, frozenset[str]], DraftRule] = {}
        for rule in in_class:
            for found in rule.tag_lists if _selects(rule, TagStatus.TAGGED) else ():
                if found.value is None or not found.value.is_whole or not found.value.entries:
                    continue
                meaning = (found.value.key, frozenset(found.value.texts))
                first = taken.setdefault(meaning, rule)
                if first is not rule:
                    yield rulebook.SAME_LIST.at(
                        found.location,
                        key=found.value.key,
                        other=first.name,
                        storage_class=storage_class,
                    )


POLICY_CHECKS: tuple[PolicyCheck, ...] = (
    duplicate_priority,
    second_untagged,
    second_any,
    any_not_last,
    same_list,
)
"""Applied to all rules of a policy, each whatever the others say."""


def _owners(rules: Sequence[DraftRule]) -> dict[int, DraftRule]:
    """Give the first rule that has each rulePriority."""
    owners: dict[int, DraftRule] = {}
    for rule in rules:
        if rule.rule_priority and rule.rule_priority.value:
            owners.setdefault(rule.rule_priority.value, rule)
    return owners


def _second_of(rules: Sequence[DraftRule], tag_status: TagStatus, check: Check) -> Iterator[Finding]:
    for storage_class, in_class in _by_storage_class(rules):
        selecting = [rule for rule in in_class if _selects(rule, tag_status)]
        for rule in selecting[1:]:
            where = rule.tag_status.location if rule.tag_status else rule.location
            yield check.at(where, storage_class=storage_class, other=selecting[0].name)


def _selects(rule: DraftRule, tag_status: TagStatus) -> bool:
    return rule.clear_tag_status is tag_status


def _by_storage_class(rules: Sequence[DraftRule]) -> Iterator[tuple[StorageClass, list[DraftRule]]]:
    """Group the rules whose class is known, in the order given."""
    for storage_class in StorageClass:
        yield (
            storage_class,
            [rule for rule in rules if rule.clear_storage_class is storage_class],
        )
