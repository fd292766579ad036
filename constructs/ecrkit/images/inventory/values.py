"""Images as values: what ECR says of each, and no more than a lifecycle policy or a report needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from ecrkit.images.manifests import LIST_TYPES

if TYPE_CHECKING:
    from datetime import datetime

    from ecrkit.images.layers import Layer

__all__ = ["Image", "ImageStatus", "ImageTable", "Inventory"]


class ImageStatus(StrEnum):
    """Whether an image can be pulled."""

    ACTIVE = "ACTIVE"
    ARCHIVED = "ARCHIVED"
    ACTIVATING = "ACTIVATING"
    """On its way back from the archive."""


# A tuple and not a dataclass: a table gives one for each row that is asked for, and the order of the fields is the
# order of its columns.
class Image(NamedTuple):
    """
    An image of a repository; manifest lists, their images, signatures and SBOMs count as images too.

    Attributes:
        digest: digest, unique in its repository.
        pushed_at: timezone-aware time of the push.
        tags: without order; empty for an untagged image.
        size_bytes: compressed size as ECR reports it; ``None`` if unknown.
        status: active, archived or being restored.
        pulled_at: last recorded pull; ``None`` if never pulled.
        archived_at: when it was last archived; ``None`` if never.
        activated_at: when it was last restored from the archive; ``None`` if never.
        subject: digest of the image that a signature, SBOM or similar describes.
        media_type: media type of its manifest; ``None`` if unknown.
        children: digests that a manifest list refers to, if its manifest is known.
        layers: its configuration and layers, each once; ``None`` if unknown, and for a manifest list.

    Source: ECR API model 2015-09-21, ImageDetail.
    """

    digest: str
    pushed_at: datetime
    tags: Sequence[str] = ()
    size_bytes: int | None = None
    status: ImageStatus = ImageStatus.ACTIVE
    pulled_at: datetime | None = None
    archived_at: datetime | None = None
    activated_at: datetime | None = None
    subject: str | None = None
    media_type: str | None = None
    children: Sequence[str] = ()
    layers: Sequence[Layer] | None = None

    @property
    def is_archived(self) -> bool:
        """Whether it is in the archive; one that is being restored still is: :mod:`.open_questions`."""
        return self.status is not ImageStatus.ACTIVE

    @property
    def came_at(self) -> datetime:
        """
        When it was pushed, or restored from the archive.

        Source: ECR user guide, "Archiving an image": a restored image behaves like a newly pushed one.
        """
        return self.activated_at if self.activated_at and not self.is_archived else self.pushed_at

    @property
    def used_at(self) -> datetime:
        """
        Last use: the last pull, or the push if never pulled, or the restoration if later.

        Source: ECR user guide, "Lifecycle policy properties", ``sinceImagePulled``.
        """
        if self.pulled_at is None:
            return self.came_at
        if self.activated_at is None:
            return self.pulled_at
        return max(self.came_at, self.pulled_at)

    @property
    def is_manifest_list(self) -> bool:
        """Whether it is a list of manifests, one for each platform."""
        return bool(self.children) or self.media_type in LIST_TYPES


class ImageTable(Sequence[Image]):
    """
    Images as columns: a repository has up to 100,000 images, and reading one column is many times faster.

    Args:
        columns: one per field of :class:`Image`, in that order, all of the same length.

    It is a sequence of images, each created on access.
    """

    def __init__(self, columns: Sequence[Sequence[Any]]) -> None:
        self._columns = columns
        self.digests: Sequence[str] = columns[0]
        self.pushed_at: Sequence[datetime] = columns[1]
        self.tags: Sequence[Sequence[str]] = columns[2]
        self.sizes: Sequence[int | None] = columns[3]
        self.statuses: Sequence[ImageStatus] = columns[4]
        self.pulled_at: Sequence[datetime | None] = columns[5]
        self.archived_at: Sequence[datetime | None] = columns[6]
        self.activated_at: Sequence[datetime | None] = columns[7]
        self.subjects: Sequence[str | None] = columns[8]
        self.media_types: Sequence[str | None] = columns[9]
        self.children: Sequence[Sequence[str]] = columns[10]
        self.layers: Sequence[Sequence[Layer] | None] = columns[11]

    @classmethod
    def of(cls, images: Sequence[Image]) -> ImageTable:
        """Make a table of *images*, or return it if it is one."""
        if isinstance(images, ImageTable):
            return images
        return cls(list(zip(*images, strict=True)) or [()] * len(Image._fields))

    def with_children(self, children: Sequence[Sequence[str]]) -> ImageTable:
        """Make a table of the same images with other children."""
        return ImageTable([*self._columns[:10], children, *self._columns[11:]])

    def without_references(self) -> ImageTable:
        """Make a table of the same images, none of which refers to another."""
        columns = list(self._columns)
        columns[8], columns[10] = [None] * len(self), [()] * len(self)
        return ImageTable(columns)

    def __len__(self) -> int:
        """Count the images."""
        return len(self.digests)

    @overload
    def __getitem__(self, place: int) -> Image: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Image]: ...

    def __getitem__(self, place: int | slice) -> Image | Sequence[Image]:
        """Make one image, or a table of some."""
        if isinstance(place, slice):
            return ImageTable([column[place] for column in self._columns])
        return Image(*(column[place] for column in self._columns))

    @cached_property
    def has_each_once(self) -> bool:
        """Whether every digest occurs once."""
        return len(set(self.digests)) == len(self)

    @cached_property
    def all_tags(self) -> Sequence[str]:
        """The tags of all images, one after the other."""
        return list(chain.from_iterable(self.tags))

    @cached_property
    def archived(self) -> frozenset[int]:
        """Places of the images in the archive."""
        active = ImageStatus.ACTIVE
        if self.statuses.count(active) == len(self):
            return frozenset()
        return frozenset(place for place, status in enumerate(self.statuses) if status is not active)

    @cached_property
    def restored(self) -> frozenset[int]:
        """Places of the images that have been restored from the archive."""
        if not any(self.activated_at):
            return frozenset()
        return frozenset(place for place, time in enumerate(self.activated_at) if time and place not in self.archived)

    @cached_property
    def came_at(self) -> Sequence[datetime]:
        """When each image was pushed, or restored from the archive."""
        if not self.restored:
            return self.pushed_at
        return [self[place].came_at if place in self.restored else time for place, time in enumerate(self.pushed_at)]

    @cached_property
    def used_at(self) -> Sequence[datetime]:
        """Last use of each image."""
        if any(self.activated_at):
            return [image.used_at for image in self]
        return [pulled or pushed for pulled, pushed in zip(self.pulled_at, self.pushed_at, strict=True)]

    @cached_property
    def manifest_lists(self) -> frozenset[int]:
        """Places of the manifest lists."""
        if LIST_TYPES.isdisjoint(self.media_types) and not any(self.children):
            return frozenset()
        return frozenset(place for place, image in enumerate(self) if image.is_manifest_list)

    @cached_property
    def has_layers(self) -> bool:
        """Whether the layers of an image are known."""
        return self.layers.count(None) < len(self)

    @cached_property
    def has_references(self) -> bool:
        """Whether an image refers to another one."""
        return any(self.subjects) or any(self.children)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """
    The images of one repository.

    Attributes:
        file: file that they were read from.
        registry: account of the repository; empty if the file lacks it.
        region: Region of the repository; empty if the file lacks it.
        repository: name of the repository; empty if the file lacks it.
        images: in the order of the file, each digest once.
        pushed_texts: push times as written in the file; empty unless all are ISO 8601.
    """

    file: str
    registry: str = ""
    region: str = ""
    repository: str = ""
    images: ImageTable
    pushed_texts: Sequence[str] = field(default=(), repr=False, compare=False)

    @property
    def name(self) -> str:
        """The name of its repository, else of the file."""
        return self.repository or self.file
