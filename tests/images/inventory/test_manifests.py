from __future__ import annotations

import json

import pytest
from builders.inventories import digest, image

from ecrkit.errors import InvalidImagesError
from ecrkit.images import ImageTable, Inventory
from ecrkit.images.inventory.manifests import add_children, read_manifests


def response(**manifests: object) -> str:
    images = [
        {"imageId": {"imageDigest": digest(name)}, "imageManifest": json.dumps(manifest)}
        for name, manifest in manifests.items()
    ]
    return json.dumps({"images": images, "failures": []}, indent=4)


def test_lists_refer_to_their_children() -> None:
    """A manifest list has the digests that it refers to, another manifest has none; several answers are read."""
    index = {"manifests": [{"digest": digest("b")}, {"digest": digest("c")}]}

    children = read_manifests(f"{response(a=index)}\n{response(d={'layers': []})}\n", file="m.json")

    assert children == {digest("a"): (digest("b"), digest("c")), digest("d"): ()}


def test_children_are_added() -> None:
    """Images that are lists get their children."""
    inventory = Inventory(file="i.json", images=ImageTable.of([image("a"), image("b")]))

    added = add_children(inventory, {digest("a"): (digest("b"),)})

    assert [found.children for found in added.images] == [(digest("b"),), ()]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        pytest.param("\n{", 2, "the text is not JSON", id="not JSON"),
        pytest.param("{}", 1, "the key 'images' is missing", id="another document"),
        pytest.param("[]", 1, "a value has another type", id="a list"),
        pytest.param('{"images": [{"imageManifest": "{"}]}', 1, "a value has another type", id="no manifest"),
        pytest.param(
            json.dumps({"images": [{"imageManifest": "[" * 100_000}]}),
            1,
            "a value has another type",
            id="deep manifest",
        ),
        pytest.param(
            '{"images": [], "failures": [{"failureCode": "ImageNotFound"}]}',
            1,
            'the service answered {"failureCode": "ImageNotFound"}',
            id="failure",
        ),
    ],
)
def test_refused(text: str, line: int, problem: str) -> None:
    """What is no answer of the service is refused, and so is one that is not complete."""
    with pytest.raises(InvalidImagesError) as caught:
        read_manifests(text, file="m.json")

    remedy = "save the output of 'aws ecr batch-get-image', or one such object a line [IMG120]"
    assert str(caught.value) == f"m.json:{line}:1: not a list of manifests: {problem}; {remedy}"
