"""Which CloudFormation stack a repository is a resource of."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ecrkit.aws.client import aws_errors
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_ecr import ECRClient

__all__ = ["StackFinder", "resource_tags"]

_STACK_NAME = "aws:cloudformation:stack-name"
_STACK_ID = "aws:cloudformation:stack-id"
_LEFT = frozenset({"DELETE_COMPLETE", "DELETE_SKIPPED"})
"""A stack that is gone still lists what it had; what it retained was skipped."""


def resource_tags(client: ECRClient, arn: str) -> dict[str, str]:
    """
    Read the tags of a repository, those of AWS too.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    with aws_errors():
        answer = client.list_tags_for_resource(resourceArn=arn)
    return {tag["Key"]: tag["Value"] for tag in answer["tags"]}


class StackFinder:
    """
    Finds stacks; threads may share it.

    CloudFormation tags what it creates, and the tags stay when a repository outlives its stack, so that each stack is
    asked once what it still has.

    Args:
        ecr: client of the Region.
        cloudformation: client of the same Region.
    """

    def __init__(self, ecr: ECRClient, cloudformation: CloudFormationClient) -> None:
        self._ecr = ecr
        self._cloudformation = cloudformation
        self._lock = threading.Lock()
        self._repositories: dict[str, frozenset[str]] = {}

    def stack_of(self, repository: str, *, arn: str) -> str | None:
        """
        Name the stack of a repository; ``None`` where there is none, or none any more.

        Args:
            repository: its name.
            arn: its ARN.

        Raises:
            AwsError: AWS refused, or could not be reached.
        """
        return self.stack_by(resource_tags(self._ecr, arn), repository)

    def stack_by(self, tags: Mapping[str, str], repository: str) -> str | None:
        """
        Name the stack of a repository whose tags are known already; ``None`` as above.

        Args:
            tags: those of AWS too.
            repository: its name.

        Raises:
            AwsError: AWS refused, or could not be reached.
        """
        if _STACK_NAME not in tags or _STACK_ID not in tags:
            return None
        return tags[_STACK_NAME] if repository in self._held_by(tags[_STACK_ID]) else None

    def _held_by(self, stack_id: str) -> frozenset[str]:
        # One thread asks, the others wait for its answer instead of asking the same.
        with self._lock:
            if stack_id not in self._repositories:
                self._repositories[stack_id] = self._ask(stack_id)
            return self._repositories[stack_id]

    def _ask(self, stack_id: str) -> frozenset[str]:
        try:
            with aws_errors():
                pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_id)
                return frozenset(
                    resource["PhysicalResourceId"]
                    for page in pages
                    for resource in page["StackResourceSummaries"]
                    if resource["ResourceType"] == "AWS::ECR::Repository"
                    and resource["ResourceStatus"] not in _LEFT
                    and "PhysicalResourceId" in resource
                )
        except AwsError as error:
            # CloudFormation forgets a deleted stack after ninety days.
            if error.code == "ValidationError":
                return frozenset()
            raise
