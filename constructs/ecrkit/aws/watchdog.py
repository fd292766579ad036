"""
A process that ends others, and removes a directory, when the process that started it is gone, however it went.

``python watchdog.py DIRECTORY`` watches its standard input, a pipe from that process. On the pipe come process IDs, a
line each: to be ended when the pipe is; sent a second time, forgotten. A negative ID means the group. The file imports
the standard library only, so that it starts at once and alone.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["end_processes", "mentioned", "processes_left", "started_watchdog"]

_GRACE_SECONDS = 5.0
_POLL_SECONDS = 0.05


@contextmanager
def started_watchdog(directory: str) -> Iterator[IO[bytes]]:
    """
    Run a watchdog for the time of the context; when the context ends it removes what is left.

    Args:
        directory: to remove at the end.

    Yields:
        The pipe to it, for :func:`mentioned`.
    """
    process = subprocess.Popen(  # noqa: S603 - this very file, in another process
        [sys.executable, "-I", "-S", __file__, directory],
        stdin=subprocess.PIPE,
        # Whoever reads what this process prints does not wait for it.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        # A signal to the whole group must not end it before it has done its work.
        start_new_session=True,
    )
    with process:
        if process.stdin is None:
            raise ValueError("the watchdog was started without a pipe")
        yield process.stdin


@contextmanager
def mentioned(pipe: IO[bytes], process_id: int) -> Iterator[None]:
    """
    Have a process ended if this one is gone before the end of the context.

    Args:
        pipe: to a watchdog.
        process_id: of a child of this process; negative for its whole group.
    """
    line = b"%d\n" % process_id
    with contextlib.suppress(BrokenPipeError):
        pipe.write(line)
    try:
        yield
    finally:
        with contextlib.suppress(BrokenPipeError):
            pipe.write(line)


def processes_left() -> set[int]:
    """Read standard input until it ends; gives the processes that are to be ended then."""
    watched: set[int] = set()
    # Unbuffered: a buffer's lock, held while waiting, would be in the way of an orderly exit.
    for line in io.FileIO(0, closefd=False):
        watched ^= {int(line)}
    return watched


def end_processes(processes: Iterable[int]) -> None:
    """Ask processes to end, and kill those that have not after five seconds."""
    remaining = [process for process in processes if _signal(process, signal.SIGTERM)]
    deadline = time.monotonic() + _GRACE_SECONDS
    while remaining and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
        remaining = [process for process in remaining if _signal(process, 0)]
    for process in remaining:
        _signal(process, signal.SIGKILL)


def _signal(process: int, number: int) -> bool:
    """Send a signal to a process, or a group if negative; tell whether it was there."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(process, number)
        return True
    return False


def _watch(directory: str) -> None:
    left = processes_left()
    # First: the secret in it is to be gone even if a process takes its time to end.
    shutil.rmtree(directory, ignore_errors=True)
    end_processes(left)
    shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    _watch(sys.argv[1])
