"""What DescribeImageScanFindings answers, as values."""

from __future__ import annotations

import pytest
from builders.scans import basic_answer, basic_finding, enhanced_answer, enhanced_finding

from ecrkit.errors import NoVerdictError
from ecrkit.images.scans import Package, ScanStatus, Severity, read_scan


def test_basic_finding_is_a_vulnerability() -> None:
    """Package and version of a basic finding stand among its attributes."""
    finding = basic_finding() | {"description": "Two\n lines."}
    finding["attributes"].append({"key": "fixed_in_version", "value": "3.0.2"})

    (found,) = read_scan(basic_answer(finding)).vulnerabilities
    assert found.packages == (Package(name="openssl", version="3.0.1", fixed_in="3.0.2"),)
    assert (found.id, found.severity, found.title) == ("CVE-2026-1", Severity.HIGH, "Two lines.")


def test_enhanced_finding_has_its_packages() -> None:
    """An enhanced finding has a package or several; one without a fix has no version that mends it."""
    (found,) = read_scan(enhanced_answer(enhanced_finding())).vulnerabilities

    assert found.packages == (
        Package(name="curl", version="1.0-3", fixed_in="2.0-1"),
        Package(name="libcurl", version="1.0", fixed_in=""),
    )


def test_finding_without_a_package_is_one() -> None:
    """A finding that names no package is not lost, and is named by its title."""
    answer = enhanced_answer({"severity": "HIGH", "title": "A secret in a layer"})

    (found,) = read_scan(answer).vulnerabilities
    assert found.id == "A secret in a layer"
    assert found.packages == (Package(name="", version="", fixed_in=""),)


def test_gravest_comes_first() -> None:
    """Vulnerabilities are sorted by severity, then by name."""
    answer = basic_answer(
        basic_finding("CVE-2", severity="LOW"),
        basic_finding("CVE-3", severity="CRITICAL"),
        basic_finding("CVE-1", severity="LOW"),
    )

    assert [found.id for found in read_scan(answer).vulnerabilities] == ["CVE-3", "CVE-1", "CVE-2"]


def test_untriaged_is_undefined() -> None:
    """Inspector's word for a severity that nobody has given yet is ECR's."""
    scan = read_scan(enhanced_answer(enhanced_finding(severity="UNTRIAGED")))

    assert scan.vulnerabilities[0].severity is Severity.UNDEFINED
    assert scan.counts == {Severity.UNDEFINED: 1}


def test_scan_that_runs_has_no_findings_yet() -> None:
    """Without a result, no findings are expected."""
    scan = read_scan({"imageScanStatus": {"status": "PENDING"}})

    assert scan.status is ScanStatus.PENDING
    assert scan.vulnerabilities == ()


@pytest.mark.parametrize("status", [status.value for status in ScanStatus])
def test_status_has_a_result_or_is_coming_or_neither(status: str) -> None:
    """No status is both good to judge and worth waiting for."""
    scan_status = ScanStatus(status)

    assert not (scan_status.promises_result and scan_status.is_coming)


def test_answer_without_a_status_is_no_verdict() -> None:
    """An answer that is no answer does not pass."""
    with pytest.raises(NoVerdictError) as refused:
        read_scan({})

    assert str(refused.value) == "the scan status '' is unknown to ecrkit; update ecrkit"
