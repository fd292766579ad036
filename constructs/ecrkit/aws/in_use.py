"""The images of one registry that run at this moment, by digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.aws.client import aws_errors
from ecrkit.aws.concurrency import in_order
from ecrkit.errors import AwsError, InvalidNameError
from ecrkit.images.references import ImageReference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.inspector import InspectedImage
    from ecrkit.aws.workloads import Use

__all__ = ["InUse", "UsedImage", "images_in_use"]

_NOT_THERE = frozenset({"ImageNotFoundException", "RepositoryNotFoundException"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedImage:
    """
    An image in use.

    Attributes:
        reference: with its host; by digest, or by tag if the image is not in its repository any more.
        users: ARNs of tasks, services, versions of functions and clusters, or other names, sorted.
        inspected: what Amazon Inspector knows of it; ``None`` for nothing.
    """

    reference: ImageReference
    users: tuple[str, ...]
    inspected: InspectedImage | None = None

    def __str__(self) -> str:
        """``HOST/NAME@DIGEST``, which ``ecrkit policy preview --in-use`` reads."""
        return str(self.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class InUse:
    """
    What runs.

    Attributes:
        images: of the registry, sorted.
        left_out: users of images that are not of the registry, by image, sorted.
    """

    images: tuple[UsedImage, ...]
    left_out: Mapping[str, tuple[str, ...]]


def images_in_use(
    client: ECRClient,
    uses: Iterable[Use],
    *,
    registry: str,
    region: str,
    inspected: Iterable[InspectedImage] = (),
) -> InUse:
    """
    Find the images of one registry among those that are used.

    Args:
        client: of the Region, to ask what tags mean.
        uses: of any images.
        registry: account of the registry, twelve digits.
        region: that it is in.
        inspected: images of the registry that Amazon Inspector knows.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    users: dict[ImageReference, set[str]] = {}
    left_out: dict[str, set[str]] = {}
    for use in uses:
        reference = _reference(use, registry=registry, region=region)
        if reference:
            users.setdefault(reference, set()).add(use.user)
        else:
            left_out.setdefault(use.image, set()).add(use.user)
    # The hosts of a registry differ, and what a tag means does not.
    tagged = sorted({reference.in_registry: reference for reference in users if not reference.digest}.items())
    found = in_order(lambda item: _digest_of(client, item[1], registry), tagged)
    digests = dict(zip((name for name, _ in tagged), found, strict=True))
    by_digest: dict[ImageReference, set[str]] = {}
    for reference, who in users.items():
        digest = digests.get(reference.in_registry)
        by_digest.setdefault(reference.by_digest(digest) if digest else reference, set()).update(who)
    # The hosts of a registry differ here, too.
    known = {image.reference.in_registry: image for image in inspected}
    same = {reference.in_registry: reference for reference in by_digest}
    for name, image in known.items():
        who = by_digest.setdefault(same.get(name, image.reference), set())
        who.update(cluster.arn for cluster in image.clusters)
    images = [
        UsedImage(
            reference=reference,
            users=tuple(sorted(who)),
            inspected=known.get(reference.in_registry),
        )
        for reference, who in by_digest.items()
    ]
    return InUse(
        images=tuple(sorted(images, key=str)),
        left_out={image: tuple(sorted(left_out[image])) for image in sorted(left_out)},
    )


def _reference(use: Use, *, registry: str, region: str) -> ImageReference | None:
    """Read an image by its digest if that is known; ``None`` for one that is not of the registry."""
    try:
        reference = ImageReference.parse(use.image, default_tag="latest")
    except InvalidNameError:
        return None
    host = reference.host
    if host is None or (host.account, host.region) != (registry, region):
        return None
    digest = reference.digest or use.digest
    return reference.by_digest(digest) if digest else reference


def _digest_of(client: ECRClient, reference: ImageReference, registry: str) -> str | None:
    """Ask which image has a tag; ``None`` if none has it."""
    try:
        with aws_errors():
            answer = client.describe_images(
                registryId=registry,
                repositoryName=reference.repository,
                imageIds=[{"imageTag": reference.tag}],
                filter={"imageStatus": "ANY"},
            )
    except AwsError as error:
        if error.code in _NOT_THERE:
            return None
        raise
    found = answer["imageDetails"]
    return found[0]["imageDigest"] if found else None
