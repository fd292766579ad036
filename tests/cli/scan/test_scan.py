"""`ecrkit scan` against moto's server, and a proxy that answers with what moto cannot."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from builders.commands import ECRKIT, ecrkit, ecrkit_on_terminal, start
from builders.proxies import Fault, aws_error, proxy_to
from builders.scans import (
    answers,
    basic_answer,
    basic_finding,
    enhanced_answer,
    enhanced_finding,
    prepare,
    put_index,
    reset,
    scanning_account,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders.accounts import Account

pytestmark = pytest.mark.server

SARIF_SCHEMA = json.loads((Path(__file__).parents[2] / "data" / "sarif-2.1.0-rtm.5.json").read_text())
FINDINGS = "ecr:DescribeImageScanFindings"
IMAGE = re.compile(r"web@sha256:[0-9a-f]{64}")


@pytest.fixture(scope="module")
def server() -> Iterator[Account]:
    """Moto's server."""
    with scanning_account() as account:
        yield account


@pytest.fixture
def account(server: Account) -> Account:
    """An account with the image ``web:v1``, never scanned."""
    reset(server)
    return server


def gate(account: Account, *arguments: str | Path, image: str = "web:v1") -> subprocess.CompletedProcess[str]:
    """Run the gate."""
    return ecrkit("scan", "gate", image, *arguments, environment=account.environment)


def told(result: subprocess.CompletedProcess[str]) -> str:
    """Give the last line of standard error, digests left out."""
    return IMAGE.sub("web@…", result.stderr.splitlines()[-1])


def test_start_tells_the_status(account: Account) -> None:
    """A scan is started, and its status is the result."""
    result = ecrkit("scan", "start", "web:v1", environment=account.environment)

    assert result.returncode == 0
    assert IMAGE.sub("web@…", result.stdout) == "web@…: IN_PROGRESS\n"


def test_start_once_a_day(account: Account) -> None:
    """ECR's refusal of a second scan ends in one line, at once."""
    ecrkit("scan", "start", "web:v1", environment=account.environment)

    with proxy_to(account.url) as proxy:
        result = ecrkit("scan", "start", "web:v1", "--output", "json", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert result.stdout == ""
    assert told(result) == (
        "error: web@…: StartImageScan: scanned in the last 24 hours already (LimitExceededException); "
        "`ecrkit scan findings` shows what was found"
    )
    assert proxy.actions.count("ecr:StartImageScan") == 1


def test_start_leaves_out_what_was_scanned_today(account: Account) -> None:
    """Of an index, the images that were not scanned today are scanned, and the others are told."""
    first, _ = put_index(account, "web", "multi")
    ecrkit("scan", "start", f"web@{first}", environment=account.environment)

    result = ecrkit("scan", "start", "web:multi", environment=account.environment)

    assert result.returncode == 3
    assert IMAGE.sub("web@…", result.stdout) == "web@… (linux/arm64): IN_PROGRESS\n"
    assert told(result).startswith("error: web@… (linux/amd64): StartImageScan: scanned in the last 24 hours already")


@pytest.mark.parametrize("command", [("start",), ("findings",), ("gate", "--fail-on", "HIGH")])
def test_image_of_another_registry_is_refused(account: Account, command: tuple[str, ...]) -> None:
    """An image of another account is not mistaken for one of the same name in this."""
    registry = "dkr.ecr.us-east-1.amazonaws.com"
    result = ecrkit("scan", *command, f"210987654321.{registry}/web:v1", environment=account.environment)

    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == (
        f"error: 210987654321.{registry}: another registry than 123456789012.{registry}, where the credentials lead; "
        "change --profile or --region, or leave the host out\n"
    )


def test_dry_run_starts_nothing(account: Account) -> None:
    """--dry-run tells what would be scanned."""
    with proxy_to(account.url) as proxy:
        result = ecrkit("scan", "start", "web:v1", "--dry-run", environment=account.at(proxy.url))

    assert told(result) == "would be scanned: web@…"
    assert proxy.actions == ["ecr:DescribeImages"]


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


def test_gate_starts_the_scan(account: Account) -> None:
    """An image that was never scanned is scanned; without a vulnerability it passes."""
    prepare(account, basic_answer())

    result = gate(account, "--fail-on", "LOW")

    assert result.returncode == 0
    assert result.stdout == ""
    assert told(result) == "web:v1: no vulnerability at or above LOW"


def test_dry_run_of_the_gate_is_no_verdict(account: Account) -> None:
    """--dry-run tells what would be scanned, starts nothing, and lets nothing pass."""
    prepare(account, basic_answer())

    with proxy_to(account.url) as proxy:
        environment = account.at(proxy.url)
        before = ecrkit("scan", "gate", "web:v1", "--fail-on", "LOW", "--dry-run", environment=environment)
        started = proxy.actions.count("ecr:StartImageScan")
    ecrkit("scan", "start", "web:v1", environment=account.environment)
    after = gate(account, "--fail-on", "LOW", "--dry-run")

    assert (before.returncode, told(before), started) == (3, "would be scanned: web@…", 0)
    assert (after.returncode, told(after)) == (3, "would not be scanned again: web@…")


@pytest.mark.parametrize(
    ("fail_on", "code", "verdict"),
    [
        pytest.param("CRITICAL", 0, "below", id="below"),
        pytest.param("HIGH", 1, "fails", id="at"),
        pytest.param("medium", 1, "fails", id="above"),
    ],
)
def test_gate_holds_the_line(account: Account, fail_on: str, code: int, verdict: str) -> None:
    """A vulnerability at or above the severity fails the gate; below it, it is shown."""
    prepare(account, basic_answer(basic_finding(severity="HIGH")))

    result = gate(account, "--fail-on", fail_on)

    assert result.returncode == code
    assert result.stdout.splitlines()[1].split() == ["HIGH", "CVE-2026-1", "openssl", "3.0.1", "-", verdict]


def test_gate_wants_a_severity(account: Account) -> None:
    """There is no severity by default: what fails is decided by whoever runs the gate."""
    result = gate(account)

    assert result.returncode == 2
    assert "Missing option '--fail-on'" in result.stderr


ALLOWED = """
CVE-2026-1:
  reason: Nothing calls it.
  expires: {expires}
CVE-2026-7:
  reason: Long gone.
  expires: 2027-01-31
"""


@pytest.mark.parametrize(
    ("days", "code", "verdict"),
    [
        pytest.param(0, 0, "allowed until {day}: Nothing calls it.", id="last day"),
        pytest.param(-1, 1, "fails: allowed until {day}", id="expired"),
    ],
)
def test_allowance_holds_until_its_last_day(
    account: Account, tmp_path: Path, days: int, code: int, verdict: str
) -> None:
    """An allowed vulnerability passes through the last day, and fails after it; an allowance of nothing is told."""
    prepare(account, basic_answer(basic_finding()))
    day = datetime.now(UTC).date() + timedelta(days=days)
    allow = tmp_path / "allowed.yaml"
    allow.write_text(ALLOWED.format(expires=day))

    result = gate(account, "--fail-on", "HIGH", "--allow", allow)

    assert result.returncode == code
    assert result.stdout.splitlines()[1].endswith(f"  {verdict.format(day=day)}")
    assert f"{allow}:5:1: CVE-2026-7: nothing that was found is allowed by this" in result.stderr.splitlines()


def test_allow_list_that_cannot_be_read_stops_all(account: Account, tmp_path: Path) -> None:
    """A list with mistakes is refused with all of them, and no scan is started."""
    allow = tmp_path / "allowed.yaml"
    allow.write_text("CVE-2026-1:\n  expires: soon\nCVE-2026-2:\n  reason: ''\n  expires: 2027-01-31\n  pakages: [a]\n")

    with proxy_to(account.url) as proxy:
        result = ecrkit(
            "scan", "gate", "web:v1", "--fail-on", "LOW", "--allow", allow, environment=account.at(proxy.url)
        )

    assert result.returncode == 2
    assert result.stderr.replace(str(allow), "allowed.yaml") == (
        "error: allowed.yaml:2:3: CVE-2026-1: the required key 'reason' is missing; add it [ALW104]\n"
        "allowed.yaml:2:12: CVE-2026-1.expires: must be the last day on which it is allowed, as in 2027-03-31, "
        "got 'soon' [ALW111]\n"
        "allowed.yaml:4:11: CVE-2026-2.reason: must say why it is allowed, got nothing [ALW110]\n"
        "allowed.yaml:6:3: CVE-2026-2.pakages: unknown key 'pakages'; did you mean packages? [ALW103]\n"
    )
    assert proxy.actions == []


def test_sarif_is_valid(account: Account, tmp_path: Path) -> None:
    """SARIF is valid by the standard's own schema, and an allowed vulnerability is suppressed, with its reason."""
    prepare(account, basic_answer(basic_finding(), basic_finding("CVE-2026-3", package="zlib")))
    allow = tmp_path / "allowed.yaml"
    allow.write_text("CVE-2026-3:\n  reason: Nothing calls it.\n  expires: 2999-01-31\n")

    result = gate(account, "--fail-on", "HIGH", "--allow", allow, "--output", "sarif")

    document = json.loads(result.stdout)
    jsonschema.validate(document, SARIF_SCHEMA)
    (run,) = document["runs"]
    assert result.returncode == 1
    assert [(found["ruleId"], found["level"], found.get("suppressions")) for found in run["results"]] == [
        ("CVE-2026-1", "error", None),
        ("CVE-2026-3", "warning", [{"kind": "external", "justification": "Nothing calls it."}]),
    ]


def test_gate_as_json(account: Account) -> None:
    """JSON tells whether it passed, and every vulnerability with its verdict."""
    prepare(account, enhanced_answer(enhanced_finding()))

    result = gate(account, "--fail-on", "CRITICAL", "--output", "json")

    document = json.loads(result.stdout)
    (image,) = document["images"]
    assert (document["passed"], document["failOn"]) == (False, "CRITICAL")
    assert image["findings"] == [
        {
            "name": "CVE-2026-2",
            "severity": "CRITICAL",
            "uri": "https://example.org/CVE-2026-2",
            "packages": [
                {"name": "curl", "version": "1.0-3", "fixedInVersion": "2.0-1"},
                {"name": "libcurl", "version": "1.0", "fixedInVersion": None},
            ],
            "verdict": "fails",
        }
    ]


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
        pytest.param("FAILED", "look at the description, and push the image again", id="failed"),
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
            basic_answer(status="NEW"), "the scan status 'NEW' is none that ecrkit knows; update ecrkit", id="status"
        ),
        pytest.param(
            basic_answer(basic_finding(severity="AWFUL")),
            "the severity 'AWFUL' is none that ecrkit knows; update ecrkit",
            id="severity",
        ),
        pytest.param(
            enhanced_answer(enhanced_finding(status="MENDED")),
            "the status of a finding 'MENDED' is none that ecrkit knows; update ecrkit",
            id="status of a finding",
        ),
        pytest.param(
            enhanced_answer(enhanced_finding(severity="")),
            "the severity '' is none that ecrkit knows; update ecrkit",
            id="no severity",
        ),
        pytest.param(_counting(2), "the scan counts 2 HIGH and lists 1; ask again", id="fewer than counted"),
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
        "error: web@…: the last scan is of 2001-09-09, and no other can be started: StartImageScan: "
        "ValidationException: This feature is disabled; enhanced scanning starts by itself; push the image again, or "
        "have it scanned continuously"
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
        "StartImageScan: ValidationException: This feature is disabled; enhanced scanning starts by itself (0 s)"
        in result.stderr
    )
    assert [line.split()[::5] for line in result.stdout.splitlines()[1:]] == [
        ["CRITICAL", "fails"],
        ["CRITICAL", "fails"],
        ["CRITICAL", "suppressed"],
        ["CRITICAL", "suppressed"],
    ]


def test_image_that_cannot_be_scanned_is_no_verdict(account: Account) -> None:
    """An image that ECR refuses to scan is never green."""
    refused = Fault("ecr:StartImageScan", aws_error("UnsupportedImageTypeException", message="Not this one."))
    with proxy_to(account.url, refused) as proxy:
        result = ecrkit("scan", "gate", "web:v1", "--fail-on", "CRITICAL", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert told(result) == (
        "error: web@…: no scan can be started: StartImageScan: UnsupportedImageTypeException: Not this one."
    )


def test_every_image_of_an_index_is_judged(account: Account) -> None:
    """ECR does not scan an index: each of its images is scanned, and one that fails is enough."""
    put_index(account, "web", "multi")
    bad, good = basic_answer(basic_finding()), basic_answer()
    with proxy_to(account.url, Fault(FINDINGS, answers(bad, good))) as proxy:
        result = ecrkit(
            "scan", "gate", "web:multi", "--fail-on", "HIGH", "--output", "json", environment=account.at(proxy.url)
        )

    images = json.loads(result.stdout)["images"]
    assert result.returncode == 1
    assert [(image["platform"], len(image["findings"])) for image in images] == [("linux/amd64", 1), ("linux/arm64", 0)]


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


def test_index_without_images_is_no_verdict(account: Account) -> None:
    """An index of nothing is nothing to let pass."""
    index = "application/vnd.oci.image.index.v1+json"
    account.ecr.put_image(
        repositoryName="web",
        imageTag="nothing",
        imageManifest=json.dumps({"schemaVersion": 2, "mediaType": index, "manifests": []}),
        imageManifestMediaType=index,
    )

    result = gate(account, "--fail-on", "LOW", image="web:nothing")

    assert result.returncode == 3
    assert result.stderr == "error: web:nothing: an index without images; there is nothing to scan\n"


def test_findings_of_a_scan_that_runs_are_none(account: Account) -> None:
    """A scan without a result has nothing to show, and says so."""
    with proxy_to(account.url, Fault(FINDINGS, answers(basic_answer(status="PENDING")))) as proxy:
        result = ecrkit("scan", "findings", "web:v1", environment=account.at(proxy.url))

    assert result.returncode == 3
    assert told(result) == "error: web@…: there is no result: the scan is PENDING"


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
