"""Queries of Athena, as no local AWS answers them: limits, failures, Ctrl-C and pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.stub import Stubber

from ecrkit.aws.fleet.athena import Athena
from ecrkit.aws.fleet.objects import Place
from ecrkit.aws.polling import Patience
from ecrkit.errors import AwsError, EcrkitError, NoVerdictError, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ecrkit.aws.client import Aws

QUERY = "1f2e3d4c"
RESULTS = Place(bucket="fleet", prefix="results/")


class Session:
    """A session with one client."""

    def __init__(self, client: object) -> None:
        self._client = client

    def client(self, _service: str) -> object:
        return self._client


@pytest.fixture
def stub() -> Iterator[Stubber]:
    """The answers of Athena; none is left in the end."""
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1")
    client = session.client("athena")
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def athena(stub: Stubber, *, sleep: Callable[[float], None] = lambda _: None) -> Athena:
    patience = Patience(seconds=60, clock=lambda: 0.0, sleep=sleep, report=lambda *_: None)
    aws = cast("Aws", Session(stub.client))
    return Athena(aws, workgroup="primary", database="fleet", results=RESULTS, patience=patience)


def answer_start(stub: Stubber, configuration: dict[str, Any] | None = None, **settings: object) -> None:
    group = {"Name": "primary", "State": "ENABLED", "Configuration": configuration or {}}
    stub.add_response("get_work_group", {"WorkGroup": group}, {"WorkGroup": "primary"})
    asked = {"QueryString": "SELECT 1", "QueryExecutionContext": {"Database": "fleet"}, "WorkGroup": "primary"}
    stub.add_response("start_query_execution", {"QueryExecutionId": QUERY}, asked | settings)


def answer_status(stub: Stubber, state: str, *, reason: str = "", scanned: int = 0) -> None:
    status = {"State": state} | ({"StateChangeReason": reason} if reason else {})
    execution = {"Status": status, "Statistics": {"DataScannedInBytes": scanned}}
    stub.add_response("get_query_execution", {"QueryExecution": execution}, {"QueryExecutionId": QUERY})


def answer_stop(stub: Stubber) -> None:
    stub.add_response("stop_query_execution", {}, {"QueryExecutionId": QUERY})


def page(*rows: tuple[str | None, ...], token: str = "") -> dict[str, Any]:
    data = [{"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in rows]
    columns = [{"Name": name, "Type": "varchar"} for name in ("repository", "images")]
    result = {"ResultSet": {"Rows": data, "ResultSetMetadata": {"ColumnInfo": columns}}}
    return result | ({"NextToken": token} if token else {})


def test_results_are_paged(stub: Stubber) -> None:
    """All pages are read, without the names of the columns, NULL is None, and the scanned bytes are reported."""
    answer_start(stub, ResultConfiguration={"OutputLocation": "s3://fleet/results/"})
    answer_status(stub, "QUEUED")
    answer_status(stub, "SUCCEEDED", scanned=10_000_000)
    asked = {"QueryExecutionId": QUERY, "MaxResults": 1000}
    stub.add_response("get_query_results", page(("repository", "images"), ("web", "7"), token="2"), asked)
    stub.add_response("get_query_results", page(("api", None)), {**asked, "NextToken": "2"})

    result = athena(stub).run("SELECT 1", estimate_bytes=0, max_scanned_bytes=None)

    assert (result.columns, result.scanned_bytes) == (("repository", "images"), 10_000_000)
    assert list(result.rows) == [("web", "7"), ("api", None)]


def test_query_without_rows(stub: Stubber) -> None:
    """No results are read of a query that has none."""
    answer_start(stub, ResultConfiguration={"OutputLocation": "s3://fleet/results/"})
    answer_status(stub, "SUCCEEDED", scanned=10_000_000)

    result = athena(stub).run("SELECT 1", estimate_bytes=0, max_scanned_bytes=None, gives_rows=False)

    assert (result.columns, list(result.rows), result.scanned_bytes) == ((), [], 10_000_000)


@pytest.mark.parametrize(
    "configuration",
    [
        pytest.param({"ResultConfiguration": {"OutputLocation": "s3://results/"}}, id="location"),
        pytest.param({"ManagedQueryResultsConfiguration": {"Enabled": True}}, id="managed"),
    ],
)
def test_workgroup_keeps_its_results(stub: Stubber, configuration: dict[str, Any]) -> None:
    """A workgroup that keeps results is given no location."""
    answer_start(stub, configuration)
    answer_status(stub, "SUCCEEDED")
    stub.add_response("get_query_results", page())

    assert list(athena(stub).run("SELECT 1", estimate_bytes=0, max_scanned_bytes=None).rows) == []


@pytest.mark.parametrize(
    ("state", "reason", "kind", "message"),
    [
        pytest.param(
            "FAILED", "SYNTAX_ERROR: line 1:8.", AwsError, f"query {QUERY} failed: SYNTAX_ERROR: line 1:8", id="failed"
        ),
        pytest.param(
            "CANCELLED",
            "Bytes scanned limit was exceeded",
            NoVerdictError,
            f"query {QUERY} was cancelled: Bytes scanned limit was exceeded",
            id="limit of the workgroup",
        ),
        pytest.param("FAILED", "", AwsError, f"query {QUERY} failed: Athena gives no reason", id="no reason"),
    ],
)
def test_failure_has_the_reason(stub: Stubber, state: str, reason: str, kind: type[EcrkitError], message: str) -> None:
    """A query that fails, or that Athena cancels, is an error with Athena's reason."""
    answer_start(stub, ResultConfiguration={"OutputLocation": "s3://fleet/results/"})
    answer_status(stub, state, reason=reason)

    with pytest.raises(kind) as ended:
        athena(stub).run("SELECT 1", estimate_bytes=0, max_scanned_bytes=None)

    assert str(ended.value) == f"Athena: {message}"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_interruption_stops_the_query(stub: Stubber, error: type[BaseException]) -> None:
    """Athena stops a query that nobody waits for any more."""

    def interrupt(_: float) -> None:
        raise error

    answer_start(stub, ResultConfiguration={"OutputLocation": "s3://fleet/results/"})
    answer_status(stub, "RUNNING")
    answer_stop(stub)

    with pytest.raises(error):
        athena(stub, sleep=interrupt).run("SELECT 1", estimate_bytes=0, max_scanned_bytes=None)


def test_query_that_scans_too_much_is_stopped(stub: Stubber) -> None:
    """A query is stopped when it has scanned more than allowed, whatever the estimate was."""
    answer_start(stub, ResultConfiguration={"OutputLocation": "s3://fleet/results/"})
    answer_status(stub, "RUNNING", scanned=1_001)
    answer_stop(stub)

    with pytest.raises(NoVerdictError) as stopped:
        athena(stub).run("SELECT 1", estimate_bytes=1_000, max_scanned_bytes=1_000)

    assert str(stopped.value) == (
        f"Athena: query {QUERY} has scanned 1,001 bytes, more than --max-scanned 1,000, and is stopped; "
        "raise --max-scanned"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "SELECT 1",
            "Athena: the query would scan up to 1,001 bytes, more than --max-scanned 1,000; raise --max-scanned, or "
            "use --engine duckdb",
            id="estimate",
        ),
        pytest.param(
            f"SELECT '{'x' * 262_144}'",
            "Athena: the query must have at most 262,144 bytes, got 262,153; use --engine duckdb",
            id="length",
        ),
    ],
)
def test_refused_query_is_not_started(stub: Stubber, text: str, message: str) -> None:
    """A query that is too long, or would scan too much, is refused before Athena sees it."""
    with pytest.raises(RefusedError) as refused:
        athena(stub).run(text, estimate_bytes=1_001, max_scanned_bytes=1_000)

    assert str(refused.value) == message


def test_disabled_workgroup(stub: Stubber) -> None:
    """A disabled workgroup is an error before the query starts."""
    group = {"Name": "primary", "State": "DISABLED"}
    stub.add_response("get_work_group", {"WorkGroup": group}, {"WorkGroup": "primary"})

    with pytest.raises(AwsError) as refused:
        athena(stub).run("SELECT 1", estimate_bytes=0, max_scanned_bytes=None)

    assert str(refused.value) == ("primary: the workgroup is disabled; enable it, or name another with --workgroup")
