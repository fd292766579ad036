"""Layers in a list of images, as an inventory of ecrkit has them."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

import pytest
from builders.inventories import digest

from ecrkit.errors import InvalidImagesError
from ecrkit.images.inventory.reading import parse_images
from ecrkit.images.layers import Layer

if TYPE_CHECKING:
    from collections.abc import Iterator

A = {"imageDigest": digest("a"), "imagePushedAt": "2026-10-01T12:00:00Z"}
B = {"imageDigest": digest("b"), "imagePushedAt": "2026-10-02T12:00:00Z"}
LAYER = {"digest": digest("c0"), "size": 3}
SAME = "must be the digest and the size of a layer, the same wherever it occurs"


@pytest.fixture(scope="module", params=["msgspec", "json"], autouse=True)
def parser(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read with each of the parsers: msgspec is an extra."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "json":
            patch.setitem(sys.modules, "ecrkit.images.inventory.fast_parsing", None)
        yield


@pytest.mark.parametrize("form", ["document", "lines", "pages"])
def test_layers_are_shared(form: str) -> None:
    """Images with the same layer share it in memory, in every form; an image without layers has none that are known."""
    details = [{**A, "layers": [LAYER]}, {**B, "layers": [LAYER, {**LAYER, "mediaType": "x"}]}]
    details.append({**A, "imageDigest": digest("f")})
    text = {
        "document": json.dumps({"imageDetails": details}),
        "lines": "\n".join(map(json.dumps, details)),
        "pages": json.dumps({"imageDetails": details[:1]}) + json.dumps({"imageDetails": details[1:]}),
    }[form]

    images = parse_images(text.encode(), file="i.json").images

    assert [one and set(one) for one in images.layers] == [{Layer(digest("c0"), 3)}, {Layer(digest("c0"), 3)}, None]
    assert len({id(layer) for layers in images.layers for layer in layers or ()}) == 1
    assert images.has_layers


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        pytest.param("x", "[1].layers: must be a list of layers, got 'x' [IMG104]", id="text"),
        pytest.param(
            [{"digest": "sha256:a"}],
            "[1].layers[0]: must be a layer with 'digest' and 'size', got {\"digest\": \"sha256:a\"} [IMG104]",
            id="without size",
        ),
        pytest.param([5], "[1].layers[0]: must be a layer with 'digest' and 'size', got 5 [IMG104]", id="number"),
        pytest.param(
            [{"digest": "v1", "size": 1}],
            f'[1].layers[0]: {SAME}, got {{"digest": "v1", "size": 1}}: not the digest and the size of a layer '
            "[IMG104]",
            id="no digest",
        ),
        pytest.param(
            [{"digest": "sha256:a", "size": 1}, {"digest": "sha256:a", "size": 2}],
            f'[1].layers[1]: {SAME}, got {{"digest": "sha256:a", "size": 2}}: sha256:a has 1 bytes elsewhere [IMG104]',
            id="two sizes",
        ),
    ],
)
def test_refused_layers(layers: object, message: str) -> None:
    """Layers that no manifest has are refused with their place."""
    with pytest.raises(InvalidImagesError) as caught:
        parse_images(json.dumps([A, {**B, "layers": layers}]).encode(), file="i.json")

    assert [re.sub(r"^i\.json:1:[0-9]+: ", "", line) for line in str(caught.value).splitlines()] == [message]
