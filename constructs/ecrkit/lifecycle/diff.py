"""What a change of policy changes: in its rules, and in the fate of images."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.lifecycle.evaluation.verdicts import newest_first
from ecrkit.lifecycle.values import ActionType, LifecyclePolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.lifecycle.evaluation.evaluation import Evaluation
    from ecrkit.lifecycle.evaluation.verdicts import Verdict
    from ecrkit.lifecycle.values import Rule

__all__ = ["Change", "FateChange", "PolicyDiff", "RuleChange", "diff_fates", "diff_rules"]

_GRAVITY = {ActionType.EXPIRE: 0, ActionType.TRANSITION: 1, None: 2}


class Change(StrEnum):
    """How a rule changed."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class RuleChange:
    """
    A rule before and after.

    Attributes:
        change: what became of it; a description, and a priority that keeps the order, change nothing.
        old: ``None`` for an added rule.
        new: ``None`` for a removed rule.
    """

    change: Change
    old: Rule | None
    new: Rule | None


class FateChange(NamedTuple):
    """
    An image whose fate changes.

    Attributes:
        old: by the old policy.
        new: by the new policy; with another action.
        may_stay: a manifest list that stays may refer to it, and keep it: what the list refers to is not known.
    """

    old: Verdict
    new: Verdict
    may_stay: bool = False

    @property
    def is_newly_expired(self) -> bool:
        """Whether it expires now, and did not before, as far as its own rules say."""
        return self.new.action is ActionType.EXPIRE


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """
    What changes.

    Attributes:
        rules: side by side, in the order of both policies.
        fates: images whose fate changes; newly expired ones first, then newly archived ones, each newest first.
        notes: what is not certain about the fates.
    """

    rules: tuple[RuleChange, ...]
    fates: tuple[FateChange, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def newly_expired(self) -> int:
        """Count the images that certainly expire now, and did not before."""
        return sum(fate.is_newly_expired and not fate.may_stay for fate in self.fates)

    @property
    def possibly_expired(self) -> int:
        """Count the images that expire now, and did not before, unless a manifest list refers to them."""
        return sum(fate.is_newly_expired and fate.may_stay for fate in self.fates)

    @property
    def is_empty(self) -> bool:
        """Whether both policies do the same."""
        return all(rule.change is Change.SAME for rule in self.rules)


def diff_rules(old: LifecyclePolicy, new: LifecyclePolicy) -> tuple[RuleChange, ...]:
    """
    Put the rules of two policies side by side.

    Returns:
        Every rule of both, in their order. Two rules at the same place are one that changed if they select the same
        images or the place holds as many rules as before; otherwise one was removed and one added.
    """
    before, after = ([_meaning(rule) for rule in policy.rules] for policy in (old, new))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    changes: list[RuleChange] = []
    for _, start, end, other_start, other_end in matcher.get_opcodes():
        changes += _aligned(old.rules[start:end], new.rules[other_start:other_end])
    return tuple(changes)


def diff_fates(old: Evaluation, new: Evaluation) -> tuple[FateChange, ...]:
    """
    Find the images whose fate changes.

    Args:
        old: by the policy before.
        new: by the policy after, of the same images at the same instant.

    Returns:
        As in :class:`PolicyDiff`.
    """
    lists = new.images.manifest_lists
    changed = [
        FateChange(*pair, may_stay=_may_stay(pair[1], new, is_list=place in lists))
        for place, pair in enumerate(zip(old.verdicts, new.verdicts, strict=True))
        if pair[0].action is not pair[1].action
    ]
    in_order = newest_first(changed, lambda fate: fate.new)
    return tuple(sorted(in_order, key=lambda fate: _GRAVITY[fate.new.action]))


def _may_stay(verdict: Verdict, evaluation: Evaluation, *, is_list: bool) -> bool:
    """Whether a manifest list may keep an image that its rules do not: the parts of a release have no tags."""
    is_part = not (is_list or verdict.image.tags or verdict.image.subject)
    return verdict.action is not None and is_part and evaluation.may_wait_for_a_list


def _aligned(old: Sequence[Rule], new: Sequence[Rule]) -> Iterator[RuleChange]:
    """Pair rules of one stretch in which the policies are the same, or differ throughout."""
    rest = list(new)
    for rule in old:
        partner = next((other for other in rest if _selects_alike(rule, other)), None)
        if partner is None and len(old) == len(new) and rest:
            partner = new[old.index(rule)] if new[old.index(rule)] in rest else None
        if partner is None:
            yield RuleChange(Change.REMOVED, rule, None)
            continue
        # What was added above it stands above it.
        place = rest.index(partner)
        yield from (RuleChange(Change.ADDED, None, other) for other in rest[:place])
        del rest[: place + 1]
        same = _meaning(rule) == _meaning(partner)
        yield RuleChange(Change.SAME if same else Change.CHANGED, rule, partner)
    yield from (RuleChange(Change.ADDED, None, other) for other in rest)


def _meaning(rule: Rule) -> tuple[object, ...]:
    return (rule.selection, rule.action)


def _selects_alike(rule: Rule, other: Rule) -> bool:
    mine, theirs = rule.selection, other.selection
    return (mine.tag_status, mine.tag_pattern_list, mine.tag_prefix_list, mine.storage_class) == (
        theirs.tag_status,
        theirs.tag_pattern_list,
        theirs.tag_prefix_list,
        theirs.storage_class,
    )
