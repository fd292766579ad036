"""The images that Kubernetes runs, or will run, in the output of ``kubectl get --output json``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.errors import UnreadableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["WorkloadImage", "parse_workloads"]

_CONTAINERS = ("initContainers", "containers", "ephemeralContainers")
_STATUSES = tuple(f"{name.removesuffix('s')}Statuses" for name in _CONTAINERS)
_ADVICE = "pass the output of `kubectl get … --all-namespaces --output json`"


class WorkloadImage(NamedTuple):
    """
    An image of a container.

    Attributes:
        image: as the container names it, or by the digest that runs.
        workload: as in ``CronJob shop/nightly``.
    """

    image: str
    workload: str


def parse_workloads(text: str, *, file: str) -> tuple[WorkloadImage, ...]:
    """
    Find every image in a list of workloads, of any kind: a template of pods is found wherever it is.

    Args:
        text: the list, or a single workload.
        file: as the person named it.

    Returns:
        Each image of each workload once, in the order of the text.

    Raises:
        UnreadableInputError: the text is no such list, or no container is in it: the command may have failed.

    Source: Kubernetes API v1.34, PodSpec and PodStatus (read 2026-11).
    """
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise UnreadableInputError(f"{file}: not JSON: {error}; {_ADVICE}") from None
    items = document.get("items", [document]) if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise UnreadableInputError(f"{file}: not a list of workloads; {_ADVICE}")
    found = dict.fromkeys(
        WorkloadImage(image.rpartition("://")[2], _name(item))
        for item in items
        if isinstance(item, dict)
        for image in _images(item)
    )
    if not found:
        raise UnreadableInputError(f"{file}: no container is in it, so it protects nothing; {_ADVICE}")
    return tuple(found)


def _name(item: dict[str, object]) -> str:
    metadata = item.get("metadata")
    names = metadata if isinstance(metadata, dict) else {}
    path = "/".join(str(names[key]) for key in ("namespace", "name") if names.get(key))
    return f"{item.get('kind', 'workload')} {path}".rstrip()


def _images(item: dict[str, object]) -> Iterator[str]:
    """Walk without recursion: somebody's own resources nest as deep as they like."""
    waiting: list[object] = [item]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(reversed(part))
        elif isinstance(part, dict):
            waiting.extend(reversed(part.values()))
            for key in _CONTAINERS:
                yield from _texts(part.get(key), "image")
            for key in _STATUSES:
                # A digest alone is of an image that was built on the node.
                yield from (text for text in _texts(part.get(key), "imageID") if "@" in text)
            # A volume may be an image, too.
            yield from _texts([volume.get("image") for volume in _parts(part.get("volumes"))], "reference")


def _texts(parts: object, key: str) -> Iterator[str]:
    for part in _parts(parts):
        text = part.get(key)
        if isinstance(text, str) and text:
            yield text


def _parts(value: object) -> list[dict[str, object]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []
