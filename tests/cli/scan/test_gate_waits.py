"""`ecrkit scan gate` waits for a result, and what is not one is no verdict."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from builders.commands import ECRKIT, ecrkit, ecrkit_on_terminal, start
from builders.proxies import Fault, aws_error, proxy_to
from builders.scan_commands import FINDINGS, told
from builders.scans import (
    answers,
    basic_answer,
    basic_finding,
    enhanced_answer,
    enhanced_finding,
    put_index,
)

if TYPE_CHECKING:
    from builders.accounts import Account

pytestmark = pytest.mark.server


def test_gate_waits_for_the_result(account: Account) -> None:
    """While a scan runs, the gate waits, tells so, and judges the result, not what was there before."""
    running = basic_answer(status="IN_PROGRESS")
    with proxy_to(account.url, Fault(FINDINGS, answers(running, basic_answer(basic_finding())))) as proxy:
        result = ecrkit("scan", "gate", "web:v1", "--fail-on", "HIGH", environment=account.at(proxy.url))

    assert result.returncode == 1
    assert re.sub(r"sha256:\w{12}", "sha256:…", result.stderr).splitlines() == [
        "web sha256:…: IN_PROGRESS (0 s)",
        "web:v1: 1 vulnerability at or above HIGH",
    ]
    assert proxy.actions.count(FINDINGS) == 2


def test_wait_is_one_line_on_a_terminal(account: Account) -> None:
    """On a terminal the progress line is cleared before the result."""
    running = basic_answer(status="PENDING")
    with proxy_to(account.url, Fault(FINDINGS, answers(running, basic_answer()))) as proxy:
        shown = ecrkit_on_terminal("scan", "gate", "web:v1", "--fail-on", "LOW", environment=account.at(proxy.url))

    assert re.search(r"\r\x1b\[Kweb sha256:\w{12}: PENDING \(0 s\)\r\x1b\[K", shown)
    assert shown.endswith("web:v1: no vulnerability at or above LOW\r\n")


@pytest.mark.parametrize(
    ("status", "what_to_do"),
    [
        pytest.param("FAILED", "read the description, and push the image again", id="failed"),
        pytest.param(
            "UNSUPPORTED_IMAGE",
            "the scanner does not know its operating system; scan it with another tool",
            id="unsupported",
        ),
        pytest.param(
            "SCAN_ELIGIBILITY_EXPIRED",
            "it is too old for enhanced scanning; push it again, or let Inspector scan for longer",
            id="expired",
        ),
        pytest.param("FINDINGS_UNAVAILABLE", "try again later", id="unavailable"),
        pytest.param("LIMIT_EXCEEDED", "too many scans in this account; try again later", id="limit"),
        pytest.param("IMAGE_ARCHIVED", "restore it from the archive first", id="archived"),
        pytest.param(
            "IMAGE_SIZE_EXCEEDED",
            "it is larger than the scanner accepts; make it smaller, or scan it with another tool",
            id="size",
        ),
    ],
)
def test_status_without_a_result_is_no_verdict(account: Account, status: str, what_to_do: str) -> None:
    """A scan that will have no result is never green: exit code 3, and what to do."""
    answer = basic_answer(status=status, description="Because.")
    with proxy_to(account.url, Fault(FINDINGS, answers(answer))) as proxy:
        result = ecrkit("scan", "gate", "web:v1", "--fail-on", "LOW", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert result.stdout == ""
    assert told(result) == f"error: web@…: the scan is {status} (Because.); {what_to_do}"


def _counting(number: int) -> dict[str, Any]:
    answer = basic_answer(basic_finding())
    answer["imageScanFindings"]["findingSeverityCounts"]["HIGH"] = number
    return answer


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        pytest.param(
            basic_answer(status="NEW"), "the scan status 'NEW' is unknown to ecrkit; update ecrkit", id="status"
        ),
        pytest.param(
            basic_answer(basic_finding(severity="AWFUL")),
            "the severity 'AWFUL' is unknown to ecrkit; update ecrkit",
            id="severity",
        ),
        pytest.param(
            enhanced_answer(enhanced_finding(status="MENDED")),
            "the status of a finding 'MENDED' is unknown to ecrkit; update ecrkit",
            id="status of a finding",
        ),
        pytest.param(
            enhanced_answer(enhanced_finding(severity="")),
            "the severity '' is unknown to ecrkit; update ecrkit",
            id="no severity",
        ),
        pytest.param(
            _counting(2), "the scan counts 2 HIGH, but lists 1; run the command again", id="fewer than counted"
        ),
    ],
)
def test_answer_that_is_not_understood_is_no_verdict(account: Account, answer: dict[str, Any], problem: str) -> None:
    """What ecrkit does not understand does not pass: exit code 3."""
    with proxy_to(account.url, Fault(FINDINGS, answers(answer))) as proxy:
        result = ecrkit("scan", "gate", "web:v1", "--fail-on", "CRITICAL", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert told(result) == f"error: web@…: {problem}"


@pytest.mark.parametrize("status", ["COMPLETE", "ACTIVE"])
@pytest.mark.parametrize(
    "found",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"imageScanFindings": {"findings": []}}, id="empty list"),
        pytest.param({"imageScanFindings": {"enhancedFindings": [], "findingSeverityCounts": {}}}, id="no counts"),
    ],
)
def test_status_alone_is_no_result(account: Account, status: str, found: dict[str, Any]) -> None:
    """Under enhanced scanning ECR says that it is done before there are findings: an empty answer is no good one."""
    answer = {"imageScanStatus": {"status": status}, **found}
    with proxy_to(account.url, Fault(FINDINGS, answers(answer))) as proxy:
        environment = account.at(proxy.url)
        result = ecrkit("scan", "gate", "web:v1", "--fail-on", "LOW", "--timeout", "0", environment=environment)
        shown = ecrkit("scan", "findings", "web:v1", "--output", "json", environment=environment)

    assert result.returncode == 3
    assert told(result) == f"error: web@…: no result within 0 s, the last status was: {status}, without its findings"
    assert (shown.returncode, shown.stdout) == (3, "")


def test_findings_that_come_late_are_judged(account: Account) -> None:
    """The gate waits for the findings that follow the status."""
    empty = {"imageScanStatus": {"status": "ACTIVE"}, "imageScanFindings": {"findings": []}}
    with proxy_to(account.url, Fault(FINDINGS, answers(empty, enhanced_answer(enhanced_finding())))) as proxy:
        result = ecrkit("scan", "gate", "web:v1", "--fail-on", "HIGH", environment=account.at(proxy.url))

    assert result.returncode == 1
    assert "ACTIVE, without its findings (0 s)" in result.stderr


def test_result_that_does_not_come_is_no_verdict(account: Account) -> None:
    """A scan that runs for longer than one waits is no verdict, and nobody waits when that is known."""
    running = basic_answer(status="IN_PROGRESS")
    with proxy_to(account.url, Fault(FINDINGS, answers(running))) as proxy:
        result = ecrkit(
            "scan", "gate", "web:v1", "--fail-on", "LOW", "--timeout", "1", environment=account.at(proxy.url)
        )

    assert result.returncode == 3
    assert told(result) == "error: web@…: no result within 1 s, the last status was: IN_PROGRESS"


def test_old_result_is_not_trusted(account: Account) -> None:
    """A result from the day before yesterday starts another scan, and the new result is judged."""
    old, new = basic_answer(), basic_answer(basic_finding())
    now = time.time()
    old["imageScanFindings"]["imageScanCompletedAt"] = now - 2 * 86400
    new["imageScanFindings"]["imageScanCompletedAt"] = now
    with proxy_to(account.url, Fault(FINDINGS, answers(old, old, new))) as proxy:
        result = ecrkit("scan", "gate", "web:v1", "--fail-on", "LOW", environment=account.at(proxy.url))

    assert result.returncode == 1
    assert proxy.actions.count("ecr:StartImageScan") == 1


def test_old_result_that_stays_is_no_verdict(account: Account) -> None:
    """Scanned on push only, by enhanced scanning, an image has no new result to wait for: that is said at once."""
    disabled = Fault("ecr:StartImageScan", aws_error("ValidationException", message="This feature is disabled"))
    old = enhanced_answer(status="COMPLETE")
    old["imageScanFindings"]["imageScanCompletedAt"] = 1_000_000_000
    with proxy_to(account.url, disabled, Fault(FINDINGS, answers(old))) as proxy:
        result = ecrkit("scan", "gate", "web:v1", "--fail-on", "HIGH", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert told(result) == (
        "error: web@…: the last scan is of 2001-09-09, and no new scan can be started: StartImageScan: "
        "ValidationException: This feature is disabled; enhanced scanning starts automatically; push the image "
        "again, or have it scanned continuously"
    )


def test_enhanced_scanning_starts_by_itself(account: Account) -> None:
    """Where enhanced scanning is on, no scan can be started: the gate waits for the one that comes."""
    disabled = Fault("ecr:StartImageScan", aws_error("ValidationException", message="This feature is disabled"))
    active = enhanced_answer(enhanced_finding(), enhanced_finding("CVE-2026-3", status="SUPPRESSED"))
    never = Fault(FINDINGS, aws_error("ScanNotFoundException"), times=2)
    with proxy_to(account.url, disabled, never, Fault(FINDINGS, answers(active))) as proxy:
        result = ecrkit("scan", "gate", "web:v1", "--fail-on", "HIGH", environment=account.at(proxy.url))

    assert result.returncode == 1
    assert (
        "StartImageScan: ValidationException: This feature is disabled; enhanced scanning starts automatically (0 s)"
        in result.stderr
    )
    assert [line.split()[::5] for line in result.stdout.splitlines()[1:]] == [
        ["CRITICAL", "fails"],
        ["CRITICAL", "fails"],
        ["CRITICAL", "suppressed"],
        ["CRITICAL", "suppressed"],
    ]


def test_scans_of_an_index_run_together(account: Account) -> None:
    """The scan of each image is started before the first is waited for; rows tell the platform."""
    put_index(account, "web", "multi")
    running, done = basic_answer(status="IN_PROGRESS"), basic_answer(basic_finding())
    with proxy_to(account.url, Fault(FINDINGS, answers(running, done))) as proxy:
        result = ecrkit("scan", "gate", "web:multi", "--fail-on", "HIGH", environment=account.at(proxy.url))
        listed = ecrkit("scan", "findings", "web:multi", environment=account.at(proxy.url))

    assert result.stderr.splitlines()[0] == "web linux/amd64: IN_PROGRESS (0 s)"
    for shown in (result, listed):
        heading, *rows = [line.split() for line in shown.stdout.splitlines()]
        assert heading[:2] == ["PLATFORM", "SEVERITY"]
        assert [row[:3] for row in rows] == [
            ["linux/amd64", "HIGH", "CVE-2026-1"],
            ["linux/arm64", "HIGH", "CVE-2026-1"],
        ]


def test_interrupt_is_no_verdict(account: Account) -> None:
    """Ctrl-C while it waits: one line, and exit code 3."""
    running = basic_answer(status="IN_PROGRESS")
    with proxy_to(account.url, Fault(FINDINGS, answers(running))) as proxy:
        command = [ECRKIT, "scan", "gate", "web:v1", "--fail-on", "LOW"]
        with start(command, environment=account.at(proxy.url), stderr=subprocess.PIPE) as process:
            assert process.stderr is not None
            process.stderr.readline()
            process.send_signal(signal.SIGINT)
            said = process.stderr.read()

    assert process.returncode == 3
    assert said.splitlines()[-1] == "error: interrupted"
