"""`ecrkit scan findings` against moto's server, and a proxy that answers with what moto cannot."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.proxies import Fault, proxy_to
from builders.scan_commands import FINDINGS, told
from builders.scans import (
    answers,
    basic_answer,
    basic_finding,
    prepare,
)

if TYPE_CHECKING:
    from builders.accounts import Account

pytestmark = pytest.mark.server


def test_findings_are_a_table(account: Account) -> None:
    """The gravest first; package, version and the version that mends it."""
    prepare(
        account,
        basic_answer(basic_finding("CVE-2026-9", severity="LOW"), basic_finding("CVE-2026-1", severity="HIGH")),
    )
    ecrkit("scan", "start", "web:v1", environment=account.environment)

    result = ecrkit("scan", "findings", "web:v1", environment=account.environment)

    assert [line.split() for line in result.stdout.splitlines()] == [
        ["SEVERITY", "VULNERABILITY", "PACKAGE", "VERSION", "FIXED", "IN"],
        ["HIGH", "CVE-2026-1", "openssl", "3.0.1", "-"],
        ["LOW", "CVE-2026-9", "openssl", "3.0.1", "-"],
    ]
    assert re.fullmatch(r"web@…: 1 HIGH, 1 LOW, scanned \d{4}-\d\d-\d\d \d\d:\d\d", told(result))


def test_findings_as_json_are_the_service_answer(account: Account) -> None:
    """JSON is what DescribeImageScanFindings answers, image by image."""
    answer = basic_answer(basic_finding())
    prepare(account, answer)
    ecrkit("scan", "start", "web:v1", environment=account.environment)

    result = ecrkit("scan", "findings", "web:v1", "--output", "json", environment=account.environment)

    (scan,) = json.loads(result.stdout)["imageScans"]
    completed_at = datetime.fromisoformat(scan["imageScanFindings"]["imageScanCompletedAt"])
    assert scan["imageScanFindings"] == answer["imageScanFindings"] | {"imageScanCompletedAt": completed_at.isoformat()}
    assert completed_at.timestamp() == answer["imageScanFindings"]["imageScanCompletedAt"]
    assert scan["repositoryName"] == "web"


def test_findings_of_no_scan_are_none(account: Account) -> None:
    """An image that was never scanned has no findings to show, which is not the same as none found."""
    result = ecrkit("scan", "findings", "web:v1", environment=account.environment)

    assert result.returncode == 3
    assert told(result) == "error: web@…: never scanned; start one with `ecrkit scan start web:v1`"


def test_findings_of_a_scan_that_runs_are_none(account: Account) -> None:
    """A scan without a result has nothing to show, and says so."""
    with proxy_to(account.url, Fault(FINDINGS, answers(basic_answer(status="PENDING")))) as proxy:
        result = ecrkit("scan", "findings", "web:v1", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert told(result) == "error: web@…: no result: the scan is PENDING"
