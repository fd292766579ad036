"""
Write a dataset: images as Parquet, a file for each account and Region.

What is being written is in ``.drafts`` in the dataset. A file replaces another whole or not at all.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from ecrkit.documents.files import make_directory, unwritable
from ecrkit.images.inventory.values import ImageTable
from ecrkit.preview.fleet.database import connect, is_interruption, quoted
from ecrkit.preview.fleet.dataset import IMAGE_COLUMNS, IMAGES, REPOSITORIES, micros_of, partition_of
from ecrkit.preview.fleet.parquet import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from typing import Any, Self

    from duckdb import DuckDBPyConnection

    from ecrkit.images.inventory.values import Image

__all__ = ["PartitionWriter"]

_DRAFTS = ".drafts"
_FOLDERS = Lock()
"""Held while the folder of all drafts appears or disappears: several threads write at the same time."""

_PART = "part-00000.parquet"
_AT_ONCE = 50_000
"""Images that are kept in memory before they are written."""

_PARQUET = "(FORMAT parquet, COMPRESSION zstd)"


class PartitionWriter:
    """
    Writes the images of one account and Region, as a context; :meth:`finish` puts them in place.

    Args:
        dataset: folder of the dataset; what it has of this account and Region is replaced.
        account: twelve digits.
        region: as in ``us-east-1``.
        database: to write with, which several writers may share; one of its own by default.
    """

    def __init__(self, dataset: Path, *, account: str, region: str, database: DuckDBPyConnection | None = None) -> None:
        self._dataset, self._account, self._region = dataset, account, region
        self._drafts = dataset / _DRAFTS / f"{account}-{region}"
        self._database = (database or connect()).cursor()
        self._repositories: dict[str, tuple[str, str | None, Mapping[str, str]]] = {}
        self._waiting: list[tuple[str, ImageTable]] = []
        self._waiting_images = 0
        self._written = 0
        shutil.rmtree(self._drafts, ignore_errors=True)
        with _FOLDERS:
            make_directory(self._drafts)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Remove unfinished drafts."""
        self._database.close()
        shutil.rmtree(self._drafts, ignore_errors=True)
        # The last writer removes the folder of all.
        with suppress(OSError), _FOLDERS:
            self._drafts.parent.rmdir()
        if is_interruption(error):
            raise KeyboardInterrupt from None

    def add(
        self,
        repository: str,
        images: Sequence[Image],
        *,
        policy: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """
        Add a repository, which may have no images.

        Args:
            repository: its name, each once.
            images: all of its images.
            policy: text of its deployed lifecycle policy.
            tags: of the repository, by key.

        Raises:
            UnwritableOutputError: the images cannot be written.
        """
        self._repositories[repository] = (repository, policy, tags or {})
        self._waiting.append((repository, ImageTable.of(images)))
        self._waiting_images += len(images)
        if self._waiting_images >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """
        Write what waits in memory to a draft.

        Raises:
            UnwritableOutputError: it cannot be written.
        """
        if not self._waiting_images:
            self._waiting.clear()
            return
        names: list[str] = []
        for repository, images in self._waiting:
            names += [repository] * len(images)
        tables = [images for _, images in self._waiting]
        columns: dict[str, list[Any]] = {
            "repository": names,
            "digest": _joined(images.digests for images in tables),
            "pushed_at": _micros(images.pushed_at for images in tables),
            "tags": [list(tags) for tags in _joined(images.tags for images in tables)],
            "size_bytes": _joined(images.sizes for images in tables),
            "status": [status.value for status in _joined(images.statuses for images in tables)],
            "pulled_at": _micros(images.pulled_at for images in tables),
            "archived_at": _micros(images.archived_at for images in tables),
            "activated_at": _micros(images.activated_at for images in tables),
            "subject": _joined(images.subjects for images in tables),
            "media_type": _joined(images.media_types for images in tables),
            "children": [list(children) for children in _joined(images.children for images in tables)],
        }
        selected = ", ".join(f"unnest(${name}::{kind}[]) AS {name}" for name, kind in IMAGE_COLUMNS.items())
        self._copy(f"SELECT {selected}", self._drafts / f"{self._written:05}.parquet", columns)
        self._written += 1
        self._waiting.clear()
        self._waiting_images = 0

    def finish(self) -> None:
        """
        Replace the earlier files with everything that was added.

        Raises:
            UnwritableOutputError: it cannot be written.
        """
        self.flush()
        columns = ", ".join(IMAGE_COLUMNS)
        if self._written:
            # Neighbors have the same repository and close times, which compresses well.
            parts = quoted(f"{literal(self._drafts)}/*.parquet")
            source = f"read_parquet({parts}, hive_partitioning = false)"
            query = f"SELECT {columns} FROM {source} ORDER BY repository, pushed_at DESC, digest"  # noqa: S608 - names of columns
        else:
            # A file without rows: a missing one would look the same as one that was not copied.
            columns = ", ".join(f"NULL::{kind} AS {name}" for name, kind in IMAGE_COLUMNS.items())
            query = f"SELECT {columns} WHERE FALSE"
        self._copy(query, self._drafts / "images")
        self._place(self._drafts / "images", IMAGES)
        rows = sorted(self._repositories.values())
        self._copy(
            "SELECT unnest($names::VARCHAR[]) AS repository, unnest($policies::VARCHAR[]) AS policy, "
            "unnest(list_transform($tags::STRUCT(key VARCHAR, value VARCHAR)[][], LAMBDA each: map_from_entries(each)))"
            " AS tags",
            self._drafts / "repositories",
            {
                "names": [name for name, _, _ in rows],
                "policies": [policy for _, policy, _ in rows],
                "tags": [[{"key": key, "value": value} for key, value in tags.items()] for _, _, tags in rows],
            },
        )
        self._place(self._drafts / "repositories", REPOSITORIES)

    def _copy(self, query: str, path: Path, parameters: Mapping[str, Any] | None = None) -> None:
        import duckdb  # noqa: PLC0415 - an extra, which is there by now

        try:
            self._database.execute(f"COPY ({query}) TO {quoted(path)} {_PARQUET}", parameters or {})
        except duckdb.IOException as error:
            raise unwritable(path, OSError(0, str(error).splitlines()[0])) from None

    def _place(self, draft: Path, table: str) -> None:
        """Put a file where it belongs, and remove all others of this account and Region."""
        folder = self._folder(table)
        make_directory(folder)
        try:
            draft.replace(folder / _PART)
            for other in folder.iterdir():
                if other.name != _PART:
                    other.unlink()
        except OSError as error:
            raise unwritable(folder, error) from None

    def _folder(self, table: str) -> Path:
        return partition_of(self._dataset, table, account=self._account, region=self._region)


def _joined(columns: Iterable[Sequence[Any]]) -> list[Any]:
    return [value for column in columns for value in column]


def _micros(columns: Iterable[Sequence[datetime | None]]) -> list[int | None]:
    return [None if instant is None else micros_of(instant) for column in columns for instant in column]
