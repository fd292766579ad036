"""`ecrkit catalog template`, as a process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from builders.commands import ecrkit
from builders.stores import make_store, policy_text

from ecrkit import PolicyStore
from ecrkit.catalog import read_catalog, templates

ROOT = Path(__file__).parents[3]
THREE_STACKS = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
  prod: {account: "210987654321", region: eu-west-1, registry: {replication: [{to: [{region: us-west-2}]}]}}
repositories: {my-app: }
"""
ONE_STACK = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
repositories:
  my-app: {lifecycle: web@1}
"""


def catalog(directory: Path, text: str) -> Path:
    """Write a catalog, and a store with the policy ``web@1``."""
    make_store(directory, {"web/v1.json": policy_text()})
    path = directory / "repositories.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def text_of(path: Path, stack: str) -> str:
    """Render a template in this process."""
    policies = PolicyStore(path.parent / "policies" / "lifecycle")
    return templates(read_catalog(path, policies=policies), policies)[stack].text


def test_shipped_catalog() -> None:
    """The template of the only stack is printed as JSON, without the warnings that somebody silenced."""
    result = ecrkit("catalog", "template", cwd=ROOT)

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{text_of(ROOT / 'repositories.yaml', 'Repositories-dev')}\n"
    assert list(json.loads(result.stdout)) == ["AWSTemplateFormatVersion", "Description", "Resources", "Outputs"]


def test_environment(tmp_path: Path) -> None:
    """--environment chooses one of several."""
    path = catalog(tmp_path, THREE_STACKS)

    result = ecrkit("catalog", "template", path, "--environment", "dev")

    assert result.returncode == 0
    assert result.stdout == f"{text_of(path, 'Repositories-dev')}\n"


def test_account_settings(tmp_path: Path) -> None:
    """A note says that account settings are in no template, if a rendered environment has any."""
    registry = "registry: {account_settings: {registry_policy_scope: V2}}\n"
    path = catalog(tmp_path, THREE_STACKS.replace("region: us-east-1", f"region: us-east-1, {registry.strip()}"))

    dev = ecrkit("catalog", "template", path, "--environment", "dev")
    prod = ecrkit("catalog", "template", path, "--environment", "prod", "-o", tmp_path)

    assert dev.returncode == prod.returncode == 0
    note = (
        "account_settings are not deployed, because CloudFormation has no type for them; 'ecrkit audit' compares them"
    )
    assert f"note: {note}" in dev.stderr.splitlines()
    assert "note:" not in prod.stderr


def test_unknown_environment(tmp_path: Path) -> None:
    """An environment that the catalog does not have is a usage error."""
    result = ecrkit("catalog", "template", catalog(tmp_path, THREE_STACKS), "--environment", "prd")

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == "Error: the catalog has no environment 'prd'; did you mean prod?"


@pytest.mark.parametrize(
    ("arguments", "stacks"),
    [
        pytest.param([], ["Repositories-dev", "Repositories-prod", "Registry-prod"], id="all"),
        pytest.param(["--environment", "prod"], ["Repositories-prod", "Registry-prod"], id="environment"),
    ],
)
def test_directory(arguments: list[str], stacks: list[str], tmp_path: Path) -> None:
    """With -o each template is a file, named after its stack, and the names of the files are printed."""
    path, directory = catalog(tmp_path, THREE_STACKS), tmp_path / "build" / "templates"

    result = ecrkit("catalog", "template", path, *arguments, "-o", directory)

    assert result.returncode == 0
    assert result.stdout.splitlines() == [f"{directory}/{stack}.template.json" for stack in stacks]
    assert {file.name: file.read_text(encoding="utf-8") for file in directory.iterdir()} == {
        f"{stack}.template.json": f"{text_of(path, stack)}\n" for stack in stacks
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            [],
            "standard output can have one template, got 3: Repositories-dev, Repositories-prod, Registry-prod; "
            "pass -o DIR to write a file for each, or --environment NAME to print one of dev",
            id="all",
        ),
        pytest.param(
            ["--environment", "prod"],
            "standard output can have one template, got 2: Repositories-prod, Registry-prod; "
            "pass -o DIR to write a file for each",
            id="environment",
        ),
    ],
)
def test_several_on_standard_output(arguments: list[str], message: str, tmp_path: Path) -> None:
    """Several templates without -o are a usage error, which names the stacks and says what to do."""
    result = ecrkit("catalog", "template", catalog(tmp_path, THREE_STACKS), *arguments)

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == f"Error: {message}"


def test_errors(tmp_path: Path) -> None:
    """A catalog with errors is exit 1, with the lines of `catalog check` on standard error, and nothing is written."""
    path = catalog(tmp_path, ONE_STACK.replace("web@1", "web@2, colour: red"))

    result = ecrkit("catalog", "template", path, "-o", tmp_path / "build")

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == ecrkit("catalog", "check", path).stdout
    assert not (tmp_path / "build").exists()


def test_warnings(tmp_path: Path) -> None:
    """Warnings go to standard error, as `catalog check` writes them, and do not stop the rendering."""
    path = catalog(tmp_path, ONE_STACK)

    result = ecrkit("catalog", "template", path)

    assert result.returncode == 0
    assert "my-app" in json.loads(result.stdout)["Resources"]["myapp0CC8C715"]["Properties"].values()
    assert ": warning: " in result.stderr
    assert result.stderr == ecrkit("catalog", "check", path).stdout


def test_store_elsewhere(tmp_path: Path) -> None:
    """--policies names another store than the one next to the catalog."""
    path = catalog(tmp_path / "here", ONE_STACK.replace("web@1", "other@1"))
    store = make_store(tmp_path / "there", {"other/v1.json": policy_text()})

    result = ecrkit("catalog", "template", path, "--policies", store)

    assert result.returncode == 0
    assert "LifecyclePolicyText" in result.stdout


def test_missing_catalog(tmp_path: Path) -> None:
    """A catalog that does not exist is exit 2."""
    result = ecrkit("catalog", "template", cwd=tmp_path)

    assert result.returncode == 2
    assert result.stderr == "error: repositories.yaml: cannot be read: no such file or directory\n"


def test_unwritable_directory(tmp_path: Path) -> None:
    """A directory that cannot be made is exit 2, in one line."""
    path = catalog(tmp_path, THREE_STACKS)

    result = ecrkit("catalog", "template", path, "-o", path / "build")

    assert result.returncode == 2
    assert result.stderr.splitlines()[-1] == f"error: {path}/build: cannot be written: not a directory"


def test_neither_cdk_nor_aws(tmp_path: Path) -> None:
    """The command works where neither CDK, Node nor the AWS SDK is installed: it imports none of them."""
    script = (
        "import sys\n"
        "for name in ('aws_cdk', 'constructs', 'jsii', 'boto3', 'botocore'): sys.modules[name] = None\n"
        "from ecrkit.cli import main\n"
        "main()\n"
    )
    arguments = ["catalog", "template", str(catalog(tmp_path, ONE_STACK))]

    result = subprocess.run(
        [sys.executable, "-c", script, *arguments], env={"PATH": ""}, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["Description"] == "Container repositories of the environment dev"
