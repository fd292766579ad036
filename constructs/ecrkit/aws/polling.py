"""Waiting for AWS: pauses that grow, until there is no patience left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.errors import NoVerdictError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Patience", "Waiting"]

_FIRST_PAUSE_SECONDS = 2.0
_LONGEST_PAUSE_SECONDS = 30.0
_BACK_OFF = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """
    How to wait.

    Attributes:
        seconds: at most, for everything that is waited for together.
        clock: seconds that never go back.
        sleep: for so many seconds.
        report: called before each pause, with what is waited for and the seconds waited so far.
    """

    seconds: float
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    report: Callable[[str, float], None]


class Waiting:
    """
    Pauses between questions to AWS.

    Args:
        patience: how to wait.
        subject: what the error is about, and what it lacks: ``web: no preview of ECR``.
        label: what the reports are about.
        begin: of the wait, by the clock; ``None`` for now.
    """

    def __init__(self, patience: Patience, *, subject: str, label: str, begin: float | None = None) -> None:
        self._patience = patience
        self._subject = subject
        self._label = label
        self._begin = patience.clock() if begin is None else begin
        self._pause = _FIRST_PAUSE_SECONDS

    def pause(self, status: str) -> None:
        """
        Report *status*, and sleep; each time half as long again, up to 30 seconds.

        Raises:
            NoVerdictError: the pause would be longer than the patience left.
        """
        waited = self._patience.clock() - self._begin
        if waited + self._pause > self._patience.seconds:
            raise NoVerdictError(f"{self._subject} within {self._patience.seconds:g} s, the last status was: {status}")
        self._patience.report(f"{self._label}: {status}", waited)
        self._patience.sleep(self._pause)
        self._pause = min(self._pause * _BACK_OFF, _LONGEST_PAUSE_SECONDS)
