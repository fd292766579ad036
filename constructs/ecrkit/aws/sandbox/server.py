"""
The server's side of a sandbox: ``python server.py SOCKET DIRECTORY``, in the environment of MiniStack.

Nothing else of ecrkit is importable there.

It serves MiniStack on an inherited, listening socket for as long as its standard input, a pipe from
the process that started it, is open. On the pipe come process ids, a line each: to be ended when
the pipe is; said a second time, forgotten. A negative one means the group.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import shutil
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["serve"]

_GRACE_SECONDS = 5.0
_POLL_SECONDS = 0.05
# What MiniStack sets for itself: a client's idle connection must not be closed under its hands.
_KEEP_ALIVE_SECONDS = 75


def serve(listener: int, directory: str) -> None:
    """
    Serve until standard input ends; does not return.

    Args:
        listener: file descriptor of a listening socket.
        directory: files to remove at the end.
    """
    # Before the imports, which take most of the time that there is to be abandoned in.
    threading.Thread(target=_end_with_parent, args=[directory], daemon=True).start()

    from hypercorn.asyncio import serve as serve_app  # noqa: PLC0415 - see above
    from hypercorn.config import Config  # noqa: PLC0415 - see above
    from ministack.app import app  # noqa: PLC0415 - see above

    config = Config()
    config.bind = [f"fd://{listener}"]
    config.keep_alive_timeout = _KEEP_ALIVE_SECONDS
    asyncio.run(serve_app(app, config))


def _end_with_parent(directory: str) -> None:
    watched: set[int] = set()
    # Unbuffered: a buffer's lock, held while waiting, would be in the way of an orderly exit.
    for line in io.FileIO(0, closefd=False):
        watched ^= {int(line)}
    _end(watched)
    shutil.rmtree(directory, ignore_errors=True)
    # The server leads a group, in which are the functions and the like that MiniStack has started.
    os.killpg(os.getpid(), signal.SIGKILL)


def _end(processes: Iterable[int]) -> None:
    """Ask them to end, and kill those that have not after five seconds."""
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


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
