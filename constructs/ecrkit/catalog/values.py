"""A catalog as values: defaults applied, names checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.errors import Reason
    from ecrkit.images.names import PublicRepositoryName, RepositoryName
    from ecrkit.policies.references import PolicyRef
    from ecrkit.registry.events import Event
    from ecrkit.registry.outputs import OutputKey
    from ecrkit.registry.properties import RepositoryProperties
    from ecrkit.registry.public import PublicProperties
    from ecrkit.registry.settings import RegistrySettings

__all__ = ["Catalog", "Environment", "PublicRepositoryEntry", "RepositoryEntry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """
    An account and Region, and the repositories in it.

    Attributes:
        name: letters, digits and dashes; part of the names of its stacks.
        account: 12 digits.
        region: as in ``us-east-1``.
        shards: number of stacks to spread its repositories over.
        profile: AWS profile that commands use for it; empty for the default credentials.
        repositories: in the order written, with the settings that apply here.
        registry: registry-wide settings; ``None`` leaves them unchanged.
        events: events of images that are sent to a target.
        public_repositories: repositories of ECR Public, in the order written.
        public_alias: alias of the public registry of the account; its stack then has the URIs of public repositories.
    """

    name: str
    account: str
    region: str
    shards: int
    repositories: tuple[RepositoryEntry, ...]
    registry: RegistrySettings | None = None
    profile: str = ""
    events: tuple[Event, ...] = ()
    public_repositories: tuple[PublicRepositoryEntry, ...] = ()
    public_alias: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryEntry:
    """
    A repository and its settings.

    Attributes:
        name: name of the repository.
        lifecycle: policies in order of precedence; empty for none.
        properties: properties of the repository.
        silence: accepted warnings, each code with a reason.
        exports: whether its stack exports its URI and ARN.
        parameters: whether its URI and ARN are SSM parameters.
        output: key of the stack output with its URI.
    """

    name: RepositoryName
    lifecycle: tuple[PolicyRef, ...]
    properties: RepositoryProperties
    silence: Mapping[str, Reason]
    exports: bool
    parameters: bool
    output: OutputKey


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRepositoryEntry:
    """
    A repository of ECR Public and its settings.

    Attributes:
        name: name of the repository.
        properties: properties of the repository.
        output: key of the stack output with its URI; the one with its ARN ends in ``Arn``.
    """

    name: PublicRepositoryName
    properties: PublicProperties
    output: OutputKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """
    The declared environments and their repositories.

    Attributes:
        environments: in the order written, at least one.
    """

    environments: tuple[Environment, ...]

    @property
    def repositories(self) -> tuple[RepositoryEntry, ...]:
        """Every repository, each with the settings of the first environment that has it."""
        entries: dict[str, RepositoryEntry] = {}
        for environment in self.environments:
            for entry in environment.repositories:
                entries.setdefault(entry.name, entry)
        return tuple(entries.values())
