"""Layers in an inventory: which manifests are read, and the message about manifests that are not read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from builders.inventories import LIST_TYPE, digest
from builders.policies import ARCHIVE, policy_text, pulled, pushed, rule

from ecrkit.aws.inventory import ImageSource, ManifestChoice
from ecrkit.images.inventory.writing import ReadManifest
from ecrkit.images.layers import Layer

if TYPE_CHECKING:
    from botocore.stub import Stubber
    from mypy_boto3_ecr import ECRClient

NOW = datetime(2026, 11, 1, tzinfo=UTC)
COUNTS_PULLS = policy_text(rule(1, **pulled(90), action=ARCHIVE))


def detail(name: str, **others: object) -> dict[str, Any]:
    return {"repositoryName": "web", "imageDigest": digest(name), "imagePushedAt": NOW, **others}


def descriptor(name: str, size: int) -> dict[str, Any]:
    return {"digest": digest(name), "size": size}


def manifest(**layers: int) -> dict[str, Any]:
    return {
        "config": descriptor("c0", 7),
        "layers": [descriptor(name, size) for name, size in layers.items()],
    }


LIST = {"manifests": [descriptor("a", 500)]}


def source(client: ECRClient, known: dict[str, ReadManifest] | None = None, **choice: bool | None) -> ImageSource:
    return ImageSource(client, "web", known=known or {}, choice=ManifestChoice(**{"layers": True, **choice}))  # type: ignore[arg-type] # by name


def answer_images(stub: Stubber, *details: dict[str, Any]) -> None:
    stub.add_response("describe_images", {"imageDetails": list(details)})


def answer_policy(stub: Stubber, text: str) -> None:
    stub.add_response("get_lifecycle_policy", {"lifecyclePolicyText": text})


def answer_manifests(stub: Stubber, asked: list[str], **manifests: object) -> None:
    media_types = [
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
    ]
    images = [
        {"imageId": {"imageDigest": digest(name)}, "imageManifest": json.dumps(found)}
        for name, found in manifests.items()
    ]
    failures = [
        {"imageId": {"imageDigest": digest(name)}, "failureCode": "ImageInaccessible", "failureReason": "it is gone"}
        for name in asked
        if name not in manifests
    ]
    expected = {
        "repositoryName": "web",
        "imageIds": [{"imageDigest": digest(name)} for name in asked],
        "acceptedMediaTypes": media_types,
    }
    stub.add_response("batch_get_image", {"images": images, "failures": failures}, expected)


def told(found: ImageSource) -> list[tuple[object, object]]:
    return [(one.get("layers"), one.get("childManifestDigests")) for one in found.details()]


def test_layers_of_every_image(client: ECRClient, stub: Stubber) -> None:
    """One call reads the layers of images and the images of lists; the configuration is a layer."""
    answer_images(stub, detail("a"), detail("b", imageManifestMediaType=LIST_TYPE))
    answer_policy(stub, policy_text(rule(1, **pushed(90))))
    answer_manifests(stub, ["a", "b"], a=manifest(e=1, f=2), b=LIST)
    images = source(client)

    assert told(images) == [
        ([descriptor("c0", 7), descriptor("e", 1), descriptor("f", 2)], None),
        (None, [digest("a")]),
    ]
    assert (images.unread, images.without_layers, images.is_refused) == (0, 0, False)


def test_known_layers_are_not_read(client: ECRClient, stub: Stubber) -> None:
    """A manifest that an earlier inventory read is not read again; without --layers its layers are kept, too."""
    known = {
        digest("a"): ReadManifest(layers=(Layer(digest("e"), 1),)),
        digest("b"): ReadManifest(children=(digest("a"),)),
    }
    answer_images(stub, detail("a"), detail("b", imageManifestMediaType=LIST_TYPE))
    answer_images(stub, detail("a"), detail("d"))

    first, second = source(client, known), source(client, known, layers=False)

    assert told(first) == [([descriptor("e", 1)], None), (None, [digest("a")])]
    assert told(second) == [([descriptor("e", 1)], None), (None, None)]
    assert (first.without_layers, second.without_layers) == (0, 0)


@pytest.mark.parametrize("children", [None, True])
def test_layers_are_refused_where_pulls_count(client: ECRClient, stub: Stubber, *, children: bool | None) -> None:
    """If the lifecycle policy counts pulls, no layer is read, even if manifest lists are."""
    answer_images(stub, detail("a"), detail("b"))
    answer_policy(stub, COUNTS_PULLS)
    images = source(client, children=children)

    assert told(images) == [(None, None)] * 2
    assert (images.without_layers, images.is_refused) == (2, True)
    assert images.why_without_layers == "ECR counts reading them as a pull, and the lifecycle policy counts pulls"


def test_layers_despite_pulls(client: ECRClient, stub: Stubber) -> None:
    """With the option, the layers are read, whatever the policy says."""
    answer_images(stub, detail("a"))
    answer_manifests(stub, ["a"], a=manifest())
    images = source(client, despite_pulls=True)

    assert told(images) == [([descriptor("c0", 7)], None)]


@pytest.mark.parametrize(
    ("one", "manifests", "why"),
    [
        pytest.param(
            detail("a", imageStatus="ARCHIVED"), None, "ECR does not give manifests of archived images", id="archived"
        ),
        pytest.param(detail("a"), {}, "it is gone", id="gone"),
        pytest.param(
            detail("a"),
            {"a": {"schemaVersion": 1, "fsLayers": []}},
            "a manifest does not contain the sizes of its layers",
            id="schema 1",
        ),
        pytest.param(
            detail("a"),
            {"a": {"config": descriptor("c0", -1), "layers": ["a"]}},
            "a manifest does not contain the sizes of its layers",
            id="malformed",
        ),
    ],
)
def test_layers_that_cannot_be_known(
    client: ECRClient, stub: Stubber, one: dict[str, Any], manifests: dict[str, object] | None, why: str
) -> None:
    """An image whose layers ECR does not tell is counted, with the reason."""
    answer_images(stub, one)
    if manifests is not None:
        answer_manifests(stub, ["a"], **manifests)
    images = source(client, despite_pulls=True)

    assert told(images) == [(None, None)]
    assert (images.without_layers, images.why_without_layers, images.is_refused) == (1, why, False)
