"""DuckDB, an extra: the only module that starts it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.errors import MissingExtraError
from ecrkit.errors.extras import install_command

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["connect", "is_interruption", "quoted"]


def connect(*, memory_limit: str | None = None, threads: int | None = None) -> DuckDBPyConnection:
    """
    Open a database in memory.

    Args:
        memory_limit: as in ``1GiB``; what needs more goes to temporary files; most of the memory by default.
        threads: how many to use; all processors by default.

    Raises:
        MissingExtraError: DuckDB is not installed.
    """
    try:
        import duckdb  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise MissingExtraError(f"DuckDB is not installed; {install_command('fleet')}") from None
    settings: dict[str, str | bool | int | float | list[str]] = {
        # Nothing is downloaded, whatever a query names.
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        # Queries sort their rows where the order matters.
        "preserve_insertion_order": False,
        "temp_directory": str(Path(tempfile.gettempdir()) / f"ecrkit-fleet-{os.getpid()}"),
    }
    if memory_limit:
        settings["memory_limit"] = memory_limit
    if threads:
        settings["threads"] = threads
    database = duckdb.connect(":memory:", config=settings)
    # DuckDB would draw a bar of its own on standard output.
    database.execute("SET enable_progress_bar = false")
    return database


def quoted(text: object) -> str:
    """Write a text as SQL does: for the names of files, which no parameter can give."""
    return "'" + str(text).replace("'", "''") + "'"


def is_interruption(error: BaseException | None) -> bool:
    """Whether someone pressed Ctrl-C while DuckDB answered, which it reports as an error of its own."""
    return isinstance(error, RuntimeError) and str(error) == "Query interrupted"
