"""
The server's side of a sandbox: ``python -m ecrkit.aws.sandbox.server SOCKET DIRECTORY``.

It serves MiniStack on an inherited, listening socket for as long as its standard input, a pipe from
the process that started it, is open. When the pipe
ends, so do the processes that were mentioned on it, as in `ecrkit.aws.watchdog`.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import threading

from ecrkit.aws.watchdog import end_processes, processes_left

__all__ = ["serve"]

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
    from ministack.app import app  # type: ignore[import-untyped] # noqa: PLC0415 - has no types

    config = Config()
    config.bind = [f"fd://{listener}"]
    config.keep_alive_timeout = _KEEP_ALIVE_SECONDS
    asyncio.run(serve_app(app, config))


def _end_with_parent(directory: str) -> None:
    end_processes(processes_left())
    shutil.rmtree(directory, ignore_errors=True)
    # The server leads a group, in which are the functions and the like that MiniStack has started.
    os.killpg(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
