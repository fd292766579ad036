"""A catalog as values: defaults applied, names checked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.names import OutputKey, RepositoryName, TagFilter
    from ecrkit.store import PolicyRef

__all__ = ["Catalog", "Encryption", "Environment", "Removal", "RepositoryEntry"]


class Encryption(StrEnum):
    """How the images of a repository are encrypted at rest; create-only."""

    AES256 = "AES256"
    KMS = "KMS"
    """With the key that AWS manages."""

    OMIT = "omit"
    """The property is left out: for a repository that exists without it, which adding it would replace."""


class Removal(StrEnum):
    """What becomes of a repository that leaves its stack."""

    RETAIN = "retain"
    DESTROY = "destroy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """
    An account and Region in which every repository of the catalog exists.

    Attributes:
        name: letters, digits and dashes; part of the stack's name.
        account: 12 digits.
        region: as in ``us-east-1``.
    """

    name: str
    account: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryEntry:
    """
    One repository.

    Attributes:
        name: of the repository.
        lifecycle: policies in order of precedence; empty for none.
        encryption: at rest.
        mutable_tags: tags, or patterns of tags, that may be overwritten; five at most.
        tags: of the resource, key to value.
        removal: what becomes of it when it leaves the catalog.
        empty_on_delete: delete its images with it; needs ``removal: destroy``.
        silence: warnings to live with: why, by code.
        output: key of the stack output that holds its URI.
    """

    name: RepositoryName
    lifecycle: tuple[PolicyRef, ...]
    encryption: Encryption
    mutable_tags: tuple[TagFilter, ...]
    tags: Mapping[str, str]
    removal: Removal
    empty_on_delete: bool
    silence: Mapping[str, str]
    output: OutputKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """
    What is declared.

    Attributes:
        environments: in the order written, at least one.
        repositories: in the order written.
    """

    environments: tuple[Environment, ...]
    repositories: tuple[RepositoryEntry, ...]
