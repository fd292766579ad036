"""The password of a transfer, and the program that uses it, when real signals end the command."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.commands import start

from ecrkit.aws.interruptions import ENDING_SIGNALS
from ecrkit.aws.passwords import password_directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.posix

_SECONDS = 20

# What `ecrkit images push` does around an upload, with a program that does not end by itself.
TRANSFER = """
import sys
from datetime import UTC, datetime
from dataclasses import replace
from ecrkit.aws.login import Password, Registry
from ecrkit.aws.tools import find_tool
from ecrkit.aws.transfers import _logged_in
from ecrkit.cli.console.interrupts import tidy_end

tool = find_tool("skopeo", search_path=sys.argv[1])
password = Password(host="127.0.0.1:5000", user="AWS", secret="hush", expires_at=datetime.now(UTC))
registry = Registry(host="registry.example")
with tidy_end(), _logged_in(tool, registry, password) as logged_in:
    logged_in.push("oci:here:v1", registry, "web:v1")
"""

# It keeps the password as skopeo does, and uploads forever, with a child, whatever it is asked.
TOOL = """#!/bin/sh
trap '' {ignored}
case "$1" in
login) cat > "$3"; exit 0;;
copy) sleep 600 & echo $! > "{directory}/child"; echo $$ > "{directory}/tool"; wait; sleep 600;;
esac
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory for temporary files."""
    path = tmp_path / "temporary"
    path.mkdir()
    return path


@contextmanager
def started(tmp_path: Path, directory: Path, *, ignored: str = "USR1") -> Iterator[subprocess.Popen[str]]:
    """Start a transfer, and wait until the program uploads."""
    program = tmp_path / "skopeo"
    program.write_text(TOOL.format(directory=tmp_path, ignored=ignored))
    program.chmod(0o755)
    with start(
        [sys.executable, "-c", TRANSFER, str(tmp_path)],
        environment={"TMPDIR": str(directory)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        wait_for(lambda: (tmp_path / "tool").exists() and (tmp_path / "tool").read_text().strip() != "")
        yield process


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    deadline = time.monotonic() + _SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def runs(path: Path) -> bool:
    """Tell whether the process whose ID is in a file still runs; a zombie does not."""
    status = Path("/proc") / path.read_text().strip() / "status"
    try:
        return "State:\tZ" not in status.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def passwords(directory: Path) -> list[Path]:
    """List what is left of passwords."""
    return list(directory.glob("ecrkit-*"))


@pytest.mark.parametrize("number", ENDING_SIGNALS)
@pytest.mark.parametrize("send", [pytest.param(os.kill, id="alone"), pytest.param(os.killpg, id="group")])
def test_signal_leaves_neither_password_nor_program(
    tmp_path: Path, directory: Path, number: int, send: Callable[[int, int], None]
) -> None:
    """When the command has ended, so has the program with its children, and the password is gone."""
    with started(tmp_path, directory) as process:
        assert len(passwords(directory)) == 1
        send(process.pid, number)

    assert not runs(tmp_path / "tool")
    assert not runs(tmp_path / "child")
    assert passwords(directory) == []


def test_stubborn_program_is_killed(tmp_path: Path, directory: Path) -> None:
    """A program that ignores the request to end is killed."""
    with started(tmp_path, directory, ignored="TERM INT HUP") as process:
        process.send_signal(signal.SIGTERM)

    assert not runs(tmp_path / "tool")
    assert passwords(directory) == []


@pytest.mark.parametrize("send", [pytest.param(os.kill, id="alone"), pytest.param(os.killpg, id="group")])
def test_kill_leaves_neither_password_nor_program(
    tmp_path: Path, directory: Path, send: Callable[[int, int], None]
) -> None:
    """Even SIGKILL to the command ends the program, and the password goes."""
    with started(tmp_path, directory) as process:
        send(process.pid, signal.SIGKILL)

    wait_for(lambda: not passwords(directory))
    wait_for(lambda: not runs(tmp_path / "tool") and not runs(tmp_path / "child"))
    assert process.returncode == -signal.SIGKILL


def test_two_signals_leave_no_password(tmp_path: Path, directory: Path) -> None:
    """Somebody who presses Ctrl-C many times leaves no password either."""
    with started(tmp_path, directory) as process:
        for _ in range(20):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            time.sleep(0.005)

    wait_for(lambda: not passwords(directory) and not runs(tmp_path / "tool"))


def test_next_run_removes_what_is_left(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password of which command and watchdog were killed is removed by the next command."""
    monkeypatch.setattr("tempfile.tempdir", str(directory))
    stale = directory / "ecrkit-password-stale"
    stale.mkdir()
    (stale / "auth.json").write_text("secret")
    with password_directory() as (own, _):
        assert passwords(directory) == [own]
        assert own.stat().st_mode & 0o777 == 0o700

    assert passwords(directory) == []


def test_password_in_use_is_kept(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two commands at the same time leave each other's password alone."""
    monkeypatch.setattr("tempfile.tempdir", str(directory))
    with password_directory() as (first, _), password_directory() as (second, _):
        assert set(passwords(directory)) == {first, second}


def test_link_is_not_followed(directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that somebody has put among the temporary files leads to nothing that is removed."""
    monkeypatch.setattr("tempfile.tempdir", str(directory))
    precious = tmp_path / "precious"
    precious.mkdir()
    (directory / "ecrkit-password-link").symlink_to(precious)
    with password_directory():
        pass

    assert precious.exists()


def test_lock_ends_with_the_context(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left open by a transfer that ended."""
    monkeypatch.setattr("tempfile.tempdir", str(directory))
    open_before = len(list(Path("/proc/self/fd").iterdir()))
    with password_directory() as (own, _):
        descriptor = os.open(own, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(descriptor)

    assert len(list(Path("/proc/self/fd").iterdir())) == open_before
