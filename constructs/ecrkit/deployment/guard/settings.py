"""The settings of a registry, which every repository of an account and Region shares, as CloudFormation types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["SETTINGS", "Setting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """
    A type of setting.

    Attributes:
        noun: in a message, with its article.
        name: the property that tells one from another; empty where a registry has only one.
        create_only: properties of which a change replaces it.
        loss: what happens to everybody when it is deleted.
    """

    noun: str
    name: str = ""
    create_only: tuple[str, ...] = ()
    loss: str


SETTINGS: Mapping[str, Setting] = {
    "AWS::ECR::RegistryPolicy": Setting(
        noun="the registry policy",
        loss="what it permits to other accounts is refused to them",
    ),
    "AWS::ECR::ReplicationConfiguration": Setting(
        noun="the replication configuration",
        loss="nothing that is pushed is replicated any more",
    ),
    "AWS::ECR::RegistryScanningConfiguration": Setting(
        noun="the scanning configuration",
        loss="scanning falls back to what the service does by itself",
    ),
    "AWS::ECR::SigningConfiguration": Setting(
        noun="the signing configuration",
        loss="nothing that is pushed is signed any more",
    ),
    "AWS::ECR::PullThroughCacheRule": Setting(
        noun="the pull-through cache rule",
        name="EcrRepositoryPrefix",
        create_only=(
            "EcrRepositoryPrefix",
            "UpstreamRegistryUrl",
            "UpstreamRegistry",
            "UpstreamRepositoryPrefix",
            "CredentialArn",
            "CustomRoleArn",
        ),
        loss="pulls through it fail for images that are not cached yet",
    ),
    "AWS::ECR::RepositoryCreationTemplate": Setting(
        noun="the repository creation template",
        name="Prefix",
        create_only=("Prefix",),
        loss="repositories that ECR creates have its settings no more",
    ),
    "AWS::ECR::PullTimeUpdateExclusion": Setting(
        noun="the pull-time update exclusion",
        name="PrincipalArn",
        create_only=("PrincipalArn",),
        loss="pulls of its principal count as use of an image again",
    ),
}
"""
By type.

Source: CloudFormation schemas of these types, createOnlyProperties (read 2026-11).
"""
