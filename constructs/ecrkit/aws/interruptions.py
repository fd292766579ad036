"""Put off the signals that end a command, while something must not be left half done."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

__all__ = ["ENDING_SIGNALS", "no_interruption"]

ENDING_SIGNALS = tuple(
    signal.Signals(getattr(signal, name)) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""
Ctrl-C, a pipeline that cancels a job, and a terminal that closes.

Windows has no SIGHUP.
"""


@contextmanager
def no_interruption() -> Iterator[Callable[[], None]]:
    """
    Put off signals until the end of the context, or until the function that it gives is called.

    The handlers do what they would have done, then. Signals that are ignored stay ignored. A program that is started
    meanwhile gets its signals at once. Other threads than the main one get no signals and need none of this.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    received: list[int] = []

    def put_off(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
    taken = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    for number in taken:
        signal.signal(number, put_off)

    def let_through() -> None:
        while taken:
            signal.signal(*taken.popitem())
        while received:
            signal.raise_signal(received.pop(0))

    try:
        yield let_through
    finally:
        let_through()
