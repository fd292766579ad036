"""Images of a fleet that must stay pullable: which of them would go, and which are gone."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from ecrkit.images.inventory.values import Image, ImageTable, Inventory
from ecrkit.lifecycle.evaluation.verdicts import Cause, Verdict
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.fleet.dataset import instant_of
from ecrkit.preview.fleet.expression import protected_verdicts
from ecrkit.preview.fleet.tables import Place, like_pattern, placed_uses
from ecrkit.preview.fleet.totals import ProtectedImage
from ecrkit.preview.protection import Violation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from ecrkit.lifecycle.values import LifecyclePolicy
    from ecrkit.preview.fleet.fleet import Fleet
    from ecrkit.preview.protection import Protections, UsedImage

__all__ = ["idle_protections", "missing_images", "protected_images", "reasons_in"]

_FOUND = """
SELECT DISTINCT u.repository_id, u.digest, u.tag
FROM used AS u
JOIN repositories AS r ON r.id = u.repository_id
JOIN images AS i ON i.account = r.account AND i.region = r.region AND i.repository = r.repository
WHERE i.digest = u.digest OR coalesce(contains(i.tags, u.tag), FALSE)
"""


def protected_images(
    fleet: Fleet,
    policies: Mapping[Place, LifecyclePolicy],
    protections: Protections,
    today: datetime,
    *,
    at_most: int,
) -> list[ProtectedImage]:
    """
    List protected images that would expire or be archived, by account, Region, repository and digest.

    Args:
        fleet: with these policies and protections set.
        policies: by repository.
        protections: what must stay pullable.
        today: timezone-aware instant of the dataset.
        at_most: how many to list.
    """
    rows = fleet.answers(protected_verdicts(rounds=fleet.rounds, at_most=at_most))
    verdicts = (_verdict(row, policies) for row in rows)
    found: list[ProtectedImage] = []
    for place, several in groupby(verdicts, key=lambda one: one[0]):
        found += _of_repository(place, [verdict for _, verdict in several], protections, today)
    return found


def missing_images(fleet: Fleet, protections: Protections) -> list[str]:
    """List images in use that are of a repository of the fleet and not in it, each with the place that names it."""
    placed = _placed(fleet, protections)
    if not any(placed.values()):
        return []
    found = set(fleet.answers(_FOUND))
    return [
        f"{used.text} ({used.origin})"
        for used, numbers in placed.items()
        if numbers and not any((number, used.digest or None, used.tag or None) in found for number in numbers)
    ]


def idle_protections(fleet: Fleet, protections: Protections) -> Iterator[str]:
    """Say which protections have nothing to protect: a name misspelt protects nothing, too."""
    placed = _placed(fleet, protections)
    if placed and not any(placed.values()) and all(used.repository for used in placed):
        yield "no image in use belongs to these repositories"
    if not protections.must_keep:
        return
    columns = ", ".join(
        f"count_if(cardinality(filter(i.tags, tag -> tag LIKE '{like_pattern(text)}' ESCAPE '!')) > 0) AS of_{number}"
        for number, text in enumerate(protections.must_keep)
    )
    [counts] = fleet.answers(f"SELECT {columns} FROM images AS i")  # noqa: S608 - a pattern has letters, digits and ._-*
    for text, count in zip(protections.must_keep, counts, strict=True):
        if not count:
            yield f"no image has a tag that matches '{text}'"


def reasons_in(
    place: Place, images: Sequence[Image], protections: Protections, today: datetime
) -> dict[str, tuple[str, ...]]:
    """
    Say why images are protected.

    Args:
        place: their repository.
        images: some of its images.
        protections: what must stay pullable.
        today: timezone-aware instant of the dataset.

    Returns:
        The reasons by digest, of protected images only.
    """
    inventory = Inventory(
        file=place.repository,
        registry=place.account,
        region=place.region,
        repository=place.repository,
        images=ImageTable.of(images),
    )
    return protections.reasons(inventory, today)


def _placed(fleet: Fleet, protections: Protections) -> dict[UsedImage, list[int]]:
    """Give the numbers of the repositories that each image in use may be of; none for a digest alone."""
    placed: dict[UsedImage, list[int]] = {used: [] for used in protections.used}
    for number, used in placed_uses(protections.used, fleet.places):
        if number is not None:
            placed[used].append(number)
    return placed


def _verdict(row: Sequence[object], policies: Mapping[Place, LifecyclePolicy]) -> tuple[Place, Verdict]:
    account, region, repository, digest, action, priority, cause, tags, pushed_at, pulled_at = row
    place = Place(str(account), str(region), str(repository))
    image = Image(
        digest=str(digest),
        pushed_at=instant_of(int(str(pushed_at))),
        tags=tuple(str(tags).split(",")) if tags else (),
        pulled_at=None if pulled_at is None else instant_of(int(str(pulled_at))),
    )
    rule = next((rule for rule in policies[place].rules if rule.rule_priority == priority), None)
    return place, Verdict(image, ActionType(str(action)), rule, Cause[str(cause)])


def _of_repository(
    place: Place, verdicts: Sequence[Verdict], protections: Protections, today: datetime
) -> Iterator[ProtectedImage]:
    reasons = reasons_in(place, [verdict.image for verdict in verdicts], protections, today)
    for verdict in verdicts:
        yield ProtectedImage(place, Violation(verdict, reasons.get(verdict.image.digest, ())))
