"""Layers: the blobs that images refer to. Many images refer to the same layer, and a repository stores it once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Layer", "LayerPool"]

_DIGEST = re.compile(r"[A-Za-z0-9_+.-]++:[A-Fa-f0-9]++")
_KEYS = {"digest", "size"}


class Layer(NamedTuple):
    """
    A blob of an image: a layer or the configuration, which also takes storage.

    Attributes:
        digest: of its content.
        size: compressed bytes, as the manifest has it.

    Source: OCI image specification 1.1, content descriptors.
    """

    digest: str
    size: int


class LayerPool:
    """
    The layers of many images, each in memory once.

    100,000 images with 20 layers each refer to layers two million times, but have far fewer.
    """

    def __init__(self) -> None:
        self._layers: dict[str, Layer] = {}

    def layer(self, digest: Any, size: Any) -> Layer:  # noqa: ANN401 - any JSON
        """
        Give the layer of a digest.

        Args:
            digest: of its content, out of JSON.
            size: bytes, out of JSON.

        Raises:
            ValueError: they are no digest and size, or the same digest had another size before.
        """
        known = self._layers.get(digest) if isinstance(digest, str) else None
        if known is None:
            if not (isinstance(digest, str) and _DIGEST.fullmatch(digest) and type(size) is int and size >= 0):
                raise ValueError("not the digest and the size of a layer")
            known = self._layers[digest] = Layer(digest, size)
        elif known.size != size or type(size) is not int:
            raise ValueError(f"{digest} has {known.size} bytes elsewhere")
        return known

    def layers(self, descriptors: Iterable[Any]) -> tuple[Layer, ...]:
        """
        Give the layers of an image, each once.

        Args:
            descriptors: objects with ``digest`` and ``size``, out of JSON.

        Raises:
            KeyError: a descriptor lacks one of them.
            TypeError: a descriptor is no object.
            ValueError: as for :meth:`layer`.
        """
        return tuple(dict.fromkeys(self.layer(each["digest"], each["size"]) for each in descriptors))

    def of_object(self, value: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
        """
        Give a layer for an object with ``digest`` and ``size``, and any other object as it is.

        A parser of JSON calls this with each object: the objects of two million layers would take a gigabyte.
        """
        if not value.keys() >= _KEYS:
            return value
        try:
            return self.layer(value["digest"], value["size"])
        except ValueError:
            return value
