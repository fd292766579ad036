"""An image of a fleet is explained as the evaluator decides about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builders.datasets import random_fleet, write_dataset
from builders.inventories import NOW

from ecrkit.images.references import ImageReference
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.preview.fleet.explaining import explain
from ecrkit.preview.fleet.fleet import Fleet
from ecrkit.preview.protection import Protections

if TYPE_CHECKING:
    from pathlib import Path


def test_same_verdicts(tmp_path: Path) -> None:
    """Every image comes back from the dataset as it was, with the verdict and reason of the evaluator."""
    images, policies = random_fleet(5, repositories=20)

    with Fleet(write_dataset(tmp_path / "dataset", images)) as fleet:
        for place, several in images.items():
            for verdict in evaluate(policies[place], several, NOW).verdicts:
                reference = ImageReference(repository=place.repository, digest=verdict.image.digest)
                [found] = explain(
                    fleet, reference, policies, now=NOW, today=NOW, protections=Protections(must_keep=("*",))
                )

                assert found.verdict is not None
                assert found.verdict._replace(image=verdict.image) == verdict
                assert found.reason == verdict.reason
                assert found.image._replace(tags=(), children=()) == verdict.image._replace(tags=(), children=())
                assert sorted(found.image.tags) == sorted(verdict.image.tags)
                assert found.is_lost == bool(verdict.action and verdict.image.tags)
