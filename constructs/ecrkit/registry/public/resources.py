"""
Public repositories as CloudFormation.

The construct and the stack of a catalog write what this module says, so that both give the same resources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.registry.access import push_statements
from ecrkit.registry.cloudformation import repository_policy_properties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.registry.public.values import PublicProperties

__all__ = ["PUBLIC_REPOSITORY", "PUSH_ACTIONS", "public_resource_properties", "public_statements"]

PUBLIC_REPOSITORY = "AWS::ECR::PublicRepository"

PUSH_ACTIONS = (
    "ecr-public:BatchCheckLayerAvailability",
    "ecr-public:CompleteLayerUpload",
    "ecr-public:InitiateLayerUpload",
    "ecr-public:PutImage",
    "ecr-public:UploadLayerPart",
)
"""What a push needs of the repository. Source: ECR Public user guide, "Repository policy examples" (read 2026-11)."""

_PARTITION = "aws"
"""The partition of us-east-1."""

_CATALOG_DATA = {
    "description": "RepositoryDescription",
    "about": "AboutText",
    "usage": "UsageText",
    "architectures": "Architectures",
    "operating_systems": "OperatingSystems",
}


def public_statements(properties: PublicProperties) -> list[Mapping[str, object]]:
    """Write the statements of the policy: those of its grantees, then those given verbatim."""
    return [*push_statements(properties.push, actions=PUSH_ACTIONS, partition=_PARTITION), *properties.statements]


def public_resource_properties(properties: PublicProperties) -> dict[str, object]:
    """Write the properties of ``AWS::ECR::PublicRepository``, all but its name and its tags."""
    values = {written: getattr(properties, key) for key, written in _CATALOG_DATA.items()}
    data = {key: list(value) if isinstance(value, tuple) else value for key, value in values.items() if value}
    return {
        **({"RepositoryCatalogData": data} if data else {}),
        **repository_policy_properties(public_statements(properties)),
    }
