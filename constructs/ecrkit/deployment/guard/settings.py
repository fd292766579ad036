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
        removal: how to remove it all the same; ``{name}`` is the name that allows it.
    """

    noun: str
    name: str = ""
    create_only: tuple[str, ...] = ()
    loss: str
    removal: str = "deploy it with DeletionPolicy Retain first"


SETTINGS: Mapping[str, Setting] = {
    "AWS::ECR::RegistryPolicy": Setting(
        noun="the registry policy",
        loss="other accounts lose the access that it grants",
    ),
    "AWS::ECR::ReplicationConfiguration": Setting(
        noun="the replication configuration",
        loss="pushed images are no longer replicated",
    ),
    "AWS::ECR::RegistryScanningConfiguration": Setting(
        noun="the scanning configuration",
        loss="scanning falls back to ECR's default",
    ),
    "AWS::ECR::SigningConfiguration": Setting(
        noun="the signing configuration",
        loss="images pushed later are not signed",
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
        loss="pulls through it fail for images that are not cached",
    ),
    "AWS::ECR::RepositoryCreationTemplate": Setting(
        noun="the repository creation template",
        name="Prefix",
        create_only=("Prefix",),
        loss="repositories that ECR creates no longer get its settings",
    ),
    "AWS::Events::Rule": Setting(
        noun="the event rule",
        name="Name",
        create_only=("Name",),
        loss="its events are no longer sent",
    ),
    "AWS::ECR::PullTimeUpdateExclusion": Setting(
        noun="the pull-time update exclusion",
        name="PrincipalArn",
        create_only=("PrincipalArn",),
        loss="pulls by its principal count as use of an image again",
        # It is an entry of a list, which no template of ecrkit retains: removed, it must be gone.
        removal="allow that with --allow {name}",
    ),
}
"""
By type.

Source: CloudFormation schemas of these types, createOnlyProperties (read 2026-11).
"""
