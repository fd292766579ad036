"""What no local AWS answers about running images: digests, pages, services between two deployments, what just ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from ecrkit.aws.workloads import Use, function_uses, service_uses, task_uses
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_lambda import LambdaClient

SESSION = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1")
HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
DIGEST = f"sha256:{'a' * 64}"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"


@pytest.fixture
def ecs() -> ECSClient:
    """A client that reaches nobody."""
    return SESSION.client("ecs")


@pytest.fixture
def functions() -> LambdaClient:
    """Another one."""
    return SESSION.client("lambda")


@pytest.fixture
def stub(ecs: ECSClient) -> Iterator[Stubber]:
    """Answers of ECS; none is left in the end."""
    with Stubber(ecs) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def function_stub(functions: LambdaClient) -> Iterator[Stubber]:
    """Answers of Lambda likewise."""
    with Stubber(functions) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_tasks_of_all_pages(ecs: ECSClient, stub: Stubber) -> None:
    """Clusters and tasks are paginated, tasks described a hundred at a time, each container by its own digest."""
    stub.add_response("list_clusters", {"clusterArns": ["one"], "nextToken": "1"})
    stub.add_response("list_tasks", {"taskArns": [f"t{number}" for number in range(60)], "nextToken": "1"})
    stub.add_response(
        "list_tasks", {"taskArns": [f"t{number}" for number in range(60, 120)]}, {"cluster": "one", "nextToken": "1"}
    )
    containers: list[dict[str, Any]] = [
        {"image": f"{HOST}/web:v1", "imageDigest": DIGEST},
        {"image": f"{HOST}/sidecar:v1"},
        {"name": "without an image"},
    ]
    stub.add_response("list_clusters", {"clusterArns": ["two"]}, {"nextToken": "1"})
    stub.add_response("list_tasks", {"taskArns": []}, {"cluster": "two"})
    numbers: list[int] = []

    # Several are asked at the same time, in any order; the stubber knows one order only.
    def describe_tasks(*, cluster: str, tasks: list[str]) -> dict[str, Any]:
        assert cluster == "one"
        numbers.append(len(tasks))
        return {"tasks": [{"taskArn": task, "containers": containers} for task in tasks]}

    ecs.describe_tasks = describe_tasks  # type: ignore[method-assign, assignment]

    found = list(task_uses(ecs))

    assert found[:2] == [Use(f"{HOST}/web:v1", DIGEST, "t0"), Use(f"{HOST}/sidecar:v1", "", "t0")]
    assert [use.user for use in found[::2]] == [f"t{number}" for number in range(120)]
    assert sorted(numbers) == [20, 100]


def test_revision_tells_the_digest_that_a_service_keeps_to(ecs: ECSClient, stub: Stubber) -> None:
    """A service without tasks would start what its revision has resolved the tag to, wherever the tag is now."""
    service = {
        "serviceArn": "service",
        "taskDefinition": "shop:2",
        "deployments": [{"taskDefinition": "shop:2"}, {"taskDefinition": "shop:1"}],
        "currentServiceRevisions": [{"arn": "revision"}],
    }
    stub.add_response("list_clusters", {"clusterArns": ["one"]})
    stub.add_response("list_services", {"serviceArns": ["service"]})
    stub.add_response("describe_services", {"services": [service]})
    images = [{"containerName": "c", "image": f"{HOST}/web:v2", "imageDigest": DIGEST}, {"containerName": "d"}]
    stub.add_response(
        "describe_service_revisions",
        {"serviceRevisions": [{"serviceArn": "service", "containerImages": images}]},
        {"serviceRevisionArns": ["revision"]},
    )
    definitions = {"shop:1": f"{HOST}/web:v1", "shop:2": f"{HOST}/web:v2"}
    ecs.describe_task_definition = lambda taskDefinition: {  # type: ignore[method-assign, assignment, misc] # noqa: N803 - boto3's name
        "taskDefinition": {"containerDefinitions": [{"image": definitions[taskDefinition]}, {"name": "none"}]}
    }

    assert list(service_uses(ecs)) == [
        Use(f"{HOST}/web:v2", DIGEST, "service"),
        Use(f"{HOST}/web:v2", "", "service"),
        Use(f"{HOST}/web:v1", "", "service"),
    ]


@pytest.mark.parametrize("operation", ["list", "describe"])
@pytest.mark.parametrize("kind", ["task", "service"])
def test_cluster_that_vanishes_runs_nothing(ecs: ECSClient, stub: Stubber, kind: str, operation: str) -> None:
    """A cluster that is deleted half-way has no tasks and no services any more."""
    stub.add_response("list_clusters", {"clusterArns": ["one"]})
    if operation == "describe":
        stub.add_response(f"list_{kind}s", {f"{kind}Arns": ["x"]})
    stub.add_client_error(f"{operation}_{kind}s", "ClusterNotFoundException")

    assert list(task_uses(ecs) if kind == "task" else service_uses(ecs)) == []


@pytest.mark.parametrize("operation", ["list", "describe"])
@pytest.mark.parametrize("kind", ["task", "service"])
def test_refusal_is_no_empty_cluster(ecs: ECSClient, stub: Stubber, kind: str, operation: str) -> None:
    """Who may not look does not learn that nothing runs."""
    stub.add_response("list_clusters", {"clusterArns": ["one"]})
    if operation == "describe":
        stub.add_response(f"list_{kind}s", {f"{kind}Arns": ["x"]})
    stub.add_client_error(f"{operation}_{kind}s", "AccessDeniedException", "no")

    with pytest.raises(AwsError, match="access denied: no"):
        list(task_uses(ecs) if kind == "task" else service_uses(ecs))


@pytest.mark.parametrize("reason", ["MISSING", "ACCESS_DENIED"])
@pytest.mark.parametrize("what", ["task", "service", "revision"])
def test_one_that_is_not_described_may_still_run(ecs: ECSClient, stub: Stubber, what: str, reason: str) -> None:
    """One of many that ECS does not describe runs nothing where it is gone, and is an error for any other reason."""
    failures = [{"arn": "x", "reason": reason}]
    stub.add_response("list_clusters", {"clusterArns": ["one"]})
    if what == "task":
        stub.add_response("list_tasks", {"taskArns": ["x"]})
        stub.add_response("describe_tasks", {"tasks": [], "failures": failures})
    else:
        stub.add_response("list_services", {"serviceArns": ["x"]})
        service = {"serviceArn": "y", "currentServiceRevisions": [{"arn": "x"}]}
        described = {"services": [], "failures": failures} if what == "service" else {"services": [service]}
        stub.add_response("describe_services", described)
    if what == "revision":
        stub.add_response("describe_service_revisions", {"serviceRevisions": [], "failures": failures})
    uses = task_uses(ecs) if what == "task" else service_uses(ecs)

    if reason == "MISSING":
        assert list(uses) == []
    else:
        with pytest.raises(AwsError, match=r": x is not described: ACCESS_DENIED$"):
            list(uses)


def configuration(version: str, *, package_type: str = "Image", arn: str = FUNCTION) -> dict[str, Any]:
    return {"FunctionName": "f", "FunctionArn": arn, "Version": version, "PackageType": package_type}


def test_every_version_of_a_function_is_in_use(functions: LambdaClient, function_stub: Stubber) -> None:
    """Published versions count as the newest does, by digest; functions of code alone have no image."""
    page = [configuration("$LATEST"), configuration("$LATEST", package_type="Zip")]
    function_stub.add_response("list_functions", {"Functions": page, "NextMarker": "1"}, {"FunctionVersion": "ALL"})
    function_stub.add_response("list_functions", {"Functions": [configuration("1", arn=f"{FUNCTION}:1")]})
    code = {"ImageUri": f"{HOST}/web:v1", "ResolvedImageUri": f"{HOST}/web@{DIGEST}"}
    asked: list[str] = []

    def get_function(**arguments: str) -> dict[str, Any]:
        asked.append(arguments["Qualifier"])
        return {"Code": code if arguments["Qualifier"] == "1" else {}}

    functions.get_function = get_function  # type: ignore[method-assign, assignment]

    assert list(function_uses(functions)) == [Use(f"{HOST}/web:v1", DIGEST, f"{FUNCTION}:1")]
    assert sorted(asked) == ["$LATEST", "1"]


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "AccessDeniedException"])
def test_function_that_vanishes_runs_nothing(functions: LambdaClient, function_stub: Stubber, code: str) -> None:
    """A function that is deleted half-way is left out; one that may not be looked at is an error."""
    function_stub.add_response("list_functions", {"Functions": [configuration("1")]})
    function_stub.add_client_error("get_function", code, "no")

    if code == "ResourceNotFoundException":
        assert list(function_uses(functions)) == []
    else:
        with pytest.raises(AwsError, match="GetFunction: access denied: no"):
            list(function_uses(functions))
