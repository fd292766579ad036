"""Real images, small, made without an engine."""

from __future__ import annotations

import json
import subprocess
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["add_index", "add_layer", "manifest_digest", "oci_layout"]

_INDEX = "application/vnd.oci.image.index.v1+json"


def oci_layout(directory: Path, *, tag: str = "v1") -> str:
    """
    Build an OCI image of one file with umoci.

    Returns:
        Its name as skopeo takes it: ``oci:<path>:<tag>``.
    """
    layout = directory / "image"
    content = directory / "content"
    content.mkdir()
    (content / "hello.txt").write_text("hello\n")
    _run("umoci", "init", "--layout", str(layout))
    _run("umoci", "new", "--image", f"{layout}:{tag}")
    _run("umoci", "insert", "--rootless", "--image", f"{layout}:{tag}", str(content), "/content")
    return f"oci:{layout}:{tag}"


def add_layer(directory: Path, *, tag: str = "v1") -> None:
    """Change the image that :func:`oci_layout` made: another layer, another digest."""
    _run(
        "umoci", "insert", "--rootless", "--image", f"{directory / 'image'}:{tag}", str(directory / "content"), "/more"
    )


def add_index(directory: Path, *, tag: str = "multi") -> str:
    """
    Add an index to the layout of :func:`oci_layout`: its image for two platforms, and an attestation.

    Returns:
        Its name as skopeo takes it.
    """
    layout = directory / "image"
    listing = json.loads((layout / "index.json").read_text())
    image = {key: value for key, value in listing["manifests"][0].items() if key != "annotations"}
    children = [
        {**image, "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}},
        {**image, "platform": {"os": "linux", "architecture": "amd64"}},
        {
            **image,
            "platform": {"os": "unknown", "architecture": "unknown"},
            "annotations": {"vnd.docker.reference.type": "attestation-manifest"},
        },
    ]
    text = json.dumps({"schemaVersion": 2, "mediaType": _INDEX, "manifests": children}).encode()
    digest = sha256(text).hexdigest()
    (layout / "blobs" / "sha256" / digest).write_bytes(text)
    listing["manifests"].append(
        {
            "mediaType": _INDEX,
            "digest": f"sha256:{digest}",
            "size": len(text),
            "annotations": {"org.opencontainers.image.ref.name": tag},
        }
    )
    (layout / "index.json").write_text(json.dumps(listing))
    return f"oci:{layout}:{tag}"


def manifest_digest(layout: Path) -> str:
    """Tell the digest of the first image in a layout."""
    return str(json.loads((layout / "index.json").read_text())["manifests"][0]["digest"])


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
