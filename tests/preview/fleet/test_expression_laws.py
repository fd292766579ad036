"""The expression decides as the evaluator does, on thousands of repositories at random."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.datasets import random_fleet, write_dataset
from builders.inventories import NOW

from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.preview.fleet.fleet import Fleet

if TYPE_CHECKING:
    from pathlib import Path

REPOSITORIES = 1_000


@pytest.mark.parametrize("seed", range(10))
def test_same_verdicts(seed: int, tmp_path: Path) -> None:
    """Every image of a thousand repositories has the action, rule and cause that the evaluator gives it."""
    images, policies = random_fleet(seed, repositories=REPOSITORIES)
    expected = {
        (place, verdict.image.digest): (
            verdict.action and verdict.action.value,
            verdict.rule and verdict.rule.rule_priority,
            verdict.cause.name,
            verdict.because_of,
        )
        for place in images
        for verdict in evaluate(policies[place], images[place], NOW).verdicts
    }

    with Fleet(write_dataset(tmp_path / "dataset", images)) as fleet:
        fleet.set_policies(policies, now=NOW)
        found = {
            (verdict.place, verdict.digest): (verdict.action, verdict.rule_priority, verdict.cause, verdict.because_of)
            for verdict in fleet.verdicts()
        }

    assert found == expected
