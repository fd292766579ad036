"""Many calls at the same time, and their answers in order."""

from __future__ import annotations

import queue
import threading
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["in_order"]

_WORKERS = 8
# Enough that one slow answer does not idle the others; few enough that a reader who stops early has not paid for all.
_AHEAD = 4

T = TypeVar("T")
R = TypeVar("R")


def in_order(function: Callable[[T], R], items: Iterable[T], *, workers: int = _WORKERS) -> Iterator[R]:
    """
    Call *function* with each of *items*, several at a time.

    The threads are daemons: a person who presses Ctrl-C does not wait for calls that are under way.

    Args:
        function: safe to be called from several threads.
        items: any number; they are taken as the results are.
        workers: how many calls at a time.

    Returns:
        Results in the order of *items*. What *function* raises is raised in its place.
    """
    jobs: queue.SimpleQueue[tuple[Future[R], T] | None] = queue.SimpleQueue()
    waiting: deque[Future[R]] = deque()
    for _ in range(workers):
        threading.Thread(target=_work, args=[function, jobs], daemon=True).start()
    try:
        for item in items:
            future: Future[R] = Future()
            waiting.append(future)
            jobs.put((future, item))
            if len(waiting) >= _AHEAD * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
        for _ in range(workers):
            jobs.put(None)


def _work(function: Callable[[T], R], jobs: queue.SimpleQueue[tuple[Future[R], T] | None]) -> None:
    while job := jobs.get():
        future, item = job
        if not future.set_running_or_notify_cancel():
            continue
        try:
            future.set_result(function(item))
        except BaseException as error:  # noqa: BLE001 - raised again where the result is taken
            future.set_exception(error)
