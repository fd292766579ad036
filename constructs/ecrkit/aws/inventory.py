"""Every image of a repository as ``describe-images`` prints it, and what manifests refer to: images, and layers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ecrkit.aws.answers import json_object
from ecrkit.aws.client import aws_errors
from ecrkit.aws.concurrency import in_order
from ecrkit.aws.repositories import counts_pulls
from ecrkit.errors import AwsError
from ecrkit.images.inventory.fields import CHILDREN_KEY, LAYERS_KEY
from ecrkit.images.inventory.values import Image, ImageStatus, ImageTable, Inventory
from ecrkit.images.inventory.writing import ReadManifest, known_manifests
from ecrkit.images.layers import LayerPool
from ecrkit.images.manifests import LIST_TYPES, MANIFEST_TYPES, children_in, layers_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.repositories import DeployedRepository
    from ecrkit.images.inventory.directory import InventoryDirectory, Job

__all__ = ["CurrentImages", "ImageSource", "ManifestChoice", "Taken", "current_images", "take_inventory"]

_PAGE = 1000
_MANIFESTS_PER_CALL = 100
_READABLE = {None, ImageStatus.ACTIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """
    A repository whose images have been written.

    Attributes:
        repository: its name.
        image_count: 0 for an empty one.
        unread: manifest lists whose images are unknown.
        why_unread: a reason for one of them; empty if all are known.
        without_layers: images whose layers were asked for and are not known.
        why_without_layers: a reason for one of them; empty where there are none.
        is_refused: whether layers were not read because the lifecycle policy counts pulls.
    """

    repository: str
    image_count: int
    unread: int = 0
    why_unread: str = ""
    without_layers: int = 0
    why_without_layers: str = ""
    is_refused: bool = False


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


def current_images(
    client: ECRClient,
    repository: DeployedRepository,
    *,
    children: bool | None,
    known: Mapping[str, ReadManifest] = MappingProxyType({}),
) -> CurrentImages:
    """
    Read the images of a repository, with no file in between.

    Args:
        client: of the Region.
        repository: to read.
        children: as in :class:`ManifestChoice`.
        known: what manifests refer to, by digest; these are not read again.

    Raises:
        AwsError: AWS refused, could not be reached, or described an image that ecrkit cannot read.
    """
    source = ImageSource(client, repository.name, known=known, choice=ManifestChoice(children=children))
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
    choice: ManifestChoice,
) -> Iterator[Taken]:
    """
    Write the images of repositories, several at a time, a page of each in memory.

    Args:
        client: of the Region.
        repositories: names, each once.
        directory: to write them to.
        job: that is under way there.
        choice: which manifests to read.

    Returns:
        What was written, in the order given.

    Raises:
        AwsError: AWS refused, or could not be reached; a repository that vanished meanwhile is such a case. What has
            been written stays.
        UnwritableOutputError: a file cannot be written.
    """

    def take(repository: str) -> Taken:
        known = known_manifests(directory.file_of(repository))
        source = ImageSource(client, repository, known=known, choice=choice)
        directory.write(job, repository, source.details())
        if source.is_refused:
            directory.refuse_layers(repository)
        return Taken(
            repository=repository,
            image_count=source.count,
            unread=source.unread,
            why_unread=source.why_unread if source.unread else "",
            without_layers=source.without_layers,
            why_without_layers=source.why_without_layers if source.without_layers else "",
            is_refused=source.is_refused,
        )

    return in_order(take, repositories)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestChoice:
    """
    Which manifests to read; ECR counts each as a pull.

    Attributes:
        children: read what manifest lists refer to; ``None`` unless the lifecycle policy counts pulls.
        layers: read the layers of every image, unless the lifecycle policy counts pulls.
        despite_pulls: read layers even if the lifecycle policy counts pulls.
    """

    children: bool | None = None
    layers: bool = False
    despite_pulls: bool = False


class ImageSource:
    """
    The images of one repository, as an iterator.

    Args:
        client: of the Region.
        repository: its name.
        known: what manifests refer to, by digest; these are not read again.
        choice: which of the others to read.

    Attributes:
        count: images so far.
        unread: manifest lists so far whose images are unknown.
        why_unread: a reason for one of them.
        without_layers: images so far whose layers were asked for and are not known.
        why_without_layers: a reason for one of them.
        is_refused: whether layers were not read because the lifecycle policy counts pulls.
    """

    def __init__(
        self, client: ECRClient, repository: str, *, known: Mapping[str, ReadManifest], choice: ManifestChoice
    ) -> None:
        self._client = client
        self._repository = repository
        self._known = known
        self._choice = choice
        self._pool = LayerPool()
        self.count = 0
        self.unread = 0
        self.why_unread = ""
        self.without_layers = 0
        self.why_without_layers = ""
        self.is_refused = False

    def details(self) -> Iterator[dict[str, Any]]:
        """
        Describe every image, archived ones too, page by page, in the order of the service.

        Yields:
            What boto3 gives, and what the manifest refers to, as far as that is known.

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
            self._add_manifests(details)
            yield from details

    def _pages(self) -> Iterator[list[dict[str, Any]]]:
        with aws_errors():
            pages = self._client.get_paginator("describe_images").paginate(
                repositoryName=self._repository, filter={"imageStatus": "ANY"}, PaginationConfig={"PageSize": _PAGE}
            )
            for page in pages:
                yield [dict(detail) for detail in page["imageDetails"]]

    def _add_manifests(self, details: list[dict[str, Any]]) -> None:
        """Add what is known of the manifests of *details*, after reading those that are to be read."""
        lists = [detail["imageDigest"] for detail in details if detail.get("imageManifestMediaType") in LIST_TYPES]
        known = {digest: self._known[digest] for each in details if (digest := each["imageDigest"]) in self._known}
        if self._choice.layers:
            known |= self._read_layers(details, known)
        unknown = [digest for digest in lists if digest not in known or known[digest].children is None]
        if unknown and self._may_read():
            found, self.why_unread = self._read(unknown, media_types=LIST_TYPES)
            known |= found
        for detail in details:
            manifest = known.get(detail["imageDigest"], ReadManifest())
            if manifest.children is not None:
                detail[CHILDREN_KEY] = list(manifest.children)
            if manifest.layers is not None:
                detail[LAYERS_KEY] = [layer._asdict() for layer in manifest.layers]
            elif self._choice.layers and manifest.children is None:
                self.without_layers += 1
        self.unread += sum(digest not in known or known[digest].children is None for digest in lists)

    def _may_read(self) -> bool:
        if self._choice.children is None:
            self._choice = replace(self._choice, children=not self._counts_pulls)
        if not self._choice.children:
            self.why_unread = "ECR counts reading them as a pull; pass --children to read them anyway"
        return bool(self._choice.children)

    @cached_property
    def _counts_pulls(self) -> bool:
        return counts_pulls(self._client, self._repository)

    def _read_layers(self, details: list[dict[str, Any]], known: Mapping[str, ReadManifest]) -> dict[str, ReadManifest]:
        without = [each for each in details if known.get(each["imageDigest"], ReadManifest()) == ReadManifest()]
        # ECR gives no manifest of an image in the archive.
        active = [each["imageDigest"] for each in without if each.get("imageStatus") in _READABLE]
        if len(active) < len(without):
            self.why_without_layers = "ECR does not give manifests of archived images"
        if not active:
            return {}
        if not self._choice.despite_pulls and self._counts_pulls:
            self.is_refused = True
            self.why_without_layers = "ECR counts reading them as a pull, and the lifecycle policy counts pulls"
            return {}
        found, why = self._read(active, media_types=MANIFEST_TYPES)
        self.why_without_layers = why or self.why_without_layers
        if ReadManifest() in found.values():
            self.why_without_layers = "a manifest does not contain the sizes of its layers"
        return found

    def _read(self, digests: list[str], *, media_types: AbstractSet[str]) -> tuple[dict[str, ReadManifest], str]:
        """
        Read manifests.

        The result omits images that were deleted meanwhile or are archived; the text is a reason for one of them.

        Source: ECR API model 2015-09-21, BatchGetImage: 100 at a time; OCI image specification 1.1.
        """
        found: dict[str, ReadManifest] = {}
        why = ""
        for start in range(0, len(digests), _MANIFESTS_PER_CALL):
            with aws_errors():
                answer = self._client.batch_get_image(
                    repositoryName=self._repository,
                    imageIds=[{"imageDigest": digest} for digest in digests[start : start + _MANIFESTS_PER_CALL]],
                    acceptedMediaTypes=sorted(media_types),
                )
            for failure in answer.get("failures", ()):
                why = str(failure.get("failureReason") or failure.get("failureCode") or "no reason given")
            for image in answer["images"]:
                digest = image["imageId"]["imageDigest"]
                try:
                    found[digest] = _manifest(json_object(image["imageManifest"]), self._pool)
                except (AttributeError, KeyError, TypeError, ValueError) as error:
                    where = f"{self._repository}@{digest}"
                    raise AwsError(f"{where}: not a manifest that ecrkit can read: {error}") from None
        return found, why


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


def _manifest(document: Mapping[str, Any], pool: LayerPool) -> ReadManifest:
    """Take what a manifest refers to: a list to images, any other to layers."""
    if "manifests" in document:
        return ReadManifest(children=children_in(document))
    try:
        return ReadManifest(layers=layers_in(document, pool))
    except (AttributeError, KeyError, TypeError, ValueError):
        # Unlike a list, it may be in another form: one odd artifact must not end the inventory of a registry.
        return ReadManifest()
