"""The expression over tables of an engine, and how often they are read."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot

from ecrkit.aws.fleet.tables import QUERY_TABLES
from ecrkit.preview.fleet.binding import bound, scans_of
from ecrkit.preview.fleet.expression import ROUNDS, Dialect, summary, translated, verdicts

SETTLED = [f"settled_{number}" for number in range(1, ROUNDS + 1)]
RELATIONS = {
    "images": '"fleet"."images"',
    **{
        name: f"(SELECT * FROM fleet.preview_{name} WHERE preview = '1f2e')"  # noqa: S608 - names of tables
        for name in ("rules", "repositories", "used", "protection")
    },
}


def test_tables_are_replaced() -> None:
    """Tables are replaced where they are read, under the names that the query gives them; clauses are not."""
    query = "WITH rules_of AS (SELECT * FROM rules) SELECT i.digest FROM images AS i JOIN rules_of AS images ON TRUE"

    assert bound(query, RELATIONS) == (
        "WITH rules_of AS (SELECT * FROM (SELECT * FROM fleet.preview_rules WHERE preview = '1f2e') AS rules) "
        'SELECT i.digest FROM "fleet"."images" AS i JOIN rules_of AS images ON TRUE'
    )


STEPS = {
    name: f"(SELECT * FROM fleet.preview_{name.split('_')[0]} WHERE preview = '1f2e-{number}')"  # noqa: S608 - as above
    for number, name in enumerate(["boundary", "reference", "numbered", "edge", "decided", *SETTLED])
}


@pytest.mark.parametrize("dialect", ["athena", "trino"])
@pytest.mark.parametrize("write", [summary, verdicts], ids=["summary", "verdicts"])
def test_text_for_athena_parses(write: object, dialect: Dialect) -> None:
    """The statements for Athena parse as Athena and as Trino, and read nothing but the tables of the database."""
    query = write(rounds=ROUNDS, protected=True)  # type: ignore[operator] # one of two functions
    read: set[str] = set()
    for statement in (*(step.text for step in query.steps), query.last):
        text = translated(bound(statement, RELATIONS | STEPS), dialect="athena")
        tree = sqlglot.parse_one(text, read=dialect)
        clauses = {clause.alias for clause in tree.find_all(sqlglot.exp.CTE)}
        tables = [table for table in tree.find_all(sqlglot.exp.Table) if table.name not in clauses]
        read.update(f"{table.db}.{table.name}" for table in tables)
        assert len(text.encode()) < 100_000

    assert read == {"fleet.images", *(f"fleet.preview_{name}" for name in QUERY_TABLES)}


def test_scans() -> None:
    """Every mention of a clause counts what the clause reads; the page about fleets has these numbers."""
    page = (Path(__file__).parents[3] / "docs" / "tasks" / "fleet.md").read_text(encoding="utf-8")
    queries = [summary(rounds=rounds, protected=False) for rounds in (0, ROUNDS)]
    plain, referring = (
        sum(scans_of(text, "images") for text in (*(step.text for step in query.steps), query.last))
        for query in queries
    )

    assert f"{plain} times, or {referring} times if" in page


def test_scans_of_nothing() -> None:
    """A table that is not mentioned is not read."""
    assert scans_of("WITH a AS (SELECT 1) SELECT * FROM a", "images") == 0
