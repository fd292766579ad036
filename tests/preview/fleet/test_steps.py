"""The steps of the expression: what is kept, until when, and how tables are joined."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.datasets import random_fleet, write_dataset
from builders.inventories import NOW

from ecrkit.preview.fleet.database import connect
from ecrkit.preview.fleet.expression import ROUNDS, summary, translated, verdicts
from ecrkit.preview.fleet.fleet import Fleet
from ecrkit.preview.fleet.steps import Query
from ecrkit.preview.fleet.tables import STEP_KINDS
from ecrkit.preview.protection import Protections

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHAIN = Query(
    (
        ("image", "SELECT 1 AS n"),
        ("boundary", "SELECT n FROM image"),
        ("reference", "SELECT n + 1 AS n FROM boundary"),
        ("edge", "SELECT n * 10 AS n FROM reference"),
    ),
    "SELECT e.n + i.n AS n FROM edge AS e CROSS JOIN image AS i",
)


def test_steps() -> None:
    """A step reads the tables of earlier ones, has the other clauses that it reads, and says which tables may go."""
    assert [(step.name, step.text, step.done_with) for step in CHAIN.steps] == [
        ("boundary", "WITH\nimage AS (SELECT 1 AS n)SELECT n FROM image", ()),
        ("reference", "SELECT n + 1 AS n FROM boundary", ("boundary",)),
        ("edge", "SELECT n * 10 AS n FROM reference", ("reference",)),
    ]


def test_same_answer() -> None:
    """One statement gives the answer of the steps."""
    with connect() as database:
        whole = database.execute(CHAIN.text).fetchall()
        for step in CHAIN.steps:
            database.execute(f"CREATE TABLE {step.name} AS {step.text}")
            for table in step.done_with:
                database.execute(f"DROP TABLE {table}")

        assert database.execute(CHAIN.last).fetchall() == whole == [(21,)]


def test_nothing_is_kept_for_one_reader() -> None:
    """Where no image refers to another one only the boundaries of the counts are kept: they are few."""
    assert [step.name for step in verdicts(rounds=0, protected=True).steps] == ["boundary"]


@pytest.mark.parametrize("protected", [False, True])
def test_kinds_of_steps(protected: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of the test
    """Every step has the columns, in the order and of the types, that its table in Athena has."""
    images, policies = random_fleet(3, repositories=5)
    found: dict[str, dict[str, str]] = {}
    with Fleet(write_dataset(tmp_path / "dataset", images)) as fleet:
        fleet.set_policies(policies, now=NOW, protections=Protections(must_keep=("v*",)) if protected else None)
        for step in verdicts(rounds=ROUNDS, protected=protected).steps:
            text = translated(step.text, dialect="duckdb")
            fleet._database.execute(f"CREATE TEMP TABLE {step.name} AS {text}")  # noqa: SLF001 - no other way in
            described = fleet._database.execute(f"DESCRIBE {step.name}").fetchall()  # noqa: SLF001 - as above
            found.setdefault(step.name.split("_")[0], {row[0]: row[1] for row in described})

    assert found == STEP_KINDS
    assert [list(kinds) for kinds in found.values()] == [list(kinds) for kinds in STEP_KINDS.values()]


def test_images_are_not_paired(tmp_path: Path) -> None:
    """
    No join compares repositories alone, which would pair all images of a repository with each other.

    DuckDB derives such a join from two others, and takes it if it guesses that tables are small.
    """
    images, policies = random_fleet(4, repositories=30)
    with Fleet(write_dataset(tmp_path / "dataset", images)) as fleet:
        fleet.set_policies(policies, now=NOW)
        plans = fleet.plans()

    joins = [conditions for plan in plans for conditions in joins_in(json.loads(plan)["operator"])]
    assert len(joins) > ROUNDS * 2
    assert [one for one in joins if one in ("repository_id = repository_id", ["repository_id = repository_id"])] == []


def joins_in(nodes: list[dict[str, Any]]) -> Iterator[str | list[str]]:
    """Give the conditions of every join of a plan."""
    for node in nodes:
        if "JOIN" in node["name"]:
            yield node["extra_info"]["Conditions"]
        yield from joins_in(node.get("children", []))


def test_tables_are_gone(tmp_path: Path) -> None:
    """After an answer, and after one that nobody reads to its end, no table of a step is left."""
    images, policies = random_fleet(5, repositories=5)
    with Fleet(write_dataset(tmp_path / "dataset", images)) as fleet:
        fleet.set_policies(policies, now=NOW)
        fleet.totals()
        some = fleet.verdicts()
        next(some)
        del some
        left = fleet._database.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()  # noqa: SLF001 - no other way in

    assert left == []
    assert summary(rounds=ROUNDS, protected=False).steps[-1].done_with


def test_answer_outlives_the_fleet(tmp_path: Path) -> None:
    """An answer that nobody has read to its end when the fleet is closed ends without an error."""
    images, policies = random_fleet(5, repositories=5)
    with Fleet(write_dataset(tmp_path / "dataset", images)) as fleet:
        fleet.set_policies(policies, now=NOW)
        some = fleet.verdicts()
        first = next(some)

    some.close()  # type: ignore[attr-defined] # a generator
    assert first.digest.startswith("sha256:")
