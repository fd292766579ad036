"""A catalog as CloudFormation: the templates of its stacks, and the resources and outputs of a repository."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.registry.access import policy_statements
from ecrkit.registry.access_policy import acknowledgement
from ecrkit.registry.cloudformation import (
    SHARDS,
    Deletion,
    arn_output_key,
    export_name,
    logical_id,
    parameter_name,
    partition_of,
    repository_policy_properties,
    resource_properties,
    shard_of,
)
from ecrkit.registry.events import event_resources
from ecrkit.registry.outputs import construct_id
from ecrkit.registry.properties import Removal
from ecrkit.registry.public.resources import PUBLIC_REPOSITORY, public_resource_properties
from ecrkit.registry.public.values import public_uri
from ecrkit.registry.settings.resources import registry_resources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecrkit.catalog.values import Catalog, Environment, PublicRepositoryEntry, RepositoryEntry
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.store import PolicyStore
    from ecrkit.registry.settings import RegistrySettings

__all__ = [
    "StackKind",
    "Template",
    "environment_events",
    "events_stack_name",
    "public_outputs",
    "public_resources",
    "public_stack_name",
    "registry_stack_name",
    "repository_outputs",
    "repository_resources",
    "repository_statements",
    "shards_of",
    "stack_description",
    "stack_name",
    "templates",
]

_DELETION = {Removal.RETAIN: Deletion.KEEP, Removal.DESTROY: Deletion.DELETE}


class StackKind(StrEnum):
    """The kind of a stack: repositories, public repositories, registry-wide settings or events."""

    REPOSITORIES = "repositories"
    PUBLIC = "public"
    """Repositories of ECR Public."""

    REGISTRY = "registry"
    """Registry-wide settings."""

    EVENTS = "events"
    """Events of images, sent to topics, queues and event buses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """
    The CloudFormation template of a stack.

    Attributes:
        environment: name of the environment to deploy it to.
        kind: contents of the stack.
        stack: name of the stack.
        body: the template, as JSON values.
    """

    environment: str
    kind: StackKind
    stack: str
    body: Mapping[str, object]

    @property
    def text(self) -> str:
        """The template as JSON, indented by one space; catalog checks measure its size in this form."""
        return json.dumps(self.body, indent=1, ensure_ascii=False)


def templates(catalog: Catalog, policies: PolicyStore) -> dict[str, Template]:
    """
    Render the templates of a catalog, without CDK.

    Their resources and outputs are those that the CDK app deploys: logical IDs are the same.

    Args:
        catalog: a valid one.
        policies: the store with the lifecycle policies that the catalog names.

    Returns:
        Templates by the names of their stacks. Environments are in the order of the catalog; in each, the stacks with
        repositories come first, then the one with public repositories, then the one with registry-wide settings, then
        the one with events.

    Raises:
        InvalidPolicyError: ECR would reject a policy, or the combined policy.
        PolicyReferenceError: *policies* lacks one of them.
        UnreadableInputError: a policy cannot be read.
    """
    return {
        template.stack: template
        for environment in catalog.environments
        for template in _environment_templates(environment, policies)
    }


def stack_name(environment: str, shard: int, *, shards: int) -> str:
    """Name the stack of a shard: ``Repositories-prod``, or ``Repositories-prod-3`` where there are several."""
    return f"Repositories-{environment}" if shards == 1 else f"Repositories-{environment}-{shard}"


def public_stack_name(environment: str) -> str:
    """Name the stack with the public repositories of an environment: ``PublicRepositories-prod``."""
    return f"PublicRepositories-{environment}"


def registry_stack_name(environment: str) -> str:
    """Name the stack with the registry-wide settings of an environment: ``Registry-prod``."""
    return f"Registry-{environment}"


def events_stack_name(environment: str) -> str:
    """Name the stack with the events of an environment: ``Events-prod``."""
    return f"Events-{environment}"


def environment_events(environment: Environment) -> dict[str, dict[str, object]]:
    """Write the resources of the events of an environment, by logical ID."""
    place = {"region": environment.region, "account": environment.account}
    return event_resources(environment.events, environment=environment.name, **place)


def stack_description(environment: str, kind: StackKind) -> str:
    """Describe a stack, for those who see it in CloudFormation."""
    what = {
        StackKind.REPOSITORIES: "Container repositories",
        StackKind.PUBLIC: "Public container repositories",
        StackKind.REGISTRY: "Container registry settings",
        StackKind.EVENTS: "Events of container images",
    }
    return f"{what[kind]} of the environment {environment}"


def shards_of(environment: Environment) -> dict[int, tuple[RepositoryEntry, ...]]:
    """Group the repositories of an environment by the shards that have any, in ascending order."""
    shards: dict[int, list[RepositoryEntry]] = {}
    for entry in environment.repositories:
        shards.setdefault(shard_of(entry.name, environment.shards), []).append(entry)
    return {shard: tuple(shards[shard]) for shard in sorted(shards)}


def repository_statements(entry: RepositoryEntry, *, account: str, region: str) -> list[Mapping[str, object]]:
    """
    Write the statements of a repository's policy.

    Args:
        entry: the repository.
        account: 12 digits.
        region: as in ``us-east-1``.

    Returns:
        Those that its grantees make, then those that are given as they are; empty for no policy.
    """
    properties = entry.properties
    made = policy_statements(properties.access, partition=partition_of(region), region=region, account=account)
    return [*made, *properties.statements]


def repository_resources(
    entry: RepositoryEntry, policy: LifecyclePolicy | None, *, account: str, region: str, stack: str | None = None
) -> dict[str, dict[str, object]]:
    """
    Write the resources of a repository, by logical id.

    Args:
        entry: the repository.
        policy: what its lifecycle policies come to; ``None`` for none.
        account: 12 digits.
        region: as in ``us-east-1``.
        stack: its name, to write to each resource the path that CDK writes; ``None`` writes no path.
    """
    scope = construct_id(entry.name)
    statements = repository_statements(entry, account=account, region=region)
    resources: dict[str, dict[str, object]] = {
        logical_id(scope, "Resource"): {
            "Type": "AWS::ECR::Repository",
            "Properties": {
                **resource_properties(entry.properties, lifecycle=policy),
                "RepositoryName": str(entry.name),
                **repository_policy_properties(statements),
                **_tags(entry.properties.tags),
            },
            **_DELETION[entry.properties.removal].attributes,
            **_metadata(_path(stack, scope, "Resource") | acknowledgement(entry.properties.open_to_everyone)),
        }
    }
    if entry.parameters:
        for what, attribute in (("Uri", "RepositoryUri"), ("Arn", "Arn")):
            resources[logical_id(scope, f"{what}Parameter")] = {
                "Type": "AWS::SSM::Parameter",
                "Properties": {
                    "Name": parameter_name(entry.name, what),
                    "Type": "String",
                    "Value": {"Fn::GetAtt": [logical_id(scope, "Resource"), attribute]},
                },
                **_metadata(_path(stack, scope, f"{what}Parameter")),
            }
    return resources


def repository_outputs(entry: RepositoryEntry) -> dict[str, dict[str, object]]:
    """Write the outputs of a repository, by key."""
    resource = logical_id(construct_id(entry.name), "Resource")
    uri: dict[str, object] = {"Value": {"Fn::GetAtt": [resource, "RepositoryUri"]}}
    if not entry.exports:
        return {entry.output: uri}
    arn_key = arn_output_key(entry.output)
    arn = {"Value": {"Fn::GetAtt": [resource, "Arn"]}, "Export": {"Name": export_name(arn_key)}}
    return {entry.output: {**uri, "Export": {"Name": export_name(entry.output)}}, arn_key: arn}


def public_resources(entry: PublicRepositoryEntry, *, stack: str | None = None) -> dict[str, dict[str, object]]:
    """
    Write the resource of a public repository, by logical id.

    Args:
        entry: the repository.
        stack: as for :func:`repository_resources`.
    """
    scope = construct_id(entry.name)
    properties = entry.properties
    return {
        logical_id(scope, "Resource"): {
            "Type": PUBLIC_REPOSITORY,
            "Properties": {
                "RepositoryName": str(entry.name),
                **public_resource_properties(properties),
                **_tags(properties.tags),
            },
            **_DELETION[properties.removal].attributes,
            **_metadata(_path(stack, scope, "Resource") | acknowledgement(properties.open_to_everyone)),
        }
    }


def public_outputs(entry: PublicRepositoryEntry, *, alias: str) -> dict[str, dict[str, object]]:
    """
    Write the outputs of a public repository, by key.

    Args:
        entry: the repository.
        alias: of the public registry, which CloudFormation does not know; without it there is no URI.
    """
    resource = logical_id(construct_id(entry.name), "Resource")
    arn: dict[str, object] = {"Value": {"Fn::GetAtt": [resource, "Arn"]}}
    if not alias:
        return {arn_output_key(entry.output): arn}
    # A reference to the resource, whose value is its name.
    uri = {"Fn::Join": ["", [public_uri(alias, ""), {"Ref": resource}]]}
    return {entry.output: {"Value": uri}, arn_output_key(entry.output): arn}


def _environment_templates(environment: Environment, policies: PolicyStore) -> Iterator[Template]:
    for shard, entries in shards_of(environment).items():
        yield Template(
            environment=environment.name,
            kind=StackKind.REPOSITORIES,
            stack=stack_name(environment.name, shard, shards=environment.shards),
            body=_repositories_body(environment, entries, policies),
        )
    if environment.public_repositories:
        yield Template(
            environment=environment.name,
            kind=StackKind.PUBLIC,
            stack=public_stack_name(environment.name),
            body=_public_body(environment),
        )
    if environment.registry and environment.registry.is_deployed:
        yield Template(
            environment=environment.name,
            kind=StackKind.REGISTRY,
            stack=registry_stack_name(environment.name),
            body=_registry_body(environment, environment.registry, policies),
        )
    if environment.events:
        yield Template(
            environment=environment.name,
            kind=StackKind.EVENTS,
            stack=events_stack_name(environment.name),
            body={**_head(environment, StackKind.EVENTS), "Resources": environment_events(environment)},
        )


def _repositories_body(
    environment: Environment, entries: Sequence[RepositoryEntry], policies: PolicyStore
) -> dict[str, object]:
    resources: dict[str, object] = {}
    outputs: dict[str, object] = {}
    for entry in entries:
        policy = policies.compose(entry.lifecycle)
        resources.update(repository_resources(entry, policy, account=environment.account, region=environment.region))
        outputs.update(repository_outputs(entry))
    return {
        **_head(environment, StackKind.REPOSITORIES),
        # It shows a changed number of shards, even if no repository moves.
        **({"Metadata": {SHARDS: environment.shards}} if environment.shards > 1 else {}),
        "Resources": resources,
        "Outputs": outputs,
    }


def _public_body(environment: Environment) -> dict[str, object]:
    resources: dict[str, object] = {}
    outputs: dict[str, object] = {}
    for entry in environment.public_repositories:
        resources.update(public_resources(entry))
        outputs.update(public_outputs(entry, alias=environment.public_alias))
    return {**_head(environment, StackKind.PUBLIC), "Resources": resources, "Outputs": outputs}


def _registry_body(environment: Environment, settings: RegistrySettings, policies: PolicyStore) -> dict[str, object]:
    creation_templates = {
        prefix: template.resolved(policies) for prefix, template in settings.creation_templates.items()
    }
    resources = registry_resources(
        replace(settings, creation_templates=creation_templates),
        partition=partition_of(environment.region),
        region=environment.region,
        account=environment.account,
    )
    return {
        **_head(environment, StackKind.REGISTRY),
        "Resources": {
            logical_id("Registry", resource.id): {
                "Type": resource.type,
                "Properties": resource.properties,
                **resource.deletion.attributes,
                **_metadata(acknowledgement(resource.open_to_everyone)),
            }
            for resource in resources
        },
    }


def _head(environment: Environment, kind: StackKind) -> dict[str, object]:
    return {"AWSTemplateFormatVersion": "2010-09-09", "Description": stack_description(environment.name, kind)}


def _path(stack: str | None, *ids: str) -> dict[str, object]:
    return {} if stack is None else {"aws:cdk:path": "/".join([stack, *ids])}


def _metadata(metadata: dict[str, object]) -> dict[str, object]:
    return {"Metadata": metadata} if metadata else {}


def _tags(tags: Mapping[str, str]) -> dict[str, object]:
    return {"Tags": [{"Key": key, "Value": tags[key]} for key in sorted(tags)]} if tags else {}
