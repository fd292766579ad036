"""
The relational expression over tables of an engine, instead of tables of the same names; and what that reads.

The queries are those of :mod:`ecrkit.preview.fleet.expression`, in the dialect of Trino.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

from ecrkit.errors import MissingExtraError
from ecrkit.errors.extras import install_command

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["bound", "scans_of"]


def bound(query: str, relations: Mapping[str, str]) -> str:
    """
    Replace the tables that a query reads.

    Args:
        query: to change.
        relations: what to read in place of each table: a name with a database, or a query in parentheses.

    Raises:
        MissingExtraError: SQLGlot is not installed.
    """
    exp, parse_one = _sqlglot()
    tree = parse_one(query, read="trino")
    own = {clause.alias for clause in tree.find_all(exp.CTE)}
    for table in list(tree.find_all(exp.Table)):
        if table.name in relations and table.name not in own:
            relation = parse_one(f"SELECT 1 FROM {relations[table.name]} AS x", read="trino").find(exp.From).this  # noqa: S608 - ours
            relation.set("alias", exp.TableAlias(this=exp.to_identifier(table.alias or table.name)))
            table.replace(relation)
    return str(tree.sql(dialect="trino", comments=False))


def scans_of(query: str, table: str) -> int:
    """
    Count how often an engine reads a table that reads every clause again for each mention of it, as Trino does.

    Args:
        query: that mentions the table.
        table: its name.

    Raises:
        MissingExtraError: SQLGlot is not installed.

    Source: Trino documentation, "SELECT", WITH clause: each mention of a named query is inlined (read 2026-11).
    """
    exp, parse_one = _sqlglot()
    tree = parse_one(query, read="trino")
    clauses = {clause.alias: clause.this for clause in tree.find_all(exp.CTE)}
    outer = tree.copy()
    for clauses_of in list(outer.find_all(exp.With)):
        clauses_of.pop()

    @cache
    def of_clause(name: str) -> int:
        return mentions(clauses[name]) if name in clauses else int(name == table)

    def mentions(part: Any) -> int:  # noqa: ANN401 - a part of SQLGlot's tree
        found = Counter(one.name for one in part.find_all(exp.Table))
        return sum(number * of_clause(name) for name, number in found.items())

    return mentions(outer)


def _sqlglot() -> tuple[Any, Any]:
    try:
        from sqlglot import exp, parse_one  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtraError(f"SQLGlot is not installed; {install_command('fleet')}") from None
    return exp, parse_one
