"""Waiting for AWS."""

from __future__ import annotations

import pytest

from ecrkit.aws.polling import Patience, Waiting
from ecrkit.errors import NoVerdictError


def test_pauses_grow_to_a_limit_and_end() -> None:
    """Each pause is half as long again up to 30 seconds, and the last status is in the error."""
    pauses: list[float] = []
    reports: list[tuple[str, float]] = []

    def report(what: str, waited: float) -> None:
        reports.append((what, waited))

    patience = Patience(seconds=100, clock=lambda: sum(pauses), sleep=pauses.append, report=report)
    waiting = Waiting(patience, subject="web@1: no result", label="web")
    for _ in range(8):
        waiting.pause("PENDING")
    with pytest.raises(NoVerdictError) as ended:
        waiting.pause("PENDING")

    assert pauses == [2, 3, 4.5, 6.75, 10.125, 15.1875, 22.78125, 30]
    assert reports[:2] == [("web: PENDING", 0), ("web: PENDING", 2)]
    assert str(ended.value) == "web@1: no result within 100 s, the last status was: PENDING"


def test_several_share_their_patience() -> None:
    """What is waited for after something else has only the time that is left."""
    patience = Patience(seconds=3, clock=lambda: 2.0, sleep=lambda _: None, report=lambda *_: None)

    with pytest.raises(NoVerdictError):
        Waiting(patience, subject="second: no result", label="second", begin=0).pause("PENDING")
