"""What ECR stores: repositories, their access, and registry-wide settings, as CloudFormation sees them."""

from ecrkit.registry.settings import (
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
