"""Layers, each in memory once."""

from __future__ import annotations

from typing import Any

import pytest
from builders.inventories import digest

from ecrkit.images.layers import Layer, LayerPool


def test_a_layer_is_in_memory_once() -> None:
    """Images that refer to the same layer share it, and an image that refers to it twice has it once."""
    pool = LayerPool()
    descriptor = {"digest": digest("a"), "size": 5, "mediaType": "application/vnd.oci.image.layer.v1.tar"}

    [first], [second] = pool.layers([descriptor]), pool.layers([descriptor, dict(descriptor)])

    assert first == Layer(digest("a"), 5)
    assert first is second


@pytest.mark.parametrize(
    ("name", "size"),
    [
        pytest.param("latest", 5, id="no digest"),
        pytest.param(f"{digest('a')}\n", 5, id="line"),
        pytest.param(None, 5, id="null"),
        pytest.param(["a"], 5, id="list"),
        pytest.param(digest("a"), -1, id="negative"),
        pytest.param(digest("a"), "5", id="text"),
        pytest.param(digest("a"), True, id="true"),
    ],
)
def test_what_is_no_layer_is_refused(name: Any, size: Any) -> None:  # noqa: ANN401 - any JSON
    """A layer has a digest, and a size that is a whole number."""
    pool = LayerPool()

    with pytest.raises(ValueError, match="not the digest and the size of a layer"):
        pool.layer(name, size)
    assert pool.of_object({"digest": name, "size": size}) == {"digest": name, "size": size}


def test_sizes_of_a_layer_agree() -> None:
    """A digest is that of a content, which has one size."""
    pool = LayerPool()
    pool.layer(digest("a"), 1)

    with pytest.raises(ValueError, match=f"{digest('a')} has 1 bytes elsewhere"):
        pool.layer(digest("a"), 2)
    with pytest.raises(ValueError, match="has 1 bytes elsewhere"):
        pool.layer(digest("a"), True)  # noqa: FBT003 - JSON
