"""How CloudFormation takes over what exists: resource mappings for ``cdk import``, and the steps to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog.template import registry_stack_name, stack_name
from ecrkit.images.names import RepositoryName
from ecrkit.registry.cloudformation import logical_id, shard_of
from ecrkit.registry.outputs import construct_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecrkit.catalog import Environment
    from ecrkit.deployment.adoption.values import AdoptedSetting

__all__ = ["import_steps", "of_another_stack", "resource_mappings", "setting_mappings"]


def of_another_stack(stack: str) -> str:
    """Explain why a resource of another stack cannot be adopted, and what to do."""
    return (
        f"belongs to the stack {stack}, so no other stack can import it; deploy it there with DeletionPolicy "
        "Retain, remove it there and deploy again, then adopt it"
    )


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


def setting_mappings(settings: Iterable[AdoptedSetting]) -> dict[str, dict[str, dict[str, str]]]:
    """Map logical IDs to adopted registry-wide settings, by stack name; account settings are in no stack."""
    mappings: dict[str, dict[str, dict[str, str]]] = {}
    for setting in settings:
        if setting.stack:
            mappings.setdefault(setting.stack, {})[setting.logical_id] = dict(setting.identifier)
    return mappings


def import_steps(
    environment: Environment,
    mappings: Mapping[str, str],
    *,
    account_settings: Iterable[str] = (),
    replicates_deletions: bool = False,
) -> list[str]:
    """
    List the commands to run next, one a line.

    Args:
        environment: environment whose stacks import the repositories.
        mappings: path of the resource mapping, by the name of the stack.
        account_settings: names of the adopted account settings.
        replicates_deletions: whether the adopted replication includes deletions, which no catalog declares.
    """
    names = list(account_settings)
    notes = (
        [f"# No stack imports {', '.join(names)}: CloudFormation has no type for account settings."] if names else []
    )
    if replicates_deletions:
        notes.append(
            "# Deletions are replicated, which the catalog cannot declare: a deploy that changes 'replication' turns "
            "that off."
        )
    registry = registry_stack_name(environment.name)
    what, choice = ("repositories", " Run either") if mappings.keys() - {registry} else ("settings", " Run")
    steps = [f"# Review and commit the written files. A plain `cdk deploy` fails: the {what} exist.{choice}"]
    if not mappings:
        return ["# Review and commit the written files.", *notes, f"ecrkit audit --environment {environment.name}"]
    for stack, path in sorted(mappings.items()):
        steps.append(f"npx cdk import {stack} --resource-mapping {path}")
        steps.append(f"npx cdk deploy {stack}")
    # CloudFormation can find a resource on its own only if the template gives it a name.
    named = sorted(mappings.keys() - {registry})
    if named:
        steps.append("# or, to create missing resources too:")
        steps += [f"npx cdk deploy {stack} --import-existing-resources" for stack in named]
    steps += notes
    steps.append("# and then:")
    steps.append(f"ecrkit audit --environment {environment.name}")
    return steps
