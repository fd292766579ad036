"""The Node that aws_cdk starts, if ecrkit.cdk is imported first."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from ecrkit.cdk.node import bundled_node

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.node

REMEDY = "unset JSII_NODE and install ecrkit[cdk], which brings Node 24, or name Node 22 or newer"
APP = """
from ecrkit.cdk import catalog_stacks
import aws_cdk as cdk
cdk.App()
print("started")
"""


def run(program: str, *, node: Path | str | None = None) -> subprocess.CompletedProcess[str]:
    """Run a program with ``JSII_NODE`` set to *node*, or without it."""
    environ = {name: value for name, value in os.environ.items() if name != "JSII_NODE"}
    return subprocess.run(
        [sys.executable, "-c", program],
        env=environ if node is None else {**environ, "JSII_NODE": str(node)},
        capture_output=True,
        text=True,
        check=False,
    )


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def bundled() -> Path:
    node = bundled_node()
    assert node is not None
    return node


def test_nothing_but_the_variable() -> None:
    """Importing ecrkit.cdk sets ``JSII_NODE`` to the Node from the wheel, changes nothing else and starts nothing."""
    before_and_after = """
import os, sys
before = dict(os.environ), sys.excepthook, list(sys.path), os.getcwd()
import ecrkit.cdk
after = dict(os.environ), sys.excepthook, list(sys.path), os.getcwd()
print(after[0].pop("JSII_NODE"), before == after, "jsii" in sys.modules)
"""

    assert run(before_and_after).stdout == f"{bundled()} True False\n"


def test_empty_variable() -> None:
    """An empty ``JSII_NODE`` is none: the Node from the wheel is used."""
    assert run("import os, ecrkit.cdk; print(os.environ['JSII_NODE'])", node="").stdout == f"{bundled()}\n"


def test_another_node_is_kept(tmp_path: Path) -> None:
    """A Node that the environment names is used, if it is new enough."""
    node = script(tmp_path / "node", f'exec {bundled()} "$@"')
    shown = run("import os, ecrkit.cdk, aws_cdk; print(os.environ['JSII_NODE'])", node=node)

    assert (shown.stdout, shown.stderr) == (f"{node}\n", "")


@pytest.mark.parametrize("first", ["from ecrkit.cdk import catalog_stacks", "import ecrkit.cdk"])
def test_missing(tmp_path: Path, first: str) -> None:
    """A Node that does not exist is one line and exit code 1, however ecrkit.cdk is imported."""
    node = tmp_path / "node"
    result = run(f"{first}\nimport aws_cdk", node=node)

    assert result.stderr == f"JSII_NODE: {node}: cannot be started: no such file or directory; {REMEDY}\n"
    assert (result.returncode, result.stdout) == (1, "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("exit 1", "gave no version, exit code 1", id="fails"),
        pytest.param("echo oops >&2; kill -9 $$", "gave no version, exit code -9", id="killed"),
        pytest.param("echo hello", "gave no version, exit code 0", id="other-program"),
        pytest.param("echo v16.20.2", "must be Node 22 or newer, got v16.20.2", id="16"),
        pytest.param("echo v20.19.0", "must be Node 22 or newer, got v20.19.0", id="20"),
    ],
)
def test_unusable(tmp_path: Path, text: str, problem: str) -> None:
    """A broken or old Node is one line and exit code 1, without a banner and without a traceback."""
    node = script(tmp_path / "node", text)
    result = run(APP, node=node)

    assert result.stderr == f"JSII_NODE: {node}: {problem}; {REMEDY}\n"
    assert (result.returncode, result.stdout) == (1, "")


def test_not_executable(tmp_path: Path) -> None:
    """A file without permission to execute it is one line."""
    node = tmp_path / "node"
    node.write_text("", encoding="utf-8")
    result = run(APP, node=node)

    assert result.stderr == f"JSII_NODE: {node}: cannot be started: permission denied; {REMEDY}\n"


def test_other_order() -> None:
    """If aws_cdk is imported first, Node runs already, and the import of ecrkit.cdk changes nothing."""
    program = "import aws_cdk, os; import ecrkit.cdk; print(os.environ.get('JSII_NODE'))"
    path = os.pathsep.join([str(bundled().parent), os.environ["PATH"]])
    environ = {name: value for name, value in os.environ.items() if name != "JSII_NODE"} | {"PATH": path}
    result = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False)

    assert (result.stdout, result.stderr) == ("None\n", "")
