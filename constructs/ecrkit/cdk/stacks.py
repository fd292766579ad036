"""The stacks of an environment: its repositories, private and public, its registry-wide settings and events."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Never

import aws_cdk as cdk
from aws_cdk import cloudformation_include as cfn_include

from ecrkit.catalog.template import (
    StackKind,
    environment_events,
    repository_outputs,
    repository_resources,
    stack_description,
    stack_name,
)
from ecrkit.cdk.arguments import refuse_unknown
from ecrkit.documents.files import write_text
from ecrkit.documents.nearest import near
from ecrkit.errors import UnknownRepositoryError
from ecrkit.registry.cloudformation import SHARDS, shard_of
from ecrkit.registry.outputs import construct_id as construct_id_of
from ecrkit.registry.properties import Removal
from ecrkit.registry.public import PUBLIC_WARNINGS
from ecrkit.registry.rulebook import ACCESS_WARNINGS
from ecrkit.registry.settings import SCANNING_WARNINGS, TEMPLATE_WARNINGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aws_cdk import aws_ecr as ecr
    from constructs import Construct

    from ecrkit.catalog import Environment, RepositoryEntry
    from ecrkit.policies.store import PolicyStore
    from ecrkit.registry.settings import RegistrySettings

__all__ = ["EnvironmentStack", "EventsStack", "PublicRepositoriesStack", "RegistryStack", "RepositoriesStack"]

_REMOVAL = {
    Removal.RETAIN: cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    Removal.DESTROY: cdk.RemovalPolicy.DESTROY,
}


class EnvironmentStack(cdk.Stack):
    """
    A stack of an environment of a catalog, created by :func:`ecrkit.cdk.catalog_stacks`.

    Args:
        scope: The app, or a stage of it.
        construct_id: The name of the stack. A stage does not change it.
        environment: Account, Region and repositories.
        kind: What the stack contains.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, environment: Environment, kind: StackKind, **unsupported: Never
    ) -> None:
        refuse_unknown(scope, construct_id, unsupported, of=EnvironmentStack.__init__)
        super().__init__(
            scope,
            construct_id,
            # A stage would put its own name in front of it, and so deploy everything a second time.
            stack_name=construct_id,
            env=cdk.Environment(account=environment.account, region=environment.region),
            description=stack_description(environment.name, kind),
        )
        self._scope, self._environment = scope, environment

    def repository(self, name: str) -> ecr.IRepository:
        """
        Make a repository of this environment available to other stacks.

        It is in one of the stacks of the environment, which need not be this one. A stack that uses its name, ARN or
        URI depends on the stack that creates it, unless they are in different stages. Their values are literals in the
        template of the using stack; no output and no export is added.

        Grants are written to the policy of the grantee. A grant that must be in the repository's own policy makes the
        synth fail, unless the catalog declares it for the repository.

        Args:
            name: Name of the repository.

        Raises:
            UnknownRepositoryError: The catalog does not declare it in this environment.
        """
        environment = self._environment
        entry = next((entry for entry in environment.repositories if entry.name == name), None)
        if entry is None:
            suggestions = ", ".join(near(name, (entry.name for entry in environment.repositories)))
            remedy = f"did you mean {suggestions}?" if suggestions else "declare it in the catalog"
            if any(public.name == name for public in environment.public_repositories):
                remedy = "it is a public repository, which everyone can pull by its URI"
            raise UnknownRepositoryError(
                f"{self.stack_name}: no repository {name!r} in the environment '{environment.name}'; {remedy}"
            )
        owner = self._scope.node.find_child(
            stack_name(environment.name, shard_of(name, environment.shards), shards=environment.shards)
        )
        from ecrkit.cdk.declared import declared_repository  # noqa: PLC0415 - most apps use no repository

        return declared_repository(cdk.Stack.of(owner), entry, environment=environment)


class RepositoriesStack(EnvironmentStack):
    """
    Repositories of one environment.

    They are rendered as one included template, because one construct each costs several round trips to Node. The
    resources are the same as those of :class:`ecrkit.cdk.Repository`.

    Args:
        scope: The app, or a stage of it.
        construct_id: The name of the stack.
        environment: Account, Region and all repositories of the environment.
        repositories: The repositories in this stack.
        policies: The store with the lifecycle policies that they name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        repositories: Sequence[RepositoryEntry],
        policies: PolicyStore,
        **unsupported: Never,
    ) -> None:
        refuse_unknown(scope, construct_id, unsupported, of=RepositoriesStack.__init__)
        super().__init__(scope, construct_id, environment=environment, kind=StackKind.REPOSITORIES)
        template: dict[str, dict[str, object]] = {"Resources": {}, "Outputs": {}}
        if environment.shards > 1:
            # A changed number is seen by it, also where it happens to move no repository.
            template["Metadata"] = {SHARDS: environment.shards}
        for entry in repositories:
            policy = policies.compose(entry.lifecycle)
            place = {"account": environment.account, "region": environment.region, "stack": construct_id}
            template["Resources"].update(repository_resources(entry, policy, **place))
            template["Outputs"].update(repository_outputs(entry))
        _include(self, "Repositories", template)


class PublicRepositoriesStack(EnvironmentStack):
    """
    Public repositories of one environment, in us-east-1.

    Args:
        scope: The app, or a stage of it.
        construct_id: The name of the stack.
        environment: Account, Region and public repositories.
    """

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment, **unsupported: Never) -> None:
        refuse_unknown(scope, construct_id, unsupported, of=PublicRepositoriesStack.__init__)
        super().__init__(scope, construct_id, environment=environment, kind=StackKind.PUBLIC)
        from ecrkit.cdk.public_repository import PublicRepository  # noqa: PLC0415 - few catalogs have one

        for entry in environment.public_repositories:
            properties = entry.properties
            repository = PublicRepository(
                self,
                construct_id_of(entry.name),
                repository_name=entry.name,
                description=properties.description,
                about=properties.about,
                usage=properties.usage,
                architectures=properties.architectures,
                operating_systems=properties.operating_systems,
                push=properties.push,
                statements=properties.statements,
                open_to_everyone=properties.open_to_everyone,
                removal_policy=_REMOVAL[properties.removal],
                registry_alias=environment.public_alias or None,
                output=entry.output,
            )
            # The catalog reports its warnings where they are written.
            for code in (*PUBLIC_WARNINGS, *ACCESS_WARNINGS):
                cdk.Annotations.of(repository).acknowledge_warning(code, "told by the catalog")
            for key, value in properties.tags.items():
                cdk.Tags.of(repository.resource).add(key, value)


class RegistryStack(EnvironmentStack):
    """
    Registry-wide settings of one environment; in a separate stack, because they outlive its repositories.

    Args:
        scope: The app, or a stage of it.
        construct_id: The name of the stack.
        environment: Account, Region and repositories.
        registry: The settings.
        policies: The store with the lifecycle policies that its creation templates name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        registry: RegistrySettings,
        policies: PolicyStore,
        **unsupported: Never,
    ) -> None:
        refuse_unknown(scope, construct_id, unsupported, of=RegistryStack.__init__)
        super().__init__(scope, construct_id, environment=environment, kind=StackKind.REGISTRY)
        from ecrkit.cdk.registry import Registry  # noqa: PLC0415 - few catalogs have one

        # The catalog warns of what its templates leave out, where somebody wrote it.
        for code in (*SCANNING_WARNINGS, *TEMPLATE_WARNINGS):
            cdk.Annotations.of(self).acknowledge_warning(code, "told by the catalog")
        Registry(
            self,
            "Registry",
            scanning=registry.scanning,
            replication=registry.replication,
            policy=registry.policy,
            pull_through_cache=registry.pull_through_cache,
            creation_templates={
                prefix: template.resolved(policies) for prefix, template in registry.creation_templates.items()
            },
            signing=registry.signing,
            pull_time_exclusions=registry.pull_time_exclusions,
        )


class EventsStack(EnvironmentStack):
    """
    Rules of EventBridge that send the events of one environment, and the roles that the rules use.

    Args:
        scope: The app, or a stage of it.
        construct_id: The name of the stack.
        environment: Account, Region and events.
    """

    def __init__(self, scope: Construct, construct_id: str, *, environment: Environment, **unsupported: Never) -> None:
        refuse_unknown(scope, construct_id, unsupported, of=EventsStack.__init__)
        super().__init__(scope, construct_id, environment=environment, kind=StackKind.EVENTS)
        _include(self, "Events", {"Resources": environment_events(environment)})


def _include(stack: EnvironmentStack, construct_id: str, template: Mapping[str, object]) -> None:
    """Add the resources of a template to a stack."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "template.json")
        # CDK reads it as YAML, which takes twice as long with spaces.
        write_text(path, json.dumps(template, separators=(",", ":")))
        cfn_include.CfnInclude(stack, construct_id, template_file=str(path))
