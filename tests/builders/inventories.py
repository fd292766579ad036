"""
Images for tests: ``image(tags=["v1"], age_days=3)``.

Times are counted back from :data:`NOW`. A digest may be given by a letter or two, ``image("a")``; left out, every image
has another one.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from ecrkit.images import Image, ImageStatus
from ecrkit.images.layers import Layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

__all__ = ["LIST_TYPE", "NOW", "detail", "digest", "image", "write_images"]

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LIST_TYPE = "application/vnd.oci.image.index.v1+json"

_NUMBERS = count(0x10000)


def digest(name: str = "") -> str:
    """Give the digest of a name in hexadecimal digits; another one every time where there is no name."""
    return f"sha256:{name or f'{next(_NUMBERS):x}':0>64}"


def image(  # noqa: PLR0913 - an image has as many properties, and a test names the few that matter
    name: str = "",
    /,
    *,
    tags: Sequence[str] = (),
    age_days: float = 1,
    pulled_days_ago: float | None = None,
    archived_days_ago: float | None = None,
    activated_days_ago: float | None = None,
    status: ImageStatus | None = None,
    size_bytes: int | None = 1_000_000,
    subject: str = "",
    children: Sequence[str] = (),
    media_type: str | None = None,
    layers: Mapping[str, int] | None = None,
) -> Image:
    """
    Make an image; it is archived where it was archived and not activated.

    *subject* and *children* are names, and so are the keys of *layers*, whose values are sizes.
    """
    is_archived = archived_days_ago is not None and activated_days_ago is None
    return Image(
        digest=digest(name),
        pushed_at=_ago(age_days),
        tags=tuple(tags),
        size_bytes=size_bytes,
        status=status or (ImageStatus.ARCHIVED if is_archived else ImageStatus.ACTIVE),
        pulled_at=None if pulled_days_ago is None else _ago(pulled_days_ago),
        archived_at=None if archived_days_ago is None else _ago(archived_days_ago),
        activated_at=None if activated_days_ago is None else _ago(activated_days_ago),
        subject=digest(subject) if subject else None,
        media_type=media_type,
        children=tuple(map(digest, children)),
        layers=None if layers is None else tuple(Layer(digest(name), size) for name, size in layers.items()),
    )


def detail(image: Image, *, repository: str = "my-app") -> dict[str, Any]:
    """Write an image as ``describe-images`` does, leaving out what is not there."""
    document = {
        "registryId": "123456789012",
        "repositoryName": repository,
        "imageDigest": image.digest,
        "imageTags": list(image.tags) or None,
        "imageSizeInBytes": image.size_bytes,
        "imagePushedAt": image.pushed_at.isoformat(),
        "imageManifestMediaType": image.media_type,
        "lastRecordedPullTime": image.pulled_at and image.pulled_at.isoformat(),
        "subjectManifestDigest": image.subject,
        "imageStatus": image.status.value,
        "lastArchivedAt": image.archived_at and image.archived_at.isoformat(),
        "lastActivatedAt": image.activated_at and image.activated_at.isoformat(),
        "layers": None if image.layers is None else [layer._asdict() for layer in image.layers],
    }
    return {key: value for key, value in document.items() if value is not None}


def write_images(path: Path, images: Iterable[Image], *, repository: str = "my-app") -> Path:
    """Write a file as ``aws ecr describe-images`` prints it."""
    details = [detail(found, repository=repository) for found in images]
    path.write_text(json.dumps({"imageDetails": details}, indent=4), encoding="utf-8")
    return path


def _ago(days: float) -> datetime:
    return NOW - timedelta(days=days)
