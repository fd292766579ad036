"""A deployed repository, as far as a catalog declares it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ecrkit.registry.properties import RepositoryProperties

__all__ = ["ActualRepository"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualRepository:
    """
    A deployed repository: its properties, its two policies as ECR has them, and its stack.

    Attributes:
        name: of the repository.
        properties: all that ECR stores. Who may pull and push is in the statements, and its removal is ``retain``:
            CloudFormation imports nothing that it may delete.
        repository_policy_text: IAM's JSON, with what *properties* do not tell of it, as its version; ``None`` where
            there is no policy.
        lifecycle_policy_text: ECR's JSON; ``None`` where there is no policy.
        stack: name of the stack that it is a resource of; ``None`` where there is none.
    """

    name: str
    properties: RepositoryProperties
    repository_policy_text: str | None
    lifecycle_policy_text: str | None
    stack: str | None = None
