"""What a copy takes along, and what stands against it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from ecrkit.aws.promotion import CopyPlanner, conflicts
from ecrkit.cli.images.copies import Copies, copy_document
from ecrkit.errors import RefusedError, ToolError
from ecrkit.images.references import ImageReference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.promotion import CopyPlan

NOW = datetime(2026, 11, 1, tzinfo=UTC)
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
IMAGE, SBOM, SIGNATURE, OTHER, GONE = (f"sha256:{letter * 64}" for letter in "abcde")
REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
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


def test_size_of_a_list_is_that_of_its_images() -> None:
    """ECR gives the largest image as the size of a list, but all of them are copied."""
    source, destination = client("us-east-1"), client("us-east-1")
    index = image(IMAGE, imageManifestMediaType="application/vnd.oci.image.index.v1+json", imageSizeInBytes=1500)
    children = [image(SBOM), image(OTHER, imageSizeInBytes=1500)]
    manifest = json.dumps({"manifests": [{"digest": child["imageDigest"]} for child in children]})
    with Stubber(source) as here, Stubber(destination) as there:
        here.add_response("describe_repositories", {"repositories": [repository("web")]})
        there.add_response("describe_repositories", {"repositories": [repository("shop")]})
        here.add_response("describe_images", {"imageDetails": [index]})
        here.add_response("batch_get_image", {"images": [{"imageManifest": manifest}]})
        here.add_response("describe_images", {"imageDetails": [index, *children, image(GONE)]})
        missing(there)
        missing(there)
        plan = CopyPlanner(source, destination, with_referrers=False).plan(SOURCE, DESTINATION)

    assert plan.size_bytes == 2500


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


@pytest.fixture
def planned() -> Iterator[Callable[[str, str, str], CopyPlan]]:
    """Plan copies of an image that the destination does not have: source, digest and destination."""
    source, destination = client("us-east-1"), client("us-east-1")
    planner = CopyPlanner(source, destination, with_referrers=False)
    with Stubber(source) as here, Stubber(destination) as there:
        here.add_response("describe_repositories", {"repositories": [repository("web")]})
        there.add_response("describe_repositories", {"repositories": [repository("shop")]})

        def plan(name: str, digest: str, to: str) -> CopyPlan:
            reference = ImageReference.parse(to)
            here.add_response("describe_images", {"imageDetails": [image(digest)]})
            for _ in ("tag", "digest") if reference.tag else ("digest",):
                missing(there)
            return planner.plan(ImageReference.parse(name), reference)

        yield plan


def test_one_tag_for_several_images_is_refused(planned: Callable[[str, str, str], CopyPlan]) -> None:
    """Two images of one run cannot have the same tag; the same image twice can, and other tags can."""
    first = planned("web:v1", IMAGE, "shop:stable")
    second = planned("web:v2", SBOM, "shop:stable")
    same = planned("web:same", IMAGE, "shop:stable")
    other = planned("web:v2", SBOM, "shop:v2")

    (refused,) = conflicts([first, second, same, other])

    assert str(refused) == (
        f"{REGISTRY}/shop:stable: would be the tag of several images: {IMAGE} of web:v1, {SBOM} of web:v2; copy one, "
        "or to another tag"
    )
    assert conflicts([first, same, other]) == []


def test_copies_without_a_tag_are_told_apart(planned: Callable[[str, str, str], CopyPlan]) -> None:
    """Images that are copied by digest go to the same repository; one that failed is not the other."""
    plans = [planned(f"web@{digest}", digest, "shop") for digest in (IMAGE, SBOM, OTHER)]
    copies = Copies(plans=plans, copied={plans[0].target}, failures={plans[1].target: ToolError("skopeo: no")})

    found = copy_document(copies, dry_run=False)["images"]

    assert isinstance(found, list)
    assert [(one["status"], one["destination"], one.get("error")) for one in found] == [
        ("copied", f"{REGISTRY}/shop@{IMAGE}", None),
        ("failed", f"{REGISTRY}/shop@{SBOM}", "skopeo: no"),
        ("planned", f"{REGISTRY}/shop@{OTHER}", None),
    ]
    with pytest.raises(ToolError) as caught:
        copies.raise_failures(number=3)
    assert str(caught.value) == (
        f"{REGISTRY}/shop@{SBOM}: not copied: skopeo: no\n1 of 3 images copied; run the command again"
    )
