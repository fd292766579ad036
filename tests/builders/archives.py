"""A repository with an archive, which no local AWS has: a proxy answers for it."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from builders.policies import ARCHIVE, policy_text, pulled, rule
from builders.proxies import Fault, proxy_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from builders.accounts import Account
    from builders.proxies import Proxy

__all__ = ["Archive", "archive_of"]

_DAY = 86_400
_TYPE = "application/x-amz-json-1.1"


class Archive:
    """
    The images of a repository, which change their storage class when they are told to.

    Args:
        now: seconds since the epoch.

    Attributes:
        refuse: digests that ECR does not move, and its code for it.
    """

    def __init__(self, now: float) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._details: dict[str, dict[str, Any]] = {}
        self._children: dict[str, tuple[str, ...]] = {}
        self.refuse: dict[str, str] = {}

    def add(  # noqa: PLR0913 - keyword-only, one per property of an image
        self,
        letter: str,
        *,
        tags: tuple[str, ...] = (),
        age_days: int = 1,
        status: str = "ACTIVE",
        children: tuple[str, ...] = (),
        archived_days: int = 1,
    ) -> str:
        """Add an image of 1 GB, whose digest is a letter 64 times; gives its digest."""
        digest = f"sha256:{letter * 64}"
        kind = "index" if children else "manifest"
        self._details[digest] = {
            "registryId": "123456789012",
            "repositoryName": "web",
            "imageDigest": digest,
            "imageTags": list(tags),
            "imageSizeInBytes": 10**9,
            "imagePushedAt": self._now - age_days * _DAY,
            "imageStatus": status,
            "imageManifestMediaType": f"application/vnd.oci.image.{kind}.v1+json",
            **({"lastArchivedAt": self._now - archived_days * _DAY} if status != "ACTIVE" else {}),
        }
        self._children[digest] = children
        return digest

    @property
    def statuses(self) -> dict[str, str]:
        """Of each image, by the letter of its digest."""
        return {digest[7]: detail["imageStatus"] for digest, detail in self._details.items()}

    def faults(self) -> list[Fault]:
        """Give what a proxy needs to answer for it."""
        calls = {
            "ecr:DescribeImages": self._describe,
            "ecr:BatchGetImage": self._manifests,
            "ecr:UpdateImageStorageClass": self._move,
        }
        return [Fault(action, _answering(call)) for action, call in calls.items()]

    def policy_that_counts_pulls(self) -> Fault:
        """Give what a proxy needs to answer with a lifecycle policy that counts days since the last pull."""
        text = policy_text(rule(1, **pulled(90), action=ARCHIVE))
        return Fault("ecr:GetLifecyclePolicy", _answering(lambda _: {"lifecyclePolicyText": text}))

    def _describe(self, request: dict[str, Any]) -> dict[str, Any]:
        wanted = {image["imageDigest"] for image in request.get("imageIds", [])} or set(self._details)
        return {"imageDetails": [detail for digest, detail in self._details.items() if digest in wanted]}

    def _manifests(self, request: dict[str, Any]) -> dict[str, Any]:
        digests = [image["imageDigest"] for image in request["imageIds"]]
        found = [digest for digest in digests if self._details[digest]["imageStatus"] == "ACTIVE"]
        return {
            "images": [
                {
                    "imageId": {"imageDigest": digest},
                    "imageManifest": json.dumps({"manifests": [{"digest": one} for one in self._children[digest]]}),
                }
                for digest in found
            ],
            "failures": [
                {"imageId": {"imageDigest": digest}, "failureReason": "the image is archived"}
                for digest in digests
                if digest not in found
            ],
        }

    def _move(self, request: dict[str, Any]) -> dict[str, Any]:
        digest = request["imageId"]["imageDigest"]
        if digest in self.refuse:
            return {"__type": self.refuse[digest], "message": "No."}
        with self._lock:
            detail = self._details[digest]
            is_archive = request["targetStorageClass"] == "ARCHIVE"
            detail["imageStatus"] = "ARCHIVED" if is_archive else "ACTIVATING"
            if is_archive:
                detail["lastArchivedAt"] = self._now
        return {"repositoryName": "web", "imageId": {"imageDigest": digest}, "imageStatus": detail["imageStatus"]}


@contextmanager
def archive_of(account: Account, archive: Archive) -> Iterator[Proxy]:
    """Run a proxy before *account* that answers for the images of its repositories."""
    with proxy_to(account.url, *archive.faults()) as proxy:
        yield proxy


def _answering(call: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[Any], bool]:
    def befall(handler: Any) -> bool:  # noqa: ANN401 - the proxy's own
        answer = call(json.loads(handler.body))
        handler.answer(400 if "__type" in answer else 200, {"Content-Type": _TYPE}, json.dumps(answer).encode())
        return False

    return befall
