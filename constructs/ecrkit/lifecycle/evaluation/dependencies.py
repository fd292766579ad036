"""
Images that refer to each other: manifest lists and their children, artifacts and their subjects.

Source: ECR user guide, "Automate the cleanup of images by using lifecycle policies", "Lifecycle policy evaluation
rules" (read 2026-11).
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

from ecrkit.errors import ReferenceCycleError
from ecrkit.lifecycle.evaluation.verdicts import Cause, Verdict
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.images.inventory.values import Image

__all__ = ["dependency_order", "with_references"]


def with_references(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """
    Let every image wait for the manifest lists that refer to it, and every artifact go with its subject.

    Args:
        verdicts: by the rules alone, one per image of a repository.

    Returns:
        Verdicts in the same order. A reference to what is not in the repository says nothing.

    Raises:
        ReferenceCycleError: images refer to each other in a circle.
    """
    settled = list(verdicts)
    images = [verdict.image for verdict in verdicts]
    places = {image.digest: place for place, image in enumerate(images)}
    lists: defaultdict[int, list[int]] = defaultdict(list)
    for place, image in enumerate(images):
        for child in image.children:
            if child in places:
                lists[places[child]].append(place)
    for place in dependency_order(images):
        subject = places.get(images[place].subject or "")
        settled[place] = _settled(
            settled[place],
            [settled[other] for other in lists.get(place, ())],
            None if subject is None else settled[subject],
        )
    return settled


def dependency_order(images: Sequence[Image]) -> Iterator[int]:
    """
    Go through the images that depend on others, each after all that it depends on.

    Args:
        images: of one repository.

    Yields:
        Places in *images*.

    Raises:
        ReferenceCycleError: there is no such order, as with a manifest list whose subject is one of its own children.
    """
    places = {image.digest: place for place, image in enumerate(images)}
    dependents: defaultdict[int, list[int]] = defaultdict(list)
    waiting_for: defaultdict[int, int] = defaultdict(int)
    for other, place in _dependencies(images, places):
        dependents[other].append(place)
        waiting_for[place] += 1
    ready = deque(place for place in dependents if not waiting_for.get(place))
    while ready:
        for place in dependents.get(ready.popleft(), ()):
            waiting_for[place] -= 1
            if not waiting_for[place]:
                del waiting_for[place]
                yield place
                ready.append(place)
    if waiting_for:
        digest = min(images[place].digest for place in waiting_for)
        raise ReferenceCycleError(
            f"{digest}: is in a circle of references, so no image can go first; delete it yourself"
        )


def _dependencies(images: Iterable[Image], places: dict[str, int]) -> Iterator[tuple[int, int]]:
    """Give who depends on whom: the one depended on first."""
    for place, image in enumerate(images):
        if image.subject in places:
            yield places[image.subject], place
        for child in image.children:
            if child in places:
                yield place, places[child]


def _settled(verdict: Verdict, lists: Iterable[Verdict], subject: Verdict | None) -> Verdict:
    """Decide about one image, when all that it depends on is decided about."""
    image, rule = verdict.image, verdict.rule
    # The lowest digest, so that the reason does not depend on the order of the images. A list that is in the archive
    # has been archived first.
    list_that_stays = min(
        (other.image.digest for other in lists if other.action is None and not other.image.is_archived), default=None
    )
    # "An image referenced by a manifest list cannot be expired or archived without the manifest list being deleted
    # or archived first."
    if verdict.action and list_that_stays:
        return Verdict(image, None, rule, Cause.LIST_STAYS, because_of=list_that_stays)
    if subject is None:
        return verdict
    # "Reference artifacts are expired or archived within 24 hours of their subject image."
    if subject.action is None:
        if verdict.action is None:
            return verdict
        return Verdict(image, None, rule, Cause.SUBJECT_STAYS, because_of=subject.image.digest)
    is_there_already = subject.action is ActionType.TRANSITION and image.is_archived
    if verdict.action is subject.action or is_there_already or list_that_stays:
        return verdict
    return Verdict(image, subject.action, subject.rule, Cause.FOLLOWS_SUBJECT, because_of=subject.image.digest)
