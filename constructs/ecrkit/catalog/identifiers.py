"""Every identifier that a stack or an account must have only once, collected in one place."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.catalog.template import events_stack_name, public_stack_name, registry_stack_name, stack_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Clash", "Identifier", "IdentifierKind", "Identifiers", "identifiers_in", "stack_names"]


class IdentifierKind(StrEnum):
    """What an identifier identifies, in words."""

    OUTPUT_KEY = "output key"
    EXPORT = "export name"
    LOGICAL_ID = "logical ID"
    PARAMETER = "SSM parameter"
    REPOSITORY = "repository name"


_NAMED = {
    "AWS::ECR::Repository": (IdentifierKind.REPOSITORY, "RepositoryName"),
    "AWS::SSM::Parameter": (IdentifierKind.PARAMETER, "Name"),
}
"""Types of resources with a name that an account has once in a Region, and the property with that name."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """
    An identifier of a part of a template.

    Attributes:
        kind: what it identifies.
        text: the identifier.
    """

    kind: IdentifierKind
    text: str


@dataclass(frozen=True, slots=True)
class Clash:
    """
    An identifier that two repositories have.

    Attributes:
        other: the repository that had it first.
        identifier: the first of those that both have.
    """

    other: str
    identifier: Identifier


@dataclass(slots=True)
class Identifiers:
    """
    The identifiers of an environment.

    Those that CloudFormation wants once in a stack are wanted once in the environment: a repository may move to
    another shard, and an output may be exported later.
    """

    _owners: dict[Identifier, str] = field(default_factory=dict)

    def add(
        self, owner: str, resources: Mapping[str, Mapping[str, object]], outputs: Mapping[str, object]
    ) -> list[Clash]:
        """
        Add the identifiers of a repository.

        Args:
            owner: the repository.
            resources: its resources by logical ID.
            outputs: its outputs by key.

        Returns:
            One clash with each repository that has one of them already.
        """
        clashes: dict[str, Clash] = {}
        for identifier in identifiers_in(resources, outputs):
            other = self._owners.setdefault(identifier, owner)
            if other != owner:
                clashes.setdefault(other, Clash(other, identifier))
        return list(clashes.values())


def identifiers_in(
    resources: Mapping[str, Mapping[str, object]], outputs: Mapping[str, object]
) -> Iterator[Identifier]:
    """
    Collect the identifiers of a part of a template.

    Args:
        resources: by logical ID.
        outputs: by key.

    Returns:
        Output keys first: an export has the name of its output, so that a clash of both is one of keys.
    """
    for key in outputs:
        yield Identifier(IdentifierKind.OUTPUT_KEY, key)
    for output in outputs.values():
        name = _text(output, "Export", "Name")
        if name:
            yield Identifier(IdentifierKind.EXPORT, name)
    for logical_id, resource in resources.items():
        yield Identifier(IdentifierKind.LOGICAL_ID, logical_id)
        kind = _NAMED.get(str(resource["Type"]))
        name = _text(resource, "Properties", kind[1]) if kind else ""
        if kind and name:
            yield Identifier(kind[0], name)


def stack_names(environment: str, shards: int) -> Iterator[str]:
    """
    List the names of the stacks that an environment may have.

    Args:
        environment: its name.
        shards: over how many stacks its repositories are spread.
    """
    for shard in range(shards):
        yield stack_name(environment, shard, shards=shards)
    yield public_stack_name(environment)
    yield registry_stack_name(environment)
    yield events_stack_name(environment)


def _text(value: object, *keys: str) -> str:
    """Give the text at the end of *keys*; empty where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
