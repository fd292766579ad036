"""`ecrkit repos list` against a local AWS."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import boto3
import pytest
from builders.commands import ecrkit, ecrkit_on_terminal
from builders.sandboxes import HOME
from builders.stores import policy_text

from ecrkit.live.sandbox import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.sandbox

REGISTRY = f"{HOME.account}.dkr.ecr.{HOME.region}.amazonaws.com"


@pytest.fixture(scope="module")
def account() -> Iterator[dict[str, str]]:
    """The environment of an account with two repositories, one of them with a policy."""
    with running_sandbox(HOME, environ=os.environ) as sandbox:
        environment = sandbox.settings(HOME)
        session = boto3.Session(
            aws_access_key_id=HOME.account,
            aws_secret_access_key="sandbox",
            region_name=HOME.region,
        )
        client = session.client("ecr", endpoint_url=sandbox.endpoint_url)
        client.create_repository(repositoryName="web", imageTagMutability="IMMUTABLE")
        client.create_repository(repositoryName="api", imageScanningConfiguration={"scanOnPush": True})
        client.put_lifecycle_policy(repositoryName="api", lifecyclePolicyText=policy_text())
        yield dict(environment)


def test_list_is_a_table(account: dict[str, str]) -> None:
    """A row per repository, by name, and a count on standard error."""
    result = ecrkit("repos", "list", environment=account)

    heading, *rows = [line.split() for line in result.stdout.splitlines()]
    assert heading == ["URI", "SCAN", "ON", "PUSH", "ENCRYPTION", "MUTABILITY", "RULES"]
    assert rows == [
        [f"{REGISTRY}/api", "yes", "AES256", "MUTABLE", "1"],
        [f"{REGISTRY}/web", "no", "AES256", "IMMUTABLE", "0"],
    ]
    assert result.stderr == "2 repositories\n"


def test_list_fits_a_narrow_terminal(account: dict[str, str]) -> None:
    """On 80 columns a URI has a line of its own, and no line is wider."""
    shown = ecrkit_on_terminal("repos", "list", environment={**account, "COLUMNS": "80", "LINES": "24"})

    lines = shown.splitlines()
    assert f"{REGISTRY}/api" in lines
    assert max(map(len, lines)) <= 80


def test_json_has_the_service_names(account: dict[str, str]) -> None:
    """JSON has the keys of DescribeRepositories, and the policy's text."""
    result = ecrkit("repos", "list", "--output", "json", environment=account)

    api, web = json.loads(result.stdout)["repositories"]
    assert api == {
        "repositoryName": "api",
        "repositoryUri": f"{REGISTRY}/api",
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfiguration": {"encryptionType": "AES256"},
        "imageTagMutability": "MUTABLE",
        "lifecyclePolicyText": policy_text(),
    }
    assert web["lifecyclePolicyText"] is None


def test_no_answer_is_one_line(account: dict[str, str]) -> None:
    """A service that cannot be reached is said in one line, and the exit code is 3."""
    result = ecrkit("repos", "list", environment={**account, "AWS_ENDPOINT_URL": "http://localhost:9"})

    assert result.returncode == 3
    assert result.stderr == 'error: Could not connect to the endpoint URL: "http://localhost:9/"\n'


def test_unknown_profile_is_one_line(account: dict[str, str]) -> None:
    """A profile that is not configured is said in one line, and the exit code is 3."""
    result = ecrkit("repos", "list", "--profile", "nobody", environment=account)

    assert result.returncode == 3
    assert result.stderr == "error: The config profile (nobody) could not be found\n"
