"""`ecrkit guard --deployed` before a deploy into a local AWS: what it says is what happens."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from builders.assemblies import synthesize
from builders.commands import ECRKIT, ecrkit
from builders.sandboxes import deploy_target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builders.sandboxes import DeployTarget

pytestmark = pytest.mark.server

DEPLOYED = """
  api: {}
  plain: {encryption: omit}
  web: {lifecycle: keep-last-10@1}
"""


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployTarget]:
    """Three repositories deployed."""
    with deploy_target(tmp_path_factory.mktemp("deployed")) as target:
        target.declare(DEPLOYED)
        result = target.deploy()
        assert result.returncode == 0, result.stdout
        yield target


def guard(target: DeployTarget, assembly: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Compare an assembly with what is deployed."""
    return ecrkit("guard", assembly, "--deployed", *options, environment=target.environment())


def test_what_is_deployed_passes(target: DeployTarget) -> None:
    """The assembly that was deployed has nothing to tell."""
    result = guard(target, target.catalog.with_name("cdk.out"))

    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    assert result.stderr == "3 resources compared: nothing would be replaced or removed\n"


def test_what_is_not_deployed_passes(target: DeployTarget, tmp_path: Path) -> None:
    """Where nothing is deployed yet, all of it is new."""
    assembly = synthesize(tmp_path, DEPLOYED, environments={"far": "eu-west-1"})

    result = guard(target, assembly)

    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    assert result.stderr == "first deploy: everything is new\n"


def test_change_of_what_is_deployed_is_refused(target: DeployTarget, tmp_path: Path) -> None:
    """What the guard says that CloudFormation refuses, CloudFormation refuses."""
    harmful = "  plain: {encryption: AES256}\n  web: {lifecycle: expire-untagged@1}\n"
    assembly = synthesize(tmp_path, harmful)

    refused = guard(target, assembly, "--output", "json")
    allowed = guard(target, assembly, "--allow", "api", "--allow", "plain")
    deployed = target.cdk("deploy", "--all", "--require-approval", "never", "--app", str(assembly))

    assert refused.returncode == 1
    found = json.loads(refused.stdout)["findings"]
    assert [(one["repository"], one["code"]) for one in found] == [
        ("api", "GRD111"),
        ("plain", "GRD103"),
        ("web", "GRD171"),
    ]
    assert allowed.returncode == 0
    assert deployed.returncode == 1
    assert "CloudFormation cannot update a stack when a custom-named resource requires replacing" in deployed.stdout


def test_renamed_environment_is_seen(target: DeployTarget, tmp_path: Path) -> None:
    """A stack that the app no longer has is found among what is deployed."""
    assembly = synthesize(tmp_path, "  web: {lifecycle: keep-last-10@1}\n", environments={"test": "us-east-1"})

    result = guard(target, assembly, "--output", "json")

    found = json.loads(result.stdout)["findings"]
    assert [(one["stack"], one["repository"], one["code"]) for one in found] == [
        ("Repositories-dev", "", "GRD141"),
        ("Repositories-dev", "web", "GRD122"),
    ]
    assert result.returncode == 1


def test_region_is_that_of_the_aws_cli(target: DeployTarget) -> None:
    """AWS_REGION is enough, which boto3 does not read."""
    environment = {name: value for name, value in target.environment().items() if name != "AWS_DEFAULT_REGION"}
    command = [ECRKIT, "guard", str(target.catalog.with_name("cdk.out")), "--deployed"]

    result = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)

    assert result.returncode == 0, result.stderr


def test_refusal_of_aws_exits_3(target: DeployTarget) -> None:
    """A service that cannot be reached is said in one line, and the exit code is 3."""
    environment = {**target.environment(), "AWS_ENDPOINT_URL": "http://localhost:9"}

    result = ecrkit("guard", target.catalog.with_name("cdk.out"), "--deployed", environment=environment)

    assert result.returncode == 3
    assert result.stderr == (
        'error: no answer from AWS: could not connect to the endpoint URL: "http://localhost:9/"; '
        "check the network, the Region, and AWS_ENDPOINT_URL if it is set\n"
    )
