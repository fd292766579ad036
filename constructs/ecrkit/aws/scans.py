"""Scans: started where needed, waited for, and read whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ecrkit.aws.client import aws_errors
from ecrkit.aws.images import image_at
from ecrkit.aws.manifests import manifest_of
from ecrkit.aws.polling import Waiting
from ecrkit.aws.repositories import repository_of
from ecrkit.errors import AwsError, NoVerdictError
from ecrkit.images.scans import ScanStatus, read_scan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.polling import Patience
    from ecrkit.images.references import ImageReference
    from ecrkit.images.scans import Scan

__all__ = ["ScanTarget", "needs_scan", "scan_document", "scan_targets", "start_scan", "wait_for_scans"]

_SHORT_DIGEST = len("sha256:") + 12
_SCANNED_RECENTLY = "LimitExceededException"
"""ECR scans an image once in 24 hours, and says the rest of the time that a limit is exceeded."""

_STARTS_BY_ITSELF = "ValidationException"
"""What ECR says where enhanced scanning is on: nobody can start that."""

# An hour more than that, so that two clocks need not agree.
_RESCAN_AFTER = timedelta(hours=25)
_NO_VERDICT = {
    ScanStatus.FAILED: "read the description, and push the image again",
    ScanStatus.UNSUPPORTED_IMAGE: "the scanner does not know its operating system; scan it with another tool",
    ScanStatus.SCAN_ELIGIBILITY_EXPIRED: "it is too old for enhanced scanning; push it again, or let Inspector scan "
    "for longer",
    ScanStatus.FINDINGS_UNAVAILABLE: "try again later",
    ScanStatus.LIMIT_EXCEEDED: "too many scans in this account; try again later",
    ScanStatus.IMAGE_ARCHIVED: "restore it from the archive first",
    ScanStatus.IMAGE_SIZE_EXCEEDED: "it is larger than the scanner accepts; make it smaller, or scan it with another "
    "tool",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanTarget:
    """
    An image that can be scanned.

    Attributes:
        repository: that it is in.
        digest: of its manifest.
        platform: as in ``linux/amd64``, for one of an index; empty for an image alone.
    """

    repository: str
    digest: str
    platform: str

    @property
    def short(self) -> str:
        """For people: its repository, and what tells it from others there."""
        return f"{self.repository} {self.name_in_index}"

    @property
    def name_in_index(self) -> str:
        """Its platform, or the first digits of its digest."""
        return self.platform or self.digest[:_SHORT_DIGEST]

    def __str__(self) -> str:
        """``NAME@DIGEST``, and its platform."""
        platform = f" ({self.platform})" if self.platform else ""
        return f"{self.repository}@{self.digest}{platform}"


def scan_targets(client: ECRClient, reference: ImageReference) -> tuple[ScanTarget, ...]:
    """
    Find the images that a reference means: itself, or those of an index, which ECR does not scan as such.

    Raises:
        RefusedError: it is in another registry than the one that the credentials lead to.
        NoVerdictError: it is an index of nothing that can be scanned.
        AwsError: there is no such image, AWS refused, or could not be reached.
    """
    if reference.host:
        repository_of(client, reference)
    image = image_at(client, reference)
    if not image.is_index:
        return (ScanTarget(repository=reference.repository, digest=image.digest, platform=""),)
    children = manifest_of(client, reference.repository, image.digest).children
    targets = {
        child.digest: ScanTarget(repository=reference.repository, digest=child.digest, platform=child.platform)
        for child in children
        if not child.is_attestation
    }
    if not targets:
        raise NoVerdictError(f"{reference}: an index without images; there is nothing to scan")
    return tuple(targets.values())


def start_scan(client: ECRClient, target: ScanTarget) -> str:
    """
    Start a scan.

    Returns:
        Its status, in ECR's words.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    with aws_errors():
        answer = client.start_image_scan(repositoryName=target.repository, imageId={"imageDigest": target.digest})
    return answer["imageScanStatus"]["status"]


def scan_document(client: ECRClient, target: ScanTarget) -> dict[str, Any] | None:
    """
    Read all that is known of a scan, its pages merged; ``None`` where there was no scan.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    pages = client.get_paginator("describe_image_scan_findings").paginate(
        repositoryName=target.repository,
        imageId={"imageDigest": target.digest},
        PaginationConfig={"PageSize": 1000},
    )
    merged: dict[str, Any] = {}
    try:
        with aws_errors():
            for page in pages:
                document: dict[str, Any] = {key: value for key, value in page.items() if key != "ResponseMetadata"}
                merged = _merged(merged, document) if merged else document
    except AwsError as error:
        if error.code == "ScanNotFoundException":
            return None
        raise
    merged.pop("nextToken", None)
    return merged


def needs_scan(client: ECRClient, target: ScanTarget, *, now: datetime) -> bool:
    """
    Whether a scan would have to be started: there is none, it failed, or is older than a day.

    Raises:
        NoVerdictError: the answer is not understood.
        AwsError: AWS refused, or could not be reached.
    """
    scan = _read(target, scan_document(client, target))
    return scan is None or _needs_another(scan, now=now)


def wait_for_scans(
    client: ECRClient, targets: Sequence[ScanTarget], *, now: datetime, patience: Patience
) -> dict[ScanTarget, Scan]:
    """
    Get the result of scans; start one where there is none, it failed, or is older than a day.

    All are started before the first is waited for.

    Args:
        client: of the Region.
        targets: to scan.
        now: timezone-aware.
        patience: how to wait.

    Returns:
        Scans that have a result, by target, in the order given.

    Raises:
        NoVerdictError: of one there is none, and will be none, or none within the time.
        AwsError: AWS refused, or could not be reached.
    """
    begin = patience.clock()
    begun = [_begin(client, target, now=now) for target in targets]
    return {one.target: _finish(client, one, begin=begin, patience=patience) for one in begun}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """
    A scan that is there, or on its way.

    Attributes:
        target: that is scanned.
        scan: what is known of it; ``None`` for nothing yet.
        superseded: when a result was found that is too old; until the new scan begins, the service shows it.
        waiting_for: what to tell as long as the service says nothing.
    """

    target: ScanTarget
    scan: Scan | None
    superseded: datetime | None = None
    waiting_for: str = ""

    @property
    def is_over(self) -> bool:
        """Whether there is a result, and not an old one."""
        return self.scan is not None and self.scan.has_result and self.scan.completed_at != self.superseded


def _begin(client: ECRClient, target: ScanTarget, *, now: datetime) -> _Begun:
    scan = _read(target, scan_document(client, target))
    if scan and not _needs_another(scan, now=now):
        return _Begun(target=target, scan=scan)
    superseded = scan.completed_at if scan and scan.has_result else None
    try:
        waiting_for = start_scan(client, target)
    except AwsError as error:
        # Somebody has started one, or enhanced scanning does, which starts by itself and by nobody else.
        if error.code not in {_SCANNED_RECENTLY, _STARTS_BY_ITSELF}:
            raise NoVerdictError(f"{target}: no scan can be started: {error}", code=error.code) from error
        if superseded and error.code == _STARTS_BY_ITSELF:
            raise NoVerdictError(
                f"{target}: the last scan is of {superseded:%Y-%m-%d}, and no new scan can be started: {error}; "
                "push the image again, or have it scanned continuously"
            ) from error
        waiting_for = str(error)
    scan = _read(target, scan_document(client, target))
    return _Begun(target=target, scan=scan, superseded=superseded, waiting_for=waiting_for)


def _finish(client: ECRClient, begun: _Begun, *, begin: float, patience: Patience) -> Scan:
    target = begun.target
    wait = Waiting(patience, subject=f"{target}: no result", label=target.short, begin=begin)
    while begun.scan is None or not begun.is_over:
        scan = begun.scan
        if scan and not (scan.status.promises_result or scan.status.is_coming):
            raise _no_verdict(target, scan)
        wait.pause(scan.state if scan else begun.waiting_for)
        begun = replace(begun, scan=_read(target, scan_document(client, target)))
    return begun.scan


def _read(target: ScanTarget, document: Mapping[str, Any] | None) -> Scan | None:
    try:
        return read_scan(document) if document is not None else None
    except NoVerdictError as error:
        raise NoVerdictError(f"{target}: {error}") from None


def _needs_another(scan: Scan, *, now: datetime) -> bool:
    """What is found today was not known yesterday; enhanced scanning sees to that by itself."""
    if scan.status is ScanStatus.FAILED:
        return True
    is_old = scan.completed_at is not None and now - scan.completed_at > _RESCAN_AFTER
    return scan.status is ScanStatus.COMPLETE and is_old


def _no_verdict(target: ScanTarget, scan: Scan) -> NoVerdictError:
    description = f" ({scan.description})" if scan.description else ""
    return NoVerdictError(f"{target}: the scan is {scan.status}{description}; {_NO_VERDICT[scan.status]}")


def _merged(whole: dict[str, Any], page: Mapping[str, Any]) -> dict[str, Any]:
    """Add a page: its lists continue those before, all else is said again."""
    merged = {**whole, **page}
    before, now = whole.get("imageScanFindings"), page.get("imageScanFindings")
    if before and now:
        merged["imageScanFindings"] = {
            key: [*before.get(key, ()), *now.get(key, ())]
            if isinstance(before.get(key, now.get(key)), list)
            else now.get(key, before.get(key))
            for key in {**before, **now}
        }
    elif before:
        merged["imageScanFindings"] = before
    return merged
