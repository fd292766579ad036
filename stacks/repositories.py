"""The repositories of an environment, over one stack or several."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import cloudformation_include as cfn_include

from ecrkit.catalog.template import repository_outputs, repository_resources, stack_name
from ecrkit.registry.cloudformation import SHARDS, shard_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from ecrkit.catalog import Environment, RepositoryEntry
    from ecrkit.policies.store import PolicyStore

__all__ = ["RepositoriesStack", "repositories_stacks"]


def repositories_stacks(
    scope: Construct, *, environment: Environment, policies: PolicyStore
) -> list[RepositoriesStack]:
    """
    Build the stacks of an environment: one, or as many as it has shards with repositories in them.

    Args:
        scope: the app.
        environment: what exists where.
        policies: where the lifecycle policies are that its repositories name.
    """
    shards: dict[int, list[RepositoryEntry]] = {}
    for entry in environment.repositories:
        shards.setdefault(shard_of(entry.name, environment.shards), []).append(entry)
    return [
        RepositoriesStack(
            scope,
            stack_name(environment.name, shard, shards=environment.shards),
            environment=environment,
            repositories=shards[shard],
            policies=policies,
        )
        for shard in sorted(shards)
    ]


class RepositoriesStack(cdk.Stack):
    """
    Repositories of one environment.

    They are written as one template and included, since a construct each costs several round trips to Node: the same
    resources as :class:`ecrkit.cdk.Repository` gives, which a test holds.

    Args:
        scope: the app.
        construct_id: the name of the stack.
        environment: account and Region.
        repositories: what it holds.
        policies: where the lifecycle policies are that these name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        repositories: Sequence[RepositoryEntry],
        policies: PolicyStore,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=cdk.Environment(account=environment.account, region=environment.region),
            description=f"Container repositories of the environment {environment.name}",
        )
        template: dict[str, dict[str, object]] = {"Resources": {}, "Outputs": {}}
        if environment.shards > 1:
            # A changed number is seen by it, also where it happens to move no repository.
            template["Metadata"] = {SHARDS: environment.shards}
        for entry in repositories:
            policy = policies.compose(entry.lifecycle)
            place = {"account": environment.account, "region": environment.region, "stack": construct_id}
            template["Resources"].update(repository_resources(entry, policy, **place))
            template["Outputs"].update(repository_outputs(entry))
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, "template.json")
            path.write_text(json.dumps(template), encoding="utf-8")
            cfn_include.CfnInclude(self, "Repositories", template_file=str(path))
