"""A fleet in DuckDB: totals of every repository, verdicts as Parquet, and datasets that are none."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from builders.datasets import place, write_dataset
from builders.inventories import NOW, digest, image
from builders.policies import ARCHIVE, EXPIRE, policy, pulled, pushed, rule

from ecrkit.errors import MissingExtraError, MissingTimeError, RefusedError, UnreadableInputError
from ecrkit.images import ImageStatus
from ecrkit.preview.fleet.database import connect
from ecrkit.preview.fleet.fleet import Fleet
from ecrkit.preview.fleet.totals import RepositoryTotals

if TYPE_CHECKING:
    from pathlib import Path

WEB, OTHER = place("web"), place("web", account="999999999999")
POLICY = policy(
    rule(1, tagStatus="untagged", **pushed(5), action=EXPIRE), rule(2, tagStatus="any", **pulled(20), action=ARCHIVE)
)
IMAGES = [
    image("a", age_days=9, size_bytes=100),
    image("b", age_days=9, size_bytes=None),
    image("c", age_days=30, tags=["v1"], size_bytes=10),
    image("d", age_days=1, size_bytes=1),
]


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "dataset", {WEB: IMAGES, OTHER: IMAGES, place("empty"): []})


def test_totals(dataset: Path) -> None:
    """Every repository has its totals: those of the same name in other accounts, too, and those without images."""
    with Fleet(dataset) as fleet:
        fleet.set_policies({WEB: POLICY}, now=NOW)
        found = fleet.totals()

    assert found == [
        RepositoryTotals(place=place("empty"), has_policy=False),
        RepositoryTotals(
            place=WEB,
            has_policy=True,
            images=4,
            expiring=2,
            transitioning=1,
            bytes=111,
            freed_bytes=100,
            archived_bytes=10,
            without_size=1,
        ),
        RepositoryTotals(place=OTHER, has_policy=False, images=4, bytes=111),
    ]


def test_write_verdicts(dataset: Path, tmp_path: Path) -> None:
    """Verdicts are written as Parquet, in a folder for each account and Region."""
    with Fleet(dataset) as fleet:
        fleet.set_policies({WEB: POLICY}, now=NOW)
        fleet.write_verdicts(tmp_path / "verdicts")

    with connect() as database:
        files = tmp_path / "verdicts" / "*" / "*" / "*.parquet"
        rows = database.execute(
            f"SELECT account, region, repository, digest, action, rule_priority, cause FROM '{files}' "  # noqa: S608 - ours
            "WHERE action IS NOT NULL ORDER BY digest"
        ).fetchall()
    assert rows == [
        (int(WEB.account), WEB.region, "web", digest("a"), "expire", 1, "PAST_THE_AGE"),
        (int(WEB.account), WEB.region, "web", digest("b"), "expire", 1, "PAST_THE_AGE"),
        (int(WEB.account), WEB.region, "web", digest("c"), "transition", 2, "PAST_THE_AGE"),
    ]


def test_verdicts_replace_nothing(dataset: Path) -> None:
    """A folder that has something in it gets no verdicts."""
    with Fleet(dataset) as fleet:
        fleet.set_policies({WEB: POLICY}, now=NOW)
        with pytest.raises(RefusedError) as raised:
            fleet.write_verdicts(dataset)

    assert str(raised.value) == f"{dataset.as_posix()}: is not empty; name another directory"


def test_memory_limit(dataset: Path) -> None:
    """A limit of memory changes nothing but the memory."""
    with Fleet(dataset, memory_limit="100MiB", threads=1) as fleet:
        fleet.set_policies({WEB: POLICY}, now=NOW)

        assert sum(found.expiring for found in fleet.totals()) == 2


def test_no_dataset(tmp_path: Path) -> None:
    """A folder that holds no dataset is an error that says how to make one."""
    with pytest.raises(UnreadableInputError) as raised:
        Fleet(tmp_path)

    assert str(raised.value) == (
        f"{tmp_path.as_posix()}: not a fleet dataset, it has no dataset.json; create one with "
        "`ecrkit fleet inventory` or `ecrkit fleet import`"
    )


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        pytest.param(
            '"ecrkitFleetDataset": 1', '"ecrkitFleetDataset": 2', "has version 2 of the dataset", id="version"
        ),
        pytest.param('"ecrkitFleetDataset"', '"other"', "not the record of a fleet dataset", id="other"),
        pytest.param('"failures": []', '"failures": 7', "not the record of a fleet dataset", id="failures"),
        pytest.param("{", "[", "not the record of a fleet dataset", id="no-json"),
    ],
)
def test_other_records(old: str, new: str, error: str, dataset: Path) -> None:
    """A record of another version, or that is none, is not read."""
    record = dataset / "dataset.json"
    record.write_text(record.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(UnreadableInputError, match=f"^{re.escape(record.as_posix())}: {error}"):
        Fleet(dataset)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("SELECT 1 AS repository", id="columns"),
        pytest.param("SELECT * REPLACE (pushed_at::VARCHAR AS pushed_at) FROM '{}'", id="type"),
    ],
)
def test_other_files(query: str, dataset: Path) -> None:
    """Parquet files with other columns are an error in one line."""
    path = next((dataset / "images").rglob("*.parquet"))
    with connect() as database:
        database.execute(f"COPY ({query.format(path)}) TO '{path.with_name('other')}' (FORMAT parquet)")
    path.with_name("other").replace(path)

    with pytest.raises(UnreadableInputError, match=f"^{re.escape(dataset.as_posix())}/images: ") as raised:
        Fleet(dataset)

    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("table", "other"), [("images", "repositories"), ("repositories", "images")])
def test_part_is_missing(table: str, other: str, dataset: Path) -> None:
    """A dataset that was copied in part is an error: its preview would delete less."""
    shutil.rmtree(dataset / table / "account=999999999999")

    with pytest.raises(UnreadableInputError) as raised:
        Fleet(dataset)

    assert str(raised.value) == (
        f"{dataset.as_posix()}/{table}: has no account=999999999999/region=eu-west-1, which {other} has; copy the "
        "whole dataset, or write it again"
    )


def test_no_images(tmp_path: Path) -> None:
    """A dataset of repositories without images is whole."""
    with Fleet(write_dataset(tmp_path / "dataset", {place("empty"): []})) as fleet:
        assert fleet.places == (place("empty"),)


def test_undated_archive(tmp_path: Path) -> None:
    """An archived image without a time of archiving is an error, as with the evaluator."""
    images = [image("a", status=ImageStatus.ARCHIVED)]

    with pytest.raises(MissingTimeError) as raised:
        Fleet(write_dataset(tmp_path / "dataset", {WEB: images}))

    assert str(raised.value) == f"web@{digest('a')}: is archived, but has no time of archiving; set archived_at"


def test_without_duckdb(dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without DuckDB the error says how to install it."""
    monkeypatch.setitem(sys.modules, "duckdb", None)

    with pytest.raises(MissingExtraError, match=r"^DuckDB is not installed; pip install "):
        Fleet(dataset)
