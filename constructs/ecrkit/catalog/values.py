"""A catalog as values: defaults applied, names checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.images.names import RepositoryName, TagFilter
    from ecrkit.policies.store import PolicyRef
    from ecrkit.registry.access import Access
    from ecrkit.registry.outputs import OutputKey
    from ecrkit.registry.properties import Encryption, Mutability, Removal
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
        encryption: at rest.
        encryption_key: alias, id or ARN of a KMS key; ``None`` for the key that AWS manages.
        scan_on_push: have every image that is pushed scanned; what the registry scans by rules of its own it scans
            anyway.
        mutability: of its tags.
        mutable_tags: tags, or patterns of tags, that may be overwritten although it is immutable; five at most.
        immutable_tags: those that may not although it is mutable; five at most.
        access: who may pull and push, besides those whom the account lets.
        statements: of its policy, as they are, besides those that *access* makes.
        tags: of the resource, key to value.
        removal: what becomes of it when it leaves the catalog.
        empty_on_delete: delete its images with it; needs ``removal: destroy``.
        silence: warnings to live with: why, by code.
        exports: its URI and ARN are exported from its stack.
        parameters: its URI and ARN are SSM parameters.
        output: key of the stack output that holds its URI.
    """

    name: RepositoryName
    lifecycle: tuple[PolicyRef, ...]
    encryption: Encryption
    encryption_key: str | None
    scan_on_push: bool
    mutability: Mutability
    mutable_tags: tuple[TagFilter, ...]
    immutable_tags: tuple[TagFilter, ...]
    access: Access
    statements: tuple[Mapping[str, object], ...]
    tags: Mapping[str, str]
    removal: Removal
    empty_on_delete: bool
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
