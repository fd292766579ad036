"""Signals that end a command as Ctrl-C does: with everything tidied up."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from ecrkit.aws.interruptions import ENDING_SIGNALS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["tidy_end"]

_SIGNALS = tuple(number for number in ENDING_SIGNALS if number != signal.SIGINT)
"""Python raises KeyboardInterrupt for SIGINT itself."""


@contextmanager
def tidy_end() -> Iterator[None]:
    """
    Take the signals that would end the process at once for Ctrl-C, for the time of the context.

    A password that is kept in a file for a while must not stay there, and a tool must not go on alone. What is
    ignored already, as ``nohup`` has it, stays ignored.
    """
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
