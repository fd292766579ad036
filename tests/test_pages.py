"""Every command that README and docs show runs, page by page, and prints what the page shows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.empty_wheels import wheel_in
from builders.page_accounts import prepare
from builders.pages import ROOT, pages, pattern, run, steps
from builders.sandboxes import HOME
from builders.starters import NO_AWS, init

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.aws.sandbox import Sandbox

DATA = ROOT / "tests" / "data" / "pages"
"""Files that a page's project has in addition, in a folder of the page's name."""

OFFLINE: tuple[str, ...] = (
    "docs/concepts/versions.md",
    "docs/reference/command-line.md",
    "docs/reference/policies.md",
    "docs/tasks/add-a-repository.md",
    "docs/tasks/cloudformation.md",
    "docs/tasks/editors.md",
    "docs/tasks/encrypt.md",
    "docs/tasks/fleet.md",
    "docs/tasks/give-access.md",
    "docs/tasks/house-rules.md",
    "docs/tasks/pin-a-version.md",
    "docs/tasks/preview-a-change.md",
    "docs/tasks/public-repositories.md",
    "docs/tasks/publish-a-policy.md",
    "docs/tasks/recover.md",
    "docs/tasks/replicate.md",
    "docs/tasks/review-a-change.md",
    "docs/tasks/send-events.md",
    "docs/tasks/share.md",
    "docs/tasks/split-a-catalog.md",
    "docs/tasks/terraform.md",
    "docs/tasks/upgrade.md",
)
"""Pages whose commands need no AWS."""

STARTING: tuple[str, ...] = (
    "README.md",
    "docs/quick-start.md",
    "docs/tasks/start.md",
)
"""Pages that begin with `ecrkit init`, in an empty folder, without AWS."""

LOCAL_AWS: tuple[str, ...] = (
    "docs/concepts/guard.md",
    "docs/tasks/adopt.md",
    "docs/tasks/audit.md",
    "docs/tasks/inventory.md",
    "docs/tasks/stop-a-policy.md",
)
"""Pages whose commands need AWS and Node; a local AWS answers."""

ELSEWHERE = {
    "docs/tasks/gate-on-scans.md": "tests/test_gate_page.py",
    "docs/tutorial.md": "tests/test_tutorial.py",
}
"""Pages with a test of their own."""


def test_every_page_runs_somewhere() -> None:
    """A page that shows commands is one that a test runs."""
    shown = {name for name, page in pages().items() if any(steps(page))}

    assert shown == {*OFFLINE, *STARTING, *LOCAL_AWS, *ELSEWHERE}


def test_no_page_has_both_sides_of_a_merge() -> None:
    """No page, nor the changelog, has the markers of a merge with a conflict."""
    texts = {
        name: page.read_text(encoding="utf-8")
        for name, page in (pages() | {"CHANGELOG.md": ROOT / "CHANGELOG.md"}).items()
    }

    assert [name for name, text in texts.items() if re.search(r"^(<{7}|={7}|>{7})( |$)", text, re.MULTILINE)] == []


@pytest.mark.parametrize("name", OFFLINE)
def test_page_runs(name: str, tmp_path: Path) -> None:
    """The commands of a page, one after the other, print what it shows, without AWS."""
    project = project_for(name, tmp_path)

    check(name, project, NO_AWS)


@pytest.mark.posix
@pytest.mark.parametrize("name", STARTING)
def test_page_starts(name: str, tmp_path: Path) -> None:
    """The commands of a page that starts a repository print what it shows; `init` has a wheel to copy."""
    folder = tmp_path / "empty"
    folder.mkdir()
    command = tmp_path / "bin" / "ecrkit"
    command.parent.mkdir()
    installed = Path(sys.executable).with_name("ecrkit")
    command.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = init ]; then shift; set -- init --wheel "{wheel_in(tmp_path)}" "$@"; fi\n'
        f'exec "{installed}" "$@"\n'
    )
    command.chmod(0o755)

    search_path = os.pathsep.join([str(command.parent), str(installed.parent), os.environ["PATH"]])
    check(name, folder, {**NO_AWS, "PATH": search_path})


@pytest.mark.server
@pytest.mark.node
@pytest.mark.needs("skopeo", "jq")
@pytest.mark.parametrize("name", LOCAL_AWS)
def test_page_runs_in_the_local_aws(name: str, ministack: Sandbox, tmp_path: Path) -> None:
    """The commands of a page, one after the other, print what it shows, in an account of its own."""
    project = project_for(name, tmp_path)
    account = account_in(ministack, tmp_path)
    prepare(name, account, project)

    check(name, project, account.environment)


def check(name: str, project: Path, environment: Mapping[str, str]) -> None:
    """Run the commands of a page and compare; `cd FOLDER` applies to those below it."""
    folder = project
    for step in steps(ROOT / name):
        if entered := re.fullmatch(r"cd (\S+)", step.command):
            folder /= entered[1]
            continue
        said = run(step.command, cwd=folder, environment=environment)

        assert re.fullmatch(pattern(step.shown), said, re.DOTALL), f"$ {step.command}\n{said}"


def project_for(name: str, folder: Path) -> Path:
    """Start a registry repository as `ecrkit init` does, with a commit on main and the files of the page."""
    project = folder / "registry"
    started = init(project, "--account", HOME.account, "--region", HOME.region, "--ci", "github", "--yes")
    assert started.returncode == 0, started.stderr
    extra = DATA / name.removeprefix("docs/").removesuffix(".md")
    if extra.is_dir():
        shutil.copytree(extra, project, dirs_exist_ok=True)
    for command in (["init", "--quiet", "--initial-branch=main"], ["add", "--all"], ["commit", "--quiet", "-mStart"]):
        git = ["git", "-c", "user.name=Team", "-c", "user.email=team@example.com", *command]
        subprocess.run(git, cwd=project, check=True)
    return project
