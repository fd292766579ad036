"""What a change of policy changes: in its rules, and in the fate of images."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.values import ActionType, LifecyclePolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ecrkit.images.inventory.values import Image
    from ecrkit.lifecycle.evaluation.verdicts import Verdict
    from ecrkit.lifecycle.values import Rule

__all__ = ["Change", "FateChange", "PolicyDiff", "RuleChange", "diff_fates", "diff_rules"]

_GRAVITY = {ActionType.EXPIRE: 0, ActionType.TRANSITION: 1, None: 2}


class Change(StrEnum):
    """What became of a rule."""

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
    """

    old: Verdict
    new: Verdict

    @property
    def is_newly_expired(self) -> bool:
        """Whether it expires now, and did not before."""
        return self.new.action is ActionType.EXPIRE


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """
    What changes.

    Attributes:
        rules: side by side, in the order of both policies.
        fates: images whose fate changes; newly expired ones first, then newly archived ones, each newest first.
    """

    rules: tuple[RuleChange, ...]
    fates: tuple[FateChange, ...] = ()

    @property
    def newly_expired(self) -> int:
        """Count the images that expire now, and did not before."""
        return sum(fate.is_newly_expired for fate in self.fates)

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


def diff_fates(
    old: LifecyclePolicy, new: LifecyclePolicy, images: Sequence[Image], now: datetime
) -> tuple[FateChange, ...]:
    """
    Find the images whose fate changes.

    Args:
        old: the policy before.
        new: the policy after.
        images: of one repository.
        now: timezone-aware instant of both evaluations.

    Returns:
        As in :class:`PolicyDiff`.

    Raises:
        InvalidInventoryError: the images cannot be those of one repository.
    """
    pairs = zip(evaluate(old, images, now).verdicts, evaluate(new, images, now).verdicts, strict=True)
    changed = [FateChange(*pair) for pair in pairs if pair[0].action is not pair[1].action]
    changed.sort(key=lambda fate: fate.new.image.digest)
    changed.sort(key=lambda fate: fate.new.image.pushed_at, reverse=True)
    return tuple(sorted(changed, key=lambda fate: _GRAVITY[fate.new.action]))


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
