"""What an audit reads about the images of repositories."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ecrkit.aws.images import deployed_images, last_scan
from ecrkit.aws.local import UNSUPPORTED
from ecrkit.deployment.actual import ObservedImages
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.images import DeployedImage

__all__ = ["ImageObserver"]

_GIVES_NO_ANSWER = frozenset(
    {"AccessDenied", "AccessDeniedException", UNSUPPORTED, "UnsupportedImageTypeException", "ValidationException"}
)
"""Refusals that leave the rest of an audit possible: no permission, a local AWS, an image that ECR cannot scan."""


class ImageObserver:
    """
    Reads the images of repositories; threads may share it.

    A missing permission does not stop an audit: :attr:`problems` says what was not checked.

    Args:
        client: client of the Region.
        reads_scans: read when images were scanned, too.
    """

    def __init__(self, client: ECRClient, *, reads_scans: bool) -> None:
        self._client = client
        self._reads_scans = reads_scans
        self._lock = threading.Lock()
        self.problems: dict[str, str] = {}
        """Why something was not checked: ``images`` and ``scans``."""

    def observe(self, repository: str) -> ObservedImages | None:
        """
        Count the images of a repository, and see when they were scanned.

        DescribeImages names the last scan of each image under basic scanning of the older kind only. Otherwise only the
        newest tagged image is asked for: one call for each repository, instead of one for each image.

        Returns:
            ``None`` if this is not permitted.

        Raises:
            AwsError: AWS refused for another reason, or could not be reached.
        """
        count = 0
        tagged: list[DeployedImage] = []
        try:
            for image in deployed_images(self._client, repository):
                count += 1
                if self._reads_scans and image.tags and image.status == "ACTIVE" and _can_be_scanned(image):
                    tagged.append(image)
        except AwsError as error:
            self._tell("images", error)
            return None
        tagged.sort(key=lambda image: (image.pushed_at, image.digest), reverse=True)
        scanned: dict[str, datetime | None] = {image.tags[0]: image.scanned_at for image in tagged if image.scanned_at}
        if tagged and not tagged[0].scanned_at:
            try:
                status, at = last_scan(self._client, repository, tagged[0].digest)
                # A scan that is under way, or that ECR cannot make, has no time.
                if at or not status:
                    scanned = {tagged[0].tags[0]: at, **scanned}
            except AwsError as error:
                self._tell("scans", error)
        return ObservedImages(count=count, scanned_at=scanned)

    def _tell(self, what: str, error: AwsError) -> None:
        if error.code not in _GIVES_NO_ANSWER:
            raise error
        with self._lock:
            self.problems.setdefault(what, str(error))


def _can_be_scanned(image: DeployedImage) -> bool:
    return not image.is_index and not image.is_signature
