"""`ecrkit scan gate` against moto's server: its verdict, the allow list and its formats."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
from builders.commands import ecrkit
from builders.proxies import Fault, aws_error, proxy_to
from builders.scan_commands import FINDINGS, gate, told
from builders.scans import (
    answers,
    basic_answer,
    basic_finding,
    enhanced_answer,
    enhanced_finding,
    prepare,
    put_index,
)

if TYPE_CHECKING:
    from builders.accounts import Account

pytestmark = pytest.mark.server

SARIF_SCHEMA = json.loads((Path(__file__).parents[2] / "data" / "sarif-2.1.0-rtm.5.json").read_text())


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
    assert f"{allow}:5:1: CVE-2026-7: matches no finding" in result.stderr.splitlines()


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
    assert (result.returncode, told(result)) == (1, "web:v1: 1 vulnerability at or above HIGH")
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
