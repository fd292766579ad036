"""The tables of a dataset as views in DuckDB, and what images must be like to be evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.errors import DuplicateDigestError, MissingTimeError, UnreadableInputError
from ecrkit.preview.fleet.dataset import IMAGES
from ecrkit.preview.fleet.parquet import files_of, split_partitions, table_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection

__all__ = ["examine", "open_table", "require_each_once"]


def open_table(
    database: DuckDBPyConnection, dataset: Path, table: str, columns: Mapping[str, str], *, view: str = ""
) -> None:
    """
    Make the files of a table a view; without files, an empty table.

    Args:
        database: gets the view.
        dataset: folder of the dataset.
        table: of the dataset.
        columns: types by name, besides account and Region.
        view: its name, if not that of the table.

    Raises:
        UnreadableInputError: the files are not those of a dataset, or have other columns.
    """
    import duckdb  # noqa: PLC0415 - an extra, which is there by now

    name = view or table
    selected = ", ".join(["account", "region", *columns])
    if not files_of(dataset, table):
        kinds = {"account": "VARCHAR", "region": "VARCHAR", **columns}
        database.execute(f"CREATE TABLE {name} ({', '.join(f'{key} {kind}' for key, kind in kinds.items())})")
        return
    source = table_source(dataset, table)
    try:
        database.execute(f"CREATE VIEW {name} AS SELECT {selected} FROM {source}")  # noqa: S608 - names of columns
        described = database.execute(f"DESCRIBE {name}").fetchall()
    except duckdb.Error as error:
        raise UnreadableInputError(
            f"{dataset.as_posix()}/{table}: not the files of a fleet dataset: {str(error).splitlines()[0]}"
        ) from None
    found = {row[0]: row[1] for row in described}
    for column, kind in columns.items():
        if found[column] != kind:
            raise UnreadableInputError(
                f"{dataset.as_posix()}/{table}: column {column} must be {kind}, got {found[column]}"
            )


def require_each_once(database: DuckDBPyConnection, dataset: Path) -> None:
    """
    Refuse an image that two files have, as after a copy over another dataset: it would be counted twice.

    Raises:
        DuplicateDigestError: two files have the same image.
    """
    for account, region in split_partitions(dataset, IMAGES):
        row = database.execute(
            "SELECT repository, digest FROM images WHERE account = ? AND region = ? "
            "GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL LIMIT 1",
            [account, region],
        ).fetchone()
        if row:
            folder = f"{dataset.as_posix()}/{IMAGES}/account={account}/region={region}"
            raise DuplicateDigestError(
                f"{folder}: two files have {row[0]}@{row[1]}; keep one of them, or write the dataset again"
            )


def examine(database: DuckDBPyConnection) -> bool:
    """
    Find out whether images refer to each other, and refuse what the evaluation refuses.

    Raises:
        MissingTimeError: an archived image has no time of archiving.
    """
    row = database.execute(
        "SELECT count(*) FILTER (WHERE subject IS NOT NULL OR len(children) > 0), "
        "count(*) FILTER (WHERE status <> 'ACTIVE' AND archived_at IS NULL) FROM images"
    ).fetchone()
    refers, undated = row or (0, 0)
    if undated:
        found = database.execute(
            "SELECT repository, digest FROM images WHERE status <> 'ACTIVE' AND archived_at IS NULL "
            "ORDER BY ALL LIMIT 1"
        ).fetchone()
        repository, digest = found or ("", "")
        raise MissingTimeError(f"{repository}@{digest}: is archived, but has no time of archiving; set archived_at")
    return bool(refers)
