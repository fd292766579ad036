"""A local AWS: what it does not support, what it drops, and whose images its registry takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.accounts import REGISTRY, account_in
from builders.commands import ecrkit
from builders.images import oci_layout
from builders.proxies import Fault, aws_error, proxy_to
from builders.sandbox_checks import ELSEWHERE, OTHER, ecr

if TYPE_CHECKING:
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

CATALOG = """\
environments: {dev: {account: "123456789012", region: us-east-1}}
repositories: {moving: {mutable_tags: [latest]}}
"""


@pytest.fixture
def account(ministack: Sandbox, tmp_path: Path) -> Account:
    """An account with a repository whose exclusion filters are dropped, as a deploy leaves it."""
    account = account_in(ministack, tmp_path)
    account.ecr.create_repository(repositoryName="moving", imageTagMutability="IMMUTABLE_WITH_EXCLUSION")
    return account


@pytest.mark.parametrize(
    ("arguments", "operation"),
    [
        pytest.param("scan findings web:v1", "DescribeImageScanFindings", id="findings"),
        pytest.param("scan gate web:v1 --fail-on high", "DescribeImageScanFindings", id="gate"),
        pytest.param(
            "policy preview policy.json --repository web --compare-with-ecr",
            "StartLifecyclePolicyPreview",
            id="preview",
        ),
    ],
)
def test_unsupported_call(account: Account, tmp_path: Path, arguments: str, operation: str) -> None:
    """Every command names the call that the local AWS does not support, with exit code 3."""
    account.ecr.create_repository(repositoryName="web")
    account.put_image("web", "v1")
    (tmp_path / "policy.json").write_text(POLICY)
    result = ecrkit(*arguments.split(), cwd=tmp_path, environment=account.environment)

    assert result.returncode == 3
    assert result.stderr == f"error: the local AWS does not support {operation}; use a real account\n"


def test_images_without_scans_are_not_checked(account: Account) -> None:
    """A summary counts the images of the local AWS, which names their media types in its own way, as not checked."""
    account.ecr.create_repository(repositoryName="web")
    account.put_image("web", "v1")
    result = ecrkit("scan", "summary", "web", environment=account.environment)

    assert result.returncode == 3
    assert result.stdout.splitlines()[1].split()[:2] == ["web", "v1"]
    assert result.stderr.splitlines()[0] == (
        "web: not checked: the local AWS does not support DescribeImageScanFindings; use a real account"
    )


@pytest.mark.parametrize(
    ("code", "message", "status"),
    [
        pytest.param("InternalFailure", "API action is not yet implemented", 501, id="by status"),
        pytest.param("InternalFailure", "The action has not been implemented", 400, id="by message"),
        pytest.param("UnknownOperationException", "", 400, id="by code"),
    ],
)
def test_other_local_aws(account: Account, code: str, message: str, status: int) -> None:
    """Other local AWSs say the same in other words."""
    with proxy_to(
        account.url, Fault("ecr:DescribeRepositories", aws_error(code, message=message, status=status))
    ) as proxy:
        result = ecrkit("repos", "list", environment=account.at(proxy.url))

    assert result.stderr == "error: the local AWS does not support DescribeRepositories; use a real account\n"


def test_dropped_filters_are_those_of_the_catalog(account: Account, tmp_path: Path) -> None:
    """An audit compares nothing that the local AWS has dropped, and says so; `repos list` shows the catalog's."""
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    audit = ecrkit("audit", "--drift-only", cwd=tmp_path, environment=account.environment)
    listing = ecrkit("repos", "list", cwd=tmp_path, environment=account.environment)

    note = "moving: the local AWS does not keep imageTagMutabilityExclusionFilters; ecrkit uses those of the catalog\n"
    assert note in audit.stderr
    assert "AUD114" not in audit.stdout
    assert note in listing.stderr
    assert "IMMUTABLE_WITH_EXCLUSION" in listing.stdout


@pytest.mark.needs("skopeo", "umoci")
def test_second_push_of_a_mutable_tag(account: Account, tmp_path: Path) -> None:
    """A tag that the catalog excludes can be pushed again, any other cannot; without a catalog the registry decides."""
    source = oci_layout(tmp_path)
    for tag in ("latest", "v1"):
        account.put_image("moving", tag)
    push = ("images", "push", source)
    unknown = ecrkit(*push, "moving:v1", "--dry-run", cwd=tmp_path, environment=account.environment)
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    moved = ecrkit(*push, "moving:latest", "--yes", cwd=tmp_path, environment=account.environment)
    refused = ecrkit(*push, "moving:v1", "--yes", cwd=tmp_path, environment=account.environment)

    assert unknown.stderr.startswith(
        "moving: the local AWS does not keep imageTagMutabilityExclusionFilters; they are unknown\nmoving:v1: is now "
    )
    assert moved.returncode == 0, moved.stderr
    assert refused.returncode == 1
    assert "error: moving:v1: the tag exists and is immutable, pushed on " in refused.stderr


@pytest.mark.needs("skopeo", "umoci")
@pytest.mark.parametrize("target", [OTHER, ELSEWHERE], ids=["account", "Region"])
def test_push_to_another_account(account: Account, ministack: Sandbox, tmp_path: Path, target: object) -> None:
    """A push and a pull that would land in the first account or Region are refused, and nothing arrives there."""
    there = OTHER if target is OTHER else ELSEWHERE
    ecr(ministack, there).create_repository(repositoryName="moving")
    environment = {**account.environment, **ministack.settings(there), "AWS_ENDPOINT_URL": account.url}
    result = ecrkit("images", "push", oci_layout(tmp_path), "moving:v1", environment=environment)
    pulled = ecrkit("images", "pull", "moving:v1", f"oci:{tmp_path}/out", environment=environment)

    host = f"{there.account}.dkr.ecr.{there.region}.amazonaws.com"
    assert result.returncode == 1
    assert (
        result.stderr
        == pulled.stderr
        == (
            f"error: {host}/moving: the local AWS has one registry, which is that of 123456789012 us-east-1; use the "
            "credentials of that account and Region, or a real account\n"
        )
    )
    assert account.tags("moving") == []


@pytest.mark.needs("skopeo")
def test_login_to_another_account(account: Account, ministack: Sandbox) -> None:
    """A log-in for another account is refused: pushes after it would land in the first."""
    environment = {**account.environment, **ministack.settings(OTHER), "AWS_ENDPOINT_URL": account.url}
    other = ecrkit("login", "--tool", "skopeo", environment=environment)
    own = ecrkit("login", "--tool", "skopeo", environment=account.environment)

    assert other.returncode == 1
    assert "the local AWS has one registry, which is that of 123456789012; use" in other.stderr
    assert own.returncode == 0, own.stderr


def test_repository_of_another_account(account: Account) -> None:
    """A repository that the credentials lead to nowhere is not one to add to the catalog."""
    host = REGISTRY.replace("123456789012", "999999999999")
    result = ecrkit("images", "pull", f"{host}/none:v1", "oci:out", "--tool", "skopeo", environment=account.environment)

    assert result.stderr == (
        f"error: none: no such repository in us-east-1; the credentials may be for another account than {host}; "
        "change --profile or --region\n"
    )


POLICY = """\
{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 9},
"action": {"type": "expire"}}]}
"""
