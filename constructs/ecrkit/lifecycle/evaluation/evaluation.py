"""
What a lifecycle policy does to the images of a repository, without calling AWS.

Each step below carries the sentence of the user guide that it follows. What no page settles is decided in
:mod:`ecrkit.lifecycle.evaluation.open_questions`.

Source: ECR user guide, "Automate the cleanup of images by using lifecycle policies", "How lifecycle policies work"
and "Lifecycle policy evaluation rules"; "Lifecycle policy properties"; "Archiving an image" (read 2026-11).
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import compress, count, islice
from operator import eq, not_
from typing import TYPE_CHECKING, Any

from ecrkit.errors import DuplicateDigestError, MissingTimeError, NaiveTimeError
from ecrkit.images.inventory.values import ImageStatus, ImageTable
from ecrkit.lifecycle.evaluation.dependencies import with_references
from ecrkit.lifecycle.evaluation.matching import ImageIndex
from ecrkit.lifecycle.evaluation.open_questions import OpenQuestion
from ecrkit.lifecycle.evaluation.verdicts import Cause, Group, grouped
from ecrkit.lifecycle.values import CountType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from ecrkit.images.inventory.values import Image
    from ecrkit.lifecycle.evaluation.verdicts import Verdict
    from ecrkit.lifecycle.values import LifecyclePolicy, Rule

__all__ = ["Evaluation", "evaluate"]

_BY_SUBJECT = {Cause.SUBJECT_STAYS, Cause.FOLLOWS_SUBJECT}


class Evaluation:
    """
    What becomes of the images of a repository.

    Args:
        images: that were evaluated.
        groups: every image once.
        mattered: the open questions whose answer decided a fate, in the order of their declaration.
    """

    def __init__(self, images: ImageTable, groups: tuple[Group, ...], mattered: tuple[OpenQuestion, ...]) -> None:
        self.images = images
        self.groups = groups
        self.mattered = mattered

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One verdict per image, in the order of the images; made when first asked for."""
        verdicts: dict[int, Verdict] = {}
        for group in self.groups:
            verdicts.update(group.verdicts(self.images))
        return tuple(verdicts[place] for place in range(len(self.images)))

    @cached_property
    def unknown_lists(self) -> tuple[int, ...]:
        """Places of the manifest lists that do not say what they refer to, in no order."""
        return tuple(place for place in self.images.manifest_lists if not self.images.children[place])

    @cached_property
    def may_wait_for_a_list(self) -> bool:
        """
        Whether some manifest list stays that does not say what it refers to.

        An image of this list without a tag may be one that it refers to, and such an image stays while the list does.
        """
        return any(self.verdicts[place].action is None for place in self.unknown_lists)


def evaluate(policy: LifecyclePolicy, images: Sequence[Image], now: datetime) -> Evaluation:
    """
    Decide which images ECR would expire or archive.

    Args:
        policy: a valid policy; its rules may be in any order.
        images: the images of one repository, in any order, each digest once.
        now: timezone-aware instant of evaluation.

    Returns:
        One verdict per image, in the order given, with the deciding rule and the reason.

    Raises:
        DuplicateDigestError: a digest occurs twice in *images*.
        MissingTimeError: an archived image has no time of archiving.
        NaiveTimeError: *now* has no timezone.
        ReferenceCycleError: images refer to each other in a circle.
    """
    if now.tzinfo is None:
        raise NaiveTimeError(f"now: must have an offset from UTC, got {now.isoformat()}; append 'Z' or '+00:00'")
    table = ImageTable.of(images)
    _check(table)
    run = _Run(table, now)
    # "A lifecycle policy rule with a priority of 1 is applied first": the rules of a policy are in that order.
    for rule in policy.rules:
        run.apply(rule)
    evaluation = Evaluation(table, run.groups(), run.mattered())
    if table.has_references:
        groups = grouped(with_references(evaluation.verdicts))
        if any(group.cause in _BY_SUBJECT for group in groups):
            run.note(OpenQuestion.SUBJECT_DECIDES)
        evaluation = Evaluation(table, groups, run.mattered())
    return evaluation


class _Run:
    """One evaluation: what has been decided and claimed so far. Images go by their place in the sequence."""

    def __init__(self, images: ImageTable, now: datetime) -> None:
        self._images = images
        self._now = now
        self._index = ImageIndex(images)
        self._claimed: set[int] = set()
        self._groups: list[Group] = []
        self._mattered: set[OpenQuestion] = set()
        if any(images.statuses[place] is ImageStatus.ACTIVATING for place in images.archived):
            self.note(OpenQuestion.ACTIVATING)

    def apply(self, rule: Rule) -> None:
        """Decide about every image that meets the tagging requirement of *rule*, and of none above it."""
        # "The lifecycle policy evaluator goes through all of the rules and marks the images that each rule affects":
        # a rule counts and ages all of its images, also those that a higher rule has claimed or acted on.
        matching = self._index.matching(rule.selection)
        if rule.selection.count_type is CountType.IMAGE_COUNT_MORE_THAN:
            self._keep_the_newest(rule, matching)
        else:
            self._keep_the_young(rule, matching)
        # "An image that matches the tagging requirements of a rule cannot be expired or archived by a rule with a
        # lower priority": also where the rule spares it. No image is in two storage classes, so they do not mix.
        self._claimed |= matching

    def groups(self) -> tuple[Group, ...]:
        """Give all that was decided; an image that no rule claims stays."""
        unclaimed = [place for place in range(len(self._images)) if place not in self._claimed]
        archived = [place for place in unclaimed if place in self._images.archived]
        if archived:
            unclaimed = [place for place in unclaimed if place not in self._images.archived]
        groups = (
            *self._groups,
            Group(None, None, Cause.NO_RULE, unclaimed, [None] * len(unclaimed)),
            Group(None, None, Cause.NO_RULE_FOR_ARCHIVED, archived, [None] * len(archived)),
        )
        return tuple(group for group in groups if group.places)

    def note(self, question: OpenQuestion) -> None:
        """Remember that the answer to *question* decided a fate."""
        self._mattered.add(question)

    def mattered(self) -> tuple[OpenQuestion, ...]:
        """Give the questions that mattered so far."""
        return tuple(question for question in OpenQuestion if question in self._mattered)

    def _keep_the_newest(self, rule: Rule, matching: AbstractSet[int]) -> None:
        """
        Act on everything past the number to keep.

        Source: "Lifecycle policy properties", ``imageCountMoreThan``: the images are sorted youngest to oldest by
        pushed time, and all images greater than the specified number are expired or archived.
        """
        keep = rule.selection.count_number
        ranked = self._newest_first(matching)
        numbers = dict(zip(ranked, count(1), strict=False))
        # In the order of the images, as all groups: to go through 100,000 in another order takes several times as long.
        past, kept = (sorted(set(found) - self._claimed) for found in (ranked[keep:], ranked[:keep]))
        self._groups += [
            Group(rule, rule.action.type, Cause.PAST_THE_COUNT, past, list(map(numbers.__getitem__, past))),
            Group(rule, None, Cause.WITHIN_THE_COUNT, kept, list(map(numbers.__getitem__, kept))),
        ]
        if len(ranked) > keep:
            self._note_what_decided_a_count(ranked, keep)

    def _keep_the_young(self, rule: Rule, matching: AbstractSet[int]) -> None:
        """
        Act on everything that is strictly older than a number of days of 24 hours.

        Source: "Lifecycle policy properties": ``sinceImagePushed``, from the push; ``sinceImagePulled``, from the
        last recorded pull; ``sinceImageTransitioned``, from the last time that the image was archived.
        """
        count_type = rule.selection.count_type
        oldest_to_keep = _days_before(self._now, rule.selection.count_number)
        free = sorted(matching - self._claimed)
        instants = self._counted_from(count_type)
        since = [instants[place] for place in free]
        is_old = [instant < oldest_to_keep for instant in since]
        is_young = list(map(not_, is_old))
        self._groups += [
            Group(rule, action, cause, list(compress(free, chosen)), list(compress(since, chosen)))
            for action, cause, chosen in (
                (rule.action.type, Cause.PAST_THE_AGE, is_old),
                (None, Cause.WITHIN_THE_AGE, is_young),
            )
        ]
        if count_type is CountType.SINCE_IMAGE_PUSHED and any(
            self._images.pushed_at[place] < oldest_to_keep <= self._images.came_at[place]
            for place in self._images.restored.intersection(free)
        ):
            self.note(OpenQuestion.AGE_AFTER_RESTORATION)

    def _counted_from(self, count_type: CountType) -> Sequence[Any]:
        """Give the instants that the age of images is counted from; ``None`` for no image that comes here."""
        match count_type:
            case CountType.SINCE_IMAGE_PUSHED:
                return self._images.came_at
            case CountType.SINCE_IMAGE_PULLED:
                return self._images.used_at
            case _:
                return self._images.archived_at

    def _newest_first(self, matching: AbstractSet[int]) -> list[int]:
        """Sort newest first; what came at the same instant, by digest."""
        came_at, digests = self._images.came_at, self._images.digests
        newest_first = sorted(matching, key=came_at.__getitem__, reverse=True)
        instants = list(map(came_at.__getitem__, newest_first))
        # A tie begins wherever an instant is that of the next.
        end = 0
        for start in compress(count(), map(eq, instants, islice(instants, 1, None))):
            if start >= end:
                end = next((at for at in range(start, len(instants)) if instants[at] != instants[start]), len(instants))
                newest_first[start:end] = sorted(newest_first[start:end], key=digests.__getitem__)
        return newest_first

    def _note_what_decided_a_count(self, ranked: Sequence[int], keep: int) -> None:
        came_at = self._images.came_at
        last_kept = came_at[ranked[keep - 1]]
        if came_at[ranked[keep]] == last_kept:
            level = (place for place in ranked if came_at[place] == last_kept)
            if not self._claimed.issuperset(level):
                self.note(OpenQuestion.TIED_PUSH_TIMES)
        parts = self._images.manifest_lists
        if parts.intersection(ranked) or any(self._images.subjects[place] for place in ranked):
            self.note(OpenQuestion.EVERYTHING_COUNTS)


def _days_before(instant: datetime, days: int) -> datetime:
    """Count back, to the beginning of the calendar at most: no document limits the number of days."""
    try:
        return instant - timedelta(days=days)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def _check(images: ImageTable) -> None:
    if not images.has_each_once:
        digest = min(digest for digest, number in Counter(images.digests).items() if number > 1)
        raise DuplicateDigestError(f"{digest}: occurs twice; remove one")
    undated = [images.digests[place] for place in images.archived if images.archived_at[place] is None]
    if undated:
        raise MissingTimeError(f"{min(undated)}: is archived, but has no time of archiving; set archived_at")
