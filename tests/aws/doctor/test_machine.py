"""Python, Node and the CDK CLI, of every kind and of none."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

import pytest
from builders.programs import cdk_cli, program

import ecrkit
from ecrkit.aws.doctor import Probe, Status, examine_app, examine_cdk, examine_node, examine_python
from ecrkit.cdk.node import bundled_node

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.node

INSTALL = "pip install x"


def told(probe: Probe) -> tuple[str, str, str]:
    return probe.status.value, probe.found, probe.remedy


def test_python() -> None:
    """Python and ecrkit are those that run."""
    found = f"{platform.python_version()} with ecrkit {ecrkit.__version__}, {sys.executable}"

    assert told(examine_python()) == ("ok", found, "")


def test_bundled_node() -> None:
    """Without a setting, Node is the one that comes with the extra, as for aws_cdk."""
    probe = examine_node({"PATH": ""}, is_needed=True, install=INSTALL)

    assert probe.status is Status.OK
    assert probe.found.endswith(f", {bundled_node()}")


@pytest.mark.parametrize(
    ("prints", "code", "expected"),
    [
        pytest.param("v22.1.0", 0, ("ok", "v22.1.0, {node}", ""), id="new enough"),
        pytest.param(
            "v20.9.0",
            0,
            ("error", "v20.9.0, {node}", "must be 22 or newer: unset JSII_NODE, or pip install x"),
            id="old",
        ),
        pytest.param(
            "hello",
            0,
            ("error", "{node}: gave no version, got 'hello'", "unset JSII_NODE, or pip install x"),
            id="none",
        ),
        pytest.param("", 3, ("error", "{node}: broken", "unset JSII_NODE, or pip install x"), id="fails"),
    ],
)
def test_configured_node(tmp_path: Path, prints: str, code: int, expected: tuple[str, ...]) -> None:
    """JSII_NODE is what aws_cdk starts, so that is what is checked."""
    node = program(tmp_path, "node", prints=prints, complains="broken", code=code)

    probe = examine_node({"JSII_NODE": str(node)}, is_needed=True, install=INSTALL)

    assert told(probe) == tuple(text.format(node=node) for text in expected)


def test_node_that_nothing_needs() -> None:
    """Without an app, a Node that does not start is a note."""
    probe = examine_node({"JSII_NODE": "/nowhere/node"}, is_needed=False, install=INSTALL)

    assert told(probe) == (
        "note",
        "/nowhere/node: cannot be started: no such file or directory",
        "unset JSII_NODE, or pip install x",
    )


def test_cdk_of_the_app(tmp_path: Path) -> None:
    """The CDK CLI is the one of the app, and reads what aws-cdk-lib writes."""
    cdk = cdk_cli(tmp_path)
    program(tmp_path / "bin", "node", prints="v24.0.0")

    cli, schema = examine_cdk(tmp_path, {"PATH": str(tmp_path / "bin")}, is_needed=True)

    assert told(cli) == ("ok", f"2.1148.1, {cdk}", "")
    assert told(schema) == ("ok", "aws-cdk-lib writes 55, the CDK CLI reads 55", "")


def test_cdk_that_reads_too_little(tmp_path: Path) -> None:
    """A CDK CLI that cannot read what aws-cdk-lib writes is an error."""
    cdk_cli(tmp_path, version="3.0.0", reads="^43.0.0")

    _, schema = examine_cdk(tmp_path, {"PATH": ""}, is_needed=True)

    assert told(schema) == (
        "error",
        "aws-cdk-lib writes 55, the CDK CLI 3.0.0 reads up to 43",
        "run npm install aws-cdk@2",
    )


def test_cdk_that_does_not_say(tmp_path: Path) -> None:
    """What a CDK CLI reads is not guessed."""
    cdk_cli(tmp_path, reads=None)

    _, schema = examine_cdk(tmp_path, {"PATH": ""}, is_needed=True)

    assert told(schema) == (
        "not checked",
        "aws-cdk-lib writes 55; the CDK CLI does not say what it reads",
        "run cdk ls to see whether it reads it",
    )


def test_cdk_on_the_path(tmp_path: Path) -> None:
    """A CDK CLI that is no package of npm is asked for its version."""
    program(tmp_path / "bin", "node", prints="v24.0.0")
    cdk = program(tmp_path / "bin", "cdk", prints="2.1100.0 (build 1)")

    cli, _ = examine_cdk(tmp_path, {"PATH": str(tmp_path / "bin")}, is_needed=True)

    assert told(cli) == ("ok", f"2.1100.0, {cdk}", "")


def test_cdk_that_does_not_start(tmp_path: Path) -> None:
    """A CDK CLI that fails is none."""
    cdk = program(tmp_path / "bin", "cdk", complains="no node", code=1)

    cli, schema = examine_cdk(tmp_path, {"PATH": str(tmp_path / "bin")}, is_needed=True)

    assert told(cli) == ("error", f"{cdk}: no node", "run npm install aws-cdk@2")
    assert told(schema) == ("not checked", "needs the CDK CLI", "")


@pytest.mark.parametrize(("is_needed", "status"), [(True, "error"), (False, "note")])
def test_no_cdk(tmp_path: Path, *, is_needed: bool, status: str) -> None:
    """Without the CDK CLI an app cannot be deployed; without an app nothing is missing."""
    cli, _ = examine_cdk(tmp_path, {"PATH": ""}, is_needed=is_needed)

    assert told(cli) == (status, "not found", "run npm install aws-cdk@2")


def test_cdk_without_node(tmp_path: Path) -> None:
    """The CDK CLI starts the Node of the path, which the bundled one is not before it is activated."""
    cdk = cdk_cli(tmp_path)

    cli, _ = examine_cdk(tmp_path, {"PATH": ""}, is_needed=True)

    assert told(cli) == (
        "error",
        f"2.1148.1, {cdk}: starts node from PATH, which has none",
        "activate the virtual environment, or install a newer Node",
    )


@pytest.mark.parametrize(
    ("prints", "code", "found"),
    [
        pytest.param("v18.0.0", 0, "", id="oldest"),
        pytest.param("v16.20.2", 0, ", v16.20.2, and needs 18 or newer", id="old"),
        pytest.param("hello", 0, ", which gave no version, got 'hello'", id="none"),
        pytest.param("", 1, ", broken", id="fails"),
    ],
)
def test_node_of_the_path(tmp_path: Path, prints: str, code: int, found: str) -> None:
    """The CDK CLI runs in the Node of the path, whatever Node aws_cdk starts."""
    cdk = cdk_cli(tmp_path)
    node = program(tmp_path / "bin", "node", prints=prints, complains="broken", code=code)
    configured = program(tmp_path / "good", "node", prints="v24.0.0")

    cli, _ = examine_cdk(tmp_path, {"PATH": str(tmp_path / "bin"), "JSII_NODE": str(configured)}, is_needed=True)

    assert cli.status.value == ("error" if found else "ok")
    assert cli.found == f"2.1148.1, {cdk}" + (f": starts {node}{found}" if found else "")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(None, None, id="no app"),
        pytest.param('{"app": "python app.py"}', None, id="app"),
        pytest.param("[]", "must be a mapping", id="no object"),
        pytest.param(
            "{", "not JSON: expecting property name enclosed in double quotes: line 1 column 2 (char 1)", id="no JSON"
        ),
    ],
)
def test_app(tmp_path: Path, text: str | None, found: str | None) -> None:
    """A cdk.json that the CDK CLI cannot read is an error."""
    path = tmp_path / "cdk.json"
    if text is not None:
        path.write_text(text)

    assert [told(probe) for probe in examine_app(path)] == (
        [("error", f"{path}: {found}", f"correct {path}")] if found else []
    )
