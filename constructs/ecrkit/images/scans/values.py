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
    How grave a vulnerability is, the gravest first.

    Source: ECR API model 2015-09-21, FindingSeverity. Inspector's ``UNTRIAGED`` is ``UNDEFINED`` here: nobody has
    said yet.
    """

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    INFORMATIONAL = "INFORMATIONAL"
    UNDEFINED = "UNDEFINED"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return list(Severity).index(self)

    def reaches(self, threshold: Severity) -> bool:
        """Whether it is as grave as *threshold*, or graver."""
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
    What a scan is up to.

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

    @property
    def promises_result(self) -> bool:
        """Whether there are findings to judge, be it none, as soon as the service says when it found them."""
        return self in {ScanStatus.COMPLETE, ScanStatus.ACTIVE}

    @property
    def is_coming(self) -> bool:
        """Whether waiting helps."""
        return self in {ScanStatus.IN_PROGRESS, ScanStatus.PENDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """
    Software in an image that has a vulnerability.

    Attributes:
        name: of the package; empty where the scan does not say.
        version: that is in the image; empty where the scan does not say.
        fixed_in: the version without it; empty where there is none, or the scan does not say.
    """

    name: str
    version: str
    fixed_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """
    One finding of a scan.

    Attributes:
        id: most often of a CVE.
        severity: as the scanner has it.
        packages: at least one.
        title: what it is, on a line; may be empty.
        uri: to read more; may be empty.
        is_active: ``False`` for what Inspector was told to suppress, or has closed.
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
    What is known of one image.

    Attributes:
        status: of the scan.
        description: in ECR's words; may be empty.
        completed_at: timezone-aware; ``None`` where the service does not say.
        vulnerabilities: the gravest first, then by id; meaningful where the status has a result.
        counts: by severity, as the service counted.
    """

    status: ScanStatus
    description: str
    completed_at: datetime | None
    vulnerabilities: tuple[Vulnerability, ...]
    counts: Mapping[Severity, int]

    @property
    def has_result(self) -> bool:
        """
        Whether there are findings to judge, be it none.

        Under enhanced scanning the status comes first and the findings later, with the time of the scan; in between
        the answer looks like that for an image without vulnerabilities.

        Source: github.com/aws/aws-sdk issue 289 and aws/aws-cli issue 6759 (read 2026-11).
        """
        return self.status.promises_result and self.completed_at is not None

    @property
    def state(self) -> str:
        """For people: its status, and what is missing of the result that it promises."""
        if self.status.promises_result and not self.has_result:
            return f"{self.status}, without its findings"
        return self.status.value
