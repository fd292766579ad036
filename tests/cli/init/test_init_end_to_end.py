"""From the wheel to a demo, as a user does it, in environments of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from builders.starters import NO_AWS

pytestmark = [pytest.mark.node, pytest.mark.server]

ROOT = Path(__file__).parents[3]
PINS = ROOT / "constructs" / "ecrkit" / "cli" / "init" / "files" / "all" / "requirements.txt.tmpl"
ACCOUNT = "210987654321"
ANSWERS = ("--account", ACCOUNT, "--region", "eu-west-1", "--ci", "github", "--yes")


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel with click and PyYAML alone, start a repository with it, and set that up."""
    directory = tmp_path_factory.mktemp("stranger")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", directory / "wheel", cwd=ROOT)
    [wheel] = (directory / "wheel").iterdir()
    venv.create(directory / "venv", symlinks=True)
    pip: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        directory / "venv" / "bin" / "python",
        "install",
        "--quiet",
    ]
    pins = directory / "pins.txt"
    pins.write_text(few_pins("click", "pyyaml"), encoding="utf-8")
    installed = run(*pip, "--require-hashes", "--requirement", pins, cwd=directory)
    if "(from versions: none)" in installed.stderr:
        pytest.skip("needs a package index, and none can be reached")
    run(*pip, "--no-deps", wheel, cwd=directory)
    run(directory / "venv" / "bin" / "ecrkit", "init", "registries", *ANSWERS, cwd=directory)
    make("setup", cwd=directory / "registries")
    return directory / "registries"


def few_pins(*names: str) -> str:
    """Give the shipped requirements of *names*, with their hashes."""
    requirements = PINS.read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    return "\n".join(line for line in requirements if line.partition("==")[0] in names)


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command without the environments of the tests, which must succeed."""
    search_path = [part for part in os.environ["PATH"].split(os.pathsep) if not part.startswith(str(ROOT))]
    result = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **NO_AWS, "PATH": os.pathsep.join(search_path), "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0 or "(from versions: none)" in result.stderr, result.stdout + result.stderr
    return result


def make(*arguments: str, cwd: Path) -> str:
    """Make a target of the new repository, which must succeed; give what it prints."""
    return run("make", *arguments, f"PYTHON={sys.executable}", cwd=cwd).stdout


def test_vendored(started: Path) -> None:
    """The new repository has the wheel that ecrkit was installed from, and installed it again."""
    [wheel] = (started / "vendor").iterdir()
    version = run(started / ".venv" / "bin" / "ecrkit", "--version", cwd=started).stdout

    assert wheel.name in (started / "requirements-ecrkit.txt").read_text(encoding="utf-8")
    assert version.split()[-1] == wheel.name.split("-")[1]


def test_check(started: Path) -> None:
    """`make check` passes."""
    assert "ecrkit catalog check" in make("check", cwd=started)


def test_test(started: Path) -> None:
    """`make test` passes."""
    assert " passed" in make("test", cwd=started)


def test_synth(started: Path) -> None:
    """`make synth` writes the template of the environment."""
    make("synth", cwd=started)

    assert (started / "cdk.out" / "Repositories-dev.template.json").is_file()


def test_demo(started: Path) -> None:
    """`make demo` deploys the samples into a local AWS."""
    assert f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/my-app" in make("demo", cwd=started)


def test_review(started: Path) -> None:
    """`make review` reviews what changed since a commit."""
    git = ("git", "-c", "user.name=A", "-c", "user.email=a@example.com")
    run(*git, "init", "--quiet", cwd=started)
    run(*git, "add", "--all", cwd=started)
    run(*git, "commit", "--quiet", "--message", "Start", cwd=started)
    catalog = started / "repositories.yaml"
    before = catalog.read_text(encoding="utf-8")
    catalog.write_text(f"{before}\n  team/new-service: {{}}\n", encoding="utf-8")
    review = make("review", "BASE=HEAD", cwd=started)
    catalog.write_text(before, encoding="utf-8")

    assert "team/new-service" in review


def test_second_run(started: Path) -> None:
    """The installed ecrkit finds its wheel in vendor/, and changes nothing."""
    result = run(started / ".venv" / "bin" / "ecrkit", "init", cwd=started)

    assert result.stderr == "nothing to write\n"
