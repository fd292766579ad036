"""Repositories as the service describes them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ecrkit.aws.answers import json_object
from ecrkit.aws.client import aws_errors
from ecrkit.aws.concurrency import in_order
from ecrkit.aws.images import Contents, contents_of
from ecrkit.aws.local import lacks_filters
from ecrkit.aws.login import endpoint_host, registry_at
from ecrkit.aws.stacks import StackFinder, owning_stack, resource_tags
from ecrkit.documents.nearest import near
from ecrkit.errors import AwsError, InvalidPolicyError, RefusedError
from ecrkit.images.hosts import HostKind, RegistryHost
from ecrkit.lifecycle import parse_policy
from ecrkit.lifecycle.checks.patterns import TagPattern
from ecrkit.registry.properties import Mutability, RepositoryProperties

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import RepositoryTypeDef

    from ecrkit.images.references import ImageReference

__all__ = [
    "NOT_FOUND",
    "DeployedRepository",
    "RepositoryDetails",
    "counts_pulls",
    "delete_repository",
    "deployed_repositories",
    "lifecycle_policy",
    "lifecycle_policy_text",
    "put_lifecycle_policy",
    "repository_details",
    "repository_of",
    "text_counts_pulls",
    "with_owning_stacks",
]

NOT_FOUND = "RepositoryNotFoundException"
"""The code of ECR for a repository that does not exist."""

_LOOK = "run `ecrkit repos list` to list the repositories"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedRepository:
    """
    A repository that exists.

    Attributes:
        name: of the repository.
        uri: what images are pushed to and pulled from, without a tag.
        arn: of the repository.
        account: that it belongs to, twelve digits.
        created_at: timezone-aware.
        properties: without statements and tags, which take calls of their own.
        lacks_filters: whether a local AWS has dropped the exclusion filters, so that *properties* lacks exceptions.
    """

    name: str
    uri: str
    arn: str
    account: str
    created_at: datetime
    properties: RepositoryProperties
    lacks_filters: bool = False

    @property
    def host(self) -> str:
        """Host of its registry, as ECR names it."""
        return self.uri.partition("/")[0]

    def is_immutable(self, tag: str) -> bool:
        """
        Whether *tag*, once it is there, stays where it is.

        Source: ECR user guide, "Preventing image tags from being overwritten" (read 2026-11).
        """
        if self.lacks_filters and not self.properties.exceptions:
            # ecrkit does not know which tags are exceptions, so the registry decides.
            return False
        excluded = any(TagPattern.of_pattern(text).matches(tag) for text in self.properties.exceptions)
        return (self.properties.mutability == Mutability.IMMUTABLE) != excluded


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryDetails:
    """
    What takes calls of its own for each repository.

    Attributes:
        repository: as it was described.
        lifecycle_policy_text: ECR's JSON; ``None`` where there is no policy.
        contents: its images, counted.
        stack: name of the stack that it is a resource of; ``None`` where there is none.
        policy_evaluated_at: when ECR last evaluated the policy; the epoch if never, ``None`` if unknown.
        stack_changed_at: when the stack last changed it; ``None`` if unknown.
    """

    repository: DeployedRepository
    lifecycle_policy_text: str | None
    contents: Contents
    stack: str | None
    policy_evaluated_at: datetime | None
    stack_changed_at: datetime | None

    @property
    def lifecycle_rule_count(self) -> int:
        """How many rules its lifecycle policy has; 0 without a policy."""
        return len(json_object(self.lifecycle_policy_text)["rules"]) if self.lifecycle_policy_text else 0


def deployed_repositories(client: ECRClient) -> list[DeployedRepository]:
    """
    Describe every repository of the account and Region, by name.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    with aws_errors():
        pages = client.get_paginator("describe_repositories").paginate(PaginationConfig={"PageSize": 1000})
        found = [_repository(client, description) for page in pages for description in page["repositories"]]
    return sorted(found, key=lambda repository: repository.name)


def repository_of(client: ECRClient, reference: ImageReference, *, remedy: str = _LOOK) -> DeployedRepository:
    """
    Describe the repository that a reference means.

    Args:
        client: of the Region.
        reference: its tag or digest does not matter.
        remedy: what to do where there is none, and none has a name like it.

    Raises:
        RefusedError: its host is another registry than the one that the credentials lead to.
        AwsError: there is none of that name, AWS refused, or could not be reached.
    """
    _refuse_foreign(reference, client)
    name = reference.repository
    try:
        with aws_errors():
            found = client.describe_repositories(repositoryNames=[name])["repositories"]
    except AwsError as error:
        if error.code != NOT_FOUND:
            raise
        found = []
    if not found:
        where = client.meta.region_name
        if reference.host and reference.host.region not in {"", where}:
            remedy = f"{reference.host} is in {reference.host.region}; pass --region {reference.host.region}"
        elif reference.host:
            remedy = f"the credentials may be for another account than {reference.host}; change --profile or --region"
        else:
            remedy = _advice(client, name, remedy)
        raise AwsError(f"{name}: no such repository in {where}; {remedy}", code=NOT_FOUND)
    repository = _repository(client, found[0])
    if reference.host and not _is_at(reference.host, repository.host, client):
        raise RefusedError(
            f"{reference.host}: not the registry of the credentials, {repository.host}; change --profile or --region, "
            "or omit the host"
        )
    return repository


def _is_at(asked: RegistryHost, host: str, client: ECRClient) -> bool:
    """Whether a host that a person wrote leads to the registry at *host*, by any of its names."""
    names = map(RegistryHost.find, (host, registry_at(client, host).host))
    return any(asked.is_same_registry(name) for name in names if name)


def _refuse_foreign(reference: ImageReference, client: ECRClient) -> None:
    """Refuse the host of somebody else's registry, before its repository is looked for in this one."""
    host = reference.host
    if host and host.kind is HostKind.PUBLIC and host.text != endpoint_host(client):
        raise RefusedError(
            f"{host}: a public registry, but ecrkit's commands work with private repositories only; use a container "
            "tool or 'aws ecr-public'"
        )
    if host and host.kind is HostKind.OTHER and host.text != endpoint_host(client):
        raise RefusedError(
            f"{host}: not a private registry of ECR; if a repository's own name begins with it, write "
            f"'ACCOUNT.dkr.ecr.REGION.amazonaws.com/{host}/{reference.repository}'"
        )


def repository_details(
    ecr: ECRClient, cloudformation: CloudFormationClient, repositories: Iterable[DeployedRepository]
) -> Iterator[RepositoryDetails]:
    """
    Look into repositories: several at a time, and only as far as the result is read.

    Args:
        ecr: client of the Region that they are in.
        cloudformation: client of the same Region.
        repositories: any number.

    Returns:
        Details in the order given.

    Raises:
        AwsError: AWS refused, or could not be reached; a repository that vanished meanwhile is such a case.
    """
    stacks = StackFinder(cloudformation)

    def details(repository: DeployedRepository) -> RepositoryDetails:
        text, evaluated_at = lifecycle_policy(ecr, repository.name)
        contents = contents_of(ecr, repository.name)
        resource = stacks.resource_by(resource_tags(ecr, repository.arn), repository.name)
        return RepositoryDetails(
            repository=repository,
            lifecycle_policy_text=text,
            contents=contents,
            stack=resource.stack if resource else None,
            policy_evaluated_at=evaluated_at,
            stack_changed_at=resource.changed_at if resource else None,
        )

    return in_order(details, repositories)


def with_owning_stacks(
    cloudformation: CloudFormationClient, details: Iterable[RepositoryDetails]
) -> Iterator[RepositoryDetails]:
    """
    Ask CloudFormation for the stacks of repositories whose tags name none, as after an import.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """

    def completed(one: RepositoryDetails) -> RepositoryDetails:
        return one if one.stack else replace(one, stack=owning_stack(cloudformation, one.repository.name))

    return in_order(completed, details)


def lifecycle_policy_text(client: ECRClient, name: str) -> str | None:
    """
    Read the lifecycle policy of a repository, ``None`` where there is none.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    return lifecycle_policy(client, name)[0]


def lifecycle_policy(client: ECRClient, name: str) -> tuple[str | None, datetime | None]:
    """
    Read the lifecycle policy of a repository, and when ECR last evaluated it.

    Returns:
        ``None`` without a policy, and ``None`` if ECR does not say when; the epoch if it never did.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    try:
        with aws_errors():
            answer = client.get_lifecycle_policy(repositoryName=name)
            return answer["lifecyclePolicyText"], answer.get("lastEvaluatedAt")
    except AwsError as error:
        if error.code == "LifecyclePolicyNotFoundException":
            return None, None
        raise


def put_lifecycle_policy(client: ECRClient, name: str, text: str) -> None:
    """
    Replace the lifecycle policy of a repository.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    with aws_errors():
        client.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=text)


def counts_pulls(client: ECRClient, name: str) -> bool:
    """
    Whether the lifecycle policy of a repository counts pulls, so that reading manifests would alter what it does.

    Returns:
        True as well for a policy that ecrkit cannot read: then nothing should be read.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    return text_counts_pulls(lifecycle_policy_text(client, name), name)


def text_counts_pulls(text: str | None, name: str) -> bool:
    """
    Whether a lifecycle policy counts pulls; true as well for one that ecrkit cannot read.

    Args:
        text: of the policy; ``None`` for none.
        name: of its repository.
    """
    try:
        return text is not None and parse_policy(text, file=name).counts_pulls
    except InvalidPolicyError:
        return True


def delete_repository(client: ECRClient, name: str, *, force: bool) -> None:
    """
    Delete a repository.

    Args:
        client: of the Region that it is in.
        name: of the repository.
        force: delete its images with it; else AWS refuses when it has any.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    with aws_errors():
        client.delete_repository(repositoryName=name, force=force)


def _repository(client: ECRClient, description: RepositoryTypeDef) -> DeployedRepository:
    encryption = description["encryptionConfiguration"]
    return DeployedRepository(
        name=description["repositoryName"],
        uri=description["repositoryUri"],
        arn=description["repositoryArn"],
        account=description["registryId"],
        created_at=description["createdAt"],
        properties=RepositoryProperties(
            encryption=encryption["encryptionType"].upper(),
            encryption_key=encryption.get("kmsKey"),
            scan_on_push=description["imageScanningConfiguration"]["scanOnPush"],
            mutability=RepositoryProperties.mutability_in(description["imageTagMutability"]),
            exceptions=tuple(entry["filter"] for entry in description.get("imageTagMutabilityExclusionFilters", ())),
        ),
        lacks_filters=lacks_filters(client, description),
    )


def _advice(client: ECRClient, name: str, remedy: str) -> str:
    """Suggest a repository of a name like *name*; a role that may not list repositories gets *remedy*."""
    try:
        nearest = near(name, [repository.name for repository in deployed_repositories(client)])
    except AwsError:
        return remedy
    if not nearest:
        return remedy
    meant = f"did you mean {nearest[0]}?"
    return meant if remedy == _LOOK else f"{meant} otherwise, {remedy}"
