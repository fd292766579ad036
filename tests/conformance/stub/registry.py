"""
The registry of the stub: pushes by the OCI distribution specification.

Source: OCI distribution specification 1.1, "Pushing manifests" and "Pushing blobs".
"""

from __future__ import annotations

import json
import re
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from conformance.stub.previews import StoredImage

if TYPE_CHECKING:
    from conformance.stub.state import State, StoredRepository

__all__ = ["Reply", "reply"]

Reply = tuple[HTTPStatus, dict[str, str]]

_BLOB = re.compile(r"/v2/(?P<name>.+)/blobs/(?P<digest>sha256:[0-9a-f]{64})")
_UPLOAD = re.compile(r"/v2/(?P<name>.+)/blobs/uploads/(?P<upload>[a-z]*)")
_MANIFEST = re.compile(r"/v2/(?P<name>.+)/manifests/(?P<reference>[^/]+)")


def reply(state: State, method: str, path: str, body: bytes, media_type: str) -> Reply:
    """Answer a request of a registry's client; *path* has the query, too."""
    path, _, query = path.partition("?")
    with state.lock:
        if found := _MANIFEST.fullmatch(path):
            repository = state.repository(found["name"])
            return _manifest(state, repository, found["reference"], body, media_type) if method == "PUT" else _NOT_FOUND
        if found := _UPLOAD.fullmatch(path):
            return _upload(state.repository(found["name"]), method, query, body)
        if found := _BLOB.fullmatch(path):
            is_there = found["digest"] in state.repository(found["name"]).blobs
            return (HTTPStatus.OK, {}) if is_there else _NOT_FOUND
        return _NOT_FOUND


_NOT_FOUND: Reply = (HTTPStatus.NOT_FOUND, {})


def _upload(repository: StoredRepository, method: str, query: str, body: bytes) -> Reply:
    if method == "POST":
        return HTTPStatus.ACCEPTED, {"Location": f"/v2/{repository.name}/blobs/uploads/begun?state=x"}
    digest = f"sha256:{sha256(body).hexdigest()}"
    if f"digest={digest}" not in query.replace("%3A", ":"):
        return HTTPStatus.BAD_REQUEST, {}
    repository.blobs[digest] = body
    return HTTPStatus.CREATED, {"Docker-Content-Digest": digest}


def _manifest(state: State, repository: StoredRepository, reference: str, body: bytes, media_type: str) -> Reply:
    document: dict[str, Any] = json.loads(body)
    digest = f"sha256:{sha256(body).hexdigest()}"
    blobs = [one["digest"] for one in (document.get("config"), *document.get("layers", [])) if one]
    children = tuple(one["digest"] for one in document.get("manifests", []))
    if not (repository.blobs.keys() >= set(blobs) and repository.images.keys() >= set(children)):
        return HTTPStatus.NOT_FOUND, {}
    image = repository.images.setdefault(
        digest,
        StoredImage(
            digest=digest,
            pushed_at=int(state.seconds()),
            media_type=media_type,
            size=len(body) + sum(len(repository.blobs[one]) for one in blobs),
            manifest=body,
            children=children,
            subject=document.get("subject", {}).get("digest", ""),
        ),
    )
    if ":" not in reference:
        for other in repository.images.values():
            other.tags.discard(reference)
        image.tags.add(reference)
    return HTTPStatus.CREATED, {"Docker-Content-Digest": digest}
