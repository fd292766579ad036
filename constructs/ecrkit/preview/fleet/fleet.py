"""
A fleet: a dataset, a policy for each repository, and an instant.

DuckDB evaluates the policies, with the query of :mod:`ecrkit.preview.fleet.expression`.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ecrkit.documents.files import make_directory, unwritable
from ecrkit.errors import (
    InvalidInventoryError,
    RefusedError,
)
from ecrkit.preview.fleet.circles import require_no_circle
from ecrkit.preview.fleet.database import connect, quoted
from ecrkit.preview.fleet.dataset import (
    IMAGE_COLUMNS,
    IMAGES,
    REPOSITORIES,
    REPOSITORY_COLUMNS,
    read_record,
)
from ecrkit.preview.fleet.expression import ROUNDS, going, summary, translated, verdicts
from ecrkit.preview.fleet.opening import examine, open_table, require_each_once
from ecrkit.preview.fleet.parquet import read_error, require_both_tables
from ecrkit.preview.fleet.tables import (
    Place,
    policy_numbers,
    protection_tables,
    repositories_table,
    rules_table,
)
from ecrkit.preview.fleet.totals import RepositoryTotals
from ecrkit.preview.protection import Protections

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from ecrkit.lifecycle.values import LifecyclePolicy
    from ecrkit.preview.fleet.steps import Query
    from ecrkit.preview.fleet.tables import Table

__all__ = ["Fleet", "FleetVerdict"]

_LONG = 32
"""So many references in a row are most likely a circle."""

_MOST_ROUNDS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetVerdict:
    """
    What happens to one image.

    Attributes:
        place: its repository.
        digest: which image.
        action: ``expire`` or ``transition``; ``None`` if it stays.
        rule_priority: of the deciding rule, if any.
        cause: name of a :class:`~ecrkit.lifecycle.evaluation.verdicts.Cause`.
        because_of: digest of another image that decides for it, if any.
        size_bytes: as ECR reports it.
        is_protected: whether it would go, and must stay pullable.
    """

    place: Place
    digest: str
    action: str | None
    rule_priority: int | None
    cause: str
    because_of: str | None
    size_bytes: int | None
    is_protected: bool


class Fleet:
    """
    The images of many repositories in DuckDB, as a context.

    Args:
        dataset: folder of the dataset.
        memory_limit: as in ``1GiB``; what needs more goes to temporary files.
        threads: how many to use; all processors by default.

    Raises:
        DuplicateDigestError: two files have the same image.
        MissingExtraError: DuckDB is not installed.
        MissingTimeError: an archived image has no time of archiving.
        UnreadableInputError: the folder holds no dataset, or a file in it has other columns.
    """

    def __init__(self, dataset: Path, *, memory_limit: str | None = None, threads: int | None = None) -> None:
        self.dataset = dataset
        self.record = read_record(dataset)
        self._database = connect(memory_limit=memory_limit, threads=threads)
        # Tables are joined in the order of the expression. DuckDB would guess another one, and a wrong guess pairs all
        # images of a repository with each other.
        self._database.execute("SET disabled_optimizers = 'join_order'")
        self._rounds = 0
        self._is_protected = False
        self._policies: Mapping[Place, LifecyclePolicy] = {}
        try:
            open_table(self._database, dataset, IMAGES, IMAGE_COLUMNS)
            open_table(self._database, dataset, REPOSITORIES, REPOSITORY_COLUMNS, view="deployed")
            self._examine()
        except BaseException as error:
            self.close()
            if found := read_error(dataset, error):
                raise found from None
            raise

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the database, and explain an error of DuckDB about the files."""
        self.close()
        if found := read_error(self.dataset, error):
            raise found from None

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    @property
    def rounds(self) -> int:
        """How many references are known to follow each other; :meth:`totals` finds that out."""
        return self._rounds

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """Every repository of the dataset, sorted; one without images, too."""
        found = self._database.execute(
            "SELECT account, region, repository FROM deployed UNION SELECT account, region, repository FROM images "
            "ORDER BY ALL"
        ).fetchall()
        return tuple(Place(*row) for row in found)

    @cached_property
    def deployed_policies(self) -> dict[Place, str]:
        """The texts of the lifecycle policies that were deployed when the dataset was written."""
        rows = self._database.execute(
            "SELECT account, region, repository, policy FROM deployed WHERE policy IS NOT NULL"
        ).fetchall()
        return {Place(*place): policy for *place, policy in rows}

    @cached_property
    def tags(self) -> dict[Place, dict[str, str]]:
        """The tags of the repositories, by key."""
        rows = self._database.execute("SELECT account, region, repository, tags FROM deployed").fetchall()
        return {Place(*place): dict(tags or {}) for *place, tags in rows}

    def set_policies(
        self,
        policies: Mapping[Place, LifecyclePolicy],
        *,
        now: datetime,
        today: datetime | None = None,
        protections: Protections | None = None,
    ) -> None:
        """
        Give repositories their policies; images of those without one stay.

        Args:
            policies: by repository.
            now: timezone-aware instant of evaluation.
            today: timezone-aware instant of the dataset, if before *now*.
            protections: what must stay pullable.

        Raises:
            NaiveTimeError: *now* has no timezone.
        """
        numbers = policy_numbers(map(policies.get, self.places))
        self._policies = policies
        self._load(rules_table(numbers, now))
        self._load(repositories_table(self.places, policies, numbers))
        self._is_protected = bool(protections)
        for table in protection_tables(protections or Protections(), self.places, today or now):
            self._load(table)

    def totals(self) -> list[RepositoryTotals]:
        """
        Count images by outcome, for every repository of the dataset, in the order of :attr:`places`.

        Raises:
            ReferenceCycleError: images refer to each other in a circle.
        """
        while True:
            rows = list(self.answers(self._query(summary)))
            if not any(row[-1] for row in rows):
                break
            self._look_further()
        counted = {row[0]: [count or 0 for count in row[1:-1]] for row in rows}
        names = [name for name in RepositoryTotals.__dataclass_fields__ if name not in {"place", "has_policy"}]
        return [
            RepositoryTotals(
                place=place,
                has_policy=place in self._policies,
                **dict(zip(names, counted.get(number, [0] * len(names)), strict=True)),
            )
            for number, place in enumerate(self.places)
        ]

    def answers(self, query: Query | str, *, condition: str = "TRUE") -> Iterator[tuple[Any, ...]]:
        """
        Answer a query.

        Args:
            query: in the dialect of Trino, on the tables of :mod:`ecrkit.preview.fleet.expression`.
            condition: on the columns of the answer, in SQL.
        """
        with self._answering(query) as answer:
            is_whole = condition == "TRUE"
            found = self._database.execute(answer if is_whole else f"SELECT * FROM ({answer}) WHERE {condition}")  # noqa: S608 - ours
            while rows := found.fetchmany(10_000):
                yield from rows

    def verdicts(self, condition: str = "TRUE") -> Iterator[FleetVerdict]:
        """
        Give the verdict on every image, in no order.

        Args:
            condition: in SQL, on the columns of :func:`ecrkit.preview.fleet.expression.verdicts`.

        Raises:
            ReferenceCycleError: images refer to each other in a circle.
        """
        self._settle()
        rows = self.answers(self._query(verdicts), condition=condition)
        for account, region, repository, digest, action, priority, cause, because_of, size, protected, _ in rows:
            yield FleetVerdict(
                place=Place(account, region, repository),
                digest=digest,
                action=action,
                rule_priority=priority,
                cause=cause,
                because_of=because_of,
                size_bytes=size,
                is_protected=protected,
            )

    def remember(self, table: str) -> None:
        """
        Keep the images that would expire or be archived as a table, to compare them with those of other policies.

        Args:
            table: its name; the columns are those of :func:`ecrkit.preview.fleet.expression.going`.

        Raises:
            ReferenceCycleError: images refer to each other in a circle.
        """
        self._settle()
        with self._answering(self._query(going)) as answer:
            self._database.execute(f"CREATE OR REPLACE TABLE {table} AS {answer}")

    def images_of(self, place: Place) -> list[tuple[Any, ...]]:
        """Give the images of one repository: the columns of the dataset after ``repository``."""
        columns = ", ".join(name for name in IMAGE_COLUMNS if name != "repository")
        return self._database.execute(
            f"SELECT {columns} FROM images WHERE account = ? AND region = ? AND repository = ?",  # noqa: S608 - names
            list(place),
        ).fetchall()

    def write_verdicts(self, folder: Path) -> None:
        """
        Write the verdict on every image as Parquet, in folders ``account=…/region=…``.

        Args:
            folder: must not exist, or be empty; it gets all files or none.

        Raises:
            RefusedError: it contains something.
            ReferenceCycleError: images refer to each other in a circle.
            UnwritableOutputError: it cannot be written.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise RefusedError(f"{folder.as_posix()}: is not empty; name another directory")
        self._settle()
        import duckdb  # noqa: PLC0415 - an extra, which is there by now

        make_directory(folder.parent)
        draft = folder.parent / f".{folder.name}.draft"
        shutil.rmtree(draft, ignore_errors=True)
        options = "(FORMAT parquet, COMPRESSION zstd, PARTITION_BY (account, region))"
        try:
            with self._answering(self._query(verdicts)) as answer:
                query = f"SELECT * EXCLUDE (is_settled) FROM ({answer})"  # noqa: S608 - ours
                self._database.execute(f"COPY ({query}) TO {quoted(draft)} {options}")
            if folder.exists():
                folder.rmdir()
            make_directory(draft)
            draft.replace(folder)
        except duckdb.IOException as error:
            raise unwritable(folder, OSError(0, str(error).splitlines()[0])) from None
        except OSError as error:
            raise unwritable(folder, error) from None
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def read_once(self) -> None:
        """Read every column that the preview may read, and do nothing with it: for benchmarks."""
        columns = ", ".join(f"max({name})" for name in ("account", "region", *IMAGE_COLUMNS) if name != "media_type")
        self._one(f"SELECT {columns} FROM images")  # noqa: S608 - names of columns

    def plans(self) -> list[str]:
        """Count, and give DuckDB's plan of each statement with the time of its steps, as JSON: for benchmarks."""
        found: list[str] = []
        with self._answering(self._query(summary), plans=found) as answer:
            found.append(self._planned(answer))
        return found

    def _planned(self, statement: str) -> str:
        return str(self._one(f"EXPLAIN (ANALYZE, FORMAT json) {statement}")[1])

    def _query(self, write: Any) -> Query:  # noqa: ANN401 - one of three functions
        query: Query = write(rounds=self._rounds, protected=self._is_protected)
        return query

    @contextmanager
    def _answering(self, query: Query | str, plans: list[str] | None = None) -> Iterator[str]:
        """
        Take the steps before an answer, each with all memory for itself; their tables are there in the context.

        Args:
            query: to answer.
            plans: gets the plan of each step, if given.
        """
        if isinstance(query, str):
            yield translated(query, dialect="duckdb")
            return
        import duckdb  # noqa: PLC0415 - an extra, which is there by now

        left: set[str] = set()
        try:
            for step in query.steps:
                text = f"CREATE OR REPLACE TEMP TABLE {step.name} AS {translated(step.text, dialect='duckdb')}"
                left.add(step.name)
                if plans is None:
                    self._database.execute(text)
                else:
                    plans.append(self._planned(text))
                self._drop(step.done_with)
                left.difference_update(step.done_with)
            yield translated(query.last, dialect="duckdb")
        finally:
            # The database may be closed by now, or broken: the first error says more.
            with suppress(duckdb.Error):
                self._drop(left)

    def _drop(self, tables: Iterable[str]) -> None:
        for table in tables:
            self._database.execute(f"DROP TABLE IF EXISTS {table}")

    def _settle(self) -> None:
        """Find out how many references follow each other."""
        if self._rounds:
            self.totals()

    def _look_further(self) -> None:
        if self._rounds >= _LONG:
            rows = self.answers(self._query(verdicts), condition="NOT is_settled")
            unsettled = sorted({Place(*row[:3]) for row in rows})
            for place in unsettled:
                require_no_circle(place.repository, self.images_of(place))
            if self._rounds >= _MOST_ROUNDS:
                raise InvalidInventoryError(
                    f"{unsettled[0].repository}: more than {self._rounds} images refer to one another in a row; "
                    "preview the repository with `ecrkit policy preview`"
                )
        self._rounds *= 2

    def _examine(self) -> None:
        if self.record.complete:
            require_both_tables(self.dataset)
        require_each_once(self._database, self.dataset)
        self._rounds = ROUNDS if examine(self._database) else 0

    def _one(self, query: str, parameters: Sequence[str] = ()) -> tuple[Any, ...]:
        row = self._database.execute(query, parameters).fetchone()
        return row if row is not None else ()

    def _load(self, table: Table) -> None:
        selected = ", ".join(f"unnest(${name}::{kind}[]) AS {name}" for name, kind in table.kinds.items())
        columns = {name: list(values) for name, values in table.columns.items()}
        self._database.execute(f"CREATE OR REPLACE TABLE {table.name} AS SELECT {selected}", columns)
