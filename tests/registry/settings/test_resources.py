from __future__ import annotations

from builders.catalogs import catalog
from builders.registries import REGISTRY

from ecrkit.registry.cloudformation import Deletion
from ecrkit.registry.settings import AppliedFor, CreationTemplate, PullThroughCacheRule, RegistrySettings
from ecrkit.registry.settings.resources import registry_resources

HOME = {"partition": "aws", "region": "us-east-1", "account": "123456789012"}


def settings_of(text: str) -> RegistrySettings:
    """Give the registry-wide settings of the only environment of a catalog."""
    [environment] = catalog(text).environments
    assert environment.registry is not None
    return environment.registry


def test_order() -> None:
    """Scanning, replication and the policy come first, then caches and templates in the order of the catalog."""
    resources = registry_resources(settings_of(REGISTRY), **HOME)

    assert [(resource.type.removeprefix("AWS::ECR::"), resource.id) for resource in resources] == [
        ("RegistryScanningConfiguration", "Scanning"),
        ("ReplicationConfiguration", "Replication"),
        ("RegistryPolicy", "Policy"),
        ("PullThroughCacheRule", "PullThroughCache:docker-hub"),
        ("PullThroughCacheRule", "PullThroughCache:ecr-public"),
        ("PullThroughCacheRule", "PullThroughCache:shared:images"),
        ("RepositoryCreationTemplate", "CreationTemplate:docker-hub"),
        ("RepositoryCreationTemplate", "CreationTemplate:ROOT"),
    ]


def test_everything_is_kept() -> None:
    """A registry outlives its stack; only scanning is kept if its creation is rolled back too."""
    resources = registry_resources(settings_of(REGISTRY), **HOME)

    assert {resource.id: resource.deletion for resource in resources if resource.deletion is not Deletion.KEEP} == {
        "Scanning": Deletion.ALWAYS_KEEP
    }
    assert Deletion.KEEP.attributes == {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
    assert Deletion.ALWAYS_KEEP.attributes == {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def test_nothing() -> None:
    """Settings that are left out have no resource."""
    assert list(registry_resources(RegistrySettings(), **HOME)) == []


def test_near_prefixes() -> None:
    """Prefixes that differ only in their separators have different IDs."""
    prefixes = ["team/quay", "team--quay", "team-quay", "team.quay", "team_quay"]
    settings = RegistrySettings(
        pull_through_cache={prefix: PullThroughCacheRule(upstream="quay.io") for prefix in prefixes},
        creation_templates={prefix: CreationTemplate(applied_for=(AppliedFor.REPLICATION,)) for prefix in prefixes},
    )
    ids = [resource.id for resource in registry_resources(settings, **HOME)]

    assert len(set(ids)) == len(ids) == 2 * len(prefixes)
