"""Athena as the engine of a fleet: the dataset stays in S3, and only query results are downloaded."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecrkit.aws.fleet.athena import Athena
from ecrkit.aws.fleet.glue import stale_tables
from ecrkit.aws.fleet.objects import Bucket
from ecrkit.aws.fleet.store import registry_of
from ecrkit.aws.fleet.tables import PREVIEWS, all_tables, record_of
from ecrkit.documents.files import write_bytes
from ecrkit.errors import AwsError, MissingTimeError, RefusedError, UnreadableInputError, first_names
from ecrkit.preview.fleet.binding import bound, scans_of
from ecrkit.preview.fleet.database import quoted
from ecrkit.preview.fleet.dataset import IMAGES, RECORD, REPOSITORIES, record_text
from ecrkit.preview.fleet.expression import ROUNDS, translated
from ecrkit.preview.fleet.fleet import Fleet
from ecrkit.preview.fleet.tables import STEP_KINDS, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ecrkit.aws.client import Aws
    from ecrkit.aws.fleet.objects import Place
    from ecrkit.aws.polling import Patience
    from ecrkit.preview.fleet.steps import Query, Step
    from ecrkit.preview.fleet.tables import Place as Repository

__all__ = ["AthenaFleet", "athena_fleet", "downloaded", "unloaded"]

_RESULTS = "results"
_INPUTS = ("rules", "repositories", "used", "protection")
_TEXTS = frozenset({"account", "region", "repository", "digest", "action", "cause", "because_of", "tag", "tag_list"})
_TRUTHS = {"true": True, "false": False}
_REFERRING = """
SELECT
  count_if(subject IS NOT NULL OR cardinality(children) > 0),
  count_if(status <> 'ACTIVE' AND archived_at IS NULL)
FROM images
"""
_UNDATED = """
SELECT repository, min(digest) FROM images WHERE status <> 'ACTIVE' AND archived_at IS NULL
GROUP BY repository ORDER BY repository LIMIT 1
"""


class AthenaFleet(Fleet):
    """
    A fleet whose queries Athena answers; repositories, their tags and policies are here.

    Args:
        folder: with the record of the dataset and its repositories, without images.
        bucket: the dataset.
        athena: where queries run.
        database: Glue database of the tables.
        max_scanned_bytes: what all queries together may scan; ``None`` for any number.

    Attributes:
        scanned_bytes: by the queries so far.
        estimated_bytes: what the queries so far could scan at most.

    Methods raise what those of :class:`~ecrkit.preview.fleet.fleet.Fleet` raise, and ``AwsError``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        bucket: Bucket,
        athena: Athena,
        database: str,
        max_scanned_bytes: int | None,
    ) -> None:
        self.scanned_bytes = self.estimated_bytes = 0
        self._bucket = bucket
        self._athena = athena
        self._max_scanned_bytes = max_scanned_bytes
        # The local AWS has DuckDB run what Athena would.
        self._dialect: Any = "duckdb" if athena.is_local else "athena"
        self._preview = secrets.token_hex(8)
        self._images_bytes = sum(bucket.sizes(f"{IMAGES}/").values())
        self._glue_database = database
        self._kept = 0
        self._steps: dict[str, str] = {}
        self._folders: set[str] = set()
        self._relations = {IMAGES: f'"{database}"."{IMAGES}"'} | {
            name: self._relation(name, self._preview) for name in _INPUTS
        }
        self._sizes = {IMAGES: self._images_bytes}
        super().__init__(folder)

    def close(self) -> None:
        """Close the database, and remove from S3 what was written for the queries and by them."""
        super().close()
        self._bucket.delete([name for folder in sorted(self._folders) for name in self._bucket.sizes(folder)])

    def images_of(self, place: Repository) -> list[tuple[Any, ...]]:
        """
        Refuse to give images, which stay in S3.

        Raises:
            RefusedError: always.
        """
        raise RefusedError(f"{place.repository}: Athena does not give single images; use --engine duckdb")

    def write_verdicts(self, folder: Path) -> None:
        """
        Refuse to write verdicts.

        Raises:
            RefusedError: always.
        """
        raise RefusedError(f"{folder.as_posix()}: Athena does not write verdicts; use --engine duckdb")

    def answers(self, query: Query | str, *, condition: str = "TRUE") -> Iterator[tuple[Any, ...]]:
        """Run a query, and give its rows as values; as :meth:`~ecrkit.preview.fleet.fleet.Fleet.answers`."""
        steps, answer = ((), query) if isinstance(query, str) else (query.steps, query.last)
        if condition != "TRUE":
            answer = f"SELECT * FROM ({answer}) AS answers WHERE {condition}"  # noqa: S608 - ours
        # Steps that an earlier query took stay.
        known = [self._steps.get(step.name) == step.text for step in steps]
        left = steps[known.index(False) :] if False in known else ()
        # Nothing starts if it is plain that not all of it may run.
        ahead = [scans_of(text, IMAGES) * self._images_bytes for text in (*(step.text for step in left), answer)]
        for number, step in enumerate(left, start=1):
            self._keep(step, ahead_bytes=sum(ahead[number:]))
        yield from self._answered(answer)

    def _keep(self, step: Step, *, ahead_bytes: int) -> None:
        """Have Athena write the rows of a step to the dataset, for the steps after it."""
        name = step.name.split("_")[0]
        self._kept += 1
        preview = f"{self._preview}-{self._kept}"
        folder = f"{PREVIEWS}/{name}/preview={preview}/"
        self._folders.add(folder)
        if self._athena.is_local:
            # It has no UNLOAD.
            columns = list(
                zip(*self._answered(step.text, ahead_bytes=ahead_bytes, kinds=STEP_KINDS[name]), strict=True)
            )
            kinds = STEP_KINDS[name]
            rows = Table(step.name, kinds, dict(zip(kinds, columns or [()] * len(kinds), strict=True)))
            super()._load(rows)
            self._upload(step.name, folder)
        else:
            place = self._bucket.place.under(folder.removesuffix("/"))
            for _ in self._answered(step.text, ahead_bytes=ahead_bytes, place=place):
                pass
        self._relations[step.name] = self._relation(name, preview)
        self._steps[step.name] = step.text
        self._sizes[step.name] = sum(self._bucket.sizes(folder).values())

    def _answered(
        self, query: str, *, ahead_bytes: int = 0, kinds: Mapping[str, str] | None = None, place: Place | None = None
    ) -> Iterator[tuple[Any, ...]]:
        """
        Run a query in the dialect of Trino, and give its rows as values.

        Args:
            query: to run.
            ahead_bytes: what the queries after it scan of the images at most.
            kinds: DuckDB types of the columns; by default those of the answers.
            place: to write the rows to instead.
        """
        left = None if self._max_scanned_bytes is None else self._max_scanned_bytes - self.scanned_bytes
        estimate = sum(scans_of(query, table) * size for table, size in self._sizes.items())
        text = translated(bound(query, self._relations), dialect=self._dialect)
        if place is not None:
            text = unloaded(text, place)
        result = self._athena.run(
            text, estimate_bytes=estimate + ahead_bytes, max_scanned_bytes=left, gives_rows=place is None
        )
        self.estimated_bytes += estimate
        self.scanned_bytes += result.scanned_bytes
        texts = _TEXTS if kinds is None else {column for column, kind in kinds.items() if kind == "VARCHAR"}
        for row in result.rows:
            yield tuple(
                _value(column, text, is_text=column in texts) for column, text in zip(result.columns, row, strict=True)
            )

    def _relation(self, name: str, preview: str) -> str:
        return f'(SELECT * FROM "{self._glue_database}"."preview_{name}" WHERE preview = \'{preview}\')'  # noqa: S608 - ours

    def _examine(self) -> None:
        ((referring, undated),) = self.answers(_REFERRING)
        if undated:
            ((repository, digest),) = self.answers(_UNDATED)
            raise MissingTimeError(f"{repository}@{digest}: is archived, but has no time of archiving; set archived_at")
        self._rounds = ROUNDS if referring else 0

    def _load(self, table: Table) -> None:
        super()._load(table)
        self._steps.clear()
        folder = f"{PREVIEWS}/{table.name}/preview={self._preview}/"
        self._folders.add(folder)
        self._upload(table.name, folder)

    def _upload(self, table: str, folder: str) -> None:
        path = self.dataset / f"{table}.parquet"
        self._database.execute(f"COPY {table} TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)")
        self._bucket.upload(f"{folder}part-00000.parquet", path)


def unloaded(query: str, place: Place) -> str:
    """
    Have Athena write the rows of a query as Parquet, instead of giving them.

    Args:
        query: in the dialect of Athena.
        place: an empty folder.

    Source: Amazon Athena user guide, "UNLOAD" (read 2026-11).
    """
    return f"UNLOAD (SELECT * FROM ({query}) AS kept) TO '{place}' WITH (format = 'PARQUET', compression = 'ZSTD')"  # noqa: S608 - ours


@contextmanager
def athena_fleet(  # noqa: PLR0913 - the options of a command
    aws: Aws,
    place: Place,
    *,
    database: str,
    workgroup: str,
    max_scanned_bytes: int | None,
    patience: Patience,
) -> Iterator[AthenaFleet]:
    """
    Open a dataset in S3 for queries of Athena, as a context.

    Args:
        aws: with credentials for the bucket, Glue and Athena, in the Region of the tables.
        place: of the dataset.
        database: Glue database of the tables.
        workgroup: of Athena.
        max_scanned_bytes: what all queries together may scan; ``None`` for any number.
        patience: how to wait for a query.

    Raises:
        AwsError: AWS refused, or could not be reached.
        RefusedError: a query would scan more than allowed.
        UnreadableInputError: there is no dataset, or no table over it as it is now.
    """
    bucket = Bucket(aws, place)
    stale = stale_tables(aws, database, all_tables(bucket))
    if stale:
        raise UnreadableInputError(
            f"{database}: tables are missing or outdated: {first_names(stale)}; run `ecrkit fleet table "
            f"--inventory {place}`"
        )
    athena = Athena(aws, workgroup=workgroup, database=database, results=place.under(_RESULTS), patience=patience)
    with tempfile.TemporaryDirectory(prefix="ecrkit-fleet-", ignore_cleanup_errors=True) as folder:
        _fetch(bucket, Path(folder), (REPOSITORIES,))
        with AthenaFleet(
            Path(folder),
            bucket=bucket,
            athena=athena,
            database=database,
            max_scanned_bytes=max_scanned_bytes,
        ) as fleet:
            yield fleet


@contextmanager
def downloaded(
    aws: Aws, place: Place, *, progress: Callable[[Iterable[str], int], Iterable[str]] | None = None
) -> Iterator[Path]:
    """
    Copy a dataset from S3 to a temporary folder, as a context.

    Args:
        aws: with credentials for the bucket.
        place: of the dataset.
        progress: given the names of files as they arrive, and their number; gives them again.

    Raises:
        AwsError: AWS refused, or could not be reached.
        UnreadableInputError: there is no dataset.
        UnwritableOutputError: a file cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="ecrkit-fleet-", ignore_cleanup_errors=True) as folder:
        _fetch(Bucket(aws, place), Path(folder), (IMAGES, REPOSITORIES), progress)
        yield Path(folder)


def _fetch(
    bucket: Bucket,
    folder: Path,
    tables: tuple[str, ...],
    progress: Callable[[Iterable[str], int], Iterable[str]] | None = None,
) -> None:
    write_bytes(folder / RECORD, record_text(record_of(bucket)).encode())
    names = [name for table in tables for name in bucket.sizes(f"{table}/") if registry_of(name)]
    fetched = bucket.download(names, folder)
    for _ in progress(fetched, len(names)) if progress else fetched:
        pass


def _value(column: str, text: str | None, *, is_text: bool) -> Any:  # noqa: ANN401 - text, number or truth
    """Read a value as Athena writes it."""
    if text is None or is_text:
        return text
    try:
        return _TRUTHS[text] if text in _TRUTHS else int(text)
    except ValueError:
        raise AwsError(f"Athena: column {column} must be a number or a boolean, got {text!r}") from None
