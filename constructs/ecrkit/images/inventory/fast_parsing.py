"""
The rows of a list of images by msgspec, an extra that takes half the time of Python's own parser.

It knows no more about images than which keys matter. Whatever it refuses is parsed again by
:mod:`ecrkit.images.inventory.reading`, whose answer counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from ecrkit.images.inventory.fields import HEADING_KEY, LIST_KEY, NEXT_PAGE_KEYS
from ecrkit.images.layers import Layer, LayerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from mmap import mmap

__all__ = ["parse"]

_CHUNK = 1 << 22
_IS_EMPTY = re.compile(rb"\s*+\Z")
_IS_DOCUMENT = re.compile(
    rf'\s*+(?:\[|\{{\s*+"(?:{"|".join((LIST_KEY, HEADING_KEY, *NEXT_PAGE_KEYS))})"\s*+:)'.encode()
)


class _Layers(tuple[Layer, ...]):
    """Layers of an image, each of which is in memory once."""

    __slots__ = ()


class _Detail(msgspec.Struct, rename="camel", gc=False):
    """What is read of an image, in the order of a row; their types are for the reader to look at."""

    image_digest: Any
    image_pushed_at: Any
    image_tags: Any = ()
    image_size_in_bytes: Any = None
    image_status: Any = None
    last_recorded_pull_time: Any = None
    last_archived_at: Any = None
    last_activated_at: Any = None
    subject_manifest_digest: Any = None
    image_manifest_media_type: Any = None
    child_manifest_digests: Any = ()
    layers: _Layers | None = None
    repository_name: Any = ""
    registry_id: Any = ""


class _Document(msgspec.Struct, rename="camel"):
    image_details: list[_Detail]
    next_token: Any = None
    next_token_of_cli: Any = msgspec.field(name="NextToken", default=None)


class _Decoders:
    """Parsers that share the layers of one repository."""

    def __init__(self) -> None:
        self._pool = LayerPool()
        self.details = msgspec.json.Decoder(list[_Detail], dec_hook=self._layers)
        self.document = msgspec.json.Decoder(list[_Detail] | _Document, dec_hook=self._layers)

    def _layers(self, _kind: type, value: Any) -> _Layers:  # noqa: ANN401 - any JSON
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise ValueError("not a list of layers")
        try:
            return _Layers(self._pool.layers(value))
        except KeyError as error:
            raise ValueError(f"a layer lacks {error}") from None


def parse(content: bytes | mmap, progress: Callable[[int], None]) -> list[tuple[Any, ...]]:
    """
    Parse a list of images.

    Args:
        content: as :func:`ecrkit.images.inventory.reading.parse_images` takes it.
        progress: called now and then with a number of bytes that have been read since.

    Returns:
        A row for each image, in the order of its fields, then the repository and the registry; nothing about their
        types is known.

    Raises:
        ValueError: msgspec cannot tell what it is, nothing is there, or there are more images on another page.
    """
    rows: list[tuple[Any, ...]] = []
    try:
        for details, length in _details(content):
            rows += map(msgspec.structs.astuple, details)
            progress(length)
    except msgspec.MsgspecError as error:
        raise ValueError(str(error)) from None
    return rows


def _details(content: bytes | mmap) -> Iterator[tuple[list[_Detail], int]]:
    """Give the images in pieces, and the length of each piece."""
    decoders = _Decoders()
    if _IS_DOCUMENT.match(content):
        yield _of_document(decoders.document.decode(content)), len(content)
        return
    if _IS_EMPTY.match(content):
        msg = "nothing is there"
        raise ValueError(msg)
    start = 0
    while start < len(content):
        cut = content.find(b"\n", start + _CHUNK)
        end = cut + 1 if cut > 0 else len(content)
        lines = content[start:end].strip()
        details = decoders.details.decode(b"[%b]" % lines.replace(b"\n", b","))
        if len(details) != lines.count(b"\n") + bool(lines):
            msg = "a line holds something else than one image"
            raise ValueError(msg)
        yield details, end - start
        start = end


def _of_document(document: list[_Detail] | _Document) -> list[_Detail]:
    if isinstance(document, list):
        return document
    if document.next_token or document.next_token_of_cli:
        msg = "there is another page"
        raise ValueError(msg)
    return document.image_details
