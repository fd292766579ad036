"""Registry-wide settings as CloudFormation resources, without CDK; the construct and the templates write the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.lifecycle import LifecyclePolicy, compose, render
from ecrkit.registry.cloudformation import Deletion, encryption_properties, mutability_properties
from ecrkit.registry.properties import Encryption
from ecrkit.registry.settings.caches import upstream_of
from ecrkit.registry.settings.creation_templates import repository_policy
from ecrkit.registry.settings.fields import without_slash
from ecrkit.registry.settings.policy import policy_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecrkit.registry.settings.values import (
        CreationTemplate,
        PullThroughCacheRule,
        RegistryPolicy,
        RegistrySettings,
        ReplicationRule,
        Scanning,
        SigningRule,
    )

__all__ = [
    "ACCOUNT_SETTINGS_NOTE",
    "RegistryResource",
    "cache_resource",
    "composed_lifecycle",
    "exclusion_resource",
    "policy_resource",
    "registry_resources",
    "replication_resource",
    "scanning_resource",
    "signing_resource",
    "template_resource",
]


ACCOUNT_SETTINGS_NOTE = (
    "account_settings are not deployed, because CloudFormation has no type for them; 'ecrkit audit' compares them"
)
"""What to say where a template leaves them out."""

_NOT_IN_ID = re.compile(r"[^\w+=,.@-]+", re.ASCII)
"""What CDK changes in the ID of a construct; the names in an ARN have none of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryResource:
    """
    A resource with registry-wide settings.

    Attributes:
        id: ID of its construct in the construct of the registry; part of its logical ID.
        type: as in ``AWS::ECR::RegistryPolicy``.
        properties: as CloudFormation takes them.
        deletion: what becomes of the settings when the resource leaves its stack.
        open_to_everyone: why its policy may let everyone in; empty for one that may not.
    """

    id: str
    type: str
    properties: Mapping[str, object]
    deletion: Deletion = Deletion.KEEP
    open_to_everyone: str = ""


def registry_resources(
    settings: RegistrySettings, *, partition: str, region: str, account: str
) -> Iterator[RegistryResource]:
    """
    Write all registry-wide settings.

    Args:
        settings: valid ones, whose creation templates have policies and no names of policies.
        partition: partition of the registry, as in ``aws``.
        region: Region of the registry, as in ``us-east-1``.
        account: account of the registry, 12 digits.

    Returns:
        Scanning, replication, the policy, the caches, the creation templates, signing and the pull-time exclusions, in
        this order. No account settings: CloudFormation has no type for them.
    """
    place = {"partition": partition, "region": region, "account": account}
    if settings.scanning:
        yield scanning_resource(settings.scanning)
    if settings.replication:
        yield replication_resource(settings.replication, account=account)
    if settings.policy:
        yield policy_resource(settings.policy, caches=settings.pull_through_cache, **place)
    for prefix, cache in settings.pull_through_cache.items():
        yield cache_resource(prefix, cache)
    for prefix, template in settings.creation_templates.items():
        yield template_resource(prefix, template, **place)
    if settings.signing:
        yield signing_resource(settings.signing)
    for principal in settings.pull_time_exclusions:
        yield exclusion_resource(principal)


def scanning_resource(scanning: Scanning) -> RegistryResource:
    """Write how the registry scans."""
    return RegistryResource(
        id="Scanning",
        type="AWS::ECR::RegistryScanningConfiguration",
        properties={
            "Rules": [
                {
                    "RepositoryFilters": [
                        {"Filter": pattern, "FilterType": "WILDCARD"} for pattern in rule.repositories
                    ],
                    "ScanFrequency": rule.frequency.value,
                }
                for rule in scanning.rules
            ],
            "ScanType": scanning.type.value,
        },
        # Every registry scans in some way, and deleting it would turn Amazon Inspector off for the account.
        deletion=Deletion.ALWAYS_KEEP,
    )


def replication_resource(rules: Sequence[ReplicationRule], *, account: str) -> RegistryResource:
    """
    Write what is replicated where.

    Args:
        rules: in order.
        account: account of the registry, or a token of it, for destinations that name no account.
    """
    return RegistryResource(
        id="Replication",
        type="AWS::ECR::ReplicationConfiguration",
        properties={"ReplicationConfiguration": {"Rules": [_replication_rule(rule, account) for rule in rules]}},
    )


def policy_resource(
    policy: RegistryPolicy, *, caches: Iterable[str], partition: str, region: str, account: str
) -> RegistryResource:
    """
    Write the policy of the registry.

    Args:
        policy: who may do what.
        caches: prefixes of the pull-through caches.
        partition: partition of the registry, or a token of it.
        region: Region of the registry, or a token of it.
        account: account of the registry, or a token of it.
    """
    document = policy_document(policy, caches=caches, partition=partition, region=region, account=account)
    return RegistryResource(
        id="Policy",
        type="AWS::ECR::RegistryPolicy",
        properties={"PolicyText": document},
        open_to_everyone=policy.open_to_everyone,
    )


def cache_resource(prefix: str, cache: PullThroughCacheRule) -> RegistryResource:
    """
    Write a pull-through cache.

    Args:
        prefix: of its repositories.
        cache: the cache.
    """
    upstream = upstream_of(cache.upstream)
    return RegistryResource(
        id=_id("PullThroughCache", prefix),
        type="AWS::ECR::PullThroughCacheRule",
        properties=_given(
            CredentialArn=cache.credential,
            CustomRoleArn=cache.role,
            EcrRepositoryPrefix=prefix,
            # Written out though ECR derives it from the URL: adding it later replaces the rule.
            UpstreamRegistry=upstream.name if upstream else None,
            UpstreamRegistryUrl=cache.upstream,
            UpstreamRepositoryPrefix=cache.upstream_prefix,
        ),
    )


def template_resource(
    prefix: str, template: CreationTemplate, *, partition: str, region: str, account: str
) -> RegistryResource:
    """
    Write a creation template.

    Args:
        prefix: of the repositories that ECR creates from it.
        template: has policies and no names of policies.
        partition: partition of the registry, or a token of it.
        region: Region of the registry, or a token of it.
        account: account of the registry, or a token of it.
    """
    lifecycle = composed_lifecycle(template)
    tags = [{"Key": key, "Value": value} for key, value in sorted(template.tags.items())]
    return RegistryResource(
        id=_id("CreationTemplate", prefix),
        type="AWS::ECR::RepositoryCreationTemplate",
        properties=_given(
            AppliedFor=[occasion.value for occasion in template.applied_for],
            CustomRoleArn=template.role,
            Description=template.description,
            **encryption_properties(Encryption(template.encryption_type), template.key),
            **mutability_properties(template.mutability, template.mutable_tags or template.immutable_tags),
            LifecyclePolicy=render(lifecycle) if lifecycle else None,
            Prefix=prefix,
            RepositoryPolicy=repository_policy(template, region, account=account, partition=partition),
            ResourceTags=tags or None,
        ),
        open_to_everyone=template.open_to_everyone,
    )


def signing_resource(rules: Sequence[SigningRule]) -> RegistryResource:
    """
    Write which images are signed on push.

    Args:
        rules: in order.
    """
    return RegistryResource(
        id="Signing",
        type="AWS::ECR::SigningConfiguration",
        properties={"Rules": [_signing_rule(rule) for rule in rules]},
    )


def exclusion_resource(principal: str, *, name: str | None = None) -> RegistryResource:
    """
    Write a principal whose pulls do not count.

    Args:
        principal: its ARN, or a token of it.
        name: what its ID is made from, where *principal* is a token.
    """
    return RegistryResource(
        id=f"PullTimeExclusion:{_NOT_IN_ID.sub(':', name or principal)}",
        type="AWS::ECR::PullTimeUpdateExclusion",
        properties={"PrincipalArn": principal},
        # It is an entry of a list: what leaves the list no longer applies, and no image is lost by that.
        deletion=Deletion.DELETE,
    )


def composed_lifecycle(template: CreationTemplate) -> LifecyclePolicy | None:
    """
    Compose the lifecycle policies of a creation template; ``None`` if it has none.

    Raises:
        InvalidPolicyError: ECR would reject one of them, or the composed policy.
    """
    policies = [entry for entry in template.lifecycle if isinstance(entry, LifecyclePolicy)]
    return compose(policies) if policies else None


def _replication_rule(rule: ReplicationRule, account: str) -> dict[str, object]:
    destinations = [
        {"Region": destination.region, "RegistryId": destination.account or account} for destination in rule.to
    ]
    filters = [{"Filter": prefix, "FilterType": "PREFIX_MATCH"} for prefix in rule.repositories]
    return {"Destinations": destinations, **({"RepositoryFilters": filters} if filters else {})}


def _signing_rule(rule: SigningRule) -> dict[str, object]:
    filters = [{"Filter": pattern, "FilterType": "WILDCARD_MATCH"} for pattern in rule.repositories]
    return {**({"RepositoryFilters": filters} if filters else {}), "SigningProfileArn": rule.profile}


def _id(kind: str, prefix: str) -> str:
    # CDK would replace a slash by two dashes, which another prefix may have; no prefix has a colon.
    return f"{kind}:{without_slash(prefix).replace('/', ':')}"


def _given(**properties: object) -> dict[str, object]:
    return {key: value for key, value in properties.items() if value is not None}
