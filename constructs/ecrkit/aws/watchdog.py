"""
A process that tidies up after the process that started it, however that ended: ``python watchdog.py DIRECTORY``.

Its standard input is a pipe from that process. If the pipe ends without a word, the watchdog removes the directory and
ends its process group, in which are the programs that must not go on alone. The file imports the standard library
only, so that it starts at once and needs no path.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["started_watchdog"]

_GRACE_SECONDS = 5.0
_DONE = b"done\n"


@contextmanager
def started_watchdog(directory: str) -> Iterator[int]:
    """
    Run a watchdog for the time of the context.

    Args:
        directory: to remove if this process does not come to the end of the context.

    Yields:
        The watchdog's process group. A program joins it before it begins, so that no moment is unwatched.
    """
    process = subprocess.Popen(  # noqa: S603 - this very file, in another process
        [sys.executable, "-I", "-S", __file__, directory],
        stdin=subprocess.PIPE,
        # Readers of the output of this process do not wait for it.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # A signal to the group of this process does not reach it.
        process_group=0,
    )
    try:
        yield process.pid
    finally:
        # It may have been killed.
        with contextlib.suppress(BrokenPipeError):
            process.communicate(_DONE)


def _watch(directory: str) -> None:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        # They are meant for the programs of the group. Windows has no SIGHUP.
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if sys.stdin.buffer.read() == _DONE:
        return
    # First: the secret in it must not wait for programs that take their time.
    shutil.rmtree(directory, ignore_errors=True)
    if not hasattr(os, "killpg"):
        return  # Windows has no process groups; the programs fail without the password.
    os.killpg(0, signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    shutil.rmtree(directory, ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    _watch(sys.argv[1])
