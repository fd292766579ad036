"""What runs images, for tests: an ECS task, an ECS service and a Lambda function."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import boto3
from builders.accounts import REGISTRY
from builders.proxies import Fault
from builders.sandboxes import HOME
from builders.scans import answers

if TYPE_CHECKING:
    from builders.accounts import Account

__all__ = ["CLUSTER", "inspector_faults", "run_function", "run_service", "run_task"]

CLUSTER = f"arn:aws:eks:{HOME.region}:{HOME.account}:cluster/shop"

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


def inspector_faults(digest: str, *, repository: str, count: int = 3, status: str = "ENABLED") -> list[Fault]:
    """Have a proxy answer as Amazon Inspector does, of which no local AWS has the clusters."""
    state = {"status": status}
    arn = f"arn:aws:ecr:{HOME.region}:{HOME.account}:repository/{repository}/{digest}"
    account = {"accountId": HOME.account, "state": state, "resourceState": {"ecr": state, "ec2": state}}
    image = {
        "resourceId": arn,
        "resourceType": "AWS_ECR_CONTAINER_IMAGE",
        "accountId": HOME.account,
        "scanType": "PACKAGE",
        "resourceMetadata": {"ecrImage": {"inUseCount": count, "lastInUseAt": 1_790_000_000}},
    }
    idle = {**image, "resourceId": f"{arn[:-1]}0", "resourceMetadata": {"ecrImage": {"inUseCount": 0}}}
    eks = {"namespace": "shop", "workloadInfoList": [{"name": "web", "type": "Deployment"}]}
    details = {
        "lastInUse": 1_790_000_000,
        "runningUnitCount": count,
        "stoppedUnitCount": 1,
        "clusterMetadata": {"awsEksMetadataDetails": eks},
    }
    return [
        Fault("inspector2:BatchGetAccountStatus", answers({"accounts": [account], "failedAccounts": []})),
        Fault("inspector2:ListCoverage", answers({"coveredResources": [image, idle]})),
        Fault(
            "inspector2:GetClustersForImage",
            answers({"cluster": [{"clusterArn": CLUSTER, "clusterDetails": [details]}]}),
        ),
    ]


def _cluster(account: Account) -> str:
    return account.ecs.create_cluster(clusterName="shop")["cluster"]["clusterArn"]


def _definition(account: Account, images: tuple[str, ...]) -> str:
    containers = [{"name": f"c{number}", "image": _uri(image), "memory": 10} for number, image in enumerate(images)]
    # The stubs want their own type of dictionary.
    answer = account.ecs.register_task_definition(family="shop", containerDefinitions=containers)  # type: ignore[arg-type]
    return answer["taskDefinition"]["taskDefinitionArn"]


def _uri(image: str) -> str:
    return image if "/" in image else f"{REGISTRY}/{image}"
