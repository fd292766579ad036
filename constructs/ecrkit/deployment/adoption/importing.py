"""How CloudFormation takes over what exists: resource mappings for ``cdk import``, and the steps to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog.template import stack_name
from ecrkit.images.names import RepositoryName
from ecrkit.registry.cloudformation import logical_id, shard_of
from ecrkit.registry.outputs import construct_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecrkit.catalog import Environment

__all__ = ["import_steps", "resource_mappings"]


def resource_mappings(environment: Environment, names: Iterable[str]) -> dict[str, dict[str, dict[str, str]]]:
    """
    Map logical IDs to deployed repositories, by stack name.

    Args:
        environment: environment whose stacks import the repositories.
        names: names of the repositories.

    Returns:
        For each stack, the input of ``cdk import --resource-mapping``:
        ``{"<logical ID>": {"RepositoryName": "<name>"}}``.
    """
    mappings: dict[str, dict[str, dict[str, str]]] = {}
    for name in sorted(names):
        stack = stack_name(environment.name, shard_of(name, environment.shards), shards=environment.shards)
        resource = logical_id(construct_id(RepositoryName(name)), "Resource")
        mappings.setdefault(stack, {})[resource] = {"RepositoryName": name}
    return mappings


def import_steps(environment: Environment, mappings: Mapping[str, str]) -> list[str]:
    """
    List the commands to run next, one a line.

    Args:
        environment: environment whose stacks import the repositories.
        mappings: path of the resource mapping, by the name of the stack.
    """
    steps = ["# Review and commit the written files. A plain `cdk deploy` fails: the repositories exist. Run either"]
    for stack, path in sorted(mappings.items()):
        steps.append(f"npx cdk import {stack} --resource-mapping {path}")
        steps.append(f"npx cdk deploy {stack}")
    steps.append("# or, to create missing resources too:")
    steps += [f"npx cdk deploy {stack} --import-existing-resources" for stack in sorted(mappings)]
    steps.append("# and then:")
    steps.append(f"ecrkit audit --environment {environment.name}")
    return steps
