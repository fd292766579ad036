"""A catalog as values: defaults applied, names checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.images.names import RepositoryName
    from ecrkit.policies.references import PolicyRef
    from ecrkit.registry.outputs import OutputKey
    from ecrkit.registry.properties import RepositoryProperties
    from ecrkit.registry.settings import RegistrySettings

__all__ = ["Catalog", "Environment", "RepositoryEntry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """
    An account and Region, and what exists there.

    Attributes:
        name: letters, digits and dashes; part of the names of its stacks.
        account: 12 digits.
        region: as in ``us-east-1``.
        shards: over how many stacks its repositories are spread.
        repositories: in the order written, with the settings that hold here.
        registry: what is registry-wide here; ``None`` leaves that as it is.
    """

    name: str
    account: str
    region: str
    shards: int
    repositories: tuple[RepositoryEntry, ...]
    registry: RegistrySettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryEntry:
    """
    One repository.

    Attributes:
        name: of the repository.
        lifecycle: policies in order of precedence; empty for none.
        properties: of the repository.
        silence: warnings to live with: why, by code.
        exports: its URI and ARN are exported from its stack.
        parameters: its URI and ARN are SSM parameters.
        output: key of the stack output that holds its URI.
    """

    name: RepositoryName
    lifecycle: tuple[PolicyRef, ...]
    properties: RepositoryProperties
    silence: Mapping[str, str]
    exports: bool
    parameters: bool
    output: OutputKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """
    What is declared.

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
