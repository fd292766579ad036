"""Images as the service describes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from sys import intern
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ecrkit.aws.client import aws_errors
from ecrkit.aws.local import UNSUPPORTED
from ecrkit.errors import AwsError
from ecrkit.images.cosign import CosignTag
from ecrkit.images.manifests import LIST_TYPES
from ecrkit.images.references import ImageReference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageDetailTypeDef, ImageIdentifierTypeDef

__all__ = [
    "Contents",
    "DeployedImage",
    "contents_of",
    "deployed_images",
    "find_image",
    "image_at",
    "last_scan",
    "move_image",
    "with_scan",
]

_PAGE = 1000
_SIGNATURES = frozenset(
    {
        # Notation, which AWS Signer uses; then Cosign as a referrer, in its two formats.
        "application/vnd.cncf.notary.signature",
        "application/vnd.dev.cosign.artifact.sig.v1+json",
        "application/vnd.dev.sigstore.bundle.v0.3+json",
    }
)
_NOT_SCANNED = frozenset({"ScanNotFoundException", UNSUPPORTED})
"""An image that was never scanned, and a local AWS that scans none."""

_NOT_MOVED = "ImageStorageClassUpdateNotSupportedException"
"""What ECR answers for an image that cannot change its storage class now."""

_NO_COUNTS: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedImage:
    """
    An image, an index of images, or an artifact, in a repository.

    Attributes:
        digest: ``sha256:`` and 64 hex digits.
        tags: sorted; empty for an untagged one.
        size_bytes: compressed, in the registry.
        pushed_at: timezone-aware.
        last_pulled_at: timezone-aware; ``None`` if never, or not recorded.
        media_type: of its manifest.
        artifact_media_type: of its contents; empty where the service says nothing.
        subject_digest: the image that it belongs to, as a signature does; ``None`` for none.
        status: ``ACTIVE``, ``ARCHIVED`` or ``ACTIVATING``.
        scan_status: in ECR's words; ``None`` where it was never scanned, or DescribeImages does not say.
        severity_counts: findings of the last scan, by severity, where DescribeImages says them.
        scanned_at: when the last scan ended, where DescribeImages says it.
        archived_at: when it was last archived; ``None`` if never.
        activated_at: when it was last restored from the archive; ``None`` if never.
    """

    digest: str
    tags: tuple[str, ...]
    size_bytes: int
    pushed_at: datetime
    last_pulled_at: datetime | None
    media_type: str
    artifact_media_type: str
    subject_digest: str | None
    status: str
    scan_status: str | None
    severity_counts: Mapping[str, int]
    scanned_at: datetime | None = None
    archived_at: datetime | None = None
    activated_at: datetime | None = None

    @property
    def is_index(self) -> bool:
        """Whether it is a list of images, one per platform."""
        return self.media_type in LIST_TYPES

    @property
    def is_signature(self) -> bool:
        """Whether it is the signature of another image."""
        return self.artifact_media_type in _SIGNATURES or any(tag.is_signature for tag in self._cosign_tags)

    @property
    def signs(self) -> frozenset[str]:
        """
        Digests of the images that it is the signature of.

        Whether a signature is good, and whose it is, only its key can tell.

        Source: OCI image specification 1.1, ``subject``; Cosign, signature specification, tag ``sha256-<hex>.sig``.
        """
        subject = self.subject_digest if self.artifact_media_type in _SIGNATURES else None
        signed = (tag.digest for tag in self._cosign_tags if tag.is_signature)
        return frozenset(filter(None, (subject, *signed)))

    @property
    def _cosign_tags(self) -> list[CosignTag]:
        return list(filter(None, map(CosignTag.find, self.tags)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """
    The images of a repository, archived ones too, counted.

    Attributes:
        image_count: 0 for an empty repository.
        size_bytes: of all of them; layers that they share count for each.
        last_pushed_at: timezone-aware; ``None`` for an empty repository.
    """

    image_count: int
    size_bytes: int
    last_pushed_at: datetime | None


def deployed_images(client: ECRClient, repository: str) -> Iterator[DeployedImage]:
    """
    Describe every image of a repository, archived ones too, page by page, in the order of the service.

    Raises:
        AwsError: there is no such repository, AWS refused, or could not be reached.
    """
    with aws_errors():
        pages = client.get_paginator("describe_images").paginate(
            repositoryName=repository, filter={"imageStatus": "ANY"}, PaginationConfig={"PageSize": _PAGE}
        )
        for page in pages:
            for detail in page["imageDetails"]:
                yield _image(detail)


def contents_of(client: ECRClient, repository: str) -> Contents:
    """
    Count the images of a repository, holding one page at a time.

    Raises:
        AwsError: there is no such repository, AWS refused, or could not be reached.
    """
    count = size = 0
    last: datetime | None = None
    for image in deployed_images(client, repository):
        count += 1
        size += image.size_bytes
        last = image.pushed_at if last is None else max(last, image.pushed_at)
    return Contents(image_count=count, size_bytes=size, last_pushed_at=last)


def find_image(client: ECRClient, reference: ImageReference) -> DeployedImage | None:
    """
    Describe one image; ``None`` when there is none, which a repository that does not exist is not.

    Raises:
        AwsError: there is no such repository, AWS refused, or could not be reached.
    """
    wanted: ImageIdentifierTypeDef = (
        {"imageDigest": reference.digest} if reference.digest else {"imageTag": reference.tag}
    )
    try:
        with aws_errors():
            answer = client.describe_images(
                repositoryName=reference.repository, imageIds=[wanted], filter={"imageStatus": "ANY"}
            )
    except AwsError as error:
        if error.code == "ImageNotFoundException":
            return None
        raise
    return next(map(_image, answer["imageDetails"]), None)


def image_at(client: ECRClient, reference: ImageReference) -> DeployedImage:
    """
    Describe one image, which has to be there.

    Raises:
        AwsError: there is no such image, AWS refused, or could not be reached.
    """
    image = find_image(client, reference)
    if image is None:
        raise AwsError(
            f"{reference}: no such image; run `ecrkit images list {reference.repository}` to list the images",
            code="ImageNotFoundException",
        )
    return image


def with_scan(client: ECRClient, repository: str, image: DeployedImage) -> DeployedImage:
    """
    Complete an image by its last scan.

    DescribeImages does not tell it under enhanced scanning, nor any more under basic scanning.

    Raises:
        AwsError: AWS refused, or could not be reached.

    Source: ECR user guide, "Scan images for software vulnerabilities", note on the new basic scanning (read 2026-11).
    """
    try:
        with aws_errors():
            # The status and the counts stand on every page, however short.
            answer = client.describe_image_scan_findings(
                repositoryName=repository, imageId={"imageDigest": image.digest}, maxResults=1
            )
    except AwsError as error:
        if error.code in _NOT_SCANNED:
            return image
        raise
    counts = answer.get("imageScanFindings", {}).get("findingSeverityCounts", {})
    return replace(
        image,
        scan_status=answer["imageScanStatus"]["status"],
        severity_counts={str(severity): number for severity, number in counts.items()},
    )


def last_scan(client: ECRClient, repository: str, digest: str) -> tuple[str, datetime | None]:
    """
    Read the status of the last scan of an image, and when it ended.

    Returns:
        The status in ECR's words; empty if the image was never scanned.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    try:
        with aws_errors():
            answer = client.describe_image_scan_findings(
                repositoryName=repository, imageId={"imageDigest": digest}, maxResults=1
            )
    except AwsError as error:
        if error.code == "ScanNotFoundException":
            return "", None
        raise
    return answer["imageScanStatus"]["status"], answer.get("imageScanFindings", {}).get("imageScanCompletedAt")


def move_image(client: ECRClient, repository: str, digest: str, *, target: str) -> str:
    """
    Move an image to another storage class.

    Args:
        client: of the Region.
        repository: its name.
        digest: of the image.
        target: ``ARCHIVE`` or ``STANDARD``.

    Returns:
        Its status afterwards: ``ARCHIVED``, ``ACTIVATING`` or ``ACTIVE``. What is on its way there already, as an image
        that came along with its list, is no error.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    done = {"ARCHIVED"} if target == "ARCHIVE" else {"ACTIVATING", "ACTIVE"}
    try:
        with aws_errors():
            answer: Mapping[str, Any] = client.update_image_storage_class(
                repositoryName=repository,
                imageId={"imageDigest": digest},
                targetStorageClass=target,  # type: ignore[arg-type] # one of two texts
            )
            return str(answer["imageStatus"])
    except AwsError as error:
        if error.code != _NOT_MOVED:
            raise
        image = find_image(client, ImageReference(repository=repository, digest=digest))
        if image is None or image.status not in done:
            raise
        return image.status


def _image(detail: ImageDetailTypeDef) -> DeployedImage:
    """Keep little: a repository may have 100,000 images, and what they have in common is kept once."""
    summary = detail.get("imageScanFindingsSummary", {})
    counts = summary.get("findingSeverityCounts", {})
    scan_status = detail.get("imageScanStatus", {}).get("status")
    return DeployedImage(
        digest=detail["imageDigest"],
        tags=tuple(sorted(detail.get("imageTags", ()))),
        size_bytes=detail.get("imageSizeInBytes", 0),
        pushed_at=detail["imagePushedAt"],
        last_pulled_at=detail.get("lastRecordedPullTime"),
        media_type=intern(detail.get("imageManifestMediaType", "")),
        artifact_media_type=intern(detail.get("artifactMediaType", "")),
        subject_digest=detail.get("subjectManifestDigest"),
        status=intern(detail.get("imageStatus", "ACTIVE")),
        scan_status=intern(scan_status) if scan_status else None,
        severity_counts={str(severity): number for severity, number in counts.items()} if counts else _NO_COUNTS,
        scanned_at=summary.get("imageScanCompletedAt"),
        archived_at=detail.get("lastArchivedAt"),
        activated_at=detail.get("lastActivatedAt"),
    )
