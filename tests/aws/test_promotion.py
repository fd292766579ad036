"""What a copy takes along, and what stands against it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from ecrkit.aws.promotion import CopyPlanner
from ecrkit.errors import RefusedError
from ecrkit.images.references import ImageReference

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
IMAGE, SBOM, SIGNATURE, OTHER, GONE = (f"sha256:{letter * 64}" for letter in "abcde")
SOURCE, DESTINATION = ImageReference.parse("web:v1"), ImageReference.parse("shop:v1")


def client(region: str) -> ECRClient:
    """Make a client that reaches nobody."""
    return boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name=region).client("ecr")


def repository(name: str) -> dict[str, Any]:
    """Describe an immutable repository."""
    return {
        "repositoryArn": f"arn:aws:ecr:us-east-1:123456789012:repository/{name}",
        "registryId": "123456789012",
        "repositoryName": name,
        "repositoryUri": f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{name}",
        "createdAt": NOW,
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfiguration": {"encryptionType": "AES256"},
    }


def image(digest: str, **others: object) -> dict[str, Any]:
    """Describe an image."""
    return {
        "imageDigest": digest,
        "imagePushedAt": NOW,
        "imageSizeInBytes": 1000,
        "imageManifestMediaType": MANIFEST,
        **others,
    }


def missing(stub: Stubber) -> None:
    """Answer that there is no such image."""
    stub.add_client_error("describe_images", "ImageNotFoundException")


def test_what_describes_an_image_comes_along() -> None:
    """An SBOM of the image, and the signature of the SBOM; not what is archived, nor what describes another image."""
    source, destination = client("us-east-1"), client("us-east-1")
    everything = [
        image(IMAGE, imageTags=["v1"]),
        image(SIGNATURE, subjectManifestDigest=SBOM),
        image(SBOM, subjectManifestDigest=IMAGE),
        image(OTHER, subjectManifestDigest=GONE),
        image(GONE, subjectManifestDigest=IMAGE, imageStatus="ARCHIVED"),
    ]
    with Stubber(source) as here, Stubber(destination) as there:
        here.add_response("describe_repositories", {"repositories": [repository("web")]})
        there.add_response("describe_repositories", {"repositories": [repository("shop")]})
        here.add_response("describe_images", {"imageDetails": [everything[0]]})
        here.add_response("describe_images", {"imageDetails": everything})
        missing(there)
        missing(there)
        there.add_response("describe_images", {"imageDetails": [image(SBOM)]})
        missing(there)
        plan = CopyPlanner(source, destination, with_referrers=True).plan(SOURCE, DESTINATION)

    assert [(one.image.digest, one.tags, one.is_there) for one in plan.artifacts] == [
        (IMAGE, ("v1",), False),
        (SBOM, (), True),
        (SIGNATURE, (), False),
    ]
    assert plan.size_bytes == 2000


def test_archived_image_is_refused() -> None:
    """An archived image cannot be copied. The error says how to restore it."""
    source, destination = client("us-east-1"), client("us-east-1")
    with Stubber(source) as here, Stubber(destination) as there:
        here.add_response("describe_repositories", {"repositories": [repository("web")]})
        there.add_response("describe_repositories", {"repositories": [repository("shop")]})
        here.add_response("describe_images", {"imageDetails": [image(IMAGE, imageStatus="ARCHIVED")]})
        with pytest.raises(RefusedError) as refused:
            CopyPlanner(source, destination, with_referrers=True).plan(SOURCE, DESTINATION)

    assert str(refused.value) == (
        f"web:v1: the image is archived, and cannot be copied; restore it with `ecrkit images restore web {IMAGE}`"
    )
