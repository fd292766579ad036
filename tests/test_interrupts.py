"""Tests that send signals to a command: they also work in a suite that ignores these signals."""

from __future__ import annotations

import ast
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from builders.commands import start

from ecrkit.aws.interruptions import ENDING_SIGNALS

pytestmark = pytest.mark.posix

TESTS = Path(__file__).parent
WAIT = "import sys; print('ready', flush=True); sys.stdin.read()"


@pytest.mark.parametrize("number", ENDING_SIGNALS)
def test_ends_where_the_suite_ignores_the_signal(number: signal.Signals) -> None:
    """A suite in the background of a shell ignores SIGINT, one under nohup SIGHUP; its commands end all the same."""
    of_the_suite = signal.signal(number, signal.SIG_IGN)
    try:
        pipe = subprocess.PIPE
        with start([sys.executable, "-c", WAIT], stdin=pipe, stdout=pipe, stderr=pipe) as process:
            assert process.stdout is not None
            process.stdout.readline()
            process.send_signal(number)
            process.wait(timeout=30)
        still = signal.getsignal(number)
    finally:
        signal.signal(number, of_the_suite)

    assert process.returncode == -number
    assert still is signal.SIG_IGN


def test_every_command_that_is_not_waited_for_is_started_so() -> None:
    """Only the builders call Popen: no test starts a command that ignores what it will be sent."""
    callers = {
        str(path.relative_to(TESTS))
        for path in TESTS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"subprocess.Popen", "Popen"}
    }

    assert callers == {"builders/commands.py", "builders/chromium.py"}
