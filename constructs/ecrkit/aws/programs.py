"""Run a program: its messages go to standard error, and its last line becomes the error if it fails."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from ecrkit.aws.interruptions import no_interruption
from ecrkit.documents.terminal import write_line
from ecrkit.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Answer", "Program", "Run", "ask"]

_GRACE_SECONDS = 5.0
_TIMEOUT_SECONDS = 5
_LOG = re.compile(r'.*\blevel=(?P<level>\w+) msg="(?P<message>(?:[^"\\]|\\.)*)".*')


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """
    A program that has ended.

    Attributes:
        code: exit code; 0 or more.
        output: standard output.
        complaints: standard error.
    """

    code: int
    output: str
    complaints: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """
    A program on this machine.

    Attributes:
        name: how messages name it.
        path: of the executable.
        process_group: that it joins, a watchdog's; 0 for one of its own.
        variables: of its environment, in addition to ours.
    """

    name: ClassVar[str]
    path: str
    process_group: int = 0
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self, arguments: Sequence[str], *, given: str = "") -> None:
        """
        Run it.

        Args:
            arguments: of the program; no shell reads them.
            given: for its standard input.

        Raises:
            ToolError: it failed.
        """
        last = ""
        with no_interruption() as interruptible, self._started(arguments) as process:
            try:
                interruptible()
                for line in filter(None, map(_clean, _said(process, given=given))):
                    if last:
                        write_line(last, err=True)
                    last = line
            except BaseException:
                # Ctrl-C in a terminal reaches this process alone, as a signal from elsewhere does.
                with no_interruption():
                    self._end(process)
                raise
        if process.returncode:
            raise self._failure(arguments, last, code=process.returncode)
        if last:
            write_line(last, err=True)

    def output(self, arguments: Sequence[str]) -> bytes:
        """
        Run it, and give what it prints.

        Raises:
            ToolError: it failed.
        """
        result = subprocess.run([self.path, *arguments], capture_output=True, check=False)  # noqa: S603 - the tool
        if result.returncode:
            lines = result.stderr.decode(errors="replace").strip().splitlines()
            raise self._failure(arguments, _clean(lines[-1]) if lines else "", code=result.returncode)
        return result.stdout

    def attempt(self, arguments: Sequence[str], *, seconds: float) -> Run:
        """
        Run it, and keep what it prints; whether it failed is for the caller to decide.

        Args:
            arguments: of the program; no shell reads them.
            seconds: that it may take.

        Raises:
            ToolError: it cannot be started, took too long, or a signal ended it.
        """
        with no_interruption() as interruptible, self._started(arguments, output=subprocess.PIPE) as process:
            try:
                interruptible()
                output, complaints = process.communicate(timeout=seconds)
            except BaseException as error:
                with no_interruption():
                    self._end(process)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise ToolError(f"{self.name} {arguments[0]}: no answer within {seconds:g} s") from None
                raise
        if process.returncode < 0:
            raise ToolError(f"{self.name} {arguments[0]}: ended by signal {-process.returncode}")
        return Run(
            code=process.returncode,
            output=output.decode(errors="replace"),
            complaints=complaints.decode(errors="replace"),
        )

    def _started(self, arguments: Sequence[str], *, output: int | None = None) -> subprocess.Popen[bytes]:
        try:
            return self._popen(arguments, output=output)
        except OSError as error:
            raise ToolError(
                f"{self.name}: {self.path} cannot be started: {(error.strerror or str(error)).lower()}"
            ) from None

    def _popen(self, arguments: Sequence[str], *, output: int | None) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - the tool that the person chose, and no shell
            [self.path, *arguments],
            stdin=subprocess.PIPE if output is None else subprocess.DEVNULL,
            # Standard output is the command's own result.
            stdout=sys.stderr.fileno() if output is None else output,
            stderr=subprocess.PIPE,
            env={**os.environ, **self.variables} if self.variables else None,
            # Its own group, so that it ends together with the processes that it started.
            process_group=self.process_group,
        )

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """End a program and what it has started: politely, and after five seconds at all events."""
        if not hasattr(os, "killpg"):
            process.kill()  # Windows has neither process groups nor a polite way.
            return
        group = self.process_group or process.pid
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGTERM)
            try:
                process.wait(timeout=_GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(group, signal.SIGKILL)

    def _failure(self, arguments: Sequence[str], said: str, *, code: int) -> ToolError:
        return ToolError(f"{self.name} {arguments[0]}: {said or f'exited with code {code} and no output'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """
    What a program printed.

    Attributes:
        text: of its standard output, without space around it; empty if it failed.
        problem: why it failed; empty if it did not.
    """

    text: str = ""
    problem: str = ""


def ask(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Answer:
    """Run a program that prints a line and ends, for five seconds at most."""
    try:
        run = subprocess.run(  # noqa: S603 - a program that ecrkit would start anyway, and no shell
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_TIMEOUT_SECONDS,
            env=environment,
        )
    except OSError as error:
        return Answer(problem=f"cannot be started: {(error.strerror or str(error)).lower()}")
    except subprocess.TimeoutExpired:
        return Answer(problem=f"no answer within {_TIMEOUT_SECONDS} s")
    if run.returncode:
        lines = run.stderr.decode(errors="replace").strip().splitlines()
        return Answer(problem=lines[-1] if lines else f"exited with code {run.returncode} and no output")
    return Answer(text=run.stdout.decode(errors="replace").strip())


def _said(process: subprocess.Popen[bytes], *, given: str) -> Iterator[str]:
    """Give a program its input, and read what it prints to standard error, line by line, until it ends."""
    if process.stdin is None or process.stderr is None:
        raise ValueError("the program was started without pipes")
    # It may have ended before it read; its exit code says why.
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(given.encode())
        process.stdin.close()
    for line in process.stderr:
        yield line.decode(errors="replace")


def _clean(line: str) -> str:
    """Take a line as a person wants to read it: without the program's log format."""
    text = line.rstrip()
    match = _LOG.fullmatch(text)
    if match:
        text = "" if match["level"] == "info" else match["message"].replace('\\"', '"')
    return text.removeprefix("Error: ").removeprefix("Error response from daemon: ")
