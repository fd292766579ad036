"""Which CloudFormation stack a repository is a resource of."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.aws.client import aws_errors
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_ecr import ECRClient

__all__ = ["StackFinder", "StackResource", "owning_stack", "resource_tags"]

_STACK_NAME = "aws:cloudformation:stack-name"
_STACK_ID = "aws:cloudformation:stack-id"
_REPOSITORY = "AWS::ECR::Repository"
_NO_STACK = "ValidationError"
_LEFT = frozenset({"DELETE_COMPLETE", "DELETE_SKIPPED"})
"""A stack that is gone still lists what it had; what it retained was skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackResource:
    """
    A repository as a resource of a stack.

    Attributes:
        stack: name of the stack.
        stack_id: ID of the stack, an ARN.
        logical_id: logical ID of the repository in the template of the stack.
        changed_at: when the stack last changed the repository; ``None`` if CloudFormation does not say.
    """

    stack: str
    stack_id: str
    logical_id: str
    changed_at: datetime | None


def resource_tags(client: ECRClient, arn: str) -> dict[str, str]:
    """
    Read the tags of a repository, those of AWS too.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    with aws_errors():
        answer = client.list_tags_for_resource(resourceArn=arn)
    return {tag["Key"]: tag["Value"] for tag in answer["tags"]}


def owning_stack(cloudformation: CloudFormationClient, repository: str) -> str | None:
    """
    Find the stack of a repository by its name, also where tags do not tell it, as after an import.

    Args:
        cloudformation: client of the Region.
        repository: its name.

    Returns:
        Name of the stack; ``None`` if no stack owns it.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    try:
        with aws_errors():
            answer = cloudformation.describe_stack_resources(PhysicalResourceId=repository)
    except AwsError as error:
        if error.code == _NO_STACK:
            return None
        raise
    # Resources of other types may have the same name.
    owners = (
        resource["StackName"]
        for resource in answer["StackResources"]
        if resource["ResourceType"] == _REPOSITORY
        and resource.get("PhysicalResourceId") == repository
        and resource["ResourceStatus"] not in _LEFT
    )
    return next(owners, None)


class StackFinder:
    """
    Finds stacks; threads may share it.

    CloudFormation tags what it creates, and the tags stay when a repository outlives its stack, so that each stack is
    asked once what it still has.

    Args:
        cloudformation: client of the Region.
    """

    def __init__(self, cloudformation: CloudFormationClient) -> None:
        self._cloudformation = cloudformation
        self._lock = threading.Lock()
        self._repositories: dict[str, dict[str, StackResource]] = {}

    def resource_by(self, tags: Mapping[str, str], repository: str) -> StackResource | None:
        """
        Find a repository in its stack; ``None`` if no stack has it, or none has it any more.

        Args:
            tags: those of AWS, too.
            repository: its name.

        Raises:
            AwsError: AWS refused, or could not be reached.
        """
        if _STACK_NAME not in tags or _STACK_ID not in tags:
            return None
        return self._held_by(tags[_STACK_NAME], tags[_STACK_ID]).get(repository)

    def _held_by(self, name: str, stack_id: str) -> dict[str, StackResource]:
        # One thread asks, the others wait for its answer instead of asking the same.
        with self._lock:
            if stack_id not in self._repositories:
                self._repositories[stack_id] = self._ask(name, stack_id)
            return self._repositories[stack_id]

    def _ask(self, name: str, stack_id: str) -> dict[str, StackResource]:
        try:
            with aws_errors():
                pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_id)
                return {
                    resource["PhysicalResourceId"]: StackResource(
                        stack=name,
                        stack_id=stack_id,
                        logical_id=resource["LogicalResourceId"],
                        changed_at=resource.get("LastUpdatedTimestamp"),
                    )
                    for page in pages
                    for resource in page["StackResourceSummaries"]
                    if resource["ResourceType"] == _REPOSITORY
                    and resource["ResourceStatus"] not in _LEFT
                    and "PhysicalResourceId" in resource
                }
        except AwsError as error:
            # CloudFormation forgets a deleted stack after ninety days.
            if error.code == _NO_STACK:
                return {}
            raise
