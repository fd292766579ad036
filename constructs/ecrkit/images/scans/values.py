"""Scans, of both kinds that ECR has, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

__all__ = ["FindingStatus", "Package", "Scan", "ScanStatus", "Severity", "Vulnerability"]


class Severity(StrEnum):
    """
    The severity of a vulnerability, highest first.

    Source: ECR API model 2015-09-21, FindingSeverity. Inspector's ``UNTRIAGED`` is ``UNDEFINED`` here, because it
    is not rated yet.
    """

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    INFORMATIONAL = "INFORMATIONAL"
    UNDEFINED = "UNDEFINED"

    @property
    def rank(self) -> int:
        """The rank; 0 is the highest severity."""
        return list(Severity).index(self)

    def reaches(self, threshold: Severity) -> bool:
        """Whether it is at or above *threshold*."""
        return self.rank <= threshold.rank


class FindingStatus(StrEnum):
    """
    What Inspector makes of a finding.

    Source: Inspector API reference, Finding, ``status`` (read 2026-11).
    """

    ACTIVE = "ACTIVE"
    SUPPRESSED = "SUPPRESSED"
    CLOSED = "CLOSED"


class ScanStatus(StrEnum):
    """
    The status of a scan.

    Source: ECR API model 2015-09-21, ScanStatus; ECR user guide, "Image scanning" (read 2026-11).
    """

    COMPLETE = "COMPLETE"
    """Basic scanning has a result."""

    ACTIVE = "ACTIVE"
    """Enhanced scanning has a result, and goes on."""

    IN_PROGRESS = "IN_PROGRESS"
    PENDING = "PENDING"
    FAILED = "FAILED"
    UNSUPPORTED_IMAGE = "UNSUPPORTED_IMAGE"
    SCAN_ELIGIBILITY_EXPIRED = "SCAN_ELIGIBILITY_EXPIRED"
    FINDINGS_UNAVAILABLE = "FINDINGS_UNAVAILABLE"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    IMAGE_ARCHIVED = "IMAGE_ARCHIVED"
    IMAGE_SIZE_EXCEEDED = "IMAGE_SIZE_EXCEEDED"

    @property
    def promises_result(self) -> bool:
        """Whether a result exists, even an empty one, once the scan has a completion time."""
        return self in {ScanStatus.COMPLETE, ScanStatus.ACTIVE}

    @property
    def is_coming(self) -> bool:
        """Whether waiting can give a result."""
        return self in {ScanStatus.IN_PROGRESS, ScanStatus.PENDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """
    A package in an image that has a vulnerability.

    Attributes:
        name: name of the package; empty if unknown.
        version: version in the image; empty if unknown.
        fixed_in: first fixed version; empty if unknown or not fixed.
    """

    name: str
    version: str
    fixed_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """
    A finding of a scan.

    Attributes:
        id: ID, usually of a CVE.
        severity: severity from the scanner.
        packages: affected packages, at least one.
        title: short description; may be empty.
        uri: link to details; may be empty.
        is_active: ``False`` if suppressed or closed in Inspector.
    """

    id: str
    severity: Severity
    packages: tuple[Package, ...]
    title: str
    uri: str
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """
    The scan of one image.

    Attributes:
        status: status of the scan.
        description: ECR's description; may be empty.
        completed_at: timezone-aware time of completion; ``None`` if unknown.
        vulnerabilities: by severity, highest first, then by ID; meaningful if the status has a result.
        counts: numbers by severity, as ECR reports them.
    """

    status: ScanStatus
    description: str
    completed_at: datetime | None
    vulnerabilities: tuple[Vulnerability, ...]
    counts: Mapping[Severity, int]

    @property
    def has_result(self) -> bool:
        """
        Whether a result exists, even an empty one.

        Under enhanced scanning the status comes first and the findings later, with the time of the scan; in between
        the answer looks like that for an image without vulnerabilities.

        Source: github.com/aws/aws-sdk issue 289 and aws/aws-cli issue 6759 (read 2026-11).
        """
        return self.status.promises_result and self.completed_at is not None

    @property
    def state(self) -> str:
        """The status in words, with anything missing from its result."""
        if self.status.promises_result and not self.has_result:
            return f"{self.status}, without its findings"
        return self.status.value
