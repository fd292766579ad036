"""What manifests refer to."""

from __future__ import annotations

from typing import Any

import pytest
from builders.inventories import digest

from ecrkit.images.layers import Layer, LayerPool
from ecrkit.images.manifests import layers_in


def descriptor(name: str, size: int, **others: object) -> dict[str, Any]:
    return {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest(name), "size": size, **others}


def test_configuration_counts_as_a_layer() -> None:
    """An image has its configuration and its layers, each once; ECR stores no layer that has another address."""
    manifest = {
        "config": descriptor("c0", 7),
        "layers": [
            descriptor("a", 1),
            descriptor("b", 2),
            descriptor("a", 1),
            descriptor("f", 900, urls=["https://example.com/windows"]),
        ],
    }

    layers = layers_in(manifest, LayerPool())

    assert layers == (Layer(digest("c0"), 7), Layer(digest("a"), 1), Layer(digest("b"), 2))


@pytest.mark.parametrize(
    "manifest",
    [
        pytest.param({"manifests": [descriptor("a", 1)]}, id="list"),
        pytest.param({"schemaVersion": 1, "fsLayers": [{"blobSum": digest("a")}]}, id="schema 1"),
        pytest.param({"layers": []}, id="without configuration"),
    ],
)
def test_manifest_without_layers(manifest: dict[str, Any]) -> None:
    """A manifest list, and a manifest that does not say how large its layers are, have no known layers."""
    assert layers_in(manifest, LayerPool()) is None


@pytest.mark.parametrize(
    ("layers", "error"),
    [
        pytest.param({}, TypeError, id="object"),
        pytest.param([{"digest": digest("a")}], KeyError, id="size"),
        pytest.param([descriptor("a", -1)], ValueError, id="negative"),
    ],
)
def test_malformed_manifest(layers: Any, error: type[Exception]) -> None:  # noqa: ANN401 - any JSON
    """What has the name of layers and another form is an error."""
    with pytest.raises(error):
        layers_in({"config": descriptor("c0", 7), "layers": layers}, LayerPool())
