"""The real `ecrkit` command, and others, in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ecrkit.aws.interruptions import ENDING_SIGNALS
from ecrkit.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ECRKIT = str(Path(sys.executable).with_name("ecrkit"))
_TIMEOUT_SECONDS = 60


def ecrkit(
    *arguments: str | Path,
    cwd: Path | None = None,
    given: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command with *given* on its standard input; the streams are text."""
    result = subprocess.run(
        [ECRKIT, *map(str, arguments)],
        cwd=cwd,
        input=given,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        check=False,
        timeout=_TIMEOUT_SECONDS,
    )
    return subprocess.CompletedProcess(result.args, result.returncode, result.stdout.decode(), result.stderr.decode())


def run_here(arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the command in this process, which is faster where there are many; gives its exit code."""
    monkeypatch.setattr(sys, "argv", ["ecrkit", *arguments.split()])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


@contextmanager
def start(  # noqa: PLR0913 - those of Popen that tests need
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: int | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
    start_new_session: bool = False,
) -> Iterator[subprocess.Popen[str]]:
    """
    Start *command*, wait for its end when the block ends, and kill it when the block fails.

    Signals end it, whoever started the tests: a suite in the background of a shell ignores SIGINT, under ``nohup``
    SIGHUP, and its children inherit that.
    """
    with _signals_not_ignored():
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=start_new_session,
            text=True,
        )
    with process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def shell(script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a line of shell; its arguments are ``$0``, ``$1`` and so on."""
    return subprocess.run(
        ["sh", "-c", script, *map(str, arguments)],  # noqa: S607 - every machine has its own
        capture_output=True,
        check=False,
        text=True,
        timeout=_TIMEOUT_SECONDS,
    )


def ecrkit_on_terminal(*arguments: str | Path, environment: Mapping[str, str] | None = None, typed: str = "") -> str:
    """Run the command on a terminal, type *typed*, and give what is shown there."""
    import pty  # noqa: PLC0415 - Windows has none

    leader, follower = pty.openpty()
    with (
        os.fdopen(leader, "r+b", buffering=0) as screen,
        start(
            [ECRKIT, *map(str, arguments)],
            environment={"TERM": "xterm", **(environment or {})},
            stdin=follower,
            stdout=follower,
            stderr=follower,
        ),
    ):
        os.close(follower)
        os.write(screen.fileno(), typed.encode())
        shown = b""
        while chunk := _read(screen.fileno()):
            shown += chunk
    return shown.decode()


@contextmanager
def _signals_not_ignored() -> Iterator[None]:
    ignored = [number for number in ENDING_SIGNALS if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        # Linux reports the end of a terminal as an error.
        return b""
