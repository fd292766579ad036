"""`ecrkit doctor`, as a process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

CATALOG = 'environments: {dev: {account: "123456789012", region: us-east-1}}\nrepositories: {}\n'
OFFLINE = {
    "AWS_ENDPOINT_URL": "http://localhost:9",
    "AWS_ACCESS_KEY_ID": "a",
    "AWS_SECRET_ACCESS_KEY": "b",
    "AWS_REGION": "us-east-1",
    "AWS_CONFIG_FILE": "/nowhere/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/nowhere/credentials",
    "PATH": "/nowhere",
}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A project with a catalog, and without an app."""
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    return tmp_path


def doctor(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return ecrkit("doctor", *arguments, cwd=directory, environment=OFFLINE)


def statuses(result: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {probe["name"]: probe["status"] for probe in json.loads(result.stdout)["probes"]}


def test_offline(directory: Path) -> None:
    """Offline, a catalog without an app is fine: nothing it needs is missing, and the rest is not checked."""
    result = doctor(directory)

    assert result.returncode == 0
    assert "note         CDK CLI: not found; run npm install aws-cdk@2\n" in result.stdout
    assert "ok           catalog: repositories.yaml: dev\n" in result.stdout
    assert "\nnot checked  credentials: no answer from AWS: " in result.stdout
    assert result.stderr.endswith(" 2 not checked\n")


def test_app_without_cdk(directory: Path) -> None:
    """With an app, the CDK CLI is needed: exit 1; its environments are listed as not checked."""
    (directory / "cdk.json").write_text('{"app": "python app.py", "toolkitStackName": "Tools"}')

    result = doctor(directory, "--output", "json")

    assert result.returncode == 1
    assert json.loads(result.stdout)["ok"] is False
    assert result.stderr.endswith("failed: CDK CLI: not found; run npm install aws-cdk@2\n")
    found = statuses(result)
    assert (found["CDK CLI"], found["extra cdk"], found["bootstrap of dev"]) == ("error", "ok", "not checked")


def test_json(directory: Path) -> None:
    """As JSON, every probe has a name, a status, what was found and what to do."""
    probes = json.loads(doctor(directory, "--output", "json").stdout)["probes"]

    assert {"name": "CDK CLI", "status": "note", "found": "not found", "remedy": "run npm install aws-cdk@2"} in probes
    assert {probe["remedy"] for probe in probes if probe["status"] == "ok"} == {None}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            "a: [",
            "repositories.yaml:2:1: not a YAML catalog: the text ends where a value is expected [CAT101]",
            id="one error",
        ),
        pytest.param("environments: {a: {}}\nrepositories: {}\n", "repositories.yaml: 2 errors", id="several"),
    ],
)
def test_invalid_catalog(directory: Path, text: str, found: str) -> None:
    """A catalog that cannot be read is an error, with the command that tells all."""
    (directory / "repositories.yaml").write_text(text)

    result = doctor(directory)

    assert result.returncode == 1
    assert f"error        catalog: {found}; run ecrkit catalog check repositories.yaml\n" in result.stdout


def test_no_catalog(tmp_path: Path) -> None:
    """Without a catalog, nothing is declared; one that is named has to exist."""
    assert "note         catalog: no repositories.yaml in this directory" in doctor(tmp_path).stdout

    missing = doctor(tmp_path, "--catalog", "other.yaml")

    assert missing.returncode == 1
    assert "error        catalog: other.yaml: cannot be read: no such file or directory\n" in missing.stdout


def test_broken_app(directory: Path) -> None:
    """A cdk.json that is no JSON is an error, and everything else is checked nevertheless."""
    (directory / "cdk.json").write_text("{")

    result = doctor(directory, "--output", "json")

    assert result.returncode == 1
    found = statuses(result)
    assert (found["CDK app"], found["catalog"]) == ("error", "ok")
