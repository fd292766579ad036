"""What is registry-wide, as values, and whether ECR would accept it, without AWS."""

from ecrkit.registry.caches import upstream_of
from ecrkit.registry.checking import check_registry
from ecrkit.registry.policy import policy_document
from ecrkit.registry.rulebook import REGISTRY_RULEBOOK
from ecrkit.registry.scanning import SCANNING_WARNINGS
from ecrkit.registry.templates import TEMPLATE_WARNINGS, repository_policy
from ecrkit.registry.values import (
    AppliedFor,
    CreationTemplate,
    Destination,
    Home,
    PullThroughCacheRule,
    RegistryPolicy,
    RegistrySettings,
    ReplicationRule,
    ReplicationSource,
    ScanFrequency,
    Scanning,
    ScanningRule,
    ScanType,
    TemplateEncryption,
)

__all__ = [
    "REGISTRY_RULEBOOK",
    "SCANNING_WARNINGS",
    "TEMPLATE_WARNINGS",
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
    "check_registry",
    "policy_document",
    "repository_policy",
    "upstream_of",
]
