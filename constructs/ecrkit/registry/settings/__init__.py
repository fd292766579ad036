"""What is registry-wide, as values, and whether ECR would accept it, without AWS."""

from ecrkit.registry.settings.caches import upstream_of
from ecrkit.registry.settings.checks import check_registry
from ecrkit.registry.settings.creation_templates import TEMPLATE_WARNINGS, repository_policy
from ecrkit.registry.settings.policy import policy_document
from ecrkit.registry.settings.pull_times import PULL_TIME_WARNINGS
from ecrkit.registry.settings.rulebook import REGISTRY_RULEBOOK
from ecrkit.registry.settings.scanning import SCANNING_WARNINGS
from ecrkit.registry.settings.values import (
    AccountSettings,
    AppliedFor,
    BasicScanTypeVersion,
    BlobMounting,
    CreationTemplate,
    Destination,
    Home,
    PullThroughCacheRule,
    RegistryPolicy,
    RegistryPolicyScope,
    RegistrySettings,
    ReplicationRule,
    ReplicationSource,
    ScanFrequency,
    Scanning,
    ScanningRule,
    ScanType,
    SigningRule,
    TemplateEncryption,
)

__all__ = [
    "PULL_TIME_WARNINGS",
    "REGISTRY_RULEBOOK",
    "SCANNING_WARNINGS",
    "TEMPLATE_WARNINGS",
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
    "check_registry",
    "policy_document",
    "repository_policy",
    "upstream_of",
]
