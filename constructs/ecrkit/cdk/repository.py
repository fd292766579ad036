"""An ECR repository with the defaults that a platform team would choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr

from ecrkit.catalog import Encryption
from ecrkit.errors import InvalidNameError, InvalidPropertyError
from ecrkit.findings import Location
from ecrkit.lifecycle import LifecyclePolicy, check_completeness, compose, render
from ecrkit.names import OutputKey, RepositoryName, TagFilter, output_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from constructs import Construct

__all__ = ["Repository"]

_REMOVAL_POLICIES = (
    cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    cdk.RemovalPolicy.RETAIN,
    cdk.RemovalPolicy.DESTROY,
)


class Repository(ecr.Repository):
    """
    An ECR repository: scanned on push, encrypted, with immutable tags, and kept when its stack goes.

    It is an :class:`aws_cdk.aws_ecr.Repository`: pass it wherever one is taken, and grant with ``grant_pull``,
    ``grant_push`` and ``add_to_resource_policy``. Its construct id is part of its logical id: a change of it, once
    deployed, is a change of repository.

    Args:
        scope: of the construct.
        construct_id: within the scope.
        repository_name: as ECR takes it; create-only. Default: CloudFormation makes one up.
        lifecycle: a policy, or several in order of precedence. Default: none, so that no image ever expires.
        encryption: ``AES256``, ``KMS`` with the key that AWS manages, or ``omit`` to leave the property out, for a
            repository that is deployed without it; create-only. Default: ``AES256``.
        mutable_tags: tags, or patterns of tags with at most two ``*``, that may be overwritten; at most five.
            Default: none.
        removal_policy: what becomes of the repository when it leaves its stack: ``RETAIN_ON_UPDATE_OR_DELETE``,
            ``RETAIN`` or ``DESTROY``. Default: kept, on replacement too, unless its creation itself fails.
        empty_on_delete: delete its images with it; needs ``DESTROY``. Default: false.
        output: logical id of the output that holds its URI. Default: the repository's name, or the construct's id
            where it has none, in PascalCase and ``RepositoryUri``.

    What its policies leave out together is a warning of the synth, which
    ``Annotations.of(repository).acknowledge_warning("ECR212", "why")`` silences.

    Raises:
        InvalidPropertyError: ECR or CloudFormation would refuse a property; names every such one.
        InvalidPolicyError: ECR would refuse the policies, or what they make together.

    Source: CloudFormation template reference, AWS::ECR::Repository (read 2026-11).
    """

    def __init__(  # noqa: PLR0913 - a construct has the properties of its resource
        self,
        scope: Construct,
        construct_id: str,
        *,
        repository_name: str | None = None,
        lifecycle: LifecyclePolicy | Sequence[LifecyclePolicy] | None = None,
        encryption: str = Encryption.AES256,
        mutable_tags: Sequence[str] = (),
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        empty_on_delete: bool = False,
        output: str | None = None,
    ) -> None:
        problems = [
            *_name_problems(repository_name),
            *_lifecycle_problems(lifecycle),
            *_encryption_problems(encryption),
            *_mutable_tags_problems(mutable_tags),
            *_removal_problems(removal_policy, empty_on_delete=empty_on_delete),
            *_output_problems(output, repository_name, construct_id),
        ]
        if problems:
            where = f"{scope.node.path}/{construct_id}".removeprefix("/")
            raise InvalidPropertyError("\n".join(f"{where}: {problem}" for problem in problems))
        policy = _composed(lifecycle)

        self._given_name = _known_now(repository_name)
        super().__init__(
            scope,
            construct_id,
            # The L2 refuses names that ECR accepts, `a__b` among them. One that is generated passes unchecked, and
            # `_generate_physical_name` gives references from other environments the name that was meant.
            repository_name=cdk.PhysicalName.GENERATE_IF_NEEDED if self._given_name else repository_name,
            image_scan_on_push=True,
            removal_policy=removal_policy,
            empty_on_delete=empty_on_delete or None,
        )
        self._resource().add_override(
            "Properties",
            {
                **({"RepositoryName": self._given_name} if self._given_name else {}),
                **_encryption_properties(encryption),
                **_mutability_properties(mutable_tags),
                **({"LifecyclePolicy": {"LifecyclePolicyText": render(policy)}} if policy else {}),
            },
        )
        for finding in check_completeness(policy, location=Location("", 1, 1)):
            cdk.Annotations.of(self).add_warning_v2(finding.code, f"{finding.text} [{finding.code}]")
        self._add_output(OutputKey(output) if output else output_key(self._given_name or construct_id))

    def add_lifecycle_rule(self, **_: object) -> NoReturn:
        """
        Refuse: the lifecycle policy is given as a whole, where it can be checked.

        Raises:
            InvalidPropertyError: always.
        """
        raise InvalidPropertyError(
            f"{self.node.path}: add_lifecycle_rule would not reach the template; pass the policy as lifecycle=…"
        )

    def _generate_physical_name(self) -> str:
        return self._given_name or super()._generate_physical_name()

    def _resource(self) -> ecr.CfnRepository:
        resource = self.node.default_child
        if not isinstance(resource, ecr.CfnRepository):
            msg = f"the L2 has a CfnRepository as its default child, got {type(resource)}"
            raise TypeError(msg)
        return resource

    def _add_output(self, key: OutputKey) -> None:
        # An output that stands directly in the stack has its id as its key, without a hash.
        stack = cdk.Stack.of(self)
        if stack.node.try_find_child(key) is not None:
            taken = f"the output key '{key}' is taken in stack '{stack.stack_name}'"
            raise InvalidPropertyError(f"{self.node.path}: {taken}; give another as output=…")
        cdk.CfnOutput(stack, key, value=self._resource().attr_repository_uri)


def _known_now(repository_name: str | None) -> str:
    """Give the name, or an empty one where there is none or CDK learns it later."""
    return "" if repository_name is None or _is_token(repository_name) else repository_name


def _composed(lifecycle: LifecyclePolicy | Sequence[LifecyclePolicy] | None) -> LifecyclePolicy | None:
    policies = [lifecycle] if isinstance(lifecycle, LifecyclePolicy) else list(lifecycle or ())
    return compose(policies) if policies else None


def _encryption_properties(encryption: str) -> dict[str, object]:
    # Written out though AES256 is what the service does anyway: adding the property later replaces the repository.
    return {} if encryption == Encryption.OMIT else {"EncryptionConfiguration": {"EncryptionType": str(encryption)}}


def _mutability_properties(mutable_tags: Sequence[str]) -> dict[str, object]:
    if not mutable_tags:
        return {"ImageTagMutability": "IMMUTABLE"}
    return {
        "ImageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "ImageTagMutabilityExclusionFilters": [
            {
                "ImageTagMutabilityExclusionFilterType": "WILDCARD",
                "ImageTagMutabilityExclusionFilterValue": str(entry),
            }
            for entry in mutable_tags
        ],
    }


def _name_problems(repository_name: str | None) -> list[str]:
    if repository_name is None or _is_token(repository_name):
        return []
    return _refused("repository_name", RepositoryName, repository_name)


def _lifecycle_problems(lifecycle: LifecyclePolicy | Sequence[LifecyclePolicy | str] | None) -> list[str]:
    entries = [lifecycle] if isinstance(lifecycle, LifecyclePolicy | str) else lifecycle or ()
    return [
        f"lifecycle: must be policies, got the string {entry!r}; look it up, as in PolicyStore.bundled()[{entry!r}]"
        for entry in entries
        if isinstance(entry, str)
    ]


def _encryption_problems(encryption: str) -> list[str]:
    if encryption in list(Encryption):
        return []
    return [f"encryption: must be one of {', '.join(Encryption)}, got {encryption!r}"]


def _mutable_tags_problems(mutable_tags: Sequence[str]) -> list[str]:
    if isinstance(mutable_tags, str):
        return [f"mutable_tags: must be a list of tags, got the string {mutable_tags!r}; write [{mutable_tags!r}]"]
    problems = []
    if len(mutable_tags) > TagFilter.MAX_PER_REPOSITORY:
        limit = TagFilter.MAX_PER_REPOSITORY
        problems.append(f"mutable_tags: must have at most {limit} entries, got {len(mutable_tags)}")
    if len(set(mutable_tags)) < len(mutable_tags):
        problems.append(f"mutable_tags: an entry is named twice in {list(mutable_tags)}; remove one")
    for entry in dict.fromkeys(mutable_tags):
        problems += _refused("mutable_tags", TagFilter, entry)
    return problems


def _removal_problems(removal_policy: cdk.RemovalPolicy, *, empty_on_delete: bool) -> list[str]:
    if removal_policy not in _REMOVAL_POLICIES:
        allowed = ", ".join(policy.name for policy in _REMOVAL_POLICIES)
        return [f"removal_policy: must be one of {allowed}, got {removal_policy.name}"]
    if empty_on_delete and removal_policy is not cdk.RemovalPolicy.DESTROY:
        needs = f"needs removal_policy=RemovalPolicy.DESTROY, got {removal_policy.name}"
        return [f"empty_on_delete: {needs}; give both only where every image may be lost"]
    return []


def _output_problems(output: str | None, repository_name: str | None, construct_id: str) -> list[str]:
    if output is not None:
        return _refused("output", OutputKey, output)
    try:
        output_key(_known_now(repository_name) or construct_id)
    except InvalidNameError as error:
        return [f"output: {error}; give one as output=…"]
    return []


def _refused(prop: str, checked: Callable[[str], object], text: str) -> list[str]:
    try:
        checked(text)
    except InvalidNameError as error:
        return [f"{prop}: {error}"]
    return []


def _is_token(text: str) -> bool:
    # Asking CDK is a round trip to another process; no name has the brace of an encoded token.
    return "${" in text and cdk.Token.is_unresolved(text)
