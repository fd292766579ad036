"""What manifest lists refer to, from an earlier dataset: manifests never change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.preview.fleet.database import connect, quoted
from ecrkit.preview.fleet.parquet import literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["children_in"]


def children_in(files: Sequence[Path]) -> dict[str, tuple[str, ...]]:
    """
    Read the children of manifest lists; a digest means the same manifest in every repository.

    Args:
        files: of the table ``images``; files that cannot be read have no children, since this only saves calls.

    Returns:
        Digests by the digest of the list; a list without children may be one that was not read.

    Raises:
        MissingExtraError: DuckDB is not installed.
    """
    if not files:
        return {}
    with connect() as database:
        import duckdb  # noqa: PLC0415 - an extra, which is there by now

        named = ", ".join(quoted(literal(file)) for file in files)
        source = f"read_parquet([{named}], hive_partitioning = false)"
        try:
            found = database.execute(
                f"SELECT digest, children FROM {source} WHERE len(children) > 0"  # noqa: S608 - names of files
            ).fetchall()
        except duckdb.Error:
            return {}
    return {digest: tuple(children) for digest, children in found}
