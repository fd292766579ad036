"""Registry-wide settings in the shape of CloudFormation: from a catalog, from a template, or from ECR."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.settings.fields import at, without_slash
from ecrkit.registry.settings.resources import registry_resources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ecrkit.policies.store import PolicyStore
    from ecrkit.registry.settings.resources import RegistryResource
    from ecrkit.registry.settings.values import RegistrySettings

__all__ = [
    "ACCOUNT_SETTINGS",
    "ACCOUNT_SETTING_NAMES",
    "NAMES",
    "TYPES",
    "RegistrySetting",
    "account_setting",
    "declared_keys",
    "declared_resources",
    "declared_settings",
    "listed_keys",
    "setting_of",
]

TYPES: Mapping[str, str] = {
    "AWS::ECR::RegistryScanningConfiguration": "scanning",
    "AWS::ECR::ReplicationConfiguration": "replication",
    "AWS::ECR::RegistryPolicy": "policy",
    "AWS::ECR::PullThroughCacheRule": "pull_through_cache",
    "AWS::ECR::RepositoryCreationTemplate": "creation_templates",
    "AWS::ECR::SigningConfiguration": "signing",
    "AWS::ECR::PullTimeUpdateExclusion": "pull_time_exclusions",
}
"""Key of the catalog by type."""

NAMES: Mapping[str, str] = {
    "pull_through_cache": "EcrRepositoryPrefix",
    "creation_templates": "Prefix",
    "pull_time_exclusions": "PrincipalArn",
}
"""The property that identifies a setting, by key; a registry has only one setting of each other key."""

ACCOUNT_SETTINGS = "account_settings"
"""The key of account settings, for which CloudFormation has no type."""

ACCOUNT_SETTING_NAMES = ("BASIC_SCAN_TYPE_VERSION", "REGISTRY_POLICY_SCOPE", "BLOB_MOUNTING")
"""Source: ECR API reference, PutAccountSetting (read 2026-11)."""

_KEYS = (*TYPES.values(), ACCOUNT_SETTINGS)
_VALUE = "Value"
_NOUNS = {
    "pull_through_cache": ("pull-through cache", "pull-through caches"),
    "creation_templates": ("creation template", "creation templates"),
    "pull_time_exclusions": ("pull-time exclusion", "pull-time exclusions"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySetting:
    """
    A setting of a registry.

    Attributes:
        key: key of the catalog, as in ``pull_through_cache``.
        name: prefix of a cache or a template, ARN of an excluded principal, or name of an account setting; else empty.
        properties: as CloudFormation takes them; for an account setting only ``Value``.
    """

    key: str
    name: str
    properties: Mapping[str, Any]

    @property
    def identity(self) -> tuple[str, str]:
        """Key and name, unique in a registry."""
        return self.key, self.name

    @property
    def path(self) -> tuple[str, ...]:
        """Steps to it in ``registry`` of a catalog."""
        name = self.name.lower() if self.key == ACCOUNT_SETTINGS else self.name
        return (self.key, name) if name else (self.key,)

    @property
    def shown(self) -> str:
        """The path of it, as findings write it: ``registry.scanning``."""
        return at("registry", *self.path).path

    @property
    def value(self) -> str:
        """The value of an account setting."""
        return str(self.properties.get(_VALUE))

    @property
    def is_default(self) -> bool:
        """Whether every registry has it until somebody changes it."""
        is_unset = self.key == "scanning" and self.properties.get("ScanType", "BASIC") == "BASIC"
        return self.key == ACCOUNT_SETTINGS or (is_unset and not self.properties.get("Rules"))


def setting_of(kind: str, properties: Mapping[str, Any]) -> RegistrySetting:
    """
    Make a setting of a resource.

    Args:
        kind: its type, one of :data:`TYPES`.
        properties: as CloudFormation takes them.
    """
    key = TYPES[kind]
    return RegistrySetting(
        key=key, name=without_slash(str(properties.get(NAMES[key], ""))) if key in NAMES else "", properties=properties
    )


def account_setting(name: str, value: str) -> RegistrySetting:
    """Make an account setting, with the name of the API."""
    return RegistrySetting(key=ACCOUNT_SETTINGS, name=name, properties={_VALUE: value})


def declared_keys(settings: RegistrySettings | None) -> frozenset[str]:
    """Name the keys of a catalog that have a setting."""
    return frozenset(key for key in _KEYS if settings and getattr(settings, key))


def declared_settings(
    settings: RegistrySettings | None, *, policies: PolicyStore, account: str, region: str
) -> Iterator[RegistrySetting]:
    """
    Give what a catalog declares.

    Args:
        settings: those of an environment.
        policies: the store of its lifecycle policies.
        account: account of the registry.
        region: Region of the registry.
    """
    for resource in declared_resources(settings, policies=policies, account=account, region=region):
        yield setting_of(resource.type, resource.properties)
    if settings and settings.account_settings:
        for name, value in settings.account_settings.by_name().items():
            yield account_setting(name, value)


def declared_resources(
    settings: RegistrySettings | None, *, policies: PolicyStore, account: str, region: str
) -> Iterator[RegistryResource]:
    """Write what a catalog declares as resources; arguments as of :func:`declared_settings`."""
    if settings is None:
        return
    templates = {prefix: template.resolved(policies) for prefix, template in settings.creation_templates.items()}
    resolved = replace(settings, creation_templates=templates)
    yield from registry_resources(resolved, partition=partition_of(region), region=region, account=account)


def listed_keys(settings: Iterable[RegistrySetting]) -> str:
    """Name settings for a message, and count those of which a registry can have many."""
    counts = Counter(setting.key for setting in settings)
    return ", ".join(
        f"{counts[key]} {_NOUNS[key][counts[key] > 1]}" if key in _NOUNS else key for key in _KEYS if counts[key]
    )
