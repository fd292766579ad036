"""Read what ``DescribeImageScanFindings`` answers, for basic and for enhanced scanning."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from ecrkit.errors import NoVerdictError
from ecrkit.images.scans.values import FindingStatus, Package, Scan, ScanStatus, Severity, Vulnerability

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum

__all__ = ["read_scan", "read_scan_counts"]

_INSPECTOR_UNTRIAGED = "UNTRIAGED"
_INSPECTOR_NO_FIX = frozenset({"NotAvailable", "NOT_AVAILABLE", "0"})

Word = TypeVar("Word", bound="StrEnum")


def read_scan(document: Mapping[str, Any]) -> Scan:
    """
    Read a DescribeImageScanFindings response, its pages merged into one.

    Args:
        document: the response, with times as timezone-aware datetimes.

    Raises:
        NoVerdictError: it has a status or severity unknown to ecrkit, or fewer findings than it counts.

    Source: ECR API model 2015-09-21, DescribeImageScanFindingsResponse.
    """
    scan = read_scan_counts(document)
    found = document.get("imageScanFindings", {})
    vulnerabilities = [_basic(finding) for finding in found.get("findings", ())]
    vulnerabilities += [_enhanced(finding) for finding in found.get("enhancedFindings", ())]
    if scan.status.promises_result:
        _check_all_are_there(vulnerabilities, scan.counts)
    return replace(
        scan, vulnerabilities=tuple(sorted(vulnerabilities, key=lambda found: (found.severity.rank, found.id)))
    )


def read_scan_counts(document: Mapping[str, Any]) -> Scan:
    """
    Read one page of a DescribeImageScanFindings response, without its vulnerabilities: any page counts all of them.

    Args:
        document: the response, with times as timezone-aware datetimes.

    Raises:
        NoVerdictError: it has a status or severity unknown to ecrkit.
    """
    status = _word(ScanStatus, document.get("imageScanStatus", {}).get("status", ""), what="scan status")
    found = document.get("imageScanFindings", {})
    counts = Counter[Severity]()
    for name, number in found.get("findingSeverityCounts", {}).items():
        counts[_severity(name)] += number
    return Scan(
        status=status,
        description=document.get("imageScanStatus", {}).get("description", ""),
        completed_at=found.get("imageScanCompletedAt"),
        vulnerabilities=(),
        counts=counts,
    )


def _check_all_are_there(vulnerabilities: list[Vulnerability], counts: Mapping[Severity, int]) -> None:
    listed = Counter(found.severity for found in vulnerabilities)
    for severity, number in counts.items():
        if number > listed[severity]:
            raise NoVerdictError(
                f"the scan counts {number} {severity}, but lists {listed[severity]}; run the command again"
            )


def _basic(finding: Mapping[str, Any]) -> Vulnerability:
    attributes = {entry["key"]: entry.get("value", "") for entry in finding.get("attributes", ())}
    package = Package(
        name=attributes.get("package_name", ""),
        version=attributes.get("package_version", ""),
        # Not every version of the scanner says it, and the documentation has no list of attributes.
        fixed_in=next((value for key, value in attributes.items() if key.startswith("fixed_in")), ""),
    )
    return Vulnerability(
        id=finding.get("name", "unnamed"),
        severity=_severity(finding.get("severity", "")),
        packages=(package,),
        title=_one_line(finding.get("description", "")),
        uri=finding.get("uri", ""),
        is_active=True,
    )


def _enhanced(finding: Mapping[str, Any]) -> Vulnerability:
    details = finding.get("packageVulnerabilityDetails", {})
    packages = tuple(map(_enhanced_package, details.get("vulnerablePackages", ())))
    return Vulnerability(
        id=details.get("vulnerabilityId") or finding.get("title", "unnamed"),
        severity=_severity(finding.get("severity", "")),
        packages=packages or (Package(name="", version="", fixed_in=""),),
        title=_one_line(finding.get("title") or finding.get("description", "")),
        uri=details.get("sourceUrl", ""),
        is_active=_word(FindingStatus, finding.get("status", FindingStatus.ACTIVE), what="status of a finding")
        is FindingStatus.ACTIVE,
    )


def _enhanced_package(package: Mapping[str, Any]) -> Package:
    release = package.get("release", "")
    fixed_in = package.get("fixedInVersion", "")
    return Package(
        name=package.get("name", ""),
        version=f"{package.get('version', '')}{f'-{release}' if release else ''}",
        fixed_in="" if fixed_in in _INSPECTOR_NO_FIX else fixed_in,
    )


def _severity(name: str) -> Severity:
    return Severity.UNDEFINED if name == _INSPECTOR_UNTRIAGED else _word(Severity, name, what="severity")


def _word(words: type[Word], text: str, *, what: str) -> Word:
    """Understand a word, or refuse: what is not understood must not pass for harmless."""
    try:
        return words(text)
    except ValueError:
        raise NoVerdictError(f"the {what} {text!r} is unknown to ecrkit; update ecrkit") from None


def _one_line(text: str) -> str:
    return " ".join(text.split())
