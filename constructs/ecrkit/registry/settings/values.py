"""
Registry-wide settings: scanning, replication, the policy, caches, templates, signing, pull times and account settings.

An account has one scanning, one replication and one signing configuration and one policy in every Region. Each cache
and each template has a prefix that is unique there.
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

    from ecrkit.errors import Reason
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.store import PolicyStore

__all__ = [
    "ROOT",
    "AccountSettings",
    "AppliedFor",
    "BasicScanTypeVersion",
    "BlobMounting",
    "CreationTemplate",
    "Destination",
    "Home",
    "PullThroughCacheRule",
    "RegistryPolicy",
    "RegistryPolicyScope",
    "RegistrySettings",
    "ReplicationRule",
    "ReplicationSource",
    "ScanFrequency",
    "ScanType",
    "Scanning",
    "ScanningRule",
    "SigningRule",
    "TemplateEncryption",
]

ROOT = "ROOT"
"""The prefix for every repository that no other prefix matches."""


class ScanType(StrEnum):
    """Which scanner is used."""

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
    """Occasion on which ECR creates a repository automatically."""

    PULL_THROUGH_CACHE = "PULL_THROUGH_CACHE"
    REPLICATION = "REPLICATION"
    CREATE_ON_PUSH = "CREATE_ON_PUSH"


class BasicScanTypeVersion(StrEnum):
    """Which version of basic scanning is used."""

    AWS_NATIVE = "AWS_NATIVE"
    """The scanner of AWS."""

    CLAIR = "CLAIR"
    """The older one, which is deprecated."""


class RegistryPolicyScope(StrEnum):
    """Which actions the registry policy covers."""

    V1 = "V1"
    """Replication and pull-through caches: ``ReplicateImage``, ``BatchImportUpstreamImage``, ``CreateRepository``."""

    V2 = "V2"
    """All ECR actions."""


class BlobMounting(StrEnum):
    """Whether repositories of the registry share layers."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"


class TemplateEncryption(StrEnum):
    """Encryption at rest of repositories created from a template."""

    AES256 = "AES256"
    KMS = "KMS"
    KMS_DSSE = "KMS_DSSE"
    """Two layers of encryption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanningRule:
    """
    When the matching repositories are scanned.

    Attributes:
        frequency: when images are scanned.
        repositories: patterns of repository names, at least one; ``*`` matches any text, and a pattern without it
            matches every name that contains it.
    """

    frequency: ScanFrequency
    repositories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanning:
    """
    How the registry scans images; this overrides the setting of each repository.

    Attributes:
        type: which scanner is used.
        rules: scanning rules, one per frequency.
        silence: accepted warnings, each code with a reason.
    """

    type: ScanType
    rules: tuple[ScanningRule, ...]
    silence: Mapping[str, Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """
    A registry to replicate to.

    Attributes:
        region: as in ``eu-west-1``.
        account: account ID of 12 digits; omit for the registry's own account.
    """

    region: str
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicationRule:
    """
    Which repositories are replicated, and where to.

    Attributes:
        to: destination registries, at least one.
        repositories: prefixes of repository names; empty for every repository.
    """

    to: tuple[Destination, ...]
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicationSource:
    """
    An account that may replicate into the registry.

    Attributes:
        account: account ID of 12 digits.
        repositories: prefixes of repository names; empty for every repository.
    """

    account: str
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryPolicy:
    """
    Permissions on the registry as a whole.

    Attributes:
        replication_from: accounts that may replicate into the registry, and create repositories for it.
        pull_through_by: accounts and ARNs of principals that may pull uncached images through its caches.
        statements: IAM policy statements, verbatim.
        open_to_everyone: why *statements* may let everyone in; empty if they must not.
        silence: accepted warnings, each code with a reason.
    """

    replication_from: tuple[ReplicationSource, ...] = ()
    pull_through_by: tuple[str, ...] = ()
    statements: tuple[Mapping[str, object], ...] = ()
    open_to_everyone: str = ""
    silence: Mapping[str, Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullThroughCacheRule:
    """
    A cache of another registry; changing a property replaces the cache.

    Attributes:
        upstream: host name of the upstream registry, as in ``registry-1.docker.io``.
        credential: ARN of a secret in the registry's account and Region, whose name begins with
            ``ecr-pullthroughcache/``.
        role: ARN of a role in the registry's account, for an upstream in another ECR account.
        upstream_prefix: prefix of the upstream repositories; omit for all of them.
    """

    upstream: str
    credential: str | None = None
    role: str | None = None
    upstream_prefix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreationTemplate:
    """
    Settings of repositories that ECR creates automatically.

    Attributes:
        applied_for: occasions on which ECR creates a repository, at least one.
        lifecycle: policies in order of precedence, or their names in a store; empty for none.
        encryption: encryption at rest; by default KMS with a *key*, else AES256.
        key: ARN of a KMS key; omit for the AWS managed key.
        mutability: whether a tag can be pushed again.
        mutable_tags: tags, or patterns of tags, that may be overwritten in an immutable repository; five at most.
        immutable_tags: tags, or patterns of tags, that may not be overwritten in a mutable repository; five at most.
        access: who may pull and push, in addition to principals in the account.
        statements: repository policy statements, verbatim, in addition to those of *access*.
        open_to_everyone: why *statements* may let everyone in; empty if they must not.
        tags: resource tags, key to value.
        description: description of the template.
        role: ARN of a role in the registry's account that ECR assumes; needed for tags and KMS.
        silence: accepted warnings, each code with a reason.
    """

    applied_for: tuple[AppliedFor, ...]
    lifecycle: tuple[LifecyclePolicy | PolicyRef, ...] = ()
    encryption: TemplateEncryption | None = None
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
    silence: Mapping[str, Reason] = field(default_factory=dict)

    @property
    def encryption_type(self) -> TemplateEncryption:
        """The encryption that applies: a key without a type means KMS."""
        return self.encryption or (TemplateEncryption.AES256 if self.key is None else TemplateEncryption.KMS)

    def resolved(self, policies: PolicyStore) -> CreationTemplate:
        """
        Look up its lifecycle policies.

        Raises:
            PolicyReferenceError: *policies* lacks one of them.
            InvalidPolicyError: ECR would reject one.
        """
        found = (policies.read(entry) if isinstance(entry, PolicyRef) else entry for entry in self.lifecycle)
        return replace(self, lifecycle=tuple(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRule:
    """
    Which repositories have their images signed on push, and with which profile.

    Attributes:
        profile: ARN of a signing profile of AWS Signer.
        repositories: patterns of repository names, in which ``*`` matches any text; empty for every repository.
    """

    profile: str
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """
    The account settings of ECR; ``None`` leaves one undeclared.

    CloudFormation has no type for them, so no deploy changes them.

    Attributes:
        basic_scan_type_version: which version of basic scanning is used.
        registry_policy_scope: which actions the registry policy covers.
        blob_mounting: whether repositories of the registry share layers.
    """

    basic_scan_type_version: BasicScanTypeVersion | None = None
    registry_policy_scope: RegistryPolicyScope | None = None
    blob_mounting: BlobMounting | None = None

    def __bool__(self) -> bool:
        """Whether it declares any setting."""
        return any((self.basic_scan_type_version, self.registry_policy_scope, self.blob_mounting))

    def by_name(self) -> Mapping[str, str]:
        """Give the declared values by the name that the API has for each, as in ``BLOB_MOUNTING``."""
        values = {
            "BASIC_SCAN_TYPE_VERSION": self.basic_scan_type_version,
            "REGISTRY_POLICY_SCOPE": self.registry_policy_scope,
            "BLOB_MOUNTING": self.blob_mounting,
        }
        return {name: value.value for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySettings:
    """
    Registry-wide settings of an account and Region; omitted ones stay unchanged.

    Attributes:
        scanning: how images are scanned.
        replication: which repositories are replicated, and where to.
        policy: permissions on the registry.
        pull_through_cache: pull-through caches by prefix.
        creation_templates: creation templates by prefix.
        signing: which repositories have their images signed on push.
        pull_time_exclusions: ARNs of roles and users whose pulls do not count as use of an image.
        account_settings: account settings; not deployed.
    """

    scanning: Scanning | None = None
    replication: tuple[ReplicationRule, ...] = ()
    policy: RegistryPolicy | None = None
    pull_through_cache: Mapping[str, PullThroughCacheRule] = field(default_factory=dict)
    creation_templates: Mapping[str, CreationTemplate] = field(default_factory=dict)
    signing: tuple[SigningRule, ...] = ()
    pull_time_exclusions: tuple[str, ...] = ()
    account_settings: AccountSettings | None = None

    def __bool__(self) -> bool:
        """Whether it has any setting."""
        return self.is_deployed or bool(self.account_settings)

    @property
    def is_deployed(self) -> bool:
        """Whether it has any setting that CloudFormation deploys: account settings are none."""
        return bool(
            self.scanning
            or self.replication
            or self.policy
            or self.pull_through_cache
            or self.creation_templates
            or self.signing
            or self.pull_time_exclusions
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """
    Account and Region of a registry.

    Attributes:
        account: account ID of 12 digits; ``None`` if unknown before the deploy.
        region: as in ``us-east-1``; ``None`` if unknown before the deploy.
    """

    account: str | None = None
    region: str | None = None

    def is_known(self, text: str) -> bool:  # noqa: ARG002 - for those who know texts that are not
        """Whether *text* is what it will be in the end; a construct knows that CDK's tokens are not."""
        return True
