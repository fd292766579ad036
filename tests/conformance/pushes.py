"""
Push tiny images through the registry API, without an engine.

Source: OCI distribution specification 1.1, "Pushing blobs" and "Pushing manifests"; OCI image specification 1.1.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from conformance.values import Account

__all__ = ["Draft", "Registry"]

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_INDEX = "application/vnd.oci.image.index.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_EMPTY = "application/vnd.oci.empty.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_ARTIFACT = "application/vnd.ecrkit.conformance.v1"
_ATTEMPTS = 5
_SECONDS = 30
_NO_FILES = gzip.compress(bytes(1024), mtime=0)
_RETRIED = {429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """
    An image to push.

    Attributes:
        name: unique in its repository.
        tags: none for an untagged image.
        children: names of images in a manifest list; they are pushed before it.
        subject: name of the image that this one is about; it is pushed before.
    """

    name: str
    tags: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    subject: str = ""


class Registry:
    """
    One connection to the registry of an account; only for one thread.

    Args:
        account: to push to.
    """

    def __init__(self, account: Account) -> None:
        (given,) = account.ecr.get_authorization_token()["authorizationData"]
        self._headers = {"Authorization": f"Basic {given['authorizationToken']}"}
        url = urlsplit(given["proxyEndpoint"])
        connect: Callable[..., HTTPConnection] = HTTPSConnection if url.scheme == "https" else HTTPConnection
        self._connection = connect(url.hostname, url.port, timeout=_SECONDS)
        self._sleep = account.sleep
        self._stopping = account.stopping
        self._run = account.prefix
        self._blobs: set[tuple[str, str]] = set()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def push(
        self, repository: str, draft: Draft, *, pushed: Mapping[str, tuple[str, int, str]]
    ) -> tuple[str, int, str]:
        """
        Push an image.

        Args:
            repository: its name.
            draft: the image.
            pushed: what this function gave for the images that it refers to, by name.

        Returns:
            Digest, size and media type of the manifest.
        """
        document = self._document(repository, draft, pushed)
        text = json.dumps(document).encode()
        digest = f"sha256:{sha256(text).hexdigest()}"
        for reference in draft.tags or (digest,):
            self._request("PUT", f"/v2/{repository}/manifests/{reference}", text, document["mediaType"])
        return digest, len(text), document["mediaType"]

    def _document(self, repository: str, draft: Draft, pushed: Mapping[str, tuple[str, int, str]]) -> dict[str, Any]:
        # Another digest in each repository and run, so that ties do not always fall the same way.
        document: dict[str, Any] = {
            "schemaVersion": 2,
            "annotations": {"name": draft.name, "repository": repository, "run": self._run},
        }
        if draft.children:
            architectures = ("amd64", "arm64", "s390x", "ppc64le")
            children = [_descriptor(pushed[name]) for name in draft.children]
            for child, architecture in zip(children, architectures, strict=False):
                child["platform"] = {"os": "linux", "architecture": architecture}
            return {**document, "mediaType": _INDEX, "manifests": children}
        if draft.subject:
            empty = self._blob(repository, b"{}", _EMPTY)
            parts = {"artifactType": _ARTIFACT, "config": empty, "layers": [empty]}
            return {**document, "mediaType": _MANIFEST, **parts, "subject": _descriptor(pushed[draft.subject])}
        files = {"type": "layers", "diff_ids": [f"sha256:{sha256(bytes(1024)).hexdigest()}"]}
        config = {"architecture": "amd64", "os": "linux", "rootfs": files}
        return {
            **document,
            "mediaType": _MANIFEST,
            "config": self._blob(repository, json.dumps(config).encode(), _CONFIG),
            "layers": [self._blob(repository, _NO_FILES, _LAYER)],
        }

    def _blob(self, repository: str, content: bytes, media_type: str) -> dict[str, Any]:
        digest = f"sha256:{sha256(content).hexdigest()}"
        if (repository, digest) not in self._blobs:
            begun = self._request("POST", f"/v2/{repository}/blobs/uploads/", b"", "")
            upload = urlsplit(begun)
            query = "&".join(filter(None, [upload.query, f"digest={digest}"]))
            self._request("PUT", f"{upload.path}?{query}", content, "application/octet-stream")
            self._blobs.add((repository, digest))
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def _request(self, method: str, path: str, body: bytes, media_type: str) -> str:
        """Send a request, again where that helps; give the location in the answer."""
        headers = {**self._headers, **({"Content-Type": media_type} if media_type else {})}
        what = "no answer"
        for attempt in range(_ATTEMPTS):
            # A registry that creates repositories on push would create one that was just removed.
            if self._stopping.is_set():
                break
            try:
                self._connection.request(method, path, body, headers)
                response = self._connection.getresponse()
                answer = response.read()
            except (OSError, HTTPException) as error:
                self._connection.close()
                what = str(error)
            else:
                if response.status < 300:
                    return response.headers.get("Location") or ""
                what = f"{response.status} {answer[:200].decode(errors='replace')}".strip()
                if response.status not in _RETRIED:
                    break
            self._sleep(2**attempt)
        raise AwsError(f"{path.partition('?')[0]}: the registry refused {method}: {what}", code="PushFailed")


def _descriptor(manifest: tuple[str, int, str]) -> dict[str, Any]:
    digest, size, media_type = manifest
    return {"mediaType": media_type, "digest": digest, "size": size}
