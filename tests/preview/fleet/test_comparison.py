"""What changes between two sets of policies is what the evaluator decides otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders.datasets import random_fleet, write_dataset
from builders.inventories import NOW

from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.preview.fleet.comparison import compare
from ecrkit.preview.fleet.fleet import Fleet
from ecrkit.preview.protection import Protections

if TYPE_CHECKING:
    from pathlib import Path


def test_same_as_two_evaluations(tmp_path: Path) -> None:
    """Three hundred repositories are counted by the new fates of their images; without a policy, all stay."""
    images, old = random_fleet(1, repositories=300)
    _, new = random_fleet(2, repositories=300)
    first, *_ = images
    del old[first]
    expected = {}
    for place, several in images.items():
        before = evaluate(old[place], several, NOW).verdicts if place in old else [None] * len(several)
        after = evaluate(new[place], several, NOW).verdicts
        fates = [
            (was.action.value if was and was.action else None, now.action.value if now.action else None, now.image)
            for was, now in zip(before, after, strict=True)
        ]
        changed = [fate for fate in fates if fate[0] != fate[1]]
        if changed:
            expected[place] = (
                *(sum(now == fate for _, now, _ in changed) for fate in ("expire", "transition", None)),
                sum(image.size_bytes or 0 for _, now, image in changed if now == "expire"),
                sum(image.size_bytes or 0 for was, _, image in changed if was == "expire"),
            )

    with Fleet(write_dataset(tmp_path / "dataset", images)) as fleet:
        changes = compare(fleet, old, new, now=NOW, today=NOW, protections=Protections())

    assert {
        one.place: (
            one.newly_expired,
            one.newly_archived,
            one.newly_staying,
            one.newly_freed_bytes,
            one.no_longer_freed_bytes,
        )
        for one in changes
    } == expected
    assert len(expected) > 150
