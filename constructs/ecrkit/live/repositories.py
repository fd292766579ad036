"""Repositories as the service describes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.live.client import aws_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_ecr import ECRClient

__all__ = ["DeployedRepository", "deployed_repositories"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedRepository:
    """
    A repository that exists.

    Attributes:
        name: of the repository.
        uri: what images are pushed to and pulled from, without a tag.
        scan_on_push: whether each push starts a basic scan.
        encryption_type: ``AES256``, ``KMS`` or ``KMS_DSSE``.
        image_tag_mutability: in ECR's words.
        lifecycle_policy_text: ECR's JSON; ``None`` where there is no policy.
    """

    name: str
    uri: str
    scan_on_push: bool
    encryption_type: str
    image_tag_mutability: str
    lifecycle_policy_text: str | None

    @property
    def lifecycle_rule_count(self) -> int:
        """How many rules its lifecycle policy has; 0 without a policy."""
        return len(json.loads(self.lifecycle_policy_text)["rules"]) if self.lifecycle_policy_text else 0


def deployed_repositories(client: ECRClient) -> Iterator[DeployedRepository]:
    """
    Describe every repository of the account and Region, in the order of the service.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    with aws_errors():
        for page in client.get_paginator("describe_repositories").paginate():
            for repository in page["repositories"]:
                yield DeployedRepository(
                    name=repository["repositoryName"],
                    uri=repository["repositoryUri"],
                    scan_on_push=repository["imageScanningConfiguration"]["scanOnPush"],
                    encryption_type=repository["encryptionConfiguration"]["encryptionType"],
                    image_tag_mutability=repository["imageTagMutability"],
                    lifecycle_policy_text=_lifecycle_policy_text(client, repository["repositoryName"]),
                )


def _lifecycle_policy_text(client: ECRClient, name: str) -> str | None:
    try:
        return client.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"]
    except client.exceptions.LifecyclePolicyNotFoundException:
        return None
