"""One stack per environment, with every repository of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk

from ecrkit.catalog import Removal
from ecrkit.cdk import Repository
from ecrkit.names import construct_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from ecrkit.catalog import Environment, RepositoryEntry
    from ecrkit.store import PolicyStore

__all__ = ["RepositoriesStack"]

_REMOVAL_POLICIES = {
    Removal.RETAIN: cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    Removal.DESTROY: cdk.RemovalPolicy.DESTROY,
}


class RepositoriesStack(cdk.Stack):
    """
    The repositories of one environment.

    Args:
        scope: the app.
        environment: account and Region; its name is part of the stack's.
        repositories: what it holds.
        policies: where the lifecycle policies are that these name.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        repositories: Sequence[RepositoryEntry],
        policies: PolicyStore,
    ) -> None:
        super().__init__(
            scope,
            f"Repositories-{environment.name}",
            env=cdk.Environment(account=environment.account, region=environment.region),
            description=f"Container repositories of the environment {environment.name}",
        )
        for entry in repositories:
            repository = Repository(
                self,
                construct_id(entry.name),
                repository_name=entry.name,
                lifecycle=[policies[reference] for reference in entry.lifecycle],
                encryption=entry.encryption,
                mutable_tags=entry.mutable_tags,
                removal_policy=_REMOVAL_POLICIES[entry.removal],
                empty_on_delete=entry.empty_on_delete,
                output=entry.output,
            )
            for code, reason in entry.silence.items():
                cdk.Annotations.of(repository).acknowledge_warning(code, reason)
            for key, value in entry.tags.items():
                cdk.Tags.of(repository).add(key, value)
