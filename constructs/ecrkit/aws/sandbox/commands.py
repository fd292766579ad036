"""Run a command in a sandbox, and see to it that it ends when it is told to."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ecrkit.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import FrameType

    from ecrkit.aws.sandbox.running import Sandbox, Target

    Handler = Callable[[int, FrameType | None], None]

__all__ = ["run_command"]

_GRACE_SECONDS = 10


def run_command(sandbox: Sandbox, target: Target, command: Sequence[str]) -> int:
    """
    Run a command in the environment of a sandbox, and forward signals to it.

    On a terminal the command shares the process group, so Ctrl-C and Ctrl-Z reach it as
    usual. Elsewhere it gets its own group, which ends as a whole. SIGTERM and SIGHUP are
    forwarded; processes still running ten seconds later are killed. Call it from the main thread.

    Args:
        sandbox: a running sandbox.
        target: the account whose credentials the command gets, and its region.
        command: program and arguments.

    Returns:
        The exit code of the command; 128+N when signal N ended it.

    Raises:
        SandboxError: the command cannot be run.
    """
    child = _Child(grouped=not os.isatty(0))
    with _handling([signal.SIGINT, signal.SIGTERM, signal.SIGHUP], child.forward):
        try:
            child.start(command, environment=sandbox.environment(target))
        except OSError as error:
            raise SandboxError(f"{command[0]}: cannot be run: {error.strerror}") from error
        with sandbox.watching(child.process_id):
            code = child.wait()
    return code if code >= 0 else 128 - code


class _Child:
    """A command that gets the signals which this process gets, those before its start too."""

    def __init__(self, *, grouped: bool) -> None:
        self._grouped = grouped
        self._process: subprocess.Popen[bytes] | None = None
        self._received: list[int] = []
        self._killer = threading.Timer(_GRACE_SECONDS, self._send, [signal.SIGKILL])
        self._killer.daemon = True

    def start(self, command: Sequence[str], *, environment: dict[str, str]) -> None:
        group = 0 if self._grouped else None
        self._process = subprocess.Popen(command, env=environment, process_group=group)  # noqa: S603 - the caller's command is the point
        for number in tuple(self._received):
            self._send(number)

    @property
    def process_id(self) -> int:
        """As ``os.kill`` takes it: a group is negative."""
        pid = self._started().pid
        return -pid if self._grouped else pid

    def wait(self) -> int:
        code = self._started().wait()
        self._killer.cancel()
        if self._grouped and self._received:
            self._send(signal.SIGKILL)  # to those of the group that the command has left behind
        return code

    def forward(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGINT and not self._grouped:
            return  # The terminal has delivered it already.
        self._received.append(number)
        if number != signal.SIGINT and self._killer.ident is None:
            self._killer.start()
        self._send(number)

    def _send(self, number: int) -> None:
        if self._process is None:
            return
        if not self._grouped:
            self._process.send_signal(number)
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ValueError("not started")
        return self._process


@contextmanager
def _handling(numbers: Sequence[signal.Signals], handler: Handler) -> Iterator[None]:
    """Handle signals for a while, save those that are ignored already, as ``nohup`` has it."""
    before = {number: signal.getsignal(number) for number in numbers}
    taken = [number for number in numbers if before[number] is not signal.SIG_IGN]
    for number in taken:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, before[number])
