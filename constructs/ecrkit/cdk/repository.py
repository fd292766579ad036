"""An ECR repository with the defaults that a platform team would choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm

from ecrkit.cdk import refusals
from ecrkit.cdk.imported import ImportedRepository
from ecrkit.errors import InvalidPropertyError, Location
from ecrkit.lifecycle import LifecyclePolicy, check_completeness, compose
from ecrkit.registry.access import Access, Grantees, policy_statements
from ecrkit.registry.access_policy import acknowledgement, policy_text
from ecrkit.registry.cloudformation import (
    arn_output_key,
    export_name,
    parameter_name,
    resource_properties,
)
from ecrkit.registry.outputs import OutputKey, output_key
from ecrkit.registry.properties import Encryption, Mutability, RepositoryProperties

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aws_cdk import aws_kms as kms
    from constructs import Construct

    from ecrkit.registry.access_policy import Judged

__all__ = ["Repository"]

_LONG = 8_000
"""Statements of fewer characters make no policy that is too long."""


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
        encryption: ``AES256``, ``KMS``, ``KMS_DSSE``, or ``omit`` to leave the property out, for a repository that is
            deployed without it; create-only. Default: ``AES256``.
        encryption_key: for KMS and KMS_DSSE: a key, or the alias, ID or ARN of one in the same Region; create-only.
            Default: the key that AWS manages.
        scan_on_push: have every image that is pushed scanned. Default: true.
        mutability: ``IMMUTABLE`` or ``MUTABLE``: whether a tag can be pushed again. Default: ``IMMUTABLE``.
        mutable_tags: tags, or patterns of tags with at most two ``*``, that may be overwritten although the repository
            is immutable; at most five. Default: none.
        immutable_tags: those that may not although it is mutable; at most five. Default: none.
        pull: who may pull, besides those whom the account lets. Default: nobody.
        push: who may push, and pull, besides those whom the account lets. Default: nobody.
        statements: of its policy, as they are in JSON, besides those of *pull* and *push*. Default: none.
        open_to_everyone: why its policy may let everyone in; it is written into the metadata of the resource. Default:
            none, so that a statement that does raises, here, in ``add_to_resource_policy`` and in every grant.
        removal_policy: what becomes of the repository when it leaves its stack: ``RETAIN_ON_UPDATE_OR_DELETE``,
            ``RETAIN`` or ``DESTROY``. Default: kept, on replacement too, unless its creation itself fails.
        empty_on_delete: delete its images with it; needs ``DESTROY``. Default: false.
        exports: export its URI and ARN from the stack, as ``ecr:<output>`` and ``ecr:<output of the ARN>``. Default:
            false.
        parameters: write its URI and ARN to the SSM parameters ``/ecr/<name>/uri`` and ``/ecr/<name>/arn``; needs a
            name. Default: false.
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
        lifecycle: LifecyclePolicy | Iterable[LifecyclePolicy] | None = None,
        encryption: str = Encryption.AES256,
        encryption_key: kms.IKey | str | None = None,
        scan_on_push: bool = True,
        mutability: str = Mutability.IMMUTABLE,
        mutable_tags: Sequence[str] = (),
        immutable_tags: Sequence[str] = (),
        pull: Grantees | None = None,
        push: Grantees | None = None,
        statements: Sequence[Mapping[str, object]] = (),
        open_to_everyone: str = "",
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        empty_on_delete: bool = False,
        exports: bool = False,
        parameters: bool = False,
        output: str | None = None,
    ) -> None:
        where = f"{scope.node.path}/{construct_id}".removeprefix("/")
        if isinstance(lifecycle, LifecyclePolicy | str):
            lifecycle = (lifecycle,)
        _refuse(
            where,
            refusals.type_problems(
                {
                    "repository_name": repository_name,
                    "lifecycle": lifecycle,
                    "scan_on_push": scan_on_push,
                    "mutable_tags": mutable_tags,
                    "immutable_tags": immutable_tags,
                    "pull": pull,
                    "push": push,
                    "statements": statements,
                    "open_to_everyone": open_to_everyone,
                    "removal_policy": removal_policy,
                    "empty_on_delete": empty_on_delete,
                    "exports": exports,
                    "parameters": parameters,
                    "output": output,
                }
            ),
        )
        policies = tuple(lifecycle or ())  # It is looked at more than once, and may be an iterator.
        key: Any = getattr(encryption_key, "key_arn", encryption_key)
        wrong, warnings = refusals.judged_statements(
            statements, region=cdk.Stack.of(scope).region, acknowledged=open_to_everyone
        )
        problems = [
            *refusals.name_problems(repository_name),
            *refusals.lifecycle_problems(policies),
            *refusals.encryption_problems(encryption, key),
            *refusals.mutability_problems(mutability, mutable_tags, immutable_tags),
            *wrong,
            *refusals.removal_problems(removal_policy, empty_on_delete=empty_on_delete),
            *refusals.output_problems(output, exports=exports),
        ]
        if parameters and repository_name is None:
            problems.append("parameters: needs a repository_name, got none; pass one")
        _refuse(where, problems)
        policy = compose(policies) if policies else None

        self._open_to_everyone = open_to_everyone
        self._refusal: InvalidPropertyError | None = None
        self._policy_length = 0
        self._given_name = refusals.known_now(repository_name)
        super().__init__(
            scope,
            construct_id,
            # The L2 refuses names that ECR accepts, `a__b` among them. One that is generated passes unchecked, and
            # `_generate_physical_name` gives references from other environments the name that was meant.
            repository_name=cdk.PhysicalName.GENERATE_IF_NEEDED if self._given_name else repository_name,
            image_scan_on_push=scan_on_push,
            removal_policy=removal_policy,
            empty_on_delete=empty_on_delete or None,
        )
        properties = RepositoryProperties(
            encryption=encryption,
            encryption_key=key,
            scan_on_push=scan_on_push,
            mutability=mutability,
            exceptions=(*mutable_tags, *immutable_tags),
            access=Access(pull=pull or Grantees(), push=push or Grantees()),
            statements=tuple(statements),
            open_to_everyone=open_to_everyone,
            empty_on_delete=empty_on_delete,
        )
        name_property = {"RepositoryName": self._given_name} if self._given_name else {}
        self._resource().add_override(
            "Properties", {**name_property, **resource_properties(properties, lifecycle=policy)}
        )
        for key, value in acknowledgement(open_to_everyone).items():
            self._resource().add_metadata(key, value)
        self._add_access(properties)
        self._warn(policy)
        self._warn_of(warnings)
        name = OutputKey(output) if output else output_key(self._given_name or construct_id)
        self._add_output(name, "RepositoryUri", exported=exports)
        if exports:
            self._add_output(arn_output_key(name), "Arn", exported=True)
        if parameters and repository_name:
            self._add_parameters(repository_name)

    @staticmethod
    def from_repository_name(
        scope: Construct,
        id: str,  # noqa: A002 - the L2's own name
        repository_name: str,
        *,
        policy_elsewhere: bool = False,
    ) -> ecr.IRepository:
        """
        Refer to a repository of the same account and Region that another stack, or nobody, manages.

        Args:
            scope: of the construct.
            id: within the scope.
            repository_name: its name.
            policy_elsewhere: whether its policy lets in already whom this app would: Lambda, for a function from its
                image. Default: false, so that what would have to be written to its policy raises.
        """
        arn = ecr.Repository.arn_for_local_repository(repository_name, scope)
        return ImportedRepository(
            scope, id, repository_name=repository_name, repository_arn=arn, policy_elsewhere=policy_elsewhere
        )

    @staticmethod
    def from_repository_arn(
        scope: Construct,
        id: str,  # noqa: A002 - the L2's own name
        repository_arn: str,
        *,
        policy_elsewhere: bool = False,
    ) -> ecr.IRepository:
        """
        Refer to a repository anywhere; *policy_elsewhere* as for a name.

        Raises:
            InvalidPropertyError: CDK learns the ARN later, and the name in it may have slashes.
        """
        if refusals.is_token(repository_arn):
            raise InvalidPropertyError(f"{id}: the ARN is not known now; use from_repository_attributes")
        name = repository_arn.partition(":repository/")[2]
        return ImportedRepository(
            scope, id, repository_name=name, repository_arn=repository_arn, policy_elsewhere=policy_elsewhere
        )

    @staticmethod
    def from_repository_attributes(
        scope: Construct,
        id: str,  # noqa: A002 - the L2's own name
        *,
        repository_arn: str,
        repository_name: str,
        policy_elsewhere: bool = False,
    ) -> ecr.IRepository:
        """Refer to a repository anywhere, whose name and ARN CDK may learn later; *policy_elsewhere* as for a name."""
        return ImportedRepository(
            scope,
            id,
            repository_name=repository_name,
            repository_arn=repository_arn,
            policy_elsewhere=policy_elsewhere,
        )

    def add_to_resource_policy(self, statement: iam.PolicyStatement) -> iam.AddToResourcePolicyResult:
        """
        Add a statement to the policy of the repository.

        Args:
            statement: as for ``statements``; one that lets everyone in needs *open_to_everyone*.

        Raises:
            InvalidPropertyError: ECR would reject the statement, or it lets everyone in. A grant of another construct
                raises a ``RuntimeError`` with the same text, since it calls this from Node.
        """
        stack = cdk.Stack.of(self)
        document = stack.resolve(statement.to_statement_json())
        wrong, warnings = refusals.judged_statements(
            [document],
            region=stack.region,
            acknowledged=self._open_to_everyone,
        )
        if wrong:
            lines = (problem.removeprefix("statements[0]") for problem in wrong)
            text = "\n".join(f"{self.node.path}: add_to_resource_policy{line}" for line in lines)
            self._refusal = InvalidPropertyError(text)
            raise self._refusal
        self._warn_of(warnings)
        self._count(document)
        return super().add_to_resource_policy(statement)

    def grant(self, grantee: iam.IGrantable, *actions: str) -> iam.Grant:
        """Grant *actions*; a principal that is everyone needs *open_to_everyone*, or raises InvalidPropertyError."""
        return self._granted(lambda: super(Repository, self).grant(grantee, *actions))

    def grant_pull(self, grantee: iam.IGrantable) -> iam.Grant:
        """Grant to pull; as :meth:`grant`."""
        return self._granted(lambda: super(Repository, self).grant_pull(grantee))

    def grant_push(self, grantee: iam.IGrantable) -> iam.Grant:
        """Grant to push; as :meth:`grant`."""
        return self._granted(lambda: super(Repository, self).grant_push(grantee))

    def grant_pull_push(self, grantee: iam.IGrantable) -> iam.Grant:
        """Grant to pull and push; as :meth:`grant`."""
        return self._granted(lambda: super(Repository, self).grant_pull_push(grantee))

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Grant to read what is in it; as :meth:`grant`."""
        return self._granted(lambda: super(Repository, self).grant_read(grantee))

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

    def _add_access(self, properties: RepositoryProperties) -> None:
        stack = cdk.Stack.of(self)
        place = {"partition": stack.partition, "region": stack.region, "account": stack.account}
        made = policy_statements(properties.access, **place) if properties.access else []
        for statement in (*made, *properties.statements):
            self._count(statement)
            super().add_to_resource_policy(iam.PolicyStatement.from_json(statement))

    def _count(self, statement: Mapping[str, object]) -> None:
        """Have the synth measure the policy as it is then, merged, when its statements alone come to its limit."""
        before, self._policy_length = self._policy_length, self._policy_length + len(policy_text(statement))
        if before <= _LONG < self._policy_length:
            self.node.add_validation(refusals.PolicyLength(self._resource()))

    def _granted(self, grant: Callable[[], iam.Grant]) -> iam.Grant:
        """Grant; what Node reports of a refusal is raised as the refusal itself."""
        self._refusal = None
        try:
            return grant()
        except RuntimeError:
            if self._refusal is None:
                raise
            raise self._refusal from None

    def _warn_of(self, judged: Iterable[Judged]) -> None:
        for one in judged:
            cdk.Annotations.of(self).add_warning_v2(one.found.check.code, refusals.warning_text(one))

    def _warn(self, policy: LifecyclePolicy | None) -> None:
        for finding in check_completeness(policy, location=Location("", 1, 1)):
            cdk.Annotations.of(self).add_warning_v2(finding.code, f"{finding.text} [{finding.code}]")

    def _add_output(self, key: str, attribute: str, *, exported: bool) -> None:
        # An output that stands directly in the stack has its id as its key, without a hash.
        stack = cdk.Stack.of(self)
        if stack.node.try_find_child(key) is not None:
            taken = f"the output key '{key}' is taken in stack '{stack.stack_name}'"
            raise InvalidPropertyError(f"{self.node.path}: {taken}; pass another as output=…")
        value = self._resource().get_att(attribute).to_string()
        cdk.CfnOutput(stack, key, value=value, export_name=export_name(key) if exported else None)

    def _add_parameters(self, repository_name: str) -> None:
        for what, attribute in (("Uri", "RepositoryUri"), ("Arn", "Arn")):
            ssm.CfnParameter(
                self,
                f"{what}Parameter",
                name=parameter_name(repository_name, what),
                type="String",
                value=self._resource().get_att(attribute).to_string(),
            )


def _refuse(where: str, problems: Iterable[str]) -> None:
    lines = [f"{where}: {problem}" for problem in problems]
    if lines:
        raise InvalidPropertyError("\n".join(lines))
