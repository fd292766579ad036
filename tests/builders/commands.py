"""The real `ecrkit` command, in a process of its own."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ecrkit.cli import main

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    leader, follower = pty.openpty()
    with (
        os.fdopen(leader, "r+b", buffering=0) as screen,
        subprocess.Popen(
            [ECRKIT, *map(str, arguments)],
            env={**os.environ, "TERM": "xterm", **(environment or {})},
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


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        # Linux reports the end of a terminal as an error.
        return b""
