"""The Parquet files of a dataset as DuckDB reads them, whatever the names of the folders above them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from ecrkit.documents.files import files_under
from ecrkit.errors import UnreadableInputError, first_names
from ecrkit.preview.fleet.database import is_interruption, quoted
from ecrkit.preview.fleet.dataset import IMAGES, REPOSITORIES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["files_of", "literal", "read_error", "require_both_tables", "split_partitions", "table_source"]

_WILDCARD = re.compile(r"[*?\[]")
_PARTITION = r"account=([^/\\]+)[/\\]region=([^/\\]+)[/\\][^/\\]+$"


def files_of(dataset: Path, table: str) -> tuple[Path, ...]:
    """List the files of a table; DuckDB would leave out a folder that it may not read."""
    folder = dataset / table
    return files_under(folder, "*.parquet") if folder.exists() else ()


def literal(path: Path) -> str:
    """Write a path so that DuckDB takes no character of it for a wildcard."""
    return _WILDCARD.sub(r"[\g<0>]", str(path))


def table_source(dataset: Path, table: str) -> str:
    """Write what to select a table from, in SQL: its columns, ``account`` and ``region``."""
    files = quoted(f"{literal(dataset / table)}/*/*/*.parquet")
    if "=" not in str(dataset):
        kinds = "{account: VARCHAR, region: VARCHAR}"
        return f"read_parquet({files}, hive_partitioning = true, hive_types = {kinds})"
    # DuckDB would take the account from a folder above the dataset.
    account, region = (f"regexp_extract(filename, {quoted(_PARTITION)}, {number})" for number in (1, 2))
    return (
        f"(SELECT *, {account} AS account, {region} AS region "  # noqa: S608 - a path in quotes
        f"FROM read_parquet({files}, hive_partitioning = false, filename = true))"
    )


def require_both_tables(dataset: Path) -> None:
    """
    Refuse a dataset of which a part is missing: fewer images would look like fewer deletions.

    Raises:
        UnreadableInputError: one table lacks an account and Region that the other has.
    """
    partitions = {
        table: {path.parent.relative_to(dataset / table).as_posix() for path in files_of(dataset, table)}
        for table in (IMAGES, REPOSITORIES)
    }
    for table, other in ((IMAGES, REPOSITORIES), (REPOSITORIES, IMAGES)):
        if missing := sorted(partitions[other] - partitions[table]):
            raise UnreadableInputError(
                f"{dataset.as_posix()}/{table}: has no {first_names(missing)}, which {other} has; copy the "
                "whole dataset, or write it again"
            )


def split_partitions(dataset: Path, table: str) -> list[tuple[str, str]]:
    """List the accounts and Regions with several files, which may have an image twice."""
    folders = Counter(path.parent for path in files_of(dataset, table))
    several = sorted(folder for folder, number in folders.items() if number > 1)
    return [(folder.parent.name.partition("=")[2], folder.name.partition("=")[2]) for folder in several]


def read_error(dataset: Path, error: BaseException | None) -> UnreadableInputError | KeyboardInterrupt | None:
    """
    Explain an error of DuckDB that is the fault of the files or of the memory, or that someone asked for.

    Args:
        dataset: that was read.
        error: any.

    Returns:
        ``None`` for all others.
    """
    if is_interruption(error):
        return KeyboardInterrupt()
    import duckdb  # noqa: PLC0415 - an extra, which is there by now

    line = str(error).split("\n", 1)[0]
    if isinstance(error, duckdb.OutOfMemoryException):
        return UnreadableInputError(f"{dataset.as_posix()}: needs more memory or temporary disk space: {line}")
    # Where pages are damaged, DuckDB raises what has no class of its own.
    if type(error) is duckdb.Error or isinstance(error, (duckdb.IOException, duckdb.InvalidInputException)):
        return UnreadableInputError(
            f"{dataset.as_posix()}: a file cannot be read: {line}; copy the whole dataset again, or write it again"
        )
    return None
