"""What is legal, and almost always a mistake: within one rule, and among the rules of one policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.lifecycle.checks import rulebook
from ecrkit.lifecycle.checks.claims import claims_in
from ecrkit.lifecycle.checks.hazards import hazard_of
from ecrkit.lifecycle.checks.patterns import TagPattern
from ecrkit.lifecycle.values import ActionType, StorageClass, TagStatus
from ecrkit.lifecycle.wording import days

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.errors import Finding
    from ecrkit.lifecycle.checks.drafts import DraftRule, TagList
    from ecrkit.lifecycle.checks.policy_checks import PolicyCheck
    from ecrkit.lifecycle.checks.rule_checks import RuleCheck
    from ecrkit.lifecycle.values import Rule

__all__ = ["POLICY_WARNINGS", "RULE_WARNINGS", "WHOLE_POLICY_WARNINGS"]


def duplicate_entry(rule: DraftRule) -> Iterator[Finding]:
    """No prefix or pattern is named twice in one list."""
    for tag_list in _tag_lists(rule):
        seen = set()
        for text, location in tag_list.entries:
            if text in seen:
                yield rulebook.DUPLICATE_ENTRY.at(location, entry=repr(text))
            seen.add(text)


def wildcard_in_prefix(rule: DraftRule) -> Iterator[Finding]:
    """A prefix has no wildcard."""
    for tag_list in _tag_lists(rule):
        for text, location in tag_list.entries if tag_list.is_prefixes else ():
            if "*" in text:
                yield rulebook.WILDCARD_IN_PREFIX.at(location, entry=repr(text))


def all_of_a_list(rule: DraftRule) -> Iterator[Finding]:
    """A list of prefixes or patterns has one entry."""
    for found in rule.tag_lists if _takes_a_list(rule) else ():
        # An empty entry has to go.
        entries = set(found.value.texts) - {""} if found.value else set()
        if len(entries) > 1:
            yield rulebook.ALL_OF_A_LIST.at(found.location, count=len(entries))


def unmatchable(rule: DraftRule) -> Iterator[Finding]:
    """Some tag can match every prefix and pattern."""
    for tag_list in _tag_lists(rule):
        for text, location in tag_list.entries:
            # What is wrong with the wildcards of these is said already.
            limit = 0 if tag_list.is_prefixes else rulebook.MAX_WILDCARDS
            if text and text.count("*") <= limit and not _pattern(tag_list, text).matches_a_tag():
                yield rulebook.UNMATCHABLE.at(location, entry=repr(text))


RULE_WARNINGS: tuple[RuleCheck, ...] = (
    duplicate_entry,
    wildcard_in_prefix,
    all_of_a_list,
    unmatchable,
)
"""Applied to every rule, each whatever the others say."""


def dead_rule(drafts: Sequence[DraftRule]) -> Iterator[Finding]:
    """Every rule can act on some image."""
    named = {rule.rule_priority: draft for draft, rule in _rules(drafts)}
    for storage_class in StorageClass:
        claims = claims_in((rule for _, rule in _rules(drafts)), storage_class)
        for index, claim in enumerate(claims):
            claimed_by = claim.covered_by(claims[:index])
            if claimed_by:
                others = " and ".join(named[other.rule.rule_priority].name for other in claimed_by)
                # An 'any' rule is last in its storage class. Of two rules that claim the same, one is always dead.
                can_move = claim.tag_status is not TagStatus.ANY and not any(
                    other.covered_by([claim]) for other in claimed_by
                )
                remedy = "move it up, or remove it" if can_move else "remove it"
                location = named[claim.rule.rule_priority].location
                yield rulebook.DEAD_RULE.at(location, others=others, remedy=remedy)


def every_image_by_age(drafts: Sequence[DraftRule]) -> Iterator[Finding]:
    """A rule for every image neither expires nor archives by push age."""
    named = {rule.rule_priority: draft for draft, rule in _rules(drafts)}
    hazard = hazard_of([rule for _, rule in _rules(drafts)])
    if hazard is None or not hazard.is_by_push_age:
        return
    check = rulebook.ANY_BY_AGE if hazard.rule.action.type is ActionType.EXPIRE else rulebook.ARCHIVES_BY_AGE
    then = ""
    if hazard.from_archive:
        name = named[hazard.from_archive.rule_priority].name
        then = f", and {name} expires it {days(hazard.from_archive.selection.count_number)} later"
    yield check.at(
        named[hazard.rule.rule_priority].location,
        images=f"{hazard.images} that no rule above claims" if hazard.is_below_others else hazard.images,
        days=days(hazard.rule.selection.count_number),
        then=then,
    )


POLICY_WARNINGS: tuple[PolicyCheck, ...] = (dead_rule,)
"""Applied to those rules of a policy that have no error."""

WHOLE_POLICY_WARNINGS: tuple[PolicyCheck, ...] = (every_image_by_age,)
"""Applied to all rules of a policy, where none has an error: another rule could be the one that protects."""


def _rules(drafts: Sequence[DraftRule]) -> Iterator[tuple[DraftRule, Rule]]:
    return ((draft, draft.to_rule()) for draft in drafts)


def _tag_lists(rule: DraftRule) -> list[TagList]:
    """Give the lists that could be read; none where they have to go."""
    return [found.value for found in rule.tag_lists if found.value is not None] if _takes_a_list(rule) else []


def _takes_a_list(rule: DraftRule) -> bool:
    return rule.tag_status is None or rule.tag_status.value in {TagStatus.TAGGED, None}


def _pattern(tag_list: TagList, text: str) -> TagPattern:
    return TagPattern.of_prefix(text) if tag_list.is_prefixes else TagPattern.of_pattern(text)
