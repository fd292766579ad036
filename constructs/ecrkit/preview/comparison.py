"""What ecrkit says becomes of images, held against what the service says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from ecrkit.lifecycle.evaluation.evaluation import Evaluation
    from ecrkit.lifecycle.evaluation.verdicts import Verdict
    from ecrkit.lifecycle.values import ActionType

__all__ = ["Disagreement", "Outcome", "disagreements"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    What the service would do to an image; what it would leave alone has none.

    Attributes:
        action: expire or transition.
        rule_priority: of the rule that does it.
        tags: of the image.
        pushed_at: timezone-aware.
    """

    action: ActionType
    rule_priority: int
    tags: tuple[str, ...]
    pushed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """
    An image of which ecrkit says something else than the service.

    Attributes:
        digest: of the image.
        ours: verdict of ecrkit; ``None`` where the list of images does not have it.
        theirs: of the service; ``None`` where the image stays.
    """

    digest: str
    ours: Verdict | None
    theirs: Outcome | None

    @property
    def tags(self) -> tuple[str, ...]:
        """Of the image, sorted."""
        found = self.ours.image.tags if self.ours else self.theirs.tags if self.theirs else ()
        return tuple(sorted(found))


def disagreements(evaluations: Sequence[Evaluation], outcomes: Mapping[str, Outcome]) -> tuple[Disagreement, ...]:
    """
    Find the images of which ecrkit says something else than the service.

    Args:
        evaluations: of the same images and policy, at instants before and after the service looked; an image that
            became old enough in between is one of which either is right. At least one.
        outcomes: of the service, by digest.

    Returns:
        In the order of the images, those that only the service knows last. Another rule with the same action is one.
    """
    return tuple(_disagreements(evaluations, outcomes))


def _disagreements(evaluations: Sequence[Evaluation], outcomes: Mapping[str, Outcome]) -> Iterator[Disagreement]:
    left = dict(outcomes)
    for verdicts in zip(*(evaluation.verdicts for evaluation in evaluations), strict=True):
        digest = verdicts[0].image.digest
        theirs = left.pop(digest, None)
        if not any(_agree(verdict, theirs) for verdict in verdicts):
            yield Disagreement(digest=digest, ours=verdicts[0], theirs=theirs)
    for digest, theirs in left.items():
        yield Disagreement(digest=digest, ours=None, theirs=theirs)


def _agree(ours: Verdict, theirs: Outcome | None) -> bool:
    if theirs is None:
        return ours.action is None
    return ours.rule is not None and (ours.action, ours.rule.rule_priority) == (theirs.action, theirs.rule_priority)
