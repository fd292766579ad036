"""
Bytes that are really freed: a repository stores a layer once, and frees it when no image of it refers to the layer.

ECR stores and bills layers per repository, so this module counts each repository separately. Blob mounting, an account
setting that is off by default, shares layers between repositories when they are pushed. A shared layer may then be
freed only when the other repositories free it, too.

Decided here, because AWS does not document it: a layer that an archived and an active image share stays in standard
storage.

Source: ECR user guide, "Blob mounting in Amazon ECR" and "Archiving an image" (read 2026-11).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from ecrkit.errors.excerpts import count_of
from ecrkit.images.sizes import BYTES_PER_GB, readable_size
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from ecrkit.images.inventory.values import ImageTable, Inventory
    from ecrkit.images.layers import Layer
    from ecrkit.lifecycle.evaluation.evaluation import Evaluation

__all__ = ["NOTHING_FREED", "LayerBytes", "SharedLayers", "layer_bytes", "real_bytes", "shared_layers"]


def real_bytes(freed: Iterable[Sequence[Layer]], staying: Iterable[Sequence[Layer]]) -> int:
    """
    Count the bytes that a repository no longer stores when images go.

    Args:
        freed: layers of each image that goes.
        staying: layers of each image that stays.

    Returns:
        Bytes of the layers to which only images that go refer, each layer counted once.
    """
    going = set(chain.from_iterable(freed))
    going.difference_update(chain.from_iterable(staying))
    return sum(layer.size for layer in going)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerBytes:
    """
    What happens to the bytes of images that expire or are archived.

    Attributes:
        freed: bytes that are really freed. An upper bound if the layers of an image are unknown.
        moved: bytes that really leave standard storage for the archive; likewise.
        freed_size: sizes of the images that expire, as far as they are known; shared layers are in each.
        moved_size: sizes of the images that are archived; likewise.
        known: images whose layers are known, of those that matter.
        unknown: images whose layers are unknown, of those that matter.

    Images matter if any image expires or is archived: then all do.
    """

    freed: int = 0
    moved: int = 0
    freed_size: int = 0
    moved_size: int = 0
    known: int = 0
    unknown: int = 0

    @property
    def is_known(self) -> bool:
        """Whether the layers of any image are known."""
        return self.known > 0

    @property
    def is_exact(self) -> bool:
        """Whether the layers of every image are known, so that no number is only an upper bound."""
        return self.known > 0 and not self.unknown

    @property
    def freed_text(self) -> str:
        """``2.1 GB``; ``up to 2.1 GB`` if it is an upper bound."""
        return self._text(self.freed)

    @property
    def moved_text(self) -> str:
        """The bytes that leave standard storage, as :attr:`freed_text`."""
        return self._text(self.moved)

    def saving(self, price: float) -> float:
        """Give what the freed bytes cost a month, at a *price* for a GB and month."""
        return self.freed / BYTES_PER_GB * price

    @classmethod
    def sum(cls, parts: Iterable[LayerBytes]) -> LayerBytes:
        """Add up those of repositories, none of which stores a layer for another."""
        parts = list(parts)
        return cls(
            freed=sum(part.freed for part in parts),
            moved=sum(part.moved for part in parts),
            freed_size=sum(part.freed_size for part in parts),
            moved_size=sum(part.moved_size for part in parts),
            known=sum(part.known for part in parts),
            unknown=sum(part.unknown for part in parts),
        )

    def sentences(self) -> Iterator[str]:
        """
        Say what is freed and moved, next to the sizes of the images; nothing if no layer is known.

        Yields:
            Lower case, no full stop.
        """
        if not self.is_known:
            return
        if self.freed_size or self.freed:
            yield f"really frees {self.freed_text} of {_of(self.freed_size)}: the layers that no other image needs"
        if self.moved_size or self.moved:
            yield f"really moves {self.moved_text} of {_of(self.moved_size)} to the archive"
        if self.unknown:
            yield f"the layers of {count_of(self.unknown, 'image')} are unknown, so these bytes are upper bounds"

    def _text(self, size_bytes: int) -> str:
        return readable_size(size_bytes) if self.is_exact else f"up to {readable_size(size_bytes)}"


NOTHING_FREED = LayerBytes()
"""No image expires or is archived."""


def layer_bytes(after: Evaluation, before: Evaluation | None = None) -> LayerBytes:
    """
    Count the bytes that a policy frees, and those that it moves to the archive.

    Args:
        after: by the policy.
        before: by the policy that it replaces, of the same images; only what that one leaves alone counts.

    Returns:
        Bytes. Images whose layers are unknown count with their whole size, and keep no layer of another.
    """
    images = after.images
    gone, away = _places(after, ActionType.EXPIRE), _places(after, ActionType.TRANSITION)
    expire, archive = gone, away
    if before:
        expire = gone - _places(before, ActionType.EXPIRE)
        archive = away - _places(before, ActionType.EXPIRE) - _places(before, ActionType.TRANSITION)
    freed_size, moved_size = _sizes(images, expire), _sizes(images, archive)
    if not expire and not archive:
        return LayerBytes()
    if not images.has_layers:
        return LayerBytes(
            freed=freed_size, moved=moved_size, freed_size=freed_size, moved_size=moved_size, unknown=len(images)
        )
    layers = _resolved(images)
    holders = [place for place in range(len(images)) if place not in gone]
    in_standard = [place for place in holders if place not in away and place not in images.archived]
    unknown = layers.count(None)
    return LayerBytes(
        freed=_real(images, layers, expire, holders),
        moved=_real(images, layers, archive, in_standard),
        freed_size=freed_size,
        moved_size=moved_size,
        known=len(layers) - unknown,
        unknown=unknown,
    )


@dataclass(frozen=True, slots=True)
class SharedLayers:
    """
    Layers that the same repositories have.

    Attributes:
        repositories: their names, two at least, sorted.
        layer_count: number of the layers.
        size_bytes: bytes of the layers, each counted once.
    """

    repositories: tuple[str, ...]
    layer_count: int
    size_bytes: int

    @property
    def repeated_bytes(self) -> int:
        """Bytes that are stored more than once, if each repository stores its own."""
        return self.size_bytes * (len(self.repositories) - 1)


def shared_layers(inventories: Iterable[Inventory]) -> tuple[SharedLayers, ...]:
    """
    Find layers that several repositories have.

    Args:
        inventories: of one registry, one per repository; may be an iterator.

    Returns:
        Those of the same repositories together; what is repeated most comes first.
    """
    holders: dict[Layer, list[str]] = defaultdict(list)
    for inventory in inventories:
        known = filter(None, inventory.images.layers)
        for layer in set(chain.from_iterable(known)):
            holders[layer].append(inventory.name)
    groups: dict[tuple[str, ...], list[Layer]] = defaultdict(list)
    for layer, names in holders.items():
        if len(names) > 1:
            groups[tuple(sorted(names))].append(layer)
    found = [SharedLayers(names, len(group), sum(layer.size for layer in group)) for names, group in groups.items()]
    return tuple(sorted(found, key=lambda each: (-each.repeated_bytes, each.repositories)))


def _of(size_bytes: int) -> str:
    return f"{readable_size(size_bytes)} apparent size"


def _places(evaluation: Evaluation, action: ActionType) -> AbstractSet[int]:
    return set(chain.from_iterable(group.places for group in evaluation.groups if group.action is action))


def _sizes(images: ImageTable, places: Iterable[int]) -> int:
    return sum(filter(None, map(images.sizes.__getitem__, places)))


def _resolved(images: ImageTable) -> Sequence[Sequence[Layer] | None]:
    """
    Give the layers of each image; a manifest list that was read has none, because its images are in the table, too.

    An image of a list that stays may still expire, and then frees its layers: whether it does is in its own verdict.
    """
    if not any(images.children):
        return images.layers
    return [() if children else layers for layers, children in zip(images.layers, images.children, strict=True)]


def _real(
    images: ImageTable,
    layers: Sequence[Sequence[Layer] | None],
    going: AbstractSet[int],
    staying: Iterable[int],
) -> int:
    known = real_bytes(*(filter(None, map(layers.__getitem__, places)) for places in (going, staying)))
    return known + _sizes(images, (place for place in going if layers[place] is None))
