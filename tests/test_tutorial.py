"""docs/tutorial.md runs, and says what it says there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.sandboxes import HOME, ROOT
from builders.scans import scanning_account

from ecrkit.aws.sandbox import bootstrap, find_cdk
from ecrkit.cdk.node import bundled_node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = [pytest.mark.server, pytest.mark.needs("skopeo", "umoci", "jq")]

PAGE = (ROOT / "docs" / "tutorial.md").read_text()
LINKED = (".venv", "node_modules", "constructs", "stacks", "policies")
COPIED = ("app.py", "cdk.json")


@dataclass(frozen=True, slots=True)
class Step:
    """A command of the page, and what is shown below it."""

    section: str
    command: str
    shown: str


def steps() -> Iterator[Step]:
    """Read the console blocks of the page."""
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        title = section.partition("\n")[0]
        for block in re.findall(r"```console\n(.*?)```", section, re.DOTALL):
            for entry in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, shown = _without_output(entry)
                yield Step(title, command, shown)


def _without_output(entry: str) -> tuple[str, str]:
    first, _, rest = entry.partition("\n")
    if "<<'END'" not in first:
        return first, rest
    document, _, shown = rest.partition("\nEND\n")
    return f"{first}\n{document}\nEND", shown


def test_tutorial_runs(ministack: Sandbox, tmp_path: Path) -> None:
    """Every command does what the page shows, one after the other, in one account."""
    project(tmp_path)
    seen = []
    account = account_in(ministack, tmp_path)
    with scanning_account() as scanned:
        bootstrap(ministack, [HOME], cdk=find_cdk(ROOT, search_path=os.environ["PATH"]), node=bundled_node())
        for step in steps():
            if step.section == "Scan" and "Scan" not in seen:
                copy_image(account, scanned)
            seen.append(step.section)
            said = run(step.command, cwd=tmp_path, environment=(scanned if step.section == "Scan" else account))

            assert re.fullmatch(pattern(step.shown), said, re.DOTALL), f"$ {step.command}\n{said}"

    assert len(seen) > 20
    assert (
        dict.fromkeys(seen).keys()
        == {
            "Declare and deploy": 0,
            "Build and push": 0,
            "Scan": 0,
            "Change the lifecycle policy": 0,
            "Delete": 0,
        }.keys()
    )


def project(directory: Path) -> None:
    """Make a project without a catalog: the app, its stacks and the policies."""
    for name in LINKED:
        (directory / name).symlink_to(ROOT / name)
    for name in COPIED:
        (directory / name).write_text((ROOT / name).read_text())


def run(command: str, *, cwd: Path, environment: Account) -> str:
    """Run a command as a shell does; give what it prints, both streams, without the colours of the CDK."""
    path = os.pathsep.join([str(Path(sys.executable).parent), str(ROOT / "node_modules" / ".bin"), os.environ["PATH"]])
    result = subprocess.run(
        ["bash", "-c", command],  # noqa: S607 - every machine has its own
        cwd=cwd,
        env={**os.environ, **environment.environment, "PATH": path, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert result.returncode == 0, f"$ {command}\n{result.stdout}"
    return result.stdout


def pattern(shown: str) -> str:
    """Make a regular expression of what the page shows: a line of `…` is any lines, one within a line any text."""
    lines = ("(.*\n)?" if line == "…" else f"{_in_line(line)}\n" for line in shown.splitlines())
    return "".join(lines)


def _in_line(line: str) -> str:
    # How wide a column is depends on what else is in it.
    pieces = (r"\ +".join(map(re.escape, piece.split())) for piece in line.split("…"))
    return " *" + r"[^\n]*".join(pieces)


def copy_image(here: Account, there: Account) -> None:
    """Put the image that was pushed where scans are answered."""
    answer = here.ecr.batch_get_image(repositoryName="my-app", imageIds=[{"imageTag": "latest"}])
    there.ecr.create_repository(repositoryName="my-app")
    there.put_image("my-app", "latest", text=answer["images"][0]["imageManifest"])
