"""The Makefile: what Ctrl-C leaves, and what each target installs."""

from __future__ import annotations

import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from builders.commands import start
from builders.sandbox_checks import becomes_true

ROOT = Path(__file__).parents[1]
ON_A_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""
SAYS_AND_SLEEPS = """#!{python}
import pathlib, time
pathlib.Path("started").touch()
try:
    time.sleep(60)
except KeyboardInterrupt:
    {at_the_end}
    raise SystemExit(3)
"""


def pins(path: str) -> set[tuple[str, str]]:
    """Give the requirements of a file: name, and version with its marker."""
    text = (ROOT / path).read_text(encoding="utf-8")
    found = re.findall(r"^([\w.-]+==[^\s;]+(?: ; [^\\]+)?) \\$", text, re.MULTILINE)
    return {requirement.partition("==")[::2] for requirement in found}


def names(path: str) -> set[str]:
    return {name for name, _ in pins(path)}


def program(path: Path, *, at_the_end: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SAYS_AND_SLEEPS.format(python=sys.executable, at_the_end=at_the_end))
    path.chmod(0o755)


def interrupted(target: str, directory: Path) -> list[str]:
    """Run a target on a terminal, press Ctrl-C once it has started, and give the lines that follow."""
    shutil.copy(ROOT / "Makefile", directory)
    leader, follower = pty.openpty()
    with (
        os.fdopen(leader, "r+b", buffering=0) as screen,
        start(
            [sys.executable, "-c", ON_A_TERMINAL, "make", target],
            cwd=directory,
            environment={"MAKEFLAGS": "", "MAKELEVEL": ""},
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        ) as make,
    ):
        assert becomes_true((directory / "started").exists)
        screen.write(b"\x03")
        make.wait(timeout=30)
        os.close(follower)
        shown = b""
        try:
            while chunk := screen.read(4096):
                shown += chunk
        except OSError:
            pass  # Linux reports the end of a terminal as an error.
    return shown.decode().partition("^C")[2].split("\r\n")[:-1]


@pytest.mark.needs("make")
class TestInterrupted:
    def test_demo(self, tmp_path: Path) -> None:
        """Ctrl-C in `make demo` leaves the one line of ecrkit."""
        for name in (
            "requirements.txt",
            "pyproject.toml",
            "package.json",
            "package-lock.json",
            "constructs/ecrkit/aws/sandbox/requirements.txt",
            ".venv/.installed",
            ".venv/.sandbox",
            "node_modules/.installed",
        ):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        program(tmp_path / ".venv" / "bin" / "ecrkit", at_the_end="print('error: interrupted')")

        assert interrupted("demo", tmp_path) == ["error: interrupted"]

    def test_setup(self, tmp_path: Path) -> None:
        """Ctrl-C while pip runs leaves one line, whatever pip prints."""
        for name in ("requirements.txt", "pyproject.toml"):
            (tmp_path / name).touch()
        program(tmp_path / ".venv" / "bin" / "python", at_the_end="raise")
        program(tmp_path / ".venv" / "bin" / "pip", at_the_end="")

        assert interrupted("setup", tmp_path) == ["interrupted; run make again"]


class TestPins:
    def test_same_in_both(self) -> None:
        """What `make setup` installs, `make setup-dev` keeps."""
        assert pins("requirements.txt") <= pins("requirements-dev.txt")

    @pytest.mark.parametrize("name", ["ministack", "moto", "mypy", "pytest", "sphinx"])
    def test_not_in_the_set_up(self, name: str) -> None:
        """What only tests or the sandbox need is not installed by `make setup`."""
        assert name in names("requirements-dev.txt") | names("constructs/ecrkit/aws/sandbox/requirements.txt")
        assert name not in names("requirements.txt")

    def test_sandbox_binds_nobody(self) -> None:
        """No other environment installs MiniStack."""
        project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

        assert "ministack" in names("constructs/ecrkit/aws/sandbox/requirements.txt")
        assert "ministack" not in names("requirements-dev.txt")
        assert "ministack" not in project.partition("\n[tool.")[0]

    @pytest.mark.parametrize(
        "path", ["requirements.txt", "requirements-dev.txt", "constructs/ecrkit/aws/sandbox/requirements.txt"]
    )
    def test_hashes(self, path: str) -> None:
        """Every pin has a hash, and no file names a package index."""
        text = (ROOT / path).read_text(encoding="utf-8")

        assert len(re.findall(r"^\S+==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(pins(path))
        assert "://" not in text


@pytest.mark.needs("make")
@pytest.mark.parametrize(
    ("variables", "options"),
    [
        pytest.param(
            ["PROFILE=sandbox", "REGION=eu-west-1"], ["--profile", "sandbox", "--region", "eu-west-1"], id="where"
        ),
        pytest.param(["YES=1", "PART=preview", "SEED=7"], ["--part", "preview", "--seed", "7", "--yes"], id="what"),
        pytest.param(["CLEAN=1"], ["--clean"], id="clean"),
    ],
)
def test_conformance(variables: list[str], options: list[str]) -> None:
    """`make conformance` gives its variables to the comparison with AWS, which no other target runs."""
    command = ["make", "--no-print-directory", "--dry-run", "conformance", *variables]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    words = shlex.split(printed.replace("\\\n", " ").partition("PYTHONPATH=tests ")[2])

    assert words == ["python", "-m", "conformance", *options]


@pytest.mark.needs("make")
@pytest.mark.parametrize("path", ["Makefile", "constructs/ecrkit/cli/init/files/all/Makefile.tmpl"])
def test_help(path: str) -> None:
    """`make help` lists targets in two columns, also with the tools of macOS, whose sed knows no tabs."""
    command = ["make", "--no-print-directory", "-f", path, "help"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout.splitlines()

    assert "sed" not in (ROOT / path).read_text(encoding="utf-8").partition("\nhelp:")[2].split("\n\n")[0]
    assert len(listed) > 5
    assert all(re.fullmatch(r"[a-z-]+ +\S.*", line) for line in listed)
