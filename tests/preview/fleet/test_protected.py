"""Protected images of a fleet are those that the preview of each repository finds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from builders.datasets import random_fleet, write_dataset
from builders.inventories import NOW

from ecrkit.images import ImageTable, Inventory
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.preview.fleet.fleet import Fleet
from ecrkit.preview.fleet.protected import missing_images, protected_images
from ecrkit.preview.protection import Protections, read_used_images

if TYPE_CHECKING:
    from pathlib import Path


def test_same_as_each_preview(tmp_path: Path) -> None:
    """Of three hundred repositories, images, rules and reasons are the same, and so are images that are gone."""
    images, policies = random_fleet(3, repositories=300)
    lines = [
        f"{place.account}.dkr.ecr.{place.region}.amazonaws.com/{place.repository}:{tag}"
        for place in list(images)[:80]
        for tag in ("prod-1", "latest")
    ]
    lines += [image.digest for several in list(images.values())[80:90] for image in several[:1]]
    protections = Protections(
        used=read_used_images("\n".join(lines), file="in-use.txt"),
        pulled_within=timedelta(days=3),
        must_keep=("v*", "beta-1"),
    )
    inventories = {
        place: Inventory(
            file=place.repository,
            registry=place.account,
            region=place.region,
            repository=place.repository,
            images=ImageTable.of(several),
        )
        for place, several in images.items()
    }
    expected = {
        (place, violation.verdict.image.digest): violation.text
        for place, several in images.items()
        for violation in protections.violations(evaluate(policies[place], several, NOW), inventories[place], NOW)
    }

    with Fleet(write_dataset(tmp_path / "dataset", images)) as fleet:
        fleet.set_policies(policies, now=NOW, protections=protections)
        totals = fleet.totals()
        found = protected_images(fleet, policies, protections, NOW, at_most=10_000)
        few = protected_images(fleet, policies, protections, NOW, at_most=5)
        missing = missing_images(fleet, protections)

    texts = {(one.place, one.violation.verdict.image.digest): sorted_tags(one.violation.text) for one in found}
    assert texts == {key: sorted_tags(text) for key, text in expected.items()}
    assert sum(one.protected_going for one in totals) == len(found) > 100
    assert few == found[:5]
    assert missing == [f"{used.text} ({used.origin})" for used in protections.missing(list(inventories.values()))]


def sorted_tags(text: str) -> tuple[str, ...]:
    """Compare a text whatever the order of its tags."""
    return tuple(sorted(text.replace("(", " ").replace(")", " ").replace(",", " ").split()))
