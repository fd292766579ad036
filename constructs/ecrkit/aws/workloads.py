"""What ECS and Lambda run at this moment, as each of them names it."""

from __future__ import annotations

from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from ecrkit.aws.client import aws_errors
from ecrkit.aws.concurrency import in_order
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import ServiceTypeDef
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_lambda.type_defs import FunctionConfigurationTypeDef

__all__ = ["Use", "function_uses", "service_uses", "task_uses"]

_TASKS_PER_CALL = 100
_SERVICES_PER_CALL = 10
_REVISIONS_PER_CALL = 20
_GONE = frozenset({"ClusterNotFoundException", "ResourceNotFoundException"})
"""What was listed a moment ago and is deleted by now runs nothing."""
_MISSING = "MISSING"
"""The same, of one among many."""

T = TypeVar("T")


class Use(NamedTuple):
    """
    An image, and who uses it.

    Attributes:
        image: as the service names it, with a tag perhaps.
        digest: that it is; empty where the service does not tell.
        user: ARN of a task, a service or a version of a function.
    """

    image: str
    digest: str
    user: str


def task_uses(client: ECSClient) -> Iterator[Use]:
    """
    List the images of every running task of every cluster; a task that is about to start is one.

    Raises:
        AwsError: AWS refused, or could not be reached.

    Source: ECS API model 2014-11-13, Container: ``imageDigest`` is there once the image has been pulled.
    """
    batches = _batches(client, "list_tasks", "taskArns", _TASKS_PER_CALL)
    return chain.from_iterable(in_order(partial(_uses_of_tasks, client), batches))


def service_uses(client: ECSClient) -> Iterator[Use]:
    """
    List the images that every service of every cluster would start tasks with, those that it has no tasks of too.

    Raises:
        AwsError: AWS refused, or could not be reached.

    Source: ECS developer guide, "Container image resolution": tags are resolved once for each revision of a service.
    """
    batches = _batches(client, "list_services", "serviceArns", _SERVICES_PER_CALL)
    services = list(chain.from_iterable(in_order(partial(_services, client), batches)))
    revisions = dict.fromkeys(
        revision["arn"] for service in services for revision in service.get("currentServiceRevisions", ())
    )
    yield from chain.from_iterable(
        in_order(partial(_uses_of_revisions, client), _in_batches(revisions, _REVISIONS_PER_CALL))
    )
    users: dict[str, list[str]] = {}
    for service in services:
        for definition in _definitions_of(service):
            users.setdefault(definition, []).append(service["serviceArn"])
    for definition, images in zip(users, in_order(partial(_images_of_definition, client), users), strict=True):
        yield from (Use(image, "", user) for image in images for user in users[definition])


def function_uses(client: LambdaClient) -> Iterator[Use]:
    """
    List the images of every version of every function, which is what aliases stand for.

    Raises:
        AwsError: AWS refused, or could not be reached.

    Source: Lambda API model 2015-03-31, FunctionCodeLocation.
    """
    return chain.from_iterable(in_order(partial(_uses_of_function, client), _functions_with_image(client)))


def _batches(client: ECSClient, operation: str, key: str, size: int) -> Iterator[tuple[str, list[str]]]:
    """Give the ARNs of each cluster, so many at a time, each time with the cluster."""
    for cluster in _clusters(client):
        for arns in _in_batches(_listed(client, operation, key, cluster), size):
            yield cluster, arns


def _clusters(client: ECSClient) -> Iterator[str]:
    with aws_errors():
        for page in client.get_paginator("list_clusters").paginate():
            yield from page["clusterArns"]


def _listed(client: ECSClient, operation: str, key: str, cluster: str) -> Iterator[str]:
    try:
        with aws_errors():
            # The stubs have a type for each name, and none for a name that is a variable.
            for page in client.get_paginator(operation).paginate(cluster=cluster):  # type: ignore[call-overload]
                yield from page[key]
    except AwsError as error:
        if error.code not in _GONE:
            raise


def _uses_of_tasks(client: ECSClient, batch: tuple[str, list[str]]) -> list[Use]:
    cluster, arns = batch
    try:
        with aws_errors():
            answer = client.describe_tasks(cluster=cluster, tasks=arns)
    except AwsError as error:
        if error.code in _GONE:
            return []
        raise
    _refuse_failures("DescribeTasks", answer)
    return [
        Use(container["image"], container.get("imageDigest", ""), task["taskArn"])
        for task in answer["tasks"]
        for container in task.get("containers", ())
        if "image" in container
    ]


def _services(client: ECSClient, batch: tuple[str, list[str]]) -> Sequence[ServiceTypeDef]:
    cluster, arns = batch
    try:
        with aws_errors():
            answer = client.describe_services(cluster=cluster, services=arns)
    except AwsError as error:
        if error.code in _GONE:
            return []
        raise
    _refuse_failures("DescribeServices", answer)
    return answer["services"]


def _uses_of_revisions(client: ECSClient, arns: list[str]) -> list[Use]:
    with aws_errors():
        answer = client.describe_service_revisions(serviceRevisionArns=arns)
    _refuse_failures("DescribeServiceRevisions", answer)
    return [
        Use(container["image"], container["imageDigest"], revision["serviceArn"])
        for revision in answer["serviceRevisions"]
        for container in revision.get("containerImages", ())
        if container.get("image") and container.get("imageDigest")
    ]


def _refuse_failures(operation: str, answer: Mapping[str, Any]) -> None:
    """
    Take what was not described for what has ended meanwhile only where ECS says so.

    Source: ECS developer guide, "API failure reasons" (read 2026-11).
    """
    for failure in answer.get("failures", ()):
        if failure.get("reason") != _MISSING:
            what, why = failure.get("arn", "something"), failure.get("reason", "no reason given")
            raise AwsError(f"{operation}: {what} is not described: {failure.get('detail') or why}", code=why)


def _definitions_of(service: ServiceTypeDef) -> list[str]:
    """Name the task definitions of a service: several while one deployment takes the place of another."""
    parts = [service, *service.get("deployments", ()), *service.get("taskSets", ())]
    return list(dict.fromkeys(part["taskDefinition"] for part in parts if part.get("taskDefinition")))


def _images_of_definition(client: ECSClient, arn: str) -> list[str]:
    with aws_errors():
        definition = client.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    return [container["image"] for container in definition["containerDefinitions"] if "image" in container]


def _functions_with_image(client: LambdaClient) -> Iterator[FunctionConfigurationTypeDef]:
    with aws_errors():
        for page in client.get_paginator("list_functions").paginate(FunctionVersion="ALL"):
            yield from (function for function in page["Functions"] if function.get("PackageType") == "Image")


def _uses_of_function(client: LambdaClient, function: FunctionConfigurationTypeDef) -> list[Use]:
    name, version = function["FunctionName"], function["Version"]
    try:
        with aws_errors():
            answer = client.get_function(FunctionName=name, Qualifier=version)
    except AwsError as error:
        if error.code in _GONE:
            return []
        raise
    code = answer.get("Code", {})
    # AWS leaves the version out of the ARN of $LATEST.
    arn = function["FunctionArn"].removesuffix(f":{version}")
    digest = code.get("ResolvedImageUri", "").partition("@")[2]
    return [Use(code["ImageUri"], digest, f"{arn}:{version}")] if code.get("ImageUri") else []


def _in_batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
