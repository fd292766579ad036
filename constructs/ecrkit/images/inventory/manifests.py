"""
What manifest lists refer to, from what ``aws ecr batch-get-image`` prints.

``describe-images`` does not tell, and an image that a list refers to is not acted on before the list is.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

from ecrkit.errors import InvalidImagesError, Location
from ecrkit.images.inventory import rulebook
from ecrkit.images.manifests import children_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ecrkit.images.inventory.values import Inventory

__all__ = ["add_children", "read_manifests"]


def read_manifests(text: str, *, file: str) -> dict[str, tuple[str, ...]]:
    """
    Read manifests.

    Args:
        text: one or more objects with ``images``, one after the other or as a list, as a call takes 100 images at
            most; each image with ``imageId`` and ``imageManifest``.
        file: as the person named it.

    Returns:
        The digests that a manifest list refers to, by the digest of the list. A manifest that is no list has none.

    Raises:
        InvalidImagesError: it is something else, or the service failed to find an image.

    Source: OCI image specification 1.1, image index; ECR API model 2015-09-21, BatchGetImageResponse.
    """
    children = {}
    for line, response in _responses(text, file):
        try:
            for failure in response.get("failures") or ():
                _refuse(f"the service answered {json.dumps(failure)}", file, line)
            for image in response["images"]:
                manifest = json.loads(image["imageManifest"])
                children[str(image["imageId"]["imageDigest"])] = children_in(manifest)
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            problem = f"the key {error} is missing" if isinstance(error, KeyError) else "a value has another type"
            _refuse(problem, file, line)
    return children


def add_children(inventory: Inventory, children: Mapping[str, tuple[str, ...]]) -> Inventory:
    """Give the images of *inventory* their children; those that *children* does not know keep what they have."""
    images = inventory.images
    column = [children.get(digest, known) for digest, known in zip(images.digests, images.children, strict=True)]
    return replace(inventory, images=images.with_children(column))


def _responses(text: str, file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    decoder, at = json.JSONDecoder(), 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        line = text.count("\n", 0, at) + 1
        try:
            response, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            _refuse("the text is not JSON", file, line)
        for each in response if response and isinstance(response, list) else [response]:
            yield line, each


def _refuse(problem: str, file: str, line: int) -> NoReturn:
    raise InvalidImagesError([rulebook.NOT_MANIFESTS.at(Location(file, line, 1), problem=problem)])
