"""
What is registry-wide: scanning, replication, the registry's policy, caches of other registries, creation templates.

Of scanning, replication and policy an account has one of each in every Region; caches and templates have a prefix that
is unique there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.policies.references import PolicyRef
from ecrkit.registry.access import Access
from ecrkit.registry.properties import Mutability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.store import PolicyStore

__all__ = [
    "ROOT",
    "AppliedFor",
    "CreationTemplate",
    "Destination",
    "Home",
    "PullThroughCacheRule",
    "RegistryPolicy",
    "RegistrySettings",
    "ReplicationRule",
    "ReplicationSource",
    "ScanFrequency",
    "ScanType",
    "Scanning",
    "ScanningRule",
    "TemplateEncryption",
]

ROOT = "ROOT"
"""The prefix that stands for every repository that no other prefix fits."""


class ScanType(StrEnum):
    """What scans."""

    BASIC = "BASIC"
    """ECR itself, operating system packages."""

    ENHANCED = "ENHANCED"
    """Amazon Inspector, packages of programming languages too; it is billed."""


class ScanFrequency(StrEnum):
    """When an image is scanned."""

    SCAN_ON_PUSH = "SCAN_ON_PUSH"
    CONTINUOUS_SCAN = "CONTINUOUS_SCAN"
    """On push, and again when a vulnerability becomes known; only with ``ENHANCED``."""


class AppliedFor(StrEnum):
    """For what ECR creates a repository by itself."""

    PULL_THROUGH_CACHE = "PULL_THROUGH_CACHE"
    REPLICATION = "REPLICATION"
    CREATE_ON_PUSH = "CREATE_ON_PUSH"


class TemplateEncryption(StrEnum):
    """How the images of a repository that a template makes are encrypted at rest."""

    AES256 = "AES256"
    KMS = "KMS"
    KMS_DSSE = "KMS_DSSE"
    """Two layers of encryption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanningRule:
    """
    Which repositories are scanned when.

    Attributes:
        frequency: when.
        repositories: patterns of names, at least one; ``*`` is any run of characters, and a pattern without it matches
            every name that contains it.
    """

    frequency: ScanFrequency
    repositories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanning:
    """
    How the registry scans; it supersedes what a repository says about itself.

    Attributes:
        type: what scans.
        rules: one per frequency.
        silence: warnings to live with: why, by code.
    """

    type: ScanType
    rules: tuple[ScanningRule, ...]
    silence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """
    A registry to replicate to.

    Attributes:
        region: as in ``eu-west-1``.
        account: 12 digits; ``None`` for the registry's own.
    """

    region: str
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicationRule:
    """
    What is replicated where.

    Attributes:
        to: registries, at least one.
        repositories: prefixes of names; empty for every repository.
    """

    to: tuple[Destination, ...]
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicationSource:
    """
    An account that may replicate into the registry.

    Attributes:
        account: 12 digits.
        repositories: prefixes of names; empty for every repository.
    """

    account: str
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryPolicy:
    """
    Who may do what with the registry as a whole.

    Attributes:
        replication_from: accounts that may replicate into it, and create the repositories for that.
        pull_through_by: accounts, and ARNs of principals, that may pull through its caches what is not there yet.
        statements: of an IAM policy, as they are.
        open_to_everyone: why *statements* may let everyone in; empty for statements that may not.
        silence: warnings to live with: why, by code.
    """

    replication_from: tuple[ReplicationSource, ...] = ()
    pull_through_by: tuple[str, ...] = ()
    statements: tuple[Mapping[str, object], ...] = ()
    open_to_everyone: str = ""
    silence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullThroughCacheRule:
    """
    A cache of another registry; each of its properties is create-only.

    Attributes:
        upstream: host name, as in ``registry-1.docker.io``.
        credential: ARN of a secret in the registry's account and Region, whose name begins with
            ``ecr-pullthroughcache/``.
        role: ARN of a role in the registry's account, for an upstream in ECR.
        upstream_prefix: of the repositories there; ``None`` for all.
    """

    upstream: str
    credential: str | None = None
    role: str | None = None
    upstream_prefix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreationTemplate:
    """
    What a repository becomes that ECR creates by itself.

    Attributes:
        applied_for: on which occasions, at least one.
        lifecycle: policies in order of precedence, or their names in a store; empty for none.
        encryption: at rest.
        key: ARN of a KMS key; ``None`` for the key that AWS manages.
        mutability: of tags.
        mutable_tags: tags, or patterns of tags, that may be overwritten though it is immutable; five at most.
        immutable_tags: those that may not though it is mutable; five at most.
        access: who may pull and push, besides those whom the account lets.
        statements: of the repository policy, as they are, in addition to those of *access*.
        open_to_everyone: why *statements* may let everyone in; empty for statements that may not.
        tags: of the resource, key to value.
        description: of the template.
        role: ARN of a role in the registry's account, without which ECR neither tags nor takes KMS.
        silence: warnings to live with: why, by code.
    """

    applied_for: tuple[AppliedFor, ...]
    lifecycle: tuple[LifecyclePolicy | PolicyRef, ...] = ()
    encryption: TemplateEncryption = TemplateEncryption.AES256
    key: str | None = None
    mutability: Mutability = Mutability.IMMUTABLE
    mutable_tags: tuple[str, ...] = ()
    immutable_tags: tuple[str, ...] = ()
    access: Access = field(default_factory=Access)
    statements: tuple[Mapping[str, object], ...] = ()
    open_to_everyone: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None
    role: str | None = None
    silence: Mapping[str, str] = field(default_factory=dict)

    def resolved(self, policies: PolicyStore) -> CreationTemplate:
        """
        Look up its lifecycle policies.

        Raises:
            PolicyReferenceError: *policies* has not all of them.
            InvalidPolicyError: ECR would refuse one.
        """
        found = (policies.read(entry) if isinstance(entry, PolicyRef) else entry for entry in self.lifecycle)
        return replace(self, lifecycle=tuple(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySettings:
    """
    All that is registry-wide in one account and Region; what is empty is left as it is there.

    Attributes:
        scanning: how it scans.
        replication: what is replicated where.
        policy: who may do what.
        pull_through_cache: caches by prefix.
        creation_templates: templates by prefix.
    """

    scanning: Scanning | None = None
    replication: tuple[ReplicationRule, ...] = ()
    policy: RegistryPolicy | None = None
    pull_through_cache: Mapping[str, PullThroughCacheRule] = field(default_factory=dict)
    creation_templates: Mapping[str, CreationTemplate] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return bool(
            self.scanning or self.replication or self.policy or self.pull_through_cache or self.creation_templates
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """
    Where a registry is.

    Attributes:
        account: 12 digits; ``None`` where that is not known yet.
        region: as in ``us-east-1``; ``None`` where that is not known yet.
    """

    account: str | None = None
    region: str | None = None

    def is_known(self, text: str) -> bool:  # noqa: ARG002 - for those who know texts that are not
        """Whether *text* is what it will be in the end; a construct knows that CDK's tokens are not."""
        return True
