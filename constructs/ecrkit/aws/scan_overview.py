"""The last scans of the newest images of repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.aws.client import aws_errors
from ecrkit.aws.concurrency import in_order
from ecrkit.aws.images import deployed_images
from ecrkit.aws.local import UNSUPPORTED
from ecrkit.aws.manifests import manifest_of
from ecrkit.aws.repositories import NOT_FOUND, counts_pulls
from ecrkit.errors import AwsError, NoVerdictError
from ecrkit.images.cosign import CosignTag
from ecrkit.images.manifests import CONFIGURATIONS, MANIFEST_TYPES
from ecrkit.images.scans.overview import ImageScan, RepositoryScans, merged_scan
from ecrkit.images.scans.reading import read_scan_counts
from ecrkit.lifecycle.checks.patterns import TagPattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.images import DeployedImage
    from ecrkit.images.scans import Scan

__all__ = ["repository_scans"]

_NOT_CHECKED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ImageNotFoundException",
        NOT_FOUND,
        UNSUPPORTED,
        "UnsupportedImageTypeException",
        "ValidationException",
    }
)
"""Refusals that concern only one repository or image."""


def repository_scans(
    client: ECRClient, repositories: Sequence[str], *, tags: str, images: int, children: bool | None
) -> Iterator[RepositoryScans]:
    """
    Read the last scans of the newest tagged images of repositories, several at a time.

    Works for basic and enhanced scanning.

    Args:
        client: of the Region.
        repositories: names.
        tags: pattern that a tag must match; empty for any.
        images: how many images of each repository.
        children: read which images an index refers to, which ECR counts as a pull; ``None`` unless the lifecycle
            policy counts pulls.

    Returns:
        Scans in the order given. A missing permission is a problem of the repository or image.

    Raises:
        AwsError: AWS refused for another reason, or could not be reached.
    """
    pattern = TagPattern.of_pattern(tags) if tags else None

    def read(repository: str) -> RepositoryScans:
        try:
            found = [
                image
                for image in deployed_images(client, repository)
                if _can_be_scanned(image) and _has(image, pattern)
            ]
        except AwsError as error:
            if error.code not in _NOT_CHECKED:
                raise
            return RepositoryScans(repository=repository, images=(), problem=str(error))
        found.sort(key=lambda image: (image.pushed_at, image.digest), reverse=True)
        newest = [_image_scan(client, repository, image, children=children) for image in found[:images]]
        return RepositoryScans(repository=repository, images=tuple(newest))

    return in_order(read, repositories)


def _image_scan(client: ECRClient, repository: str, image: DeployedImage, *, children: bool | None) -> ImageScan:
    state, completed_at, counts, problem = "", None, {}, ""
    try:
        scans = [_scan(client, repository, digest) for digest in _targets(client, repository, image, children=children)]
        state, completed_at, found = merged_scan(scans)
        counts = dict(found)
    except AwsError as error:
        if error.code not in _NOT_CHECKED and not isinstance(error, NoVerdictError):
            raise
        problem = str(error)
    return ImageScan(
        digest=image.digest,
        tags=image.tags,
        pushed_at=image.pushed_at,
        state=state,
        completed_at=completed_at,
        counts=counts,
        problem=problem,
    )


def _targets(client: ECRClient, repository: str, image: DeployedImage, *, children: bool | None) -> list[str]:
    """Give the digests that ECR scans: an index is not scanned, its images are."""
    if not image.is_index:
        return [image.digest]
    if children is None:
        children = not counts_pulls(client, repository)
    if not children:
        raise NoVerdictError(
            f"{repository}: {image.tags[0]} is a manifest list, and ECR counts reading it as a pull; pass --children "
            "to read it anyway"
        )
    found = manifest_of(client, repository, image.digest).children
    targets = list(dict.fromkeys(child.digest for child in found if not child.is_attestation))
    if not targets:
        raise NoVerdictError(f"{repository}: {image.tags[0]} is a manifest list without images")
    return targets


def _scan(client: ECRClient, repository: str, digest: str) -> Scan | None:
    try:
        with aws_errors():
            # The status and the counts are on every page, however short.
            answer = client.describe_image_scan_findings(
                repositoryName=repository, imageId={"imageDigest": digest}, maxResults=1
            )
    except AwsError as error:
        if error.code == "ScanNotFoundException":
            return None
        raise
    try:
        return read_scan_counts(answer)
    except NoVerdictError as error:
        raise NoVerdictError(f"{repository}@{digest}: {error}") from None


def _can_be_scanned(image: DeployedImage) -> bool:
    """Whether the image has a tag, and is neither an artifact nor a description of another image."""
    # The local AWS gives the type of the manifest. An image that is left out would look like one without findings.
    is_image = image.is_index or image.artifact_media_type in {"", *CONFIGURATIONS, *MANIFEST_TYPES}
    is_about_another = image.is_signature or image.subject_digest or any(map(CosignTag.find, image.tags))
    return bool(image.tags) and image.status == "ACTIVE" and is_image and not is_about_another


def _has(image: DeployedImage, pattern: TagPattern | None) -> bool:
    return pattern is None or any(map(pattern.matches, image.tags))
