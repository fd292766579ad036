"""Datasets for tests: a few repositories, or thousands at random."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeAlias

from builders.random_cases import random_inventory, random_policy

from ecrkit.preview.fleet.dataset import DatasetRecord, write_record
from ecrkit.preview.fleet.tables import Place
from ecrkit.preview.fleet.writing import PartitionWriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ecrkit.images import Image
    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["ACCOUNT", "REGION", "place", "random_fleet", "write_dataset"]

ACCOUNT, REGION = "123456789012", "eu-west-1"

Images: TypeAlias = "Mapping[Place, Sequence[Image]]"


def place(repository: str, *, account: str = ACCOUNT, region: str = REGION) -> Place:
    """Name a repository of a fleet."""
    return Place(account, region, repository)


def write_dataset(folder: Path, images: Images, *, policies: Mapping[Place, str] | None = None) -> Path:
    """Write a dataset of these images, with the texts of deployed *policies*."""
    for account, region in sorted({(found.account, found.region) for found in images}):
        with PartitionWriter(folder, account=account, region=region) as writer:
            for found, several in images.items():
                if (found.account, found.region) == (account, region):
                    writer.add(found.repository, several, policy=(policies or {}).get(found))
            writer.finish()
    write_record(folder, DatasetRecord(begun_at="2026-11-01T12:00:00+00:00", complete=True))
    return folder


def random_fleet(seed: int, *, repositories: int) -> tuple[dict[Place, list[Image]], dict[Place, LifecyclePolicy]]:
    """Make repositories at random, each with a policy of its own."""
    random = Random(seed)
    places = [place(f"repository-{number}") for number in range(repositories)]
    images = {found: random_inventory(random) for found in places}
    return images, {found: random_policy(random) for found in places}
