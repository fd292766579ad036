"""`ecrkit images in-use` against local AWSs: what runs, by digest, as a preview takes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.accounts import REGISTRY, account_in
from builders.commands import ecrkit
from builders.policies import policy_text, rule
from builders.proxies import Fault, aws_error, delay, drop, proxy_to
from builders.sandboxes import HOME
from builders.scans import answers, scanning_account
from builders.workloads import run_function, run_service, run_task

if TYPE_CHECKING:
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

READS = ("ecr:Describe", "ecs:Describe", "ecs:List", "lambda:Get", "lambda:List", "sts:Get")
NGINX = "docker.io/library/nginx"
OTHER = "210987654321.dkr.ecr.us-east-1.amazonaws.com"


class Shop:
    """
    An account that runs something.

    A task by digest; one by a tag that is gone; a service without tasks, by tag, and with images of other registries; a
    function by tag.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        account.ecr.create_repository(repositoryName="shop")
        self.digests = {tag: account.put_image("shop", tag) for tag in ("v1", "v2", "v3", "idle")}
        self.task = run_task(account, f"shop@{self.digests['v1']}")
        self.orphan = run_task(account, "shop:gone")
        self.service = run_service(account, "shop:v2", NGINX, f"{OTHER}/shop:v1", name="web", tasks=0)
        self.function = run_function(account, "shop:v3", name="worker")

    def line(self, tag: str) -> str:
        return f"{REGISTRY}/shop@{self.digests[tag]}"

    def listing(self) -> list[str]:
        return sorted([*map(self.line, ("v1", "v2", "v3")), f"{REGISTRY}/shop:gone"])


@pytest.fixture(scope="module")
def shop(ministack: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """One in MiniStack."""
    return Shop(account_in(ministack, tmp_path_factory.mktemp("home")))


def test_one_a_line(shop: Shop) -> None:
    """Each image is a line, by digest; what is of another registry, or not there, is told beside."""
    result = ecrkit("images", "in-use", environment=shop.account.environment)

    assert (result.returncode, result.stdout.splitlines()) == (0, shop.listing())
    assert result.stderr.splitlines() == [
        f"skipped: {OTHER}/shop:v1: not in 123456789012 us-east-1; 1 user",
        f"skipped: {NGINX}: not in 123456789012 us-east-1; 1 user",
        f"not found: {REGISTRY}/shop:gone: no image has this tag; 1 user",
        "4 images in use",
    ]


def test_json_names_the_users(shop: Shop) -> None:
    """JSON has who uses an image, and what was left out."""
    document = json.loads(ecrkit("images", "in-use", "--output", "json", environment=shop.account.environment).stdout)

    assert (document["registryId"], document["region"]) == ("123456789012", "us-east-1")
    assert document["leftOut"] == [
        {"image": f"{OTHER}/shop:v1", "usedBy": [shop.service]},
        {"image": NGINX, "usedBy": [shop.service]},
    ]
    found = {one["image"]: one for one in document["images"]}
    assert list(found) == shop.listing()
    assert found[shop.line("v1")] == {
        "image": shop.line("v1"),
        "repositoryName": "shop",
        "imageDigest": shop.digests["v1"],
        "usedBy": [shop.task],
    }
    assert found[f"{REGISTRY}/shop:gone"]["imageDigest"] is None
    assert found[shop.line("v2")]["usedBy"] == [shop.service]
    assert found[shop.line("v3")]["usedBy"] == [f"{shop.function}:$LATEST"]


def test_preview_protects_it(shop: Shop, tmp_path: Path) -> None:
    """The lines are what `policy preview --in-use` takes: what runs and would expire is an error."""
    (tmp_path / "policy.json").write_text(policy_text(rule(1, countNumber=1)))
    environment = shop.account.environment
    (tmp_path / "in-use.txt").write_text(ecrkit("images", "in-use", environment=environment).stdout)

    arguments = (tmp_path / "policy.json", "--repository", "shop", "--in-use", tmp_path / "in-use.txt")
    result = ecrkit("policy", "preview", *arguments, "--output", "json", environment=environment)

    document = json.loads(result.stdout)
    expiring = {found["imageDigest"] for found in document["previewResults"]}
    violating = {found["imageDigest"] for found in document["protectedAndExpiring"]}
    assert result.returncode == 1
    assert len(expiring) == 3
    assert violating == expiring - {shop.digests["idle"]}
    assert document["inUseAndMissing"][0].startswith(f"{REGISTRY}/shop:gone ")


def test_images_of_a_registry_elsewhere(shop: Shop) -> None:
    """The images of another account's registry are listed for that account; ECR is asked there what a tag means."""
    image = {"imageDigest": f"sha256:{'f' * 64}", "imagePushedAt": 1_790_000_000, "registryId": "210987654321"}
    answer = {"imageDetails": [image]}
    with proxy_to(shop.account.url, Fault("ecr:DescribeImages", answers(answer))) as proxy:
        result = ecrkit("images", "in-use", "--registry", "210987654321", environment=shop.account.at(proxy.url))

    assert result.stdout == f"{OTHER}/shop@sha256:{'f' * 64}\n"
    assert "sts:GetCallerIdentity" not in proxy.actions


def test_registry_is_an_account(shop: Shop) -> None:
    """What is no account is refused."""
    result = ecrkit("images", "in-use", "--registry", "web", environment=shop.account.environment)

    assert result.returncode == 2
    assert "--registry: an account has twelve digits, got 'web'" in result.stderr


def test_running_digest_wins_over_the_tag(shop: Shop) -> None:
    """A task that runs what a tag was is listed by what it runs, and not by what the tag is now."""
    container = {"image": f"{REGISTRY}/shop:v2", "imageDigest": shop.digests["idle"]}
    tasks: dict[str, Any] = {"tasks": [{"taskArn": shop.task, "containers": [container]}]}
    with proxy_to(shop.account.url, Fault("ecs:DescribeTasks", answers(tasks))) as proxy:
        result = ecrkit("images", "in-use", environment=shop.account.at(proxy.url))

    assert result.stdout.splitlines() == sorted(map(shop.line, ("v2", "v3", "idle")))


def test_faults_change_nothing(shop: Shop) -> None:
    """Throttles, drops and delays now and then: the list is the same, and every call only reads."""
    throttled = aws_error("ThrottlingException", message="Rate exceeded")
    faults = [
        Fault("ecs:ListClusters", drop, times=1),
        Fault("ecs:DescribeTasks", throttled, times=1),
        Fault("ecs:DescribeServices", delay(0.3), times=1),
        Fault("lambda:ListFunctions", aws_error("TooManyRequestsException", status=429), times=1),
        Fault("lambda:GetFunction", drop, times=1),
        Fault("ecr:DescribeImages", throttled, times=1),
    ]
    with proxy_to(shop.account.url, *faults) as proxy:
        environment = {**shop.account.at(proxy.url), "AWS_MAX_ATTEMPTS": "5"}
        result = ecrkit("images", "in-use", environment=environment)

    assert result.returncode == 0, result.stderr
    assert [fault.times for fault in proxy.faults] == [0] * len(faults)
    assert result.stdout.splitlines() == shop.listing()
    assert [action for action in proxy.actions if not action.startswith(READS)] == []


@pytest.mark.parametrize("action", ["ecs:ListTasks", "ecs:DescribeServices", "lambda:ListFunctions"])
def test_half_a_list_is_none(shop: Shop, action: str) -> None:
    """Whoever may not see all that runs gets no list: what is missing in it would not be protected."""
    with proxy_to(shop.account.url, Fault(action, aws_error("AccessDeniedException"))) as proxy:
        result = ecrkit("images", "in-use", environment=shop.account.at(proxy.url))

    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr == (
        f"error: {action.partition(':')[2]}: access denied: No.; docs/reference/iam.md lists what each command needs\n"
    )


def test_versions_of_functions() -> None:
    """Of a function with published versions every version is in use (moto lists them, MiniStack does not)."""
    with scanning_account() as account:
        arn = run_function(account, "web:v1", name="worker")
        account.functions.publish_version(FunctionName="worker")
        result = ecrkit("images", "in-use", "--output", "json", environment=account.environment)

    (image,) = json.loads(result.stdout)["images"]
    assert image["usedBy"] == [f"{arn}:$LATEST", f"{arn}:1"]


def test_nothing_runs() -> None:
    """An account without clusters and functions has a list that says so: an empty one may be one that failed."""
    with scanning_account() as account:
        result = ecrkit("images", "in-use", environment=account.environment)

    assert (result.returncode, result.stderr) == (0, "0 images in use\n")
    assert result.stdout == f"# no image from {HOME.account} {HOME.region} is in use in ECS and Lambda\n"
