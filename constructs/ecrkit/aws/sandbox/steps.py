"""Run a program in a sandbox as one step of several: what it prints is shown if it fails, and Ctrl-C ends it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from ecrkit.aws.sandbox.running import tail
from ecrkit.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from ecrkit.aws.sandbox.running import Sandbox

__all__ = ["node_first", "run_step"]

_REPORT_SECONDS = 0.5


def run_step(  # noqa: PLR0913 - what a program needs, and two ways to show that it runs
    sandbox: Sandbox,
    command: Sequence[str | Path],
    *,
    name: str,
    environment: Mapping[str, str],
    directory: Path,
    at_most_seconds: float,
    is_shown: bool = False,
    report: Callable[[float], None] | None = None,
) -> None:
    """
    Run a program to its end.

    It has its own session: Ctrl-C in a terminal reaches only this process, which then ends the program.

    Args:
        sandbox: ends the program if this process dies.
        command: program and arguments.
        name: name of the program in errors.
        environment: environment variables of the program.
        directory: working directory of the program.
        at_most_seconds: time limit.
        is_shown: print its standard output; otherwise, as for standard error, only an error shows its end.
        report: called twice a second with the elapsed seconds.

    Raises:
        SandboxError: it failed, or took too long; its last lines are in the message.
    """
    output = sandbox.directory / "step.log"
    with output.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the caller's own program
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=None if is_shown else log,
            stderr=log,
            start_new_session=True,
        )
    with sandbox.watching(-process.pid):
        try:
            failure = _failure(process, at_most_seconds=at_most_seconds, report=report)
        finally:
            _end(process)
    if failure:
        raise SandboxError(f"{name}: {failure}; its output:\n{tail(output)}")


def node_first(environment: Mapping[str, str], node: Path | None) -> dict[str, str]:
    """
    Return *environment* with a Node first on ``PATH``.

    Args:
        environment: environment variables of a program that starts Node.
        node: executable of Node; ``None`` for the one on ``PATH``.
    """
    folders = [str(node.parent)] if node else []
    return {**environment, "PATH": os.pathsep.join([*folders, environment.get("PATH", os.defpath)])}


def _failure(
    process: subprocess.Popen[bytes], *, at_most_seconds: float, report: Callable[[float], None] | None
) -> str:
    """Wait for the end; say how the program failed, or nothing."""
    begin = time.monotonic()
    while True:
        try:
            code = process.wait(timeout=min(_REPORT_SECONDS, at_most_seconds))
        except subprocess.TimeoutExpired:
            seconds = time.monotonic() - begin
            if seconds >= at_most_seconds:
                return f"took more than {at_most_seconds:.0f} s"
            if report:
                report(seconds)
        else:
            return f"exit code {code}" if code else ""


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
