"""A deployed repository and the settings of a registry, as far as a catalog declares them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ecrkit.registry.properties import RepositoryProperties
    from ecrkit.registry.settings.deployed import RegistrySetting
    from ecrkit.registry.settings.replication import DeployedReplicationRule

__all__ = ["ActualRegistry", "ActualRepository", "DeployedTemplate", "ObservedImages", "Unread"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedImages:
    """
    What an audit reads about the images of a repository.

    Attributes:
        count: number of images, including archived ones.
        scanned_at: when each tagged image was last scanned, by its tag, as far as ECR told; ``None`` if it never was.
    """

    count: int
    scanned_at: Mapping[str, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedTemplate:
    """
    What the deployed template of a stack declares for a repository.

    Attributes:
        properties: its properties; the statements of its policy are verbatim.
        repository_policy_text: IAM's JSON; ``None`` without a policy.
        lifecycle_policy_text: ECR's JSON; ``None`` without a policy.
        unknown: properties of ``AWS::ECR::Repository`` whose values only a deploy knows.
    """

    properties: RepositoryProperties
    repository_policy_text: str | None
    lifecycle_policy_text: str | None
    unknown: frozenset[str] = frozenset()


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
        template: what the deployed template of that stack declares, if an audit could read it.
        created_at: when the repository was created, if known.
        stack_changed_at: when its stack last changed it, if known.
        policy_evaluated_at: when ECR last evaluated its lifecycle policy; the epoch if never, ``None`` if unknown.
        images: what an audit read about its images; ``None`` if it could not.
    """

    name: str
    properties: RepositoryProperties
    repository_policy_text: str | None
    lifecycle_policy_text: str | None
    stack: str | None = None
    template: DeployedTemplate | None = None
    created_at: datetime | None = None
    stack_changed_at: datetime | None = None
    policy_evaluated_at: datetime | None = None
    images: ObservedImages | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """
    Registry-wide settings that could not be read.

    Attributes:
        key: key of the catalog, as in ``scanning``.
        name: name of the account setting; empty for the other keys.
        action: the IAM action that reads them, as in ``ecr:GetRegistryPolicy``.
        reason: why not.
        is_denied: whether the permission is missing.
    """

    key: str
    name: str = ""
    action: str
    reason: str
    is_denied: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ActualRegistry:
    """
    The deployed registry-wide settings of an account and Region.

    Attributes:
        settings: all that exist and could be read.
        unread: what could not be read, and why.
        replication: the replication rules, and whether they replicate deletions.
        template: what the deployed template of the stack for the registry declares, as far as the template
            determines it; ``None`` without a readable stack.
    """

    settings: tuple[RegistrySetting, ...] = ()
    unread: tuple[Unread, ...] = ()
    replication: tuple[DeployedReplicationRule, ...] = ()
    template: tuple[RegistrySetting, ...] | None = None

    @property
    def unread_keys(self) -> frozenset[tuple[str, str]]:
        """Keys, and names of account settings, that could not be read."""
        return frozenset((one.key, one.name) for one in self.unread)
