"""
What ECR stores: repositories, their access, and registry-wide settings.

- ``properties``: the properties of a repository
- ``access``: who may pull and push, as statements of the repository policy
- ``statements``: whether a policy statement is valid, and its canonical form
- ``principals``: whom a statement can name
- ``conditions``: whom a condition limits
- ``actions``: the actions of ECR and ECR Public
- ``permissions``: the permissions that each command needs
- ``openness``: whether a policy statement lets everyone in
- ``access_policy``: the one judgement of an access policy, for every path
- ``rulebook``: the checks of access policies
- ``posture``: what a secure repository has
- ``cloudformation``: a repository as a CloudFormation resource
- ``outputs``: names of constructs and of stack outputs
- ``templates``: what the expressions of a CloudFormation template can be
- ``events``: events of images, and the rules that send them
- ``public``: repositories of ECR Public, their checks, and their CloudFormation resources
- ``settings``: registry-wide settings, their checks, and their CloudFormation resources
"""

from ecrkit.registry.events import Event, EventKind, EventSeverity
from ecrkit.registry.settings import (
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
    "AccountSettings",
    "AppliedFor",
    "BasicScanTypeVersion",
    "BlobMounting",
    "CreationTemplate",
    "Destination",
    "Event",
    "EventKind",
    "EventSeverity",
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
