"""The images of one registry that run at this moment, by digest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.aws.client import aws_errors
from ecrkit.aws.concurrency import in_order
from ecrkit.errors import AwsError, InvalidNameError
from ecrkit.images.references import ImageReference

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.workloads import Use

__all__ = ["InUse", "UsedImage", "images_in_use"]

_HOST = re.compile(r"(?P<account>[0-9]{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.[a-z0-9.-]+")
_NOT_THERE = frozenset({"ImageNotFoundException", "RepositoryNotFoundException"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedImage:
    """
    An image in use.

    Attributes:
        host: of the registry.
        reference: by digest; by tag where the image is not in its repository any more.
        users: ARNs of tasks, services and versions of functions, sorted.
    """

    host: str
    reference: ImageReference
    users: tuple[str, ...]

    def __str__(self) -> str:
        """``HOST/NAME@DIGEST``, which ``ecrkit policy preview --in-use`` reads."""
        return f"{self.host}/{self.reference}"


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


def images_in_use(client: ECRClient, uses: Iterable[Use], *, registry: str, region: str) -> InUse:
    """
    Find the images of one registry among those that are used.

    Args:
        client: of the Region, to ask what tags mean.
        uses: of any images.
        registry: account of the registry, twelve digits.
        region: that it is in.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    users: dict[tuple[str, ImageReference], set[str]] = {}
    left_out: dict[str, set[str]] = {}
    for use in uses:
        place = _place(use, registry=registry, region=region)
        if place:
            users.setdefault(place, set()).add(use.user)
        else:
            left_out.setdefault(use.image, set()).add(use.user)
    tagged = sorted({reference for _, reference in users if not reference.digest}, key=str)
    digests = dict(zip(tagged, in_order(lambda found: _resolved(client, found, registry), tagged), strict=True))
    by_digest: dict[tuple[str, ImageReference], set[str]] = {}
    for (host, reference), who in users.items():
        by_digest.setdefault((host, digests.get(reference, reference)), set()).update(who)
    images = [
        UsedImage(host=host, reference=reference, users=tuple(sorted(who)))
        for (host, reference), who in by_digest.items()
    ]
    return InUse(
        images=tuple(sorted(images, key=str)),
        left_out={image: tuple(sorted(left_out[image])) for image in sorted(left_out)},
    )


def _place(use: Use, *, registry: str, region: str) -> tuple[str, ImageReference] | None:
    """Tell the host and the reference of an image; ``None`` for one that is not of the registry."""
    host, _, rest = use.image.partition("/")
    match = _HOST.fullmatch(host)
    if not match or (match["account"], match["region"]) != (registry, region):
        return None
    try:
        reference = ImageReference.parse(rest, default_tag="latest")
    except InvalidNameError:
        return None
    if use.digest and not reference.digest:
        reference = ImageReference(repository=reference.repository, digest=use.digest)
    return host, reference


def _resolved(client: ECRClient, reference: ImageReference, registry: str) -> ImageReference:
    """Ask which image has a tag; where none has, the tag is all that there is to say."""
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
            return reference
        raise
    found = answer["imageDetails"]
    return ImageReference(repository=reference.repository, digest=found[0]["imageDigest"]) if found else reference
