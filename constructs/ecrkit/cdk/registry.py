"""What is registry-wide in an account and Region, and stays when its stack goes."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Never, TypeVar

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from constructs import Construct

from ecrkit.cdk.arguments import refuse_unknown
from ecrkit.cdk.registry_types import REGISTRY_INSTEAD, registry_type_problems
from ecrkit.errors import InvalidPropertyError, errors_in, silence
from ecrkit.lifecycle import LifecyclePolicy, check_completeness
from ecrkit.registry.access_policy import acknowledgement
from ecrkit.registry.cloudformation import Deletion, partition_of
from ecrkit.registry.settings import Home, RegistrySettings, check_registry
from ecrkit.registry.settings.fields import at
from ecrkit.registry.settings.pull_times import scanner_findings
from ecrkit.registry.settings.resources import (
    cache_resource,
    composed_lifecycle,
    exclusion_resource,
    policy_resource,
    replication_resource,
    scanning_resource,
    signing_resource,
    template_resource,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from aws_cdk import aws_iam as iam
    from constructs import IConstruct

    from ecrkit.errors import Finding
    from ecrkit.registry.settings import (
        CreationTemplate,
        PullThroughCacheRule,
        RegistryPolicy,
        ReplicationRule,
        Scanning,
        SigningRule,
    )
    from ecrkit.registry.settings.resources import RegistryResource

__all__ = ["Registry"]

Resource = TypeVar("Resource", bound=cdk.CfnResource)

_SUPERSEDES = "the registry's scanning supersedes the scan on push of every repository in this account and Region"
_METADATA = "ecrkit:registry"
_REMOVAL = {
    Deletion.KEEP: cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    Deletion.ALWAYS_KEEP: cdk.RemovalPolicy.RETAIN,
    Deletion.DELETE: cdk.RemovalPolicy.DESTROY,
}
_WORD = re.compile(r"(?<!^)(?=[A-Z])")
_VERBATIM = {"PolicyText"}
"""Properties that are JSON; in all others the keys are the fields of structs."""


class Registry(Construct):
    """
    The settings of a registry; at most one per account and Region.

    Omitted settings stay as they are in the registry. Registry scanning overrides the scan on push of every
    repository.

    Settings are kept when they leave the stack or the stack is deleted, because the whole account uses them. Only
    pull-time exclusions are deleted then. A creation that is rolled back deletes what it created,
    so the next attempt can succeed: CloudFormation creates a policy, replication, a cache, a template, signing or an
    exclusion only if the registry has none yet. Scanning always exists, and deleting it would turn off Amazon
    Inspector for the account, so it is kept even then.

    Args:
        scope: The scope of the construct.
        construct_id: The ID within the scope.
        scanning: How the registry scans images. Default: unchanged.
        replication: Which repositories are replicated, and where to. Default: unchanged.
        policy: Permissions on the registry as a whole. Default: unchanged.
        pull_through_cache: Caches of other registries, by repository prefix; changing a property replaces the
            cache. Default: no cache.
        creation_templates: Settings of repositories that ECR creates automatically, by prefix. Default: no template.
        signing: Which repositories have their images signed on push, and with which profiles. Default: unchanged.
        pull_time_exclusions: Roles and users, or their ARNs, whose pulls do not count as use of an image. Default: no
            exclusion.

    Attributes:
        scanning: The L1 resource; ``None`` without it, likewise *replication*, *policy* and *signing*.
        pull_through_cache: The L1 resources by prefix, likewise *creation_templates*.
        pull_time_exclusions: The L1 resources, in the order given.

    Raises:
        InvalidPropertyError: ECR or CloudFormation would reject a property, or the app has another ``Registry`` for
            the same account and Region; lists all problems.
        InvalidPolicyError: ECR would reject a lifecycle policy of a template, or the combined policy.

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
        signing: Sequence[SigningRule] = (),
        pull_time_exclusions: Sequence[str | iam.IRole | iam.IUser] = (),
        **unsupported: Never,
    ) -> None:
        refuse_unknown(scope, construct_id, unsupported, of=Registry.__init__, instead=REGISTRY_INSTEAD)
        given = {
            "scanning": scanning,
            "replication": replication,
            "policy": policy,
            "pull_through_cache": pull_through_cache,
            "creation_templates": creation_templates,
            "signing": signing,
            "pull_time_exclusions": pull_time_exclusions,
        }
        where = f"{scope.node.path}/{construct_id}".removeprefix("/")
        _refuse(where, registry_type_problems(given))
        stack = cdk.Stack.of(scope)
        home = _HomeOfStack(account=_known(stack.account), region=_known(stack.region))
        settings = RegistrySettings(
            scanning=scanning,
            replication=tuple(replication),
            policy=policy,
            pull_through_cache=dict(pull_through_cache or {}),
            creation_templates=dict(creation_templates or {}),
            signing=tuple(signing),
            pull_time_exclusions=tuple(_arn_of(principal) for principal in pull_time_exclusions),
        )
        findings = check_registry(settings, home)
        problems = [
            *_claim_problems(scope, home),
            *(found.text for found in errors_in(findings)),
            *_unresolved_problems(settings.creation_templates),
        ]
        _refuse(where, problems)
        lifecycles = {prefix: composed_lifecycle(template) for prefix, template in settings.creation_templates.items()}

        super().__init__(scope, construct_id)
        place = {
            "partition": partition_of(home.region) if home.region else stack.partition,
            "region": stack.region,
            "account": stack.account,
        }
        self.scanning = self._scanning(scanning) if scanning else None
        self.replication = (
            self._resource(
                ecr.CfnReplicationConfiguration, replication_resource(settings.replication, account=stack.account)
            )
            if settings.replication
            else None
        )
        self.policy = (
            self._resource(ecr.CfnRegistryPolicy, policy_resource(policy, caches=settings.pull_through_cache, **place))
            if policy
            else None
        )
        self.pull_through_cache = {
            prefix: self._resource(ecr.CfnPullThroughCacheRule, cache_resource(prefix, cache))
            for prefix, cache in settings.pull_through_cache.items()
        }
        self.creation_templates = {
            prefix: self._resource(ecr.CfnRepositoryCreationTemplate, template_resource(prefix, template, **place))
            for prefix, template in settings.creation_templates.items()
        }
        self.signing = (
            self._resource(ecr.CfnSigningConfiguration, signing_resource(settings.signing))
            if settings.signing
            else None
        )
        self.pull_time_exclusions = tuple(
            self._resource(ecr.CfnPullTimeUpdateExclusion, exclusion_resource(arn, name=_name_of(arn, stack)))
            for arn in settings.pull_time_exclusions
        )
        self._claim(home)
        self._warn(findings, self)
        for prefix, template in settings.creation_templates.items():
            key = ("lifecycle",) if template.lifecycle else ()
            left_out = check_completeness(lifecycles[prefix], location=at("creation_templates", prefix, *key))
            self._warn(silence(left_out, template.silence), self.creation_templates[prefix])
            lifecycle = lifecycles[prefix]
            if lifecycle is not None and lifecycle.counts_pulls:
                scanners = scanner_findings(
                    template.access,
                    excluded=settings.pull_time_exclusions,
                    place=partial(at, "creation_templates", prefix),
                    reasons=template.silence,
                )
                self._warn(scanners, self.creation_templates[prefix])

    def _scanning(self, scanning: Scanning) -> ecr.CfnRegistryScanningConfiguration:
        resource = self._resource(ecr.CfnRegistryScanningConfiguration, scanning_resource(scanning))
        cdk.Annotations.of(resource).add_info_v2("ecrkit:scanning", _SUPERSEDES)
        return resource

    def _resource(self, kind: type[Resource], written: RegistryResource) -> Resource:
        made = kind(self, written.id, **_keywords(written.properties))
        made.apply_removal_policy(_REMOVAL[written.deletion])
        for key, value in acknowledgement(written.open_to_everyone).items():
            made.add_metadata(key, value)
        return made

    def _claim(self, home: Home) -> None:
        """Note in the app that this account and Region have their registry."""
        if home.account and home.region:
            self.node.root.node.add_metadata(_METADATA, f"{home.account} in {home.region}")

    def _warn(self, findings: Iterable[Finding], construct: IConstruct) -> None:
        """Add the warnings that nobody silenced to the synth; errors stopped it."""
        for found in findings:
            if not found.silenced:
                cdk.Annotations.of(construct).add_warning_v2(found.code, f"{found.text} [{found.code}]")


def _refuse(where: str, problems: Iterable[str]) -> None:
    lines = [f"{where}: {problem}" for problem in problems]
    if lines:
        raise InvalidPropertyError("\n".join(lines))


def _arn_of(principal: str | iam.IRole | iam.IUser) -> str:
    if isinstance(principal, str):
        return principal
    arn: str = getattr(principal, "role_arn", None) or principal.user_arn  # type: ignore[union-attr] # a role or a user
    return arn


def _name_of(arn: str, stack: cdk.Stack) -> str | None:
    """Name a principal whose ARN is a token, by what the template will have in its place."""
    return None if _is_known(arn) else json.dumps(stack.resolve(arn))


def _keywords(properties: Mapping[str, object]) -> dict[str, Any]:
    """Turn the properties of a resource into the arguments of its L1: ``ScanType`` into ``scan_type``."""
    return {
        _WORD.sub("_", key).lower(): value if key in _VERBATIM else _structs(value) for key, value in properties.items()
    }


def _structs(value: object) -> object:
    """Name the fields of structs as CDK does: ``ScanFrequency`` becomes ``scanFrequency``."""
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _structs(field) for key, field in value.items()}
    return [_structs(entry) for entry in value] if isinstance(value, list) else value


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
        yield f"another Registry exists for {claim}, and each would overwrite the other; put all settings into one"


def _known(text: str) -> str | None:
    return text if _is_known(text) else None


class _HomeOfStack(Home):
    """The account and Region of a stack, in which texts may be tokens."""

    __slots__ = ()

    def is_known(self, text: str) -> bool:
        """Whether *text* is no token."""
        return _is_known(text)


def _is_known(text: str) -> bool:
    # Asking CDK is a round trip to another process; no text of ECR has the brace of an encoded token.
    return "${" not in text or not cdk.Token.is_unresolved(text)
