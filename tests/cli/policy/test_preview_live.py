"""`ecrkit policy preview --repository`: the images of the moment, and ECR's own preview beside ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.commands import ecrkit
from builders.inventories import digest
from builders.policies import policy_text, pulled, rule
from builders.proxies import Fault, proxy_to
from builders.scans import answers, put_index, scanning_account

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from builders.accounts import Account

pytestmark = pytest.mark.server

POLICY = policy_text(rule(1, countNumber=1))
ARCHIVE = policy_text(rule(1, **pulled(90), action={"type": "transition", "targetStorageClass": "archive"}))
PLAIN = ("--repository", "plain")
AT = ("--now", "2999-01-01T00:00:00Z")


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """An account with an index of two images and an image, with four images, and with an empty repository."""
    with scanning_account() as account:
        put_index(account, "web", "multi")
        account.ecr.create_repository(repositoryName="plain")
        for number in range(4):
            account.put_image("plain", f"v{number}")
        account.ecr.create_repository(repositoryName="empty")
        yield account


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Keep the newest image."""
    path = tmp_path / "policy.json"
    path.write_text(POLICY)
    return path


def preview(account: Account, policy: Path, *arguments: str, url: str = "") -> subprocess.CompletedProcess[str]:
    chosen = arguments if "--repository" in arguments else ("--repository", "web", *arguments)
    return ecrkit("policy", "preview", policy, *chosen, environment=account.at(url or account.url))


def ours(account: Account, policy: Path) -> list[dict[str, Any]]:
    document = json.loads(preview(account, policy, *PLAIN, "--output", "json").stdout)
    results: list[dict[str, Any]] = document["previewResults"]
    return results


def service_preview(results: list[dict[str, Any]], *, text: str = POLICY) -> list[Fault]:
    """Have ECR answer with *results*, one a page."""
    whole = {"lifecyclePolicyText": text, "status": "COMPLETE"}
    pages = [
        {**whole, "previewResults": [result], **({"nextToken": str(number)} if number < len(results) else {})}
        for number, result in enumerate(results, start=1)
    ]
    return [
        Fault("ecr:StartLifecyclePolicyPreview", answers({"status": "IN_PROGRESS"})),
        Fault("ecr:GetLifecyclePolicyPreview", answers(*(pages or [{**whole, "previewResults": []}]))),
    ]


def theirs(result: dict[str, Any]) -> dict[str, Any]:
    """Write one of our results as the service does."""
    kept = {key: result[key] for key in ("imageDigest", "action", "appliedRulePriority")}
    return {**kept, "imageTags": result.get("imageTags", []), "imagePushedAt": 1_700_000_000}


@pytest.mark.parametrize("repository", ["web", "empty"])
def test_one_step_is_as_good_as_two(account: Account, policy: Path, tmp_path: Path, repository: str) -> None:
    """The preview is that of the inventory that would have been written."""
    ecrkit("images", "inventory", repository, "-o", tmp_path / "images", environment=account.environment)
    output = ("--output", "json", *AT)

    two = ecrkit("policy", "preview", policy, "--images", tmp_path / "images" / f"{repository}.json", *output)
    one = preview(account, policy, "--repository", repository, *output)

    assert (one.returncode, one.stderr) == (0, "")
    assert json.loads(one.stdout)["registryId"] == "123456789012"
    assert json.loads(one.stdout) | {"registryId": ""} == json.loads(two.stdout) | {"registryId": ""}


def test_only_reads(account: Account, policy: Path) -> None:
    """Without a comparison nothing but reading is asked for, and lists are read."""
    with proxy_to(account.url) as proxy:
        result = preview(account, policy, url=proxy.url)

    assert result.returncode == 0
    assert set(proxy.actions) == {
        "ecr:BatchGetImage",
        "ecr:DescribeImages",
        "ecr:DescribeRegistry",
        "ecr:DescribeRepositories",
        "ecr:GetLifecyclePolicy",
    }


def test_policy_that_counts_pulls_makes_none(account: Account, policy: Path) -> None:
    """To preview a policy that counts pulls, lists are read only when asked for: that would be one."""
    policy.write_text(ARCHIVE)
    with proxy_to(account.url) as proxy:
        careful = preview(account, policy, url=proxy.url)
        assert "ecr:BatchGetImage" not in proxy.actions
        asked = preview(account, policy, "--children", url=proxy.url)

    assert careful.stderr == (
        "1 manifest list not read: ECR counts reading them as a pull; pass --children to read them anyway\n"
    )
    assert asked.stderr == ""
    assert "ecr:BatchGetImage" in proxy.actions


def test_agreement(account: Account, policy: Path) -> None:
    """Where ECR says the same of every image, that is told, and the exit code is 0."""
    with proxy_to(account.url, *service_preview([theirs(result) for result in ours(account, policy)])) as proxy:
        text = preview(account, policy, *PLAIN, "--compare-with-ecr", url=proxy.url)

    assert (text.returncode, text.stderr) == (0, "")
    assert text.stdout.endswith("\n\nECR's own preview: agrees on every image\n")
    assert proxy.actions.count("ecr:GetLifecyclePolicyPreview") == 3


def test_disagreement(account: Account, policy: Path) -> None:
    """Where ECR says something else, each such image is a row with both fates, and the exit code is 1."""
    mine = ours(account, policy)
    another = {**theirs(mine[1]), "appliedRulePriority": 2}
    unknown = {**theirs(mine[1]), "imageDigest": digest("f"), "imageTags": ["new"]}
    with proxy_to(account.url, *service_preview([another, unknown])) as proxy:
        result = preview(account, policy, *PLAIN, "--compare-with-ecr", url=proxy.url)

    assert result.returncode == 1
    heading, columns, *rows = result.stdout.partition("ECR's own preview: ")[2].splitlines()
    assert heading == "disagrees on 4 images"
    assert columns.split() == ["DIGEST", "TAGS", "ECRKIT", "ECR", "WHY"]
    fates = [row.split()[2:8] for row in rows]
    assert fates == [
        ["expire,", "rule", "1", "stay", "rule", "1"],
        ["expire,", "rule", "1", "expire,", "rule", "2"],
        ["expire,", "rule", "1", "stay", "rule", "1"],
        ["not", "found", "expire,", "rule", "1", "it"],
    ]


def test_disagreement_in_json(account: Account, policy: Path) -> None:
    """JSON has both sides with the service's own keys, `null` for an image that stays or is not there."""
    mine = ours(account, policy)
    unknown = {**theirs(mine[0]), "imageDigest": digest("f"), "imageTags": ["new"]}
    with proxy_to(account.url, *service_preview([*map(theirs, mine[1:]), unknown])) as proxy:
        result = preview(account, policy, *PLAIN, "--compare-with-ecr", "--output", "json", url=proxy.url)

    document = json.loads(result.stdout)
    assert result.returncode == 1
    assert len(document["previewResults"]) == 3
    assert document["comparisonWithEcr"] == {
        "status": "COMPLETE",
        "disagreements": [
            {
                "imageDigest": mine[0]["imageDigest"],
                "imageTags": mine[0]["imageTags"],
                "imagePushedAt": mine[0]["imagePushedAt"],
                "ecrkit": {
                    "action": {"type": "EXPIRE"},
                    "appliedRulePriority": 1,
                    "reason": mine[0]["reason"],
                },
                "ecr": None,
            },
            {
                "imageDigest": digest("f"),
                "imageTags": ["new"],
                "imagePushedAt": "2023-11-14T22:13:20+00:00",
                "ecrkit": None,
                "ecr": {"action": {"type": "EXPIRE"}, "appliedRulePriority": 1},
            },
        ],
    }


def test_no_result_is_no_verdict(account: Account, policy: Path) -> None:
    """Without ECR's result there is none of ours either: exit 3, one line, after what was waited for."""
    running = {"status": "IN_PROGRESS", "previewResults": []}
    faults = [*service_preview([])[:1], Fault("ecr:GetLifecyclePolicyPreview", answers(running))]
    with proxy_to(account.url, *faults) as proxy:
        result = preview(account, policy, *PLAIN, "--compare-with-ecr", "--timeout", "1", url=proxy.url)

    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr == (
        "error: plain: no preview of ECR within 1 s, the last status was: ECR's preview is running\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param((), "name a file with --images, or a repository with --repository", id="neither"),
        pytest.param(
            ("--images", "x", "--repository", "web"),
            "--repository with --images needs a directory; omit --repository to read one file",
            id="both",
        ),
        *(
            pytest.param(
                arguments,
                "--compare-with-ecr needs --repository, and excludes --now, --in and --output html",
                id=" ".join(arguments),
            )
            for arguments in (
                ("--images", "x", "--compare-with-ecr"),
                ("--repository", "web", "--compare-with-ecr", *AT),
                ("--repository", "web", "--compare-with-ecr", "--in", "3d"),
                ("--repository", "web", "--compare-with-ecr", "--output", "html"),
            )
        ),
    ],
)
def test_what_makes_no_sense_is_told(policy: Path, arguments: tuple[str, ...], message: str) -> None:
    """Options that contradict each other are refused before anything is asked."""
    result = ecrkit("policy", "preview", policy, *arguments)

    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
