"""`ecrkit scan summary` against moto's server, and a proxy that answers with what moto cannot."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING, Any

import pytest
from builders.commands import ecrkit
from builders.proxies import Fault, aws_error, proxy_to
from builders.scan_commands import FINDINGS
from builders.scans import basic_answer, basic_finding, enhanced_answer, enhanced_finding, put_index

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Mapping

    from builders.accounts import Account

pytestmark = pytest.mark.server

DAY = 86_400
NEVER = aws_error("ScanNotFoundException")
DENIED = aws_error("AccessDeniedException", message="not for you")


def scanned(answers: Mapping[str, Any]) -> Fault:
    """Answer about each repository with its own document or refusal, and that others were never scanned."""

    def befall(handler: Any) -> bool:  # noqa: ANN401 - the proxy's own
        asked = json.loads(handler.body)
        answer: Any = answers.get(asked["repositoryName"], NEVER)
        if isinstance(answer, dict) and "imageScanStatus" not in answer:
            answer = answer.get(asked["imageId"]["imageDigest"], NEVER)
        if callable(answer):
            return bool(answer(handler))
        handler.answer(200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode())
        return False

    return Fault(FINDINGS, befall)


def summary(
    account: Account, *arguments: str, answers: Mapping[str, Any] | None = None, faults: tuple[Fault, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the command against a proxy."""
    with proxy_to(account.url, *faults, scanned(answers or {})) as proxy:
        result = ecrkit("scan", "summary", *arguments, environment=account.at(proxy.url))
    result.stderr = re.sub(r"\d{4}-\d\d-\d\d", "DATE", result.stderr)
    assert "ecr:StartImageScan" not in proxy.actions
    return result


def rows(result: subprocess.CompletedProcess[str]) -> list[list[str]]:
    """Read the table; the age of a scan of today depends on how fast the test is."""
    return [re.split(r"\s{2,}", re.sub(r"\d+min ago", "now", line)) for line in result.stdout.splitlines()[1:]]


def aged(document: dict[str, Any], *, days: int) -> dict[str, Any]:
    """Make a scan older."""
    findings = document["imageScanFindings"] | {"imageScanCompletedAt": int(time.time()) - days * DAY}
    return document | {"imageScanFindings": findings}


@pytest.fixture
def repositories(account: Account) -> Account:
    """Repositories with one image each, a signature and an artifact beside it, and an empty one."""
    for name in ("api", "base", "empty", "job"):
        account.ecr.create_repository(repositoryName=name)
    for name in ("api", "base", "job"):
        account.put_image(name, "v1")
    account.put_image("api", f"sha256-{'a' * 64}.sig")
    return account


@pytest.fixture
def answers() -> dict[str, Any]:
    """Basic and enhanced scans of these repositories; ``job`` was never scanned."""
    return {
        "web": basic_answer(basic_finding("CVE-1"), basic_finding("CVE-2", severity="LOW")),
        "api": aged(enhanced_answer(enhanced_finding(), enhanced_finding("CVE-3", severity="UNTRIAGED")), days=40),
        "base": basic_answer(),
    }


def test_most_severe_repository_comes_first(repositories: Account, answers: dict[str, Any]) -> None:
    """A row each, for basic and enhanced scanning; signatures are no images, and an empty repository has none."""
    result = summary(repositories, answers=answers)

    assert result.returncode == 0
    assert result.stdout.splitlines()[0].split() == [
        *("REPOSITORY", "IMAGE", "CRITICAL", "HIGH", "MEDIUM", "LOW", "OTHER", "SCANNED"),
    ]
    assert rows(result) == [
        ["api", "v1", "1", "0", "0", "0", "1", "40d ago"],
        ["web", "v1", "0", "1", "0", "1", "0", "now"],
        ["job", "v1", "-", "-", "-", "-", "-", "never"],
        ["base", "v1", "0", "0", "0", "0", "0", "now"],
        ["empty", "-", "-", "-", "-", "-", "-", "no tagged image"],
    ]
    assert result.stderr.splitlines() == [
        (
            "5 repositories: 1 CRITICAL, 1 HIGH, 1 LOW, 1 UNDEFINED; 1 image without a scan result; "
            "the oldest scan is from DATE, 40d ago"
        )
    ]


def test_old_and_missing_scans_fail(repositories: Account, answers: dict[str, Any]) -> None:
    """With --max-age, a scan that is older or missing fails a pipeline, with the reason for each image."""
    answers["web"] = basic_answer(status="FAILED") | {"imageScanFindings": {}}

    result = summary(repositories, "--max-age", "30", answers=answers)
    recent = summary(repositories, "--max-age", "60", "api", "b*", answers=answers)

    assert (result.returncode, recent.returncode) == (1, 0)
    assert result.stderr.splitlines()[1:] == [
        "failed: api:v1: the last scan is 40 days old",
        "failed: job:v1: never scanned",
        "failed: web:v1: no scan result: FAILED",
    ]


def test_summary_as_json(repositories: Account, answers: dict[str, Any]) -> None:
    """JSON has the images of each repository, in the names of AWS."""
    result = summary(repositories, "web", "job", "--output", "json", answers=answers)

    document = json.loads(result.stdout)
    web, job = document["repositories"]
    (image,) = web["images"]
    assert document["findingSeverityCounts"] == {"HIGH": 1, "LOW": 1}
    assert (web["repositoryName"], web["findingSeverityCounts"]) == ("web", {"HIGH": 1, "LOW": 1})
    assert (web["unscannedImageCount"], web["notChecked"]) == (0, [])
    assert (image["imageTags"], image["imageScanStatus"]) == (["v1"], "COMPLETE")
    assert image["imageScanCompletedAt"] == web["imageScanCompletedAt"]
    assert (job["unscannedImageCount"], job["imageScanCompletedAt"]) == (1, None)


def test_several_images_are_checked(repositories: Account, answers: dict[str, Any]) -> None:
    """--images counts unscanned images among the newest, and --tags chooses which count."""
    new, old = (repositories.put_image("web", tag) for tag in ("release-2", "release-1"))
    answers["web"] = {new: basic_answer(basic_finding(severity="MEDIUM"))}
    one, other = repositories.put_image("job", "release-1"), repositories.put_image("job", "nightly")
    answers["job"] = {one: basic_answer(), other: basic_answer(basic_finding())}

    result = summary(repositories, "web", "job", "--tags", "release-*", "--images", "5", answers=answers)

    assert sorted(row[-1] for row in rows(result)) == ["0 of 1", "1 of 2"]
    assert "1 image without a scan result" in result.stderr
    assert new != old


def test_index_is_that_of_its_images(repositories: Account) -> None:
    """ECR does not scan an index: its images are asked about, unless the policy counts pulls."""
    amd64, arm64 = put_index(repositories, "web", "multi")
    answers = {"web": {amd64: basic_answer(basic_finding()), arm64: basic_answer(basic_finding(), basic_finding("B"))}}
    rule = {
        "rulePriority": 1,
        "selection": {
            "tagStatus": "any",
            "countType": "sinceImagePulled",
            "countUnit": "days",
            "countNumber": 9,
        },
        "action": {"type": "expire"},
    }
    policy = {"lifecyclePolicyText": json.dumps({"rules": [rule]})}

    read = summary(repositories, "web", "--tags", "multi", answers=answers)
    unread = summary(
        repositories, "web", "--tags", "multi", answers=answers, faults=(Fault("ecr:GetLifecyclePolicy", told(policy)),)
    )

    assert rows(read) == [["web", "multi", "0", "2", "0", "0", "0", "now"]]
    assert unread.returncode == 3
    assert rows(unread) == [["web", "multi", "-", "-", "-", "-", "-", "not checked"]]
    assert unread.stderr.splitlines()[0] == (
        "web: not checked: web: multi is a manifest list, and ECR counts reading it as a pull; pass --children to read "
        "it anyway"
    )


def told(document: Mapping[str, Any]) -> Callable[[Any], bool]:
    """Answer with one document."""

    def befall(handler: Any) -> bool:  # noqa: ANN401 - the proxy's own
        handler.answer(200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(document).encode())
        return False

    return befall


def test_denied_repository_is_not_checked(repositories: Account, answers: dict[str, Any]) -> None:
    """A refusal about one repository leaves the others possible; with --max-age it is no pass."""
    answers = {"web": DENIED, "base": basic_answer()}

    result = summary(repositories, "web", "base", answers=answers)
    strict = summary(repositories, "web", "base", "--max-age", "30", answers=answers)

    assert (result.returncode, strict.returncode) == (0, 3)
    assert rows(result)[0] == ["web", "v1", "-", "-", "-", "-", "-", "not checked"]
    assert result.stderr.splitlines()[0] == (
        "web: not checked: DescribeImageScanFindings: access denied: not for you; docs/reference/iam.md lists what "
        "each command needs"
    )
    assert strict.stderr.splitlines()[-1] == "error: 1 repository not checked, for example web"


def test_nothing_checked_is_an_error(repositories: Account) -> None:
    """If nothing could be looked at, there is no overview."""
    denied = Fault("ecr:DescribeImages", DENIED)

    result = summary(repositories, faults=(denied,))

    assert result.returncode == 3
    assert result.stderr.splitlines()[-1] == "error: 5 repositories not checked, for example api"


def test_unknown_status_is_not_checked(repositories: Account) -> None:
    """A status that ecrkit does not know is neither a result nor none."""
    answers = {"web": basic_answer(status="PAUSED"), "base": basic_answer()}

    result = summary(repositories, "web", "base", answers=answers)

    assert result.returncode == 0
    assert re.sub("sha256:[0-9a-f]{64}", "…", result.stderr.splitlines()[0]) == (
        "web: not checked: web@…: the scan status 'PAUSED' is unknown to ecrkit; update ecrkit"
    )


def test_unreachable_aws_is_an_error(repositories: Account) -> None:
    """A failure that is not about one repository ends the command."""
    result = summary(repositories, answers={"web": aws_error("InternalFailure", status=500)})

    assert result.returncode == 3
    assert "InternalFailure" in result.stderr
