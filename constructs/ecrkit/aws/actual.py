"""Read the deployed settings of repositories."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecrkit.aws.client import aws_errors
from ecrkit.aws.concurrency import in_order
from ecrkit.aws.repositories import lifecycle_policy
from ecrkit.aws.stacks import resource_tags
from ecrkit.deployment.actual import ActualRepository
from ecrkit.deployment.audit.statements import statements_in
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_ecr import ECRClient

    from ecrkit.aws.deployed_templates import TemplateReader
    from ecrkit.aws.observations import ImageObserver
    from ecrkit.aws.repositories import DeployedRepository
    from ecrkit.aws.stacks import StackFinder

__all__ = ["actual_repositories"]

_OF_AWS = "aws:"
"""What the keys of tags begin with that nobody else can set."""


def actual_repositories(
    client: ECRClient,
    repositories: Iterable[DeployedRepository],
    *,
    stacks: StackFinder,
    templates: TemplateReader | None = None,
    images: ImageObserver | None = None,
) -> Iterator[ActualRepository]:
    """
    Read all settings of repositories: several at a time, and only as far as the result is read.

    Args:
        client: of the Region that they are in.
        repositories: any number.
        stacks: finds the stack of each.
        templates: reads what the deployed templates declare; ``None`` to leave it out.
        images: reads their images; ``None`` to leave them out.

    Returns:
        Repositories in the order given.

    Raises:
        AwsError: AWS refused, or could not be reached; a repository that vanished meanwhile is such a case.
    """

    def read(repository: DeployedRepository) -> ActualRepository:
        tags = resource_tags(client, repository.arn)
        policy = _repository_policy_text(client, repository.name)
        lifecycle, evaluated_at = lifecycle_policy(client, repository.name)
        resource = stacks.resource_by(tags, repository.name)
        return ActualRepository(
            name=repository.name,
            properties=replace(
                repository.properties,
                statements=tuple(statements_in(policy) or ()) if policy else (),
                tags={key: value for key, value in tags.items() if not key.startswith(_OF_AWS)},
            ),
            repository_policy_text=policy,
            lifecycle_policy_text=lifecycle,
            stack=resource.stack if resource else None,
            template=templates.repository(repository.name, resource) if templates and resource else None,
            created_at=repository.created_at,
            stack_changed_at=resource.changed_at if resource else None,
            policy_evaluated_at=evaluated_at,
            images=images.observe(repository.name) if images else None,
        )

    return in_order(read, repositories)


def _repository_policy_text(client: ECRClient, name: str) -> str | None:
    try:
        with aws_errors():
            return client.get_repository_policy(repositoryName=name)["policyText"]
    except AwsError as error:
        if error.code == "RepositoryPolicyNotFoundException":
            return None
        raise
