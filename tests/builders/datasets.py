"""Datasets for tests: a few repositories, or thousands at random."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeAlias

from builders.inventories import image
from builders.random_cases import random_inventory, random_policy
from builders.reviews import write_folder

from ecrkit.preview.fleet.dataset import DatasetRecord, write_record
from ecrkit.preview.fleet.tables import Place
from ecrkit.preview.fleet.writing import PartitionWriter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ecrkit.images import Image
    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["ACCOUNT", "DEV", "PROD", "REGION", "place", "random_fleet", "write_dataset", "write_fleet"]

ACCOUNT, REGION = "123456789012", "eu-west-1"
DEV, PROD = Place("111111111111", "eu-west-1", ""), Place("222222222222", "us-east-1", "")
"""The accounts and Regions of :func:`write_fleet`."""

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
    random = Random(seed)  # noqa: S311 - the same cases every time
    places = [place(f"repository-{number}") for number in range(repositories)]
    images = {found: random_inventory(random) for found in places}
    return images, {found: random_policy(random) for found in places}


def write_fleet(folder: Path) -> Path:
    """
    Write a project with a dataset of two accounts, and a catalog that gives most of its repositories a policy.

    ``web`` is in both accounts, with the same five images ``v1`` to ``v5``, of 1 to 5 GB, the newest first. The
    policies are those of :func:`builders.reviews.write_folder`.
    """
    write_folder(
        folder,
        {"web": {"lifecycle": "keep@1", "tags": {"team": "shop"}}, "api": {"lifecycle": "keep@2"}, "base": {}},
        environments={
            "dev": {"account": DEV.account, "region": DEV.region},
            "prod": {"account": PROD.account, "region": PROD.region},
        },
    )
    write_dataset(
        folder / "dataset",
        {
            DEV._replace(repository="web"): _versions("a", 5),
            DEV._replace(repository="api"): _versions("b", 3),
            PROD._replace(repository="web"): _versions("a", 5),
            PROD._replace(repository="base"): _versions("c", 2),
            PROD._replace(repository="empty"): [],
        },
    )
    return folder


def _versions(letter: str, number: int) -> list[Image]:
    return [
        image(f"{letter}{version}", tags=[f"v{version}"], age_days=version, size_bytes=version * 1_000_000_000)
        for version in range(1, number + 1)
    ]
