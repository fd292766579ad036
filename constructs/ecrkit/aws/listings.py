"""Images in use that a command of the user lists."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess

from ecrkit.documents.files import system_reason
from ecrkit.errors import ToolError
from ecrkit.preview.protection import read_used_images

__all__ = ["images_listed_by"]


def images_listed_by(command: str, *, at_most_seconds: float) -> tuple[str, ...]:
    """
    Run a command that prints the images that something runs, one per line.

    Its messages go to standard error. An empty list is an error: a command that failed leaves one, too.

    Args:
        command: program and arguments, quoted as for a shell; no shell reads them.
        at_most_seconds: time limit.

    Returns:
        References with a repository, as it printed them.

    Raises:
        InvalidImagesError: it printed something else.
        ToolError: it cannot be run, failed, took too long, or printed no image.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ToolError(f"{command}: cannot be read: {str(error).lower()}; quote it as for a shell") from None
    if not words:
        raise ToolError("the command is empty; name a program that prints images")
    output = _output(words, at_most_seconds=at_most_seconds)
    # An empty output and a comment that nothing runs are not enough: a command that failed may print the same.
    lines = [line for line in output.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if not lines:
        raise ToolError(f"{words[0]}: printed no image, so what runs is unknown; print at least one")
    images = read_used_images(output, file=words[0])
    for image in images:
        if not image.repository:
            raise ToolError(f"{image.origin}: must name a repository, got {image.text}; print HOST/NAME@DIGEST")
    return tuple(image.text.rpartition("://")[2] for image in images)


def _output(words: list[str], *, at_most_seconds: float) -> str:
    try:
        process = subprocess.Popen(  # noqa: S603 - the caller's command is the point
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # Its own group, so that it ends together with the processes that it started.
            process_group=0 if hasattr(os, "killpg") else None,
        )
    except OSError as error:
        raise ToolError(f"{words[0]}: cannot be run: {system_reason(error)}") from None
    with process:
        try:
            output, _ = process.communicate(timeout=at_most_seconds)
        except subprocess.TimeoutExpired:
            raise ToolError(f"{words[0]}: took more than {at_most_seconds:g} s; raise --timeout") from None
        finally:
            if process.returncode is None:
                _kill(process)
    if process.returncode:
        raise ToolError(f"{words[0]}: exited with code {process.returncode}, so what runs is unknown")
    return output.decode(errors="replace")


def _kill(process: subprocess.Popen[bytes]) -> None:
    if not hasattr(os, "killpg"):
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
