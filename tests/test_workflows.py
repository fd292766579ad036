"""The workflows of this repository: valid, of little power, and made of what these tests run."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.posix

ROOT = Path(__file__).parents[1]
WORKFLOWS = {path.stem: path for path in sorted((ROOT / ".github" / "workflows").iterdir())}
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]

# Git in a container of GitHub refuses a work tree of another user. On Windows, make has no shell.
PLAIN = {
    'git config --global --add safe.directory "$GITHUB_WORKSPACE"',
    "python -m pip install --require-hashes --requirement requirements.txt",
    "python -m pip install --require-hashes --requirement requirements-dev.txt",
    "python -m pip install --no-deps --no-build-isolation --editable .",
    "python -m pytest --core --numprocesses auto --maxprocesses 4 --dist loadfile",
}


def read(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(WORKFLOWS[name].read_text(encoding="utf-8"))
    return document


def jobs() -> list[Any]:
    return [
        pytest.param(name, job, id=f"{name}-{key}") for name in WORKFLOWS for key, job in read(name)["jobs"].items()
    ]


def steps(job: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = job.get("steps", [])
    return found


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def program(name: str, *arguments: str) -> tuple[int, str]:
    command = [str(Path(sys.executable).with_name(name)), *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    return result.returncode, f"{result.stdout}{result.stderr}"


class Machine:
    """A machine with nothing on PATH but what a test puts there; programs that are made up log their arguments."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.log = folder / "log"
        for name in ("bash", "env"):
            self.link(name)

    def link(self, name: str) -> None:
        (self.programs / name).symlink_to(str(shutil.which(name)))

    def make_up(self, name: str, script: str = "") -> None:
        path = self.programs / name
        path.write_text(f'#!/usr/bin/env bash\necho {name} "$@" >> "{self.log}"\n{script}\n', encoding="utf-8")
        path.chmod(0o755)

    def run(self, script: str, *arguments: str) -> list[str]:
        """Run a script of this repository; gives the commands that it ran."""
        subprocess.run(
            [ROOT / script, *arguments], env={"PATH": str(self.programs)}, capture_output=True, check=True, text=True
        )
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


class TestWorkflows:
    def test_schema(self) -> None:
        """GitHub reads the workflows."""
        code, output = program(
            "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS.values())
        )

        assert code == 0, output

    def test_audit(self) -> None:
        """Zizmor finds nothing: no injection, no stored credentials, no needless permission."""
        code, output = program("zizmor", "--offline", "--no-progress", ".github")

        assert code == 0, output
        assert "No findings to report" in output

    @pytest.mark.parametrize("name", WORKFLOWS)
    def test_nothing_by_default(self, name: str) -> None:
        """A job that names no permissions has none."""
        assert read(name)["permissions"] == {}

    @pytest.mark.parametrize(("name", "job"), jobs())
    def test_permissions(self, name: str, job: dict[str, Any]) -> None:
        """A job writes nothing to the repository, except the one that makes the page of a release."""
        writes = {key for key, value in job["permissions"].items() if value != "read"}
        page = any("publish-page" in step.get("run", "") for step in steps(job))

        assert writes <= {"id-token", "attestations"} or (page and writes == {"contents"})
        assert name == "release" or not writes

    @pytest.mark.parametrize(("name", "job"), jobs())
    def test_commands(self, name: str, job: dict[str, Any]) -> None:
        """A step runs a target of the Makefile or a script of this repository, which are tested."""
        known = targets()
        for step in steps(job):
            command = step.get("run", "make")
            first, *others = command.split()
            is_target = first == "make" and known.issuperset(others)
            is_script = (ROOT / first).is_file() and os.access(ROOT / first, os.X_OK)

            assert is_target or is_script or (command in PLAIN and name == "ci"), command

    @pytest.mark.parametrize(("name", "job"), jobs())
    def test_checkout(self, name: str, job: dict[str, Any]) -> None:
        """A checkout leaves no credentials behind, and has the history wherever the upgrade is tested."""
        uses = {step["uses"].split("@")[0]: step.get("with", {}) for step in steps(job) if "uses" in step}
        upgrades = any(step.get("run") in {"make test", "make test-wheel"} for step in steps(job))

        if "actions/checkout" in uses:
            assert uses["actions/checkout"]["persist-credentials"] is False
        assert not upgrades or uses["actions/checkout"]["fetch-depth"] == 0, name

    def test_machines(self) -> None:
        """The tests run with every Python that the package names, on every system and architecture."""
        declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["classifiers"]
        found = read("ci")["jobs"]

        assert [line.split()[-1] for line in declared if re.search(r":: 3\.\d+$", line)] == PYTHONS
        assert [found[job]["strategy"]["matrix"]["python"] for job in ("linux", "macos", "windows")] == [PYTHONS] * 3
        assert found["linux"]["strategy"]["matrix"]["runner"] == ["ubuntu-24.04", "ubuntu-24.04-arm"]

    def test_windows(self) -> None:
        """Windows runs what ``make test-core`` runs, on what ``make setup-dev`` installs."""
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        commands = [step["run"] for step in steps(read("ci")["jobs"]["windows"]) if "run" in step]
        installed = re.findall(r"\$\(INSTALL\) (.*?)(?:\)| &&|$)", makefile, re.MULTILINE)

        assert [command.removeprefix("python -m pip install ") for command in commands[:-1]] == [
            "--require-hashes --requirement requirements.txt",
            "--require-hashes --requirement requirements-dev.txt",
            "--no-deps --no-build-isolation --editable .",
        ]
        assert {command.removeprefix("python -m pip install ") for command in commands[:-1]} == set(installed)
        assert f"\t{commands[-1].removeprefix('python -m ')}\n" in makefile


class TestScripts:
    def test_everything_is_there(self, machine: Machine) -> None:
        """Where no program is missing, nothing is installed."""
        for name in ("chromium", "docker", "jq", "podman", "skopeo", "umoci", "apt-get"):
            machine.make_up(name)
        machine.link("uname")

        assert machine.run(".ci/install-programs") == []

    def test_debian(self, machine: Machine) -> None:
        """Debian gets what is missing, docker by the name of its package."""
        machine.make_up("id", "echo 0")
        for name in ("apt-get", "chromium", "jq", "podman"):
            machine.make_up(name)
        machine.link("uname")

        assert machine.run(".ci/install-programs") == [
            "id -u",
            "apt-get update -qq",
            "apt-get install -y -qq --no-install-recommends docker.io skopeo umoci",
        ]

    def test_macos(self, machine: Machine) -> None:
        """MacOS gets what needs no virtual machine; the workflow leaves out the tests of the rest."""
        machine.make_up("uname", "echo Darwin")
        machine.make_up("id", "echo 501")
        machine.make_up("brew")
        [test] = [step for step in steps(read("ci")["jobs"]["macos"]) if step.get("run") == "make test"]

        assert machine.run(".ci/install-programs")[-1] == "brew install --quiet jq skopeo umoci"
        assert test["env"]["PYTEST_ADDOPTS"] == "--without=chromium --without=docker --without=podman"

    @pytest.mark.parametrize(
        ("exists", "expected"),
        [
            pytest.param(
                "exit 1", "gh release create v1.0.0 --verify-tag --title v1.0.0 --notes-file n.md a.whl", id="first"
            ),
            pytest.param("exit 0", "gh release upload v1.0.0 --clobber a.whl", id="again"),
        ],
    )
    def test_page(self, exists: str, expected: str, machine: Machine) -> None:
        """The page of a release is created; a second run completes it."""
        machine.make_up("gh", f'[ "$2" != view ] || {exists}')

        assert machine.run("release/publish-page", "v1.0.0", "n.md", "a.whl") == ["gh release view v1.0.0", expected]

    def test_executable(self) -> None:
        """Every script without an ending can be run."""
        scripts = [path for folder in (".ci", "release") for path in (ROOT / folder).iterdir() if not path.suffix]

        assert len([path for path in scripts if path.is_file()]) > 1
        assert all(path.stat().st_mode & stat.S_IXUSR for path in scripts if path.is_file())


def test_without() -> None:
    """``--without`` leaves out the tests of a program, without a word about skipping."""
    pytest_ = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    collected = [
        subprocess.run(
            [*pytest_, *options, "tests/preview/report/test_page.py", "tests/preview/report/test_browser.py"],
            cwd=ROOT,
            # The core run has no Node, and the inner run imports the package that looks for one.
            env={name: value for name, value in os.environ.items() if name not in {"JSII_NODE", "PYTEST_ADDOPTS"}},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for options in ([], ["--without=chromium"])
    ]

    assert "deselected" not in collected[0]
    assert "test_page.py::test_title" in collected[1]
    assert re.search(r"\([1-9]\d* deselected\)", collected[1])
