"""Two small images to try a registry with, and a push that needs no tool."""

from __future__ import annotations

import contextlib
import http.client
import json
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ecrkit.documents.files import make_directory, write_text
from ecrkit.errors import SandboxError

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.aws.sandbox.running import Sandbox

__all__ = ["SampleImage", "push_sample", "sample_image", "write_layout"]

_CONFIGURATION = "application/vnd.oci.image.config.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleImage:
    """
    An image without layers, the smallest that a registry takes.

    Attributes:
        tag: its tag; another tag is another image.
        configuration: JSON text.
        manifest: JSON text.
    """

    tag: str
    configuration: str
    manifest: str


def sample_image(tag: str) -> SampleImage:
    """
    Create a sample image.

    Source: OCI image specification 1.1, image configuration and image manifest (read 2026-11).
    """
    configuration = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Labels": {"org.opencontainers.image.version": tag}},
            "rootfs": {"type": "layers", "diff_ids": []},
        }
    )
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": _descriptor(configuration, media_type=_CONFIGURATION),
        "layers": [],
    }
    return SampleImage(tag=tag, configuration=configuration, manifest=json.dumps(manifest))


def write_layout(directory: Path, image: SampleImage) -> None:
    """
    Write an image as an OCI layout, ``oci:DIRECTORY:TAG`` for skopeo.

    Args:
        directory: target directory; created if missing.
        image: the only image of the layout.

    Raises:
        UnwritableOutputError: a file cannot be written.

    Source: OCI image specification 1.1, image layout (read 2026-11).
    """
    blobs = directory / "blobs" / "sha256"
    make_directory(blobs)
    for text in (image.configuration, image.manifest):
        write_text(blobs / _sha256(text), text)
    entry = _descriptor(image.manifest, media_type=_MANIFEST)
    annotations = {"org.opencontainers.image.ref.name": image.tag}
    index = {"schemaVersion": 2, "manifests": [{**entry, "annotations": annotations}]}
    write_text(directory / "index.json", json.dumps(index))
    write_text(directory / "oci-layout", json.dumps({"imageLayoutVersion": "1.0.0"}))


def push_sample(sandbox: Sandbox, repository: str, image: SampleImage) -> None:
    """
    Push an image to the default account of a sandbox, without a container tool.

    Raises:
        SandboxError: the registry rejects it, or does not answer.

    Source: OCI distribution specification 1.1, "Push" (read 2026-11).
    """
    digest = f"sha256:{_sha256(image.configuration)}"
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=_TIMEOUT_SECONDS)
    with contextlib.closing(connection):
        try:
            location = _send(connection, "POST", f"/v2/{repository}/blobs/uploads/")
            upload = urlsplit(location)
            query = "&".join(filter(None, [upload.query, f"digest={digest}"]))
            _send(connection, "PUT", f"{upload.path}?{query}", image.configuration, kind="application/octet-stream")
            _send(connection, "PUT", f"/v2/{repository}/manifests/{image.tag}", image.manifest, kind=_MANIFEST)
        except (OSError, http.client.HTTPException) as error:
            raise SandboxError(f"{repository}:{image.tag}: cannot be pushed, {error}") from error


def _send(connection: http.client.HTTPConnection, method: str, path: str, body: str = "", *, kind: str = "") -> str:
    """Send a request; give the location in the answer."""
    connection.request(method, path, body=body.encode(), headers={"Content-Type": kind} if kind else {})
    answer = connection.getresponse()
    answer.read()
    if answer.status not in {HTTPStatus.CREATED, HTTPStatus.ACCEPTED}:
        raise http.client.HTTPException(f"{method} {path} gave status {answer.status}")
    return answer.getheader("Location", "")


def _descriptor(text: str, *, media_type: str) -> dict[str, str | int]:
    return {"mediaType": media_type, "digest": f"sha256:{_sha256(text)}", "size": len(text.encode())}


def _sha256(text: str) -> str:
    return sha256(text.encode()).hexdigest()
