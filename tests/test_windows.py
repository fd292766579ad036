"""What Windows lacks, no module and no command needs to start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from builders import windows
from builders.commands import ECRKIT

ROOT = Path(__file__).parents[1]
HIDING = windows.__file__
# The core run has no Node, and to import a command must not need one.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "JSII_NODE"}

IMPORTS = """\
import importlib, pkgutil, sys, ecrkit

names = [module.name for module in pkgutil.walk_packages(ecrkit.__path__, "ecrkit.")]
wanted = [name for name in names if name.startswith("ecrkit.cdk") == (sys.argv[1] == "cdk")]
for name in wanted:
    importlib.import_module(name)
print(len(wanted))
"""


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """Run a script without what Windows lacks; gives its exit code and what it printed."""
    command = [sys.executable, HIDING, *map(str, arguments)]
    result = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, check=False, text=True)
    return result.returncode, result.stdout, result.stderr


@pytest.mark.parametrize(
    "modules", [pytest.param("others", id="others"), pytest.param("cdk", id="cdk", marks=pytest.mark.node)]
)
def test_imports(modules: str, tmp_path: Path) -> None:
    """Every module can be imported."""
    script = tmp_path / "imports.py"
    script.write_text(IMPORTS, encoding="utf-8")
    code, stdout, stderr = run(script, modules)

    assert (code, stderr) == (0, "")
    assert int(stdout) > 1


def test_help() -> None:
    """``ecrkit --help`` prints the commands."""
    code, stdout, stderr = run(ECRKIT, "--help")

    assert (code, stderr) == (0, "")
    assert stdout.startswith("Usage: ecrkit ")


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["policy", "check", "policies", "--strict"], id="policy check"),
        pytest.param(["catalog", "check", "repositories.yaml", "--strict"], id="catalog check"),
        pytest.param(["catalog", "template", "--environment", "dev"], id="catalog template"),
    ],
)
def test_commands(command: list[str]) -> None:
    """The commands that read files work as elsewhere."""
    expected = subprocess.run([ECRKIT, *command], cwd=ROOT, capture_output=True, check=True, text=True)

    assert run(ECRKIT, *command) == (0, expected.stdout, expected.stderr)


def test_writes(tmp_path: Path) -> None:
    """Files are written: a new one, and one in the place of another."""
    target = tmp_path / "out"
    command = ["catalog", "template", "--environment", "dev", "-o", str(target)]
    first = run(ECRKIT, *command)

    assert first[0] == 0, first[2]
    assert run(ECRKIT, *command) == first
    assert [path.suffixes for path in target.iterdir()] == [[".template", ".json"]]


def test_missing_file(tmp_path: Path) -> None:
    """A missing file is one line."""
    missing = (tmp_path / "none.json").as_posix()

    assert run(ECRKIT, "policy", "check", missing) == (
        2,
        "",
        f"error: {missing}: cannot be read: no such file or directory\n",
    )
