"""
Inventories as files: what ``describe-images`` answers, a line per image, and what manifests refer to.

::

    {"inventory": {"registryId": "…", "repositoryName": "web", "region": "…", "begunAt": "…"}, "imageDetails": [
    {"imageDigest": "sha256:…", "imagePushedAt": "2026-11-01T12:00:00+00:00", "childManifestDigests": ["sha256:…"], …},
    {"imageDigest": "sha256:…", "layers": [{"digest": "sha256:…", "size": 31357624}, …], …},
    …
    ]}

The first line names the repository and the job that wrote the file, so an interrupted job can continue from the files.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from io import TextIOWrapper
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple

from ecrkit.documents.files import open_file, unreadable
from ecrkit.errors import UnreadableInputError
from ecrkit.images.inventory.fields import CHILDREN_KEY, HEADING_KEY, LAYERS_KEY, LIST_KEY
from ecrkit.images.layers import LayerPool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from ecrkit.images.layers import Layer

__all__ = ["Heading", "ReadManifest", "heading_in", "inventory_lines", "known_manifests", "path_of"]

_SUFFIX = ".json"
_LONGEST_NAME = 255
_LONGEST_HEADING = 2000
_END = f'"{LIST_KEY}": ['


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """
    Whose images a file holds.

    Attributes:
        registry: account, twelve digits.
        repository: its name.
        region: as in ``us-east-1``.
        begun_at: when the job that wrote it began, ISO 8601; all files of a job have the same.
    """

    registry: str
    repository: str
    region: str
    begun_at: str


class ReadManifest(NamedTuple):
    """
    What is known of a manifest.

    Attributes:
        children: digests that a manifest list refers to; ``None`` for any other, or if nobody read it.
        layers: of an image; ``None`` for a manifest list, or if nobody read them.
    """

    children: tuple[str, ...] | None = None
    layers: tuple[Layer, ...] | None = None


def path_of(repository: str) -> PurePosixPath:
    """
    Say where the images of a repository are, below the directory of an inventory: ``a/b`` in ``a/b.json``.

    Two repositories never share a path, and none is a folder for another: a folder that is named as a file may be,
    and a name that is too long for a file, have a ``%``, which no repository has.
    """
    *folders, name = repository.split("/")
    if len(name) + len(_SUFFIX) > _LONGEST_NAME:
        name = f"{name[:200]}%{sha256(name.encode()).hexdigest()[:16]}"
    return PurePosixPath(*(f"{part}%" if part.endswith(_SUFFIX) else part for part in folders), f"{name}{_SUFFIX}")


def inventory_lines(heading: Heading, details: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """
    Write the text of a file.

    Args:
        heading: its first line.
        details: of the images, as boto3 gives them.

    Yields:
        Lines with their ends.
    """
    head = {
        "registryId": heading.registry,
        "repositoryName": heading.repository,
        "region": heading.region,
        "begunAt": heading.begun_at,
    }
    yield f"{json.dumps({HEADING_KEY: head})[:-1]}, {_END}"
    separator = "\n"
    for detail in details:
        yield f"{separator}{json.dumps(detail, default=_time_text)}"
        separator = ",\n"
    yield "\n]}\n"


def heading_in(path: Path) -> Heading | None:
    """
    Read the first line of a file; ``None`` where the file is no inventory of ecrkit, or does not exist.

    Raises:
        UnreadableInputError: it cannot be read.
    """
    if not path.exists():
        return None
    try:
        with TextIOWrapper(open_file(path), encoding="utf-8", errors="replace") as file:
            line = file.readline(_LONGEST_HEADING).rstrip("\n")
    except OSError as error:
        raise unreadable(path, error) from None
    if not line.endswith(_END):
        return None
    try:
        head = json.loads(f"{line}]}}")[HEADING_KEY]
        return Heading(
            registry=head["registryId"],
            repository=head["repositoryName"],
            region=head["region"],
            begun_at=head["begunAt"],
        )
    except (ValueError, KeyError, TypeError):
        return None


def known_manifests(path: Path) -> dict[str, ReadManifest]:
    """
    Read what manifests refer to, from a file that :func:`inventory_lines` wrote.

    Manifests never change, so ecrkit reads each only once.

    Returns:
        By the digest of the image; nothing where there is no such file.
    """
    known: dict[str, ReadManifest] = {}
    pool = LayerPool()
    try:
        with TextIOWrapper(open_file(path), encoding="utf-8") as file:
            for line in file:
                if f'"{CHILDREN_KEY}"' in line or f'"{LAYERS_KEY}"' in line:
                    detail = json.loads(line.rstrip().removesuffix(","))
                    children, layers = detail.get(CHILDREN_KEY), detail.get(LAYERS_KEY)
                    known[detail["imageDigest"]] = ReadManifest(
                        children=None if children is None else tuple(children),
                        layers=None if layers is None else pool.layers(layers),
                    )
    except (UnreadableInputError, OSError, ValueError, KeyError, TypeError):
        # It is only a short cut: what is not known is asked for.
        return {}
    return known


def _time_text(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(value)
