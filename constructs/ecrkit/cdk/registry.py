"""What is registry-wide in an account and Region, and stays when its stack goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from ecrkit.errors import InvalidPropertyError, errors_in, silence
from ecrkit.lifecycle import LifecyclePolicy, check_completeness, compose, render
from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.settings import (
    Home,
    RegistrySettings,
    check_registry,
    policy_document,
    repository_policy,
    upstream_of,
)
from ecrkit.registry.settings.fields import at, without_slash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from constructs import IConstruct

    from ecrkit.errors import Finding
    from ecrkit.registry.settings import (
        CreationTemplate,
        PullThroughCacheRule,
        RegistryPolicy,
        ReplicationRule,
        Scanning,
    )

__all__ = ["Registry"]

Resource = TypeVar("Resource", bound=cdk.CfnResource)

_SUPERSEDES = "the registry's scanning supersedes the scan on push of every repository in this account and Region"
_METADATA = "ecrkit:registry"


class Registry(Construct):
    """
    The settings of a registry: one of these per account and Region.

    What is left out is left as it is there. How the registry scans supersedes what its repositories say about
    themselves: their scan on push says nothing any more.

    Everything is kept when it leaves the stack, or the stack goes, since it is everybody's who uses the registry. A
    creation that is rolled back deletes what it created, so that the next one finds its place free: CloudFormation
    creates a policy, replication, a cache or a template only where there is none. Scanning is always there, and
    deleting it would turn Amazon Inspector off for the account, so that it is kept then too.

    Args:
        scope: of the construct.
        construct_id: within the scope.
        scanning: how the registry scans. Default: as it is.
        replication: what is replicated where, in order. Default: as it is.
        policy: who may do what with the registry as a whole. Default: as it is.
        pull_through_cache: caches of other registries, by the prefix of their repositories; every property of one is
            create-only. Default: none.
        creation_templates: what a repository becomes that ECR creates by itself, by prefix. Default: none.

    Raises:
        InvalidPropertyError: ECR or CloudFormation would refuse a property, or there is another of these in the app for
            the same account and Region; names everything that is wrong.
        InvalidPolicyError: ECR would refuse the lifecycle policies of a template, or what they make together.

    Source: CloudFormation template reference, AWS::ECR (read 2026-11); the resource handlers of
    aws-cloudformation-resource-providers-ecr; aws-cloudformation/cloudformation-coverage-roadmap#2516.
    """

    def __init__(  # noqa: PLR0913 - a construct has the properties of its resources
        self,
        scope: Construct,
        construct_id: str,
        *,
        scanning: Scanning | None = None,
        replication: Sequence[ReplicationRule] = (),
        policy: RegistryPolicy | None = None,
        pull_through_cache: Mapping[str, PullThroughCacheRule] | None = None,
        creation_templates: Mapping[str, CreationTemplate] | None = None,
    ) -> None:
        stack = cdk.Stack.of(scope)
        home = Home(account=_known(stack.account), region=_known(stack.region), is_known=_is_known)
        settings = RegistrySettings(
            scanning=scanning,
            replication=tuple(replication),
            policy=policy,
            pull_through_cache=dict(pull_through_cache or {}),
            creation_templates=dict(creation_templates or {}),
        )
        findings = check_registry(settings, home)
        problems = [
            *_claim_problems(scope, home),
            *(found.text for found in errors_in(findings)),
            *_unresolved_problems(settings.creation_templates),
        ]
        if problems:
            where = f"{scope.node.path}/{construct_id}".removeprefix("/")
            raise InvalidPropertyError("\n".join(f"{where}: {problem}" for problem in problems))
        lifecycles = {prefix: _composed(template) for prefix, template in settings.creation_templates.items()}

        super().__init__(scope, construct_id)
        self.scanning = self._scanning(scanning) if scanning else None
        self.replication = self._replication(settings.replication, stack) if replication else None
        self.policy = self._policy(policy, settings.pull_through_cache, stack, home) if policy else None
        self.pull_through_cache = {
            prefix: self._cache(prefix, cache) for prefix, cache in settings.pull_through_cache.items()
        }
        self.creation_templates = {
            prefix: self._template(prefix, template, lifecycles[prefix], stack, home)
            for prefix, template in settings.creation_templates.items()
        }
        self._claim(home)
        self._warn(findings, self)
        for prefix, template in settings.creation_templates.items():
            place = at("creation_templates", prefix, *(["lifecycle"] if template.lifecycle else []))
            left_out = check_completeness(lifecycles[prefix], location=place)
            self._warn(silence(left_out, template.silence), self.creation_templates[prefix])

    def _scanning(self, scanning: Scanning) -> ecr.CfnRegistryScanningConfiguration:
        resource = ecr.CfnRegistryScanningConfiguration(
            self,
            "Scanning",
            scan_type=scanning.type.value,
            rules=[
                ecr.CfnRegistryScanningConfiguration.ScanningRuleProperty(
                    scan_frequency=rule.frequency.value,
                    repository_filters=[
                        ecr.CfnRegistryScanningConfiguration.RepositoryFilterProperty(
                            filter=pattern, filter_type="WILDCARD"
                        )
                        for pattern in rule.repositories
                    ],
                )
                for rule in scanning.rules
            ],
        )
        resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
        cdk.Annotations.of(resource).add_info_v2("ecrkit:scanning", _SUPERSEDES)
        return resource

    def _replication(self, rules: Sequence[ReplicationRule], stack: cdk.Stack) -> ecr.CfnReplicationConfiguration:
        properties = ecr.CfnReplicationConfiguration
        return _kept(
            ecr.CfnReplicationConfiguration(
                self,
                "Replication",
                replication_configuration=properties.ReplicationConfigurationProperty(
                    rules=[
                        properties.ReplicationRuleProperty(
                            destinations=[
                                properties.ReplicationDestinationProperty(
                                    region=destination.region, registry_id=destination.account or stack.account
                                )
                                for destination in rule.to
                            ],
                            repository_filters=[
                                properties.RepositoryFilterProperty(filter=prefix, filter_type="PREFIX_MATCH")
                                for prefix in rule.repositories
                            ]
                            or None,
                        )
                        for rule in rules
                    ]
                ),
            )
        )

    def _policy(
        self, policy: RegistryPolicy, caches: Iterable[str], stack: cdk.Stack, home: Home
    ) -> ecr.CfnRegistryPolicy:
        document = policy_document(
            policy,
            caches=caches,
            partition=_partition(stack, home),
            region=stack.region,
            account=stack.account,
        )
        return _kept(ecr.CfnRegistryPolicy(self, "Policy", policy_text=document))

    def _cache(self, prefix: str, cache: PullThroughCacheRule) -> ecr.CfnPullThroughCacheRule:
        upstream = upstream_of(cache.upstream)
        return _kept(
            ecr.CfnPullThroughCacheRule(
                self,
                _id("PullThroughCache", prefix),
                ecr_repository_prefix=prefix,
                upstream_registry_url=cache.upstream,
                # Written out though ECR can tell it from the URL: adding it later replaces the rule.
                upstream_registry=upstream.name if upstream else None,
                upstream_repository_prefix=cache.upstream_prefix,
                credential_arn=cache.credential,
                custom_role_arn=cache.role,
            )
        )

    def _template(
        self,
        prefix: str,
        template: CreationTemplate,
        lifecycle: LifecyclePolicy | None,
        stack: cdk.Stack,
        home: Home,
    ) -> ecr.CfnRepositoryCreationTemplate:
        properties = ecr.CfnRepositoryCreationTemplate
        exceptions = template.mutable_tags or template.immutable_tags
        mutability = template.mutability.value
        return _kept(
            ecr.CfnRepositoryCreationTemplate(
                self,
                _id("CreationTemplate", prefix),
                prefix=prefix,
                applied_for=[occasion.value for occasion in template.applied_for],
                description=template.description,
                encryption_configuration=properties.EncryptionConfigurationProperty(
                    encryption_type=template.encryption.value, kms_key=template.key
                ),
                image_tag_mutability=f"{mutability}_WITH_EXCLUSION" if exceptions else mutability,
                image_tag_mutability_exclusion_filters=[
                    properties.ImageTagMutabilityExclusionFilterProperty(
                        image_tag_mutability_exclusion_filter_type="WILDCARD",
                        image_tag_mutability_exclusion_filter_value=entry,
                    )
                    for entry in exceptions
                ]
                or None,
                lifecycle_policy=render(lifecycle) if lifecycle else None,
                repository_policy=repository_policy(
                    template, stack.region, account=stack.account, partition=_partition(stack, home)
                ),
                resource_tags=[cdk.CfnTag(key=key, value=value) for key, value in sorted(template.tags.items())]
                or None,
                custom_role_arn=template.role,
            )
        )

    def _claim(self, home: Home) -> None:
        """Note in the app that this account and Region have their registry."""
        if home.account and home.region:
            self.node.root.node.add_metadata(_METADATA, f"{home.account} in {home.region}")

    def _warn(self, findings: Iterable[Finding], construct: IConstruct) -> None:
        """Add the warnings that nobody silenced to the synth; errors stopped it."""
        for found in findings:
            if not found.silenced:
                cdk.Annotations.of(construct).add_warning_v2(found.code, f"{found.text} [{found.code}]")


def _kept(resource: Resource) -> Resource:
    resource.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    return resource


def _id(kind: str, prefix: str) -> str:
    # A slash would make way for two dashes, which another prefix may have; a colon is in none.
    return f"{kind}:{without_slash(prefix).replace('/', ':')}"


def _composed(template: CreationTemplate) -> LifecyclePolicy | None:
    policies = [entry for entry in template.lifecycle if isinstance(entry, LifecyclePolicy)]
    return compose(policies) if policies else None


def _unresolved_problems(templates: Mapping[str, CreationTemplate]) -> Iterator[str]:
    for prefix, template in templates.items():
        for index, entry in enumerate(template.lifecycle):
            if not isinstance(entry, LifecyclePolicy):
                path = at("creation_templates", prefix, "lifecycle", index).path
                remedy = f"look it up, as in PolicyStore.bundled()['{entry}']"
                yield f"{path}: must be a policy, got {str(entry)!r}; {remedy}"


def _claim_problems(scope: Construct, home: Home) -> Iterator[str]:
    claim = f"{home.account} in {home.region}"
    if any(entry.type == _METADATA and entry.data == claim for entry in scope.node.root.node.metadata):
        yield f"there is another Registry for {claim}, and each would undo the other; put all settings into one"


def _partition(stack: cdk.Stack, home: Home) -> str:
    return partition_of(home.region) if home.region else stack.partition


def _known(text: str) -> str | None:
    return text if _is_known(text) else None


def _is_known(text: str) -> bool:
    # Asking CDK is a round trip to another process; no text of ECR has the brace of an encoded token.
    return "${" not in text or not cdk.Token.is_unresolved(text)
