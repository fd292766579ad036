"""Which CloudFormation stack a repository is a resource of."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.aws.client import aws_errors
from ecrkit.errors import AwsError
from ecrkit.registry.settings.deployed import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_ecr import ECRClient

    from ecrkit.registry.settings.deployed import RegistrySetting

__all__ = ["StackFinder", "StackResource", "owning_stack", "resource_tags", "setting_owners"]

_STACK_NAME = "aws:cloudformation:stack-name"
_STACK_ID = "aws:cloudformation:stack-id"
_REPOSITORY = "AWS::ECR::Repository"
_NO_STACK = "ValidationError"
_DENIED = frozenset({"AccessDenied", "AccessDeniedException"})
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


def owning_stack(cloudformation: CloudFormationClient, name: str, *, kind: str = _REPOSITORY) -> str | None:
    """
    Find the stack of a resource by its physical ID, which also works for imported resources, whose tags lack the stack.

    Args:
        cloudformation: client of the Region.
        name: name of the repository, or physical ID of the resource.
        kind: type of the resource.

    Returns:
        Name of the stack; ``None`` if no stack owns it.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    try:
        with aws_errors():
            answer = cloudformation.describe_stack_resources(PhysicalResourceId=name)
    except AwsError as error:
        if error.code == _NO_STACK:
            return None
        raise
    # Resources of other types may have the same name.
    owners = (
        resource["StackName"]
        for resource in answer["StackResources"]
        if resource["ResourceType"] == kind
        and resource.get("PhysicalResourceId") == name
        and resource["ResourceStatus"] not in _LEFT
    )
    return next(owners, None)


def setting_owners(
    cloudformation: CloudFormationClient, settings: Iterable[RegistrySetting], *, account: str
) -> dict[tuple[str, str], str]:
    """
    Find the stacks that have registry-wide settings.

    Args:
        cloudformation: client of the Region.
        settings: deployed settings.
        account: account of the registry, the physical ID of settings of which a registry has one.

    Returns:
        Name of the stack by key and name of the setting. CloudFormation names one stack for a physical ID, so that it
        may leave out one of several that share the account. Empty without the permission to ask.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    kinds = {key: kind for kind, key in TYPES.items()}
    found: dict[tuple[str, str], str] = {}
    try:
        for setting in settings:
            kind = kinds.get(setting.key)
            stack = owning_stack(cloudformation, setting.name or account, kind=kind) if kind else None
            if stack:
                found[setting.identity] = stack
    except AwsError as error:
        # `cdk import` refuses a resource of another stack, too.
        if error.code not in _DENIED:
            raise
    return found


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
