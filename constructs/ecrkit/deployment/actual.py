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
    A deployed repository: its properties, its two policies as ECR stores them, and its stack.

    Attributes:
        name: name of the repository.
        properties: all properties in ECR. Pull and push access is in the statements. The removal is ``retain``:
            CloudFormation does not import resources that it may delete.
        repository_policy_text: IAM's JSON, including its version, which *properties* omits; ``None`` without a
            policy.
        lifecycle_policy_text: ECR's JSON; ``None`` without a policy.
        stack: name of its CloudFormation stack; ``None`` without a stack.
    """

    name: str
    properties: RepositoryProperties
    repository_policy_text: str | None
    lifecycle_policy_text: str | None
    stack: str | None = None
