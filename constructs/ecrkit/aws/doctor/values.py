"""What a probe found, and how to ask a program on this machine."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Answer", "Probe", "Status", "ask"]

_TIMEOUT_SECONDS = 5


class Status(StrEnum):
    """The result of a check."""

    OK = "ok"
    NOTE = "note"
    """Missing, and nothing that is declared needs it."""
    WARNING = "warning"
    ERROR = "error"
    """Something declared cannot work."""
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """
    The result of one check of the machine or account.

    Attributes:
        name: what was checked, as in ``CDK CLI``.
        status: result of the check.
        found: what was found, or what is missing.
        remedy: what to do; empty if nothing is wrong.
    """

    name: str
    status: Status
    found: str
    remedy: str = ""


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
