"""Every image of a repository as ``describe-images`` prints it, and what its manifest lists refer to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from ecrkit.aws.answers import json_object
from ecrkit.aws.client import aws_errors
from ecrkit.aws.concurrency import in_order
from ecrkit.aws.repositories import counts_pulls
from ecrkit.errors import AwsError
from ecrkit.images.inventory.fields import CHILDREN_KEY
from ecrkit.images.inventory.values import Image, ImageStatus, ImageTable, Inventory
from ecrkit.images.inventory.writing import known_children
from ecrkit.images.manifests import LIST_TYPES, children_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.repositories import DeployedRepository
    from ecrkit.images.inventory.directory import InventoryDirectory, Job

__all__ = ["CurrentImages", "ImageSource", "Taken", "current_images", "take_inventory"]

_PAGE = 1000
_MANIFESTS_PER_CALL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """
    A repository whose images have been written.

    Attributes:
        repository: its name.
        image_count: 0 for an empty one.
        unread: manifest lists of which is not known what they refer to.
        why_unread: a reason for one of them; empty where there are none.
    """

    repository: str
    image_count: int
    unread: int
    why_unread: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentImages:
    """
    The images of a repository at this moment.

    Attributes:
        inventory: as ``ecrkit images inventory`` would write it and read it again.
        unread: manifest lists whose children are not known.
        why_unread: a reason for one of them; empty if there are none.
    """

    inventory: Inventory
    unread: int
    why_unread: str


def current_images(client: ECRClient, repository: DeployedRepository, *, children: bool | None) -> CurrentImages:
    """
    Read the images of a repository, with no file in between.

    Args:
        client: of the Region.
        repository: to read.
        children: as in :class:`ImageSource`.

    Raises:
        AwsError: AWS refused, could not be reached, or described an image that ecrkit cannot read.
    """
    source = ImageSource(client, repository.name, known={}, children=children)
    images = [_image(repository.name, detail) for detail in source.details()]
    return CurrentImages(
        inventory=Inventory(
            file=repository.name,
            registry=repository.account,
            repository=repository.name,
            images=ImageTable.of(images),
        ),
        unread=source.unread,
        why_unread=source.why_unread if source.unread else "",
    )


def take_inventory(
    client: ECRClient,
    repositories: Iterable[str],
    *,
    directory: InventoryDirectory,
    job: Job,
    children: bool | None,
) -> Iterator[Taken]:
    """
    Write the images of repositories, several at a time, a page of each in memory.

    Args:
        client: of the Region.
        repositories: names, each once.
        directory: to write them to.
        job: that is under way there.
        children: as in :class:`ImageSource`.

    Returns:
        What was written, in the order given.

    Raises:
        AwsError: AWS refused, or could not be reached; a repository that vanished meanwhile is such a case. What has
            been written stays.
        UnwritableOutputError: a file cannot be written.
    """

    def take(repository: str) -> Taken:
        known = known_children(directory.file_of(repository))
        source = ImageSource(client, repository, known=known, children=children)
        directory.write(job, repository, source.details())
        return Taken(
            repository=repository,
            image_count=source.count,
            unread=source.unread,
            why_unread=source.why_unread if source.unread else "",
        )

    return in_order(take, repositories)


class ImageSource:
    """
    The images of one repository, to be gone through once.

    Args:
        client: of the Region.
        repository: its name.
        known: what manifest lists refer to, by digest; these are not read again.
        children: read what manifest lists refer to, which ECR counts as a pull; ``None`` unless the lifecycle policy
            counts pulls.

    Attributes:
        count: images so far.
        unread: manifest lists so far of which is not known what they refer to.
        why_unread: a reason for one of them.
    """

    def __init__(
        self, client: ECRClient, repository: str, *, known: Mapping[str, tuple[str, ...]], children: bool | None
    ) -> None:
        self._client = client
        self._repository = repository
        self._known = known
        self._children = children
        self.count = 0
        self.unread = 0
        self.why_unread = ""

    def details(self) -> Iterator[dict[str, Any]]:
        """
        Describe every image, archived ones too, page by page, in the order of the service.

        Yields:
            What boto3 gives; a manifest list has what it refers to besides, where that is known.

        Raises:
            AwsError: there is no such repository, AWS refused, or could not be reached.
        """
        # An image that is pushed meanwhile may move others to the next page.
        seen: set[str] = set()
        for page in self._pages():
            by_digest = {detail["imageDigest"]: detail for detail in page}
            details = [detail for digest, detail in by_digest.items() if digest not in seen]
            seen.update(by_digest)
            self.count += len(details)
            self._add_children([detail for detail in details if detail.get("imageManifestMediaType") in LIST_TYPES])
            yield from details

    def _pages(self) -> Iterator[list[dict[str, Any]]]:
        with aws_errors():
            pages = self._client.get_paginator("describe_images").paginate(
                repositoryName=self._repository, filter={"imageStatus": "ANY"}, PaginationConfig={"PageSize": _PAGE}
            )
            for page in pages:
                yield [dict(detail) for detail in page["imageDetails"]]

    def _add_children(self, lists: list[dict[str, Any]]) -> None:
        digests = [detail["imageDigest"] for detail in lists]
        children = {digest: self._known[digest] for digest in digests if digest in self._known}
        unknown = [digest for digest in digests if digest not in children]
        if unknown and self._may_read():
            for start in range(0, len(unknown), _MANIFESTS_PER_CALL):
                children |= self._read(unknown[start : start + _MANIFESTS_PER_CALL])
        for detail in lists:
            if detail["imageDigest"] in children:
                detail[CHILDREN_KEY] = list(children[detail["imageDigest"]])
            else:
                self.unread += 1

    def _may_read(self) -> bool:
        if self._children is None:
            self._children = not counts_pulls(self._client, self._repository)
        if not self._children:
            self.why_unread = "ECR counts reading them as a pull; pass --children to read them anyway"
        return self._children

    def _read(self, digests: list[str]) -> dict[str, tuple[str, ...]]:
        """
        Read manifest lists.

        One that was deleted meanwhile, or is archived, is none of the result.

        Source: ECR API model 2015-09-21, BatchGetImage: 100 at a time; OCI image specification 1.1, image index.
        """
        with aws_errors():
            answer = self._client.batch_get_image(
                repositoryName=self._repository,
                imageIds=[{"imageDigest": digest} for digest in digests],
                acceptedMediaTypes=sorted(LIST_TYPES),
            )
        for failure in answer.get("failures", ()):
            self.why_unread = str(failure.get("failureReason") or failure.get("failureCode") or "no reason given")
        return dict(_children_of(self._repository, answer["images"]))


def _image(repository: str, detail: Mapping[str, Any]) -> Image:
    """Take what boto3 says of an image; what a preview needs must be there."""
    digest = detail["imageDigest"]
    try:
        image = Image(
            digest=digest,
            pushed_at=detail["imagePushedAt"].astimezone(UTC),
            tags=tuple(detail.get("imageTags", ())),
            size_bytes=detail.get("imageSizeInBytes"),
            status=ImageStatus(detail.get("imageStatus", ImageStatus.ACTIVE)),
            pulled_at=_time(detail, "lastRecordedPullTime"),
            archived_at=_time(detail, "lastArchivedAt"),
            activated_at=_time(detail, "lastActivatedAt"),
            subject=detail.get("subjectManifestDigest"),
            media_type=detail.get("imageManifestMediaType"),
            children=tuple(detail.get(CHILDREN_KEY, ())),
        )
    except KeyError as error:
        raise AwsError(f"{repository}@{digest}: DescribeImages lacks {error}") from None
    except ValueError as error:
        raise AwsError(f"{repository}@{digest}: DescribeImages has a value that ecrkit cannot read: {error}") from None
    if image.is_archived and image.archived_at is None:
        raise AwsError(f"{repository}@{digest}: DescribeImages lacks the time of archiving")
    return image


def _time(detail: Mapping[str, Any], key: str) -> datetime | None:
    return detail[key].astimezone(UTC) if key in detail else None


def _children_of(repository: str, images: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for image in images:
        digest = image["imageId"]["imageDigest"]
        try:
            yield digest, children_in(json_object(image["imageManifest"]))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise AwsError(f"{repository}@{digest}: not a manifest that ecrkit can read: {error}") from None
