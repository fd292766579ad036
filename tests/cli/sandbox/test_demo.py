"""`ecrkit sandbox --demo` and `--prepare`."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from builders.commands import ECRKIT, ecrkit, ecrkit_on_terminal, start
from builders.sandbox_checks import SOON, becomes_true, descendants, processes, project
from builders.sandboxes import ROOT

pytestmark = pytest.mark.server

CATALOG = """
environments:
  dev: {account: "123456789012", region: us-east-1}
repositories:
  app: {lifecycle: []}
"""
STEPS = [
    "$ cdk deploy --all",
    "$ ecrkit images push oci:v1:v1 my-app:v1",
    "$ ecrkit images push oci:v2:v2 my-app:v2",
    "$ ecrkit repos list",
    "$ ecrkit policy preview keep-newest.json --repository my-app",
]


def steps(shown: str) -> list[str]:
    return [line for line in shown.splitlines() if line.startswith("$ ")]


@pytest.mark.needs("skopeo")
def test_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo deploys, pushes, lists and previews, and needs less than 60 lines of 80 columns."""
    monkeypatch.chdir(ROOT)
    shown = ecrkit_on_terminal("sandbox", "--demo", environment={"COLUMNS": "80"})
    lines = [re.sub(r"\x1b\[[\d;]*[A-Za-z]", "", line.rpartition("\r")[2]) for line in shown.split("\r\n")[:-1]]
    height = sum(max(1, -(-len(line) // 80)) for line in lines)

    assert steps("\n".join(lines)) == STEPS
    assert "2 images: 1 expire, 0 archive, 1 stay" in lines
    assert lines[-1].startswith("  ecrkit --help")
    assert height < 60


def test_without_a_tool() -> None:
    """Without skopeo the images are sent directly, and the preview is the same."""
    demo = ecrkit("sandbox", "--demo", cwd=ROOT, environment={"PATH": str(Path(sys.executable).parent)})

    assert demo.returncode == 0, demo.stderr
    assert steps(demo.stdout) == [step for step in STEPS if "images push" not in step]
    assert (
        "skopeo is not installed, so `ecrkit images push` is skipped: the images are sent directly\n"
        "pushed my-app:v1\n"
        "pushed my-app:v2\n"
    ) in demo.stdout
    assert "2 images: 1 expire, 0 archive, 1 stay" in demo.stdout


def test_failing_step(tmp_path: Path) -> None:
    """A step that fails ends the demo with the end of what its program printed."""
    (
        project(tmp_path, cdk='test "$1" = bootstrap && exit; echo no such luck; exit 3') / "repositories.yaml"
    ).write_text(CATALOG)
    demo = ecrkit("sandbox", "--demo", cwd=tmp_path)

    assert demo.stderr.endswith("\nerror: cdk deploy: exit code 3; its output:\nno such luck\n")
    assert demo.returncode == 2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C leaves one line, and neither the CDK nor a server."""
    started = tmp_path / "started"
    script = f'test "$1" = bootstrap && exit; touch {shlex.quote(str(started))}; sleep 60'
    (project(tmp_path, cdk=script) / "repositories.yaml").write_text(CATALOG)
    with start(
        [ECRKIT, "sandbox", "--demo"],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as demo:
        assert becomes_true(started.exists)
        before = descendants(demo.pid)
        demo.send_signal(number)
        _, stderr = demo.communicate(timeout=SOON)

    # click ends the line that shows ^C.
    assert re.fullmatch(r"(deploying \(\d+ s\)\n)?\nerror: interrupted\n", re.split(r"ready at .*\n", stderr)[1])
    assert demo.returncode == 3
    assert becomes_true(lambda: not before & processes().keys())


def test_no_catalog(tmp_path: Path) -> None:
    """Without a catalog there is nothing to deploy."""
    demo = ecrkit("sandbox", "--demo", cwd=tmp_path)

    assert demo.stderr.endswith(
        "Error: --demo: needs a catalog, and repositories.yaml does not exist; pass --catalog\n"
    )
    assert demo.returncode == 2


def test_two_modes(tmp_path: Path) -> None:
    """One of --demo, --prepare and COMMAND can be passed."""
    run = ecrkit("sandbox", "--demo", "true", cwd=tmp_path)

    assert run.stderr.endswith("Error: --demo, --prepare and COMMAND exclude each other; pass one of them\n")
    assert run.returncode == 2


def test_prepare(tmp_path: Path) -> None:
    """Prepared once, the command says where MiniStack is, without a network."""
    ecrkit("sandbox", "--prepare", cwd=tmp_path)
    again = ecrkit("sandbox", "--prepare", cwd=tmp_path, environment={"PIP_NO_INDEX": "1"})
    directory = Path(again.stdout.removeprefix("MiniStack is in ").strip())

    assert (directory / "bin" / "python").exists()
    assert (again.returncode, again.stderr) == (0, "")


def test_prepare_offline(tmp_path: Path) -> None:
    """Without a package index the command ends in one line."""
    environment = {
        "XDG_CACHE_HOME": str(tmp_path),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": "",
    }
    run = ecrkit("sandbox", "--prepare", cwd=tmp_path, environment=environment)

    assert run.stderr.splitlines()[-1] == (
        "error: MiniStack: cannot be installed, no package index can be reached; "
        "the sandbox needs it once: connect to a package index and run ecrkit sandbox --prepare"
    )
    assert run.returncode == 2
