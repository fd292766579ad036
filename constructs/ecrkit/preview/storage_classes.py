"""What archiving or restoring chosen images does to each: whether it moves, is there already, or must not move."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.images.inventory.values import ImageStatus
from ecrkit.images.sizes import BYTES_PER_GB
from ecrkit.lifecycle.checks.patterns import TagPattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime, timedelta

    from ecrkit.images.inventory.values import Image, Inventory

__all__ = [
    "MIN_ARCHIVE_DAYS",
    "RESTORE_MINUTES",
    "RESTORE_PRICE",
    "Chosen",
    "Fate",
    "ImageChoice",
    "Move",
    "Target",
    "choose_images",
    "plan_moves",
    "restore_cost",
]

RESTORE_MINUTES = 20
"""How long a restore usually takes at most. Source: ECR user guide, "Restoring an image" (read 2026-11)."""

MIN_ARCHIVE_DAYS = 90
"""What AWS charges at least. Source: ECR user guide, "Archiving an image" (read 2026-11)."""

RESTORE_PRICE = 0.03
"""Dollars for a restored GB. Source: Amazon ECR pricing, US East (N. Virginia) (read 2026-11)."""


class Target(StrEnum):
    """The storage class that images move to, in ECR's words."""

    ARCHIVE = "ARCHIVE"
    STANDARD = "STANDARD"


class Fate(StrEnum):
    """What happens to a chosen image."""

    MOVE = "move"
    """It changes its storage class."""

    SKIP = "skip"
    """It is in that storage class, or on its way."""

    REFUSE = "refuse"
    """It must not change it."""


_STAYS = {
    Target.ARCHIVE: {
        ImageStatus.ARCHIVED: "already archived",
        ImageStatus.ACTIVATING: "being restored; archive it when it is active",
    },
    Target.STANDARD: {ImageStatus.ACTIVE: "already active", ImageStatus.ACTIVATING: "being restored already"},
}
"""Why an image of a status stays where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageChoice:
    """
    Which images of a repository to move.

    Attributes:
        names: tags and digests.
        tags: patterns; an image with a tag that matches one is chosen.
        older_than: chooses images that were pushed, or restored, longer ago.
        not_pulled_for: chooses images whose last pull, or push without a pull, is longer ago.
        archived_within: chooses images that were archived within this time.
        archived: chooses images that are archived or on their way back.

    Images in *names* are chosen anyway. The others have to meet all criteria that are given.
    """

    names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    older_than: timedelta | None = None
    not_pulled_for: timedelta | None = None
    archived_within: timedelta | None = None
    archived: bool = False

    @property
    def has_criteria(self) -> bool:
        """Whether any criterion is given."""
        times = (self.older_than, self.not_pulled_for, self.archived_within)
        return bool(self.tags or self.archived or any(time is not None for time in times))


class Chosen(NamedTuple):
    """
    The images of a choice.

    Attributes:
        images: each once, in the order of the inventory.
        missing: names that no image has.
    """

    images: tuple[Image, ...]
    missing: tuple[str, ...]


class Move(NamedTuple):
    """
    What happens to a chosen image.

    Attributes:
        image: as it is now.
        fate: whether it moves.
        reason: why it does not, or that a list brings it along; may be empty.
    """

    image: Image
    fate: Fate
    reason: str = ""


def choose_images(choice: ImageChoice, inventory: Inventory, *, now: datetime) -> Chosen:
    """
    Find the images that a person chose.

    Args:
        choice: names and criteria.
        inventory: of the repository.
        now: timezone-aware.
    """
    names = set(choice.names)
    known = set(inventory.images.digests) | set(inventory.images.all_tags)
    patterns = [TagPattern.of_pattern(text) for text in choice.tags]

    def is_chosen(image: Image) -> bool:
        if image.digest in names or not names.isdisjoint(image.tags):
            return True
        return choice.has_criteria and all(_meets(choice, patterns, image, now))

    return Chosen(
        images=tuple(image for image in inventory.images if is_chosen(image)),
        missing=tuple(name for name in dict.fromkeys(choice.names) if name not in known),
    )


def plan_moves(
    chosen: Iterable[Image], inventory: Inventory, *, target: Target, protected: Mapping[str, tuple[str, ...]]
) -> tuple[Move, ...]:
    """
    Decide about each chosen image, and about those that a chosen manifest list brings along.

    A list is pulled with its images, so they move together: those that no tag and no other list needs. An image that
    a list needs which stays must not be archived, because pulls of that list would fail.

    Args:
        chosen: images of the inventory.
        inventory: of the repository; lists with what they refer to, as far as it is known.
        target: where they go.
        protected: reasons by digest, as ``Protections.reasons`` gives them; they matter for the archive only.

    Returns:
        Lists before their images, else in the order of the inventory.
    """
    chosen = tuple(chosen)
    by_digest = {image.digest: image for image in inventory.images}
    digests = {image.digest for image in chosen}
    needing = _needing(inventory, digests) if target is Target.ARCHIVE else {}
    along: dict[str, str] = {}
    for parent in chosen:
        for digest in parent.children:
            child = by_digest.get(digest)
            if child and digest not in digests and not (target is Target.ARCHIVE and (child.tags or digest in needing)):
                along.setdefault(digest, f"part of {_name(parent)}")
    everything = sorted((*chosen, *(by_digest[digest] for digest in along)), key=lambda image: not image.children)
    moves: list[Move] = []
    for image in everything:
        move = _decide(image, target, protected, needing, along.get(image.digest, ""))
        if move.fate is Fate.REFUSE:
            # Lists come first: one that stays needs its images.
            needing |= dict.fromkeys(image.children, image)
        moves.append(move)
    return tuple(moves)


def restore_cost(size_bytes: int) -> float:
    """Estimate what AWS charges for a restore, in dollars."""
    return size_bytes / BYTES_PER_GB * RESTORE_PRICE


def _meets(choice: ImageChoice, patterns: list[TagPattern], image: Image, now: datetime) -> Iterator[bool]:
    """Tell for every criterion that is given whether an image meets it."""
    if patterns:
        yield any(pattern.matches(tag) for pattern in patterns for tag in image.tags)
    if choice.older_than is not None:
        yield now - image.came_at > choice.older_than
    if choice.not_pulled_for is not None:
        yield now - image.used_at > choice.not_pulled_for
    if choice.archived:
        yield image.status is not ImageStatus.ACTIVE
    if choice.archived_within is not None:
        yield image.archived_at is not None and now - image.archived_at <= choice.archived_within


def _needing(inventory: Inventory, chosen: set[str]) -> dict[str, Image]:
    """Find the images that active lists refer to which are not chosen, and one such list for each."""
    found: dict[str, Image] = {}
    for image in inventory.images:
        if image.children and image.digest not in chosen and not image.is_archived:
            for child in image.children:
                found.setdefault(child, image)
    return found


def _decide(
    image: Image, target: Target, protected: Mapping[str, tuple[str, ...]], needing: Mapping[str, Image], along: str
) -> Move:
    reason = _STAYS[target].get(image.status)
    if reason:
        return Move(image, Fate.SKIP, reason)
    if target is Target.ARCHIVE and image.digest in protected:
        return Move(image, Fate.REFUSE, " and ".join(protected[image.digest]))
    if image.digest in needing:
        return Move(image, Fate.REFUSE, f"the list {_name(needing[image.digest])} needs it; archive the list")
    return Move(image, Fate.MOVE, along)


def _name(image: Image) -> str:
    return f"{image.digest[:19]} ({', '.join(image.tags)})" if image.tags else image.digest[:19]
