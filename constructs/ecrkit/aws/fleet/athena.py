"""Run a query in Athena: start it, wait for it, stop it on an interruption, and read its results page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrkit.aws.client import aws_errors
from ecrkit.aws.interruptions import no_interruption
from ecrkit.aws.local import is_local
from ecrkit.aws.polling import Waiting
from ecrkit.errors import AwsError, NoVerdictError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ecrkit.aws.client import Aws
    from ecrkit.aws.fleet.objects import Place
    from ecrkit.aws.polling import Patience

__all__ = ["Athena", "QueryResult", "WorkGroup"]

_PAGE = 1000
_RUNNING = frozenset({"QUEUED", "RUNNING"})
_LONGEST_QUERY = 262_144
"""
Bytes of a query.

Source: Amazon Athena service quotas, "Query string length" (read 2026-11).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkGroup:
    """
    The settings of a workgroup.

    Attributes:
        name: of the workgroup.
        has_results: whether it keeps results, in its own location or in storage that Athena manages.
        cutoff_bytes: bytes that a query may scan before Athena cancels it; ``None`` without a limit.
    """

    name: str
    has_results: bool
    cutoff_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryResult:
    """
    The result of a query.

    Attributes:
        columns: their names.
        rows: texts as Athena writes them, ``None`` for NULL; an iterator.
        scanned_bytes: bytes that Athena charges for.
    """

    columns: tuple[str, ...]
    rows: Iterator[tuple[str | None, ...]]
    scanned_bytes: int


class Athena:
    """
    Queries in a workgroup.

    Args:
        aws: account and Region of the tables.
        workgroup: its name.
        database: default database of the queries.
        results: where a workgroup that keeps no results writes them.
        patience: how to wait for a query.
    """

    def __init__(self, aws: Aws, *, workgroup: str, database: str, results: Place, patience: Patience) -> None:
        self._client = aws.client("athena")
        self._workgroup = workgroup
        self._database = database
        self._results = results
        self._patience = patience

    @property
    def is_local(self) -> bool:
        """Whether a local AWS answers."""
        return is_local(self._client)

    def workgroup(self) -> WorkGroup:
        """
        Describe the workgroup.

        Raises:
            AwsError: it does not exist, it is disabled, AWS refused, or could not be reached.
        """
        with aws_errors():
            found = self._client.get_work_group(WorkGroup=self._workgroup)["WorkGroup"]
        if found.get("State") == "DISABLED":
            raise AwsError(f"{self._workgroup}: the workgroup is disabled; enable it, or name another with --workgroup")
        settings: dict[str, Any] = found.get("Configuration", {})
        location = settings.get("ResultConfiguration", {}).get("OutputLocation")
        is_managed = settings.get("ManagedQueryResultsConfiguration", {}).get("Enabled", False)
        return WorkGroup(
            name=self._workgroup,
            has_results=bool(location or is_managed),
            cutoff_bytes=settings.get("BytesScannedCutoffPerQuery"),
        )

    def run(
        self, text: str, *, estimate_bytes: int, max_scanned_bytes: int | None, gives_rows: bool = True
    ) -> QueryResult:
        """
        Run a query, and wait for its end. An interruption stops the query.

        Args:
            text: of the query.
            estimate_bytes: what it scans, at most.
            max_scanned_bytes: what it may scan; ``None`` for any number.
            gives_rows: whether to read its rows; ``UNLOAD`` has none.

        Raises:
            AwsError: the query failed, AWS refused, or could not be reached.
            NoVerdictError: it was cancelled, or took too long.
            RefusedError: the query is too long, or would scan more than allowed; it was not started.
        """
        _refuse(text, estimate_bytes=estimate_bytes, max_scanned_bytes=max_scanned_bytes)
        query = self._start(text)
        try:
            execution = self._finished(query, max_scanned_bytes=max_scanned_bytes)
        except BaseException:
            self._stop(query)
            raise
        _refuse_failure(query, execution["Status"])
        scanned = execution.get("Statistics", {}).get("DataScannedInBytes", 0)
        if not gives_rows:
            return QueryResult(columns=(), rows=iter(()), scanned_bytes=scanned)
        rows = self._rows(query)
        columns = tuple(str(name) for name in next(rows))
        return QueryResult(columns=columns, rows=rows, scanned_bytes=scanned)

    def _start(self, text: str) -> str:
        settings: dict[str, Any] = {"WorkGroup": self._workgroup}
        if not self.workgroup().has_results:
            settings["ResultConfiguration"] = {"OutputLocation": str(self._results)}
        with no_interruption(), aws_errors():
            answer = self._client.start_query_execution(
                QueryString=text, QueryExecutionContext={"Database": self._database}, **settings
            )
        return str(answer["QueryExecutionId"])

    def _finished(self, query: str, *, max_scanned_bytes: int | None) -> dict[str, Any]:
        """Wait for the end of a query, and return Athena's description of it."""
        wait = Waiting(self._patience, subject=f"Athena: query {query} has no result", label="Athena")
        while True:
            with aws_errors():
                execution: dict[str, Any] = self._client.get_query_execution(QueryExecutionId=query)["QueryExecution"]
            state = execution["Status"]["State"]
            if state not in _RUNNING:
                return execution
            scanned = execution.get("Statistics", {}).get("DataScannedInBytes", 0)
            if max_scanned_bytes is not None and scanned > max_scanned_bytes:
                raise NoVerdictError(
                    f"Athena: query {query} has scanned {scanned:,} bytes, more than --max-scanned "
                    f"{max_scanned_bytes:,}, and is stopped; raise --max-scanned"
                )
            wait.pause(f"query {state.lower()}")

    def _stop(self, query: str) -> None:
        """Stop a query; ignores one that has ended, and a refusal, which would hide the first error."""
        try:
            with no_interruption(), aws_errors():
                self._client.stop_query_execution(QueryExecutionId=query)
        except AwsError:
            return

    def _rows(self, query: str) -> Iterator[tuple[str | None, ...]]:
        """Give the names of the columns, then the rows."""
        is_first = True
        token: dict[str, str] = {}
        while is_first or token:
            with aws_errors():
                page = self._client.get_query_results(QueryExecutionId=query, MaxResults=_PAGE, **token)
            result = page["ResultSet"]
            rows = [tuple(cell.get("VarCharValue") for cell in row["Data"]) for row in result["Rows"]]
            if is_first:
                names = tuple(column["Name"] for column in result["ResultSetMetadata"]["ColumnInfo"])
                yield names
                # The first row of the first page repeats the names.
                rows = rows[1:] if rows[:1] == [names] else rows
            yield from rows
            is_first = False
            token = {"NextToken": page["NextToken"]} if page.get("NextToken") else {}


def _refuse(text: str, *, estimate_bytes: int, max_scanned_bytes: int | None) -> None:
    length = len(text.encode())
    if length > _LONGEST_QUERY:
        raise RefusedError(
            f"Athena: the query must have at most {_LONGEST_QUERY:,} bytes, got {length:,}; use --engine duckdb"
        )
    if max_scanned_bytes is not None and estimate_bytes > max_scanned_bytes:
        raise RefusedError(
            f"Athena: the query would scan up to {estimate_bytes:,} bytes, more than --max-scanned "
            f"{max_scanned_bytes:,}; raise --max-scanned, or use --engine duckdb"
        )


def _refuse_failure(query: str, status: Mapping[str, str]) -> None:
    reason = " ".join(status.get("StateChangeReason", "").split()).rstrip(".") or "Athena gives no reason"
    if status["State"] == "CANCELLED":
        raise NoVerdictError(f"Athena: query {query} was cancelled: {reason}", code="QueryCancelled")
    if status["State"] != "SUCCEEDED":
        raise AwsError(f"Athena: query {query} failed: {reason}", code="QueryFailed")
