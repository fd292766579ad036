from __future__ import annotations

from builders.catalogs import catalog
from builders.registries import REGISTRY

from ecrkit.registry.cloudformation import Deletion
from ecrkit.registry.settings import (
    AccountSettings,
    AppliedFor,
    BlobMounting,
    CreationTemplate,
    PullThroughCacheRule,
    RegistrySettings,
    SigningRule,
)
from ecrkit.registry.settings.resources import registry_resources

HOME = {"partition": "aws", "region": "us-east-1", "account": "123456789012"}


def settings_of(text: str) -> RegistrySettings:
    """Give the registry-wide settings of the only environment of a catalog."""
    [environment] = catalog(text).environments
    assert environment.registry is not None
    return environment.registry


def test_order() -> None:
    """Settings are in the order of the keys, the entries of each in that of the catalog; account settings have none."""
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
        ("SigningConfiguration", "Signing"),
        ("PullTimeUpdateExclusion", "PullTimeExclusion:arn:aws:iam:123456789012:role:security:scanner"),
        ("PullTimeUpdateExclusion", "PullTimeExclusion:arn:aws:iam:210987654321:user:scanner"),
    ]


def test_everything_is_kept() -> None:
    """A registry outlives its stack; scanning is kept if its creation is rolled back too, and exclusions go."""
    resources = registry_resources(settings_of(REGISTRY), **HOME)

    assert {resource.id: resource.deletion for resource in resources if resource.deletion is not Deletion.KEEP} == {
        "Scanning": Deletion.ALWAYS_KEEP,
        "PullTimeExclusion:arn:aws:iam:123456789012:role:security:scanner": Deletion.DELETE,
        "PullTimeExclusion:arn:aws:iam:210987654321:user:scanner": Deletion.DELETE,
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


def test_account_settings() -> None:
    """Account settings have no resource, because CloudFormation has no type for them."""
    settings = RegistrySettings(account_settings=AccountSettings(blob_mounting=BlobMounting.ENABLED))

    assert list(registry_resources(settings, **HOME)) == []
    assert (bool(settings), settings.is_deployed) == (True, False)
    assert settings.account_settings is not None
    assert settings.account_settings.by_name() == {"BLOB_MOUNTING": "ENABLED"}


def test_near_principals() -> None:
    """Principals that differ only in a path, a kind or a separator have different IDs."""
    names = ["role/a/b", "role/a-b", "role/a_b", "user/a/b", "role/a.b", "role/b", "role/a+b", "role/a=b", "role/a,b"]
    settings = RegistrySettings(pull_time_exclusions=tuple(f"arn:aws:iam::123456789012:{name}" for name in names))
    ids = {resource.id for resource in registry_resources(settings, **HOME)}

    assert len(ids) == len(names)


def test_signing() -> None:
    """A signing rule without repositories has no filters: the API takes no empty list."""
    settings = RegistrySettings(
        signing=(SigningRule(profile="one", repositories=("prod/*", "base")), SigningRule(profile="all"))
    )

    [resource] = registry_resources(settings, **HOME)
    assert resource.properties == {
        "Rules": [
            {
                "RepositoryFilters": [
                    {"Filter": "prod/*", "FilterType": "WILDCARD_MATCH"},
                    {"Filter": "base", "FilterType": "WILDCARD_MATCH"},
                ],
                "SigningProfileArn": "one",
            },
            {"SigningProfileArn": "all"},
        ]
    }
