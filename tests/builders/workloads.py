"""What runs images, for tests: an ECS task, an ECS service and a Lambda function."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3
from builders.accounts import REGISTRY
from builders.sandboxes import HOME

if TYPE_CHECKING:
    from builders.accounts import Account

__all__ = ["run_function", "run_service", "run_task"]

_ASSUME = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def run_task(account: Account, *images: str) -> str:
    """Run a task with a container for each of *images*; one without a host is of the account. Gives its ARN."""
    definition = _definition(account, images)
    task = account.ecs.run_task(cluster=_cluster(account), taskDefinition=definition, launchType="FARGATE")["tasks"][0]
    return task["taskArn"]


def run_service(account: Account, *images: str, name: str, tasks: int) -> str:
    """Run a service likewise; gives its ARN."""
    definition = _definition(account, images)
    answer = account.ecs.create_service(
        cluster=_cluster(account), serviceName=name, taskDefinition=definition, desiredCount=tasks
    )
    return answer["service"]["serviceArn"]


def run_function(account: Account, image: str, *, name: str) -> str:
    """Create a function likewise; gives its ARN."""
    session = boto3.Session(aws_access_key_id=HOME.account, aws_secret_access_key="sandbox", region_name=HOME.region)
    iam = session.client("iam", endpoint_url=account.url)
    role = iam.create_role(RoleName=f"role-of-{name}", AssumeRolePolicyDocument=json.dumps(_ASSUME))["Role"]
    answer = account.functions.create_function(
        FunctionName=name, PackageType="Image", Code={"ImageUri": _uri(image)}, Role=role["Arn"]
    )
    return answer["FunctionArn"]


def _cluster(account: Account) -> str:
    return account.ecs.create_cluster(clusterName="shop")["cluster"]["clusterArn"]


def _definition(account: Account, images: tuple[str, ...]) -> str:
    containers = [{"name": f"c{number}", "image": _uri(image), "memory": 10} for number, image in enumerate(images)]
    # The stubs want their own type of dictionary.
    answer = account.ecs.register_task_definition(family="shop", containerDefinitions=containers)  # type: ignore[arg-type]
    return answer["taskDefinition"]["taskDefinitionArn"]


def _uri(image: str) -> str:
    return image if "/" in image else f"{REGISTRY}/{image}"
