"""The steps of a preview in Athena, as no local AWS takes them: it has no UNLOAD."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import pytest
from builders.datasets import random_fleet, write_dataset
from builders.inventories import NOW

from ecrkit.aws.fleet.athena import QueryResult
from ecrkit.aws.fleet.engine import AthenaFleet, unloaded
from ecrkit.aws.fleet.objects import Place
from ecrkit.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from ecrkit.aws.fleet.athena import Athena
    from ecrkit.aws.fleet.objects import Bucket

DAILY = Place(bucket="fleet", prefix="daily/")
STEPS = ["boundary", "reference", "numbered", "edge", "decided", "settled", "settled", "settled", "settled"]


class Queries:
    """Queries that find images that refer to each other, and nothing else."""

    is_local = False

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.estimates: list[int] = []

    def run(self, text: str, *, estimate_bytes: int, max_scanned_bytes: int | None, gives_rows: bool) -> QueryResult:
        """Answer a query; refuses one that may scan too much, as Athena's class does."""
        if max_scanned_bytes is not None and estimate_bytes > max_scanned_bytes:
            raise RefusedError(f"{estimate_bytes} of {max_scanned_bytes}")
        self.texts.append(text)
        self.estimates.append(estimate_bytes)
        assert gives_rows != text.startswith("UNLOAD")
        rows = [("1", "0")] if "archived_at IS NULL" in text and len(self.texts) == 1 else []
        return QueryResult(columns=("a", "b"), rows=iter(rows), scanned_bytes=10)


class Files:
    """A bucket with a file of 1,000 bytes of images, and one of 7 bytes in every other folder that is listed."""

    place = DAILY

    def __init__(self) -> None:
        self.deleted: list[str] = []

    def sizes(self, folder: str) -> dict[str, int]:
        """List a folder."""
        return {f"{folder}part": 1_000 if folder == "images/" else 7}

    def upload(self, name: str, path: Path) -> None:
        """Take a file."""

    def delete(self, names: Collection[str]) -> None:
        """Delete files."""
        self.deleted += names


def fleet_of(folder: Path, queries: Queries, files: Files, *, max_scanned: int | None = None) -> AthenaFleet:
    images, _ = random_fleet(1, repositories=2)
    return AthenaFleet(
        write_dataset(folder, images),
        bucket=cast("Bucket", files),
        athena=cast("Athena", queries),
        database="fleet",
        max_scanned_bytes=max_scanned,
    )


def test_steps_are_unloaded(tmp_path: Path) -> None:
    """Every step goes to a folder of its own, which the next ones read and which is deleted in the end."""
    queries, files = Queries(), Files()

    with fleet_of(tmp_path / "dataset", queries, files) as fleet:
        fleet.set_policies({}, now=NOW)
        fleet.totals()

    kept = [text for text in queries.texts if text.startswith("UNLOAD")]
    places = [re.search(r"TO 's3://fleet/daily/previews/(\w+)/preview=([0-9a-f]{16}-\d+)/'", text) for text in kept]
    assert [place and place[1] for place in places] == STEPS
    assert f"WHERE preview = '{places[3] and places[3][2]}'" in re.sub(r"\s+", " ", kept[-1])
    assert {f"previews/{place[1]}/preview={place[2]}/part" for place in places if place} < set(files.deleted)
    assert len(queries.texts) == 1 + len(STEPS) + 1


def test_estimates(tmp_path: Path) -> None:
    """The first step may scan what all of them scan of the images; later ones add the files that were written."""
    queries, files = Queries(), Files()

    with fleet_of(tmp_path / "dataset", queries, files) as fleet:
        fleet.set_policies({}, now=NOW)
        fleet.totals()

    assert queries.estimates[0] == 1_000
    assert queries.estimates[1] == 5_000
    assert queries.estimates[-1] == 14


def test_steps_are_taken_once(tmp_path: Path) -> None:
    """Another question about the same policies reads the steps; other policies take them again."""
    queries, files = Queries(), Files()

    with fleet_of(tmp_path / "dataset", queries, files) as fleet:
        fleet.set_policies({}, now=NOW)
        fleet.totals()
        first = len(queries.texts)
        fleet.totals()
        second = len(queries.texts)
        fleet.set_policies({}, now=NOW)
        fleet.totals()

    assert (second - first, len(queries.texts) - second) == (1, 1 + len(STEPS))


def test_limit_before_the_first_step(tmp_path: Path) -> None:
    """No step starts if all of them together could scan more than allowed."""
    queries, files = Queries(), Files()

    with fleet_of(tmp_path / "dataset", queries, files, max_scanned=4_000) as fleet:
        fleet.set_policies({}, now=NOW)
        with pytest.raises(RefusedError, match=r"^5000 of 3990$"):
            fleet.totals()

    assert len(queries.texts) == 1


def test_unload() -> None:
    """The rows of a query are written as compressed Parquet."""
    text = unloaded("SELECT 1 AS n", DAILY)

    assert text == (
        "UNLOAD (SELECT * FROM (SELECT 1 AS n) AS kept) TO 's3://fleet/daily/' "
        "WITH (format = 'PARQUET', compression = 'ZSTD')"
    )
