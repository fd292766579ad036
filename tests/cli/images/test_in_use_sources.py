"""`ecrkit images in-use` beyond ECS and Lambda: Amazon Inspector, Kubernetes and other commands."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest
from builders.accounts import REGISTRY
from builders.commands import ecrkit
from builders.policies import policy_text, rule
from builders.proxies import proxy_to
from builders.scans import scanning_account
from builders.workloads import CLUSTER, inspector_faults, run_task

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builders.accounts import Account

pytestmark = pytest.mark.server

ONLY = ("--no-ecs", "--no-lambda")


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """An account with images v1 and v2, of which a task runs v2."""
    with scanning_account() as account:
        account.put_image("web", "v2")
        run_task(account, "web:v2")
        yield account


@pytest.fixture(scope="module")
def digests(account: Account) -> dict[str, str]:
    """The digest of each tag."""
    images = account.ecr.describe_images(repositoryName="web")["imageDetails"]
    return {tag: image["imageDigest"] for image in images for tag in image["imageTags"]}


def test_inspector(account: Account, digests: dict[str, str], tmp_path: Path) -> None:
    """What Inspector sees is a comment before the image; a preview reads the list, and protects both images."""
    with proxy_to(account.url, *inspector_faults(digests["v1"], repository="web")) as proxy:
        result = ecrkit("images", "in-use", "--inspector", environment=account.at(proxy.url))

    assert result.returncode == 0, result.stderr
    comment = "# 3 tasks or pods, last on 2026-09-21, in cluster shop"
    blocks = {digests["v1"]: [comment], digests["v2"]: []}
    assert result.stdout.splitlines() == [
        line for digest in sorted(blocks) for line in [*blocks[digest], f"{REGISTRY}/web@{digest}"]
    ]
    (tmp_path / "policy.json").write_text(policy_text(rule(1, countNumber=1)))
    (tmp_path / "in-use.txt").write_text(result.stdout)
    arguments = ("--repository", "web", "--in-use", tmp_path / "in-use.txt", "--output", "json")
    preview = ecrkit("policy", "preview", tmp_path / "policy.json", *arguments, environment=account.environment)
    assert len(json.loads(preview.stdout)["protectedAndExpiring"]) == 1


def test_inspector_in_json(account: Account, digests: dict[str, str]) -> None:
    """JSON has the names of Inspector: how many run, when last, and where."""
    with proxy_to(account.url, *inspector_faults(digests["v1"], repository="web")) as proxy:
        arguments = ("--inspector", *ONLY, "--output", "json")
        result = ecrkit("images", "in-use", *arguments, environment=account.at(proxy.url))

    assert json.loads(result.stdout)["images"] == [
        {
            "image": f"{REGISTRY}/web@{digests['v1']}",
            "repositoryName": "web",
            "imageDigest": digests["v1"],
            "usedBy": [CLUSTER],
            "inUseCount": 3,
            "lastInUseAt": "2026-09-21T14:13:20+00:00",
            "clusters": [
                {
                    "clusterArn": CLUSTER,
                    "runningUnitCount": 3,
                    "stoppedUnitCount": 1,
                    "lastInUse": "2026-09-21T14:13:20+00:00",
                    "workloads": ["Deployment shop/web"],
                }
            ],
        }
    ]


def test_inspector_that_is_off(account: Account, digests: dict[str, str]) -> None:
    """Where Inspector does not scan, its empty list would protect nothing: there is no list."""
    faults = inspector_faults(digests["v1"], repository="web", status="DISABLED")
    with proxy_to(account.url, *faults) as proxy:
        result = ecrkit("images", "in-use", "--inspector", environment=account.at(proxy.url))

    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr == (
        "error: Amazon Inspector is disabled for the images of 123456789012, so it does not know what runs; enable "
        "it, or omit --inspector\n"
    )


def test_kubernetes(account: Account, digests: dict[str, str], tmp_path: Path) -> None:
    """Workloads come from standard input and from files; a tag is looked up, and JSON names the workload."""
    pod = {"spec": {"containers": [{"image": f"{REGISTRY}/web:v1"}, {"image": "docker.io/library/redis"}]}}
    nightly = {"kind": "CronJob", "metadata": {"namespace": "shop", "name": "nightly"}}
    given = json.dumps({"items": [{**nightly, "spec": {"jobTemplate": {"spec": {"template": pod}}}}]}).encode()
    own = {"kind": "Deployment", "metadata": {"name": "web"}, "spec": {"template": pod}}
    (tmp_path / "other.json").write_text(json.dumps(own))
    arguments = (*ONLY, "--kubernetes", "-", "--kubernetes", tmp_path / "other.json", "--output", "json")
    result = ecrkit("images", "in-use", *arguments, given=given, environment=account.environment)

    document = json.loads(result.stdout)
    assert [(one["imageDigest"], one["usedBy"]) for one in document["images"]] == [
        (digests["v1"], ["CronJob shop/nightly", "Deployment web"])
    ]
    assert [one["image"] for one in document["leftOut"]] == ["docker.io/library/redis"]


def test_empty_kubernetes(account: Account) -> None:
    """An empty list of workloads is one that failed: exit code 2, and no list."""
    arguments = (*ONLY, "--kubernetes", "-")
    result = ecrkit("images", "in-use", *arguments, given=b'{"items": []}', environment=account.environment)

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: -: no container is in it, so it protects nothing; ")


@pytest.mark.posix
def test_command(account: Account, digests: dict[str, str]) -> None:
    """A command adds what it prints; one that prints nothing ends the list with exit code 3."""
    command = shlex.join(["echo", f"{REGISTRY}/web:v1"])
    result = ecrkit("images", "in-use", *ONLY, "--command", command, environment=account.environment)
    empty = ecrkit("images", "in-use", "--command", command, "--command", "true", environment=account.environment)

    assert (result.returncode, result.stdout) == (0, f"{REGISTRY}/web@{digests['v1']}\n")
    assert (empty.returncode, empty.stdout) == (3, "")
    assert empty.stderr == "error: true: printed no image, so what runs is unknown; print at least one\n"


def test_nothing_to_read() -> None:
    """Without any source the command says so, before it asks AWS."""
    result = ecrkit("images", "in-use", *ONLY)

    assert result.returncode == 2
    assert result.stderr.endswith(
        "Error: nothing to read; pass --inspector, --kubernetes or --command, or omit --no-ecs\n"
    )
