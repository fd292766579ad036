"""Many calls at a time: in order, not too far ahead, and the first failure is the result."""

from __future__ import annotations

import threading
import time
from itertools import count, islice

import pytest

from ecrkit.aws.concurrency import in_order


def test_results_come_in_order() -> None:
    """A slow call does not let the next ones overtake it."""

    def slow_first(number: int) -> int:
        time.sleep(0.05 if number % 8 == 0 else 0)
        return number

    assert list(in_order(slow_first, range(100))) == list(range(100))


def test_calls_run_at_the_same_time() -> None:
    """Eight calls that wait for each other end, since they are made at the same time."""
    barrier = threading.Barrier(8, timeout=5)

    assert sorted(in_order(lambda _: barrier.wait(), range(8))) == list(range(8))


def test_endless_items_are_taken_as_results_are_read() -> None:
    """Whoever stops reading stops the work."""
    called: list[int] = []

    def call(number: int) -> int:
        called.append(number)
        return number

    first = list(islice(in_order(call, count()), 3))

    assert first == [0, 1, 2]
    assert len(called) < 50


def test_failure_takes_its_place() -> None:
    """What was before a failure is read; then it is raised."""

    def fail_at_three(number: int) -> int:
        if number == 3:
            raise ValueError("three")
        return number

    results = in_order(fail_at_three, range(100))

    assert list(islice(results, 3)) == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)
