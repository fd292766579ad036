"""An ECR repository with the defaults that a platform team would choose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Never, NoReturn

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm

from ecrkit.cdk import refusals
from ecrkit.cdk.arguments import INSTEAD, unknown_problems
from ecrkit.cdk.grantees import read_grantees
from ecrkit.cdk.imported import ImportedRepository, looked_up
from ecrkit.errors import InvalidPropertyError, Location
from ecrkit.lifecycle import LifecyclePolicy, check_completeness, compose
from ecrkit.registry.access import Access, policy_statements
from ecrkit.registry.access_policy import acknowledgement, policy_text
from ecrkit.registry.cloudformation import (
    arn_output_key,
    export_name,
    parameter_name,
    resource_properties,
)
from ecrkit.registry.outputs import OutputKey, output_key
from ecrkit.registry.properties import Mutability, RepositoryProperties

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aws_cdk.interfaces.aws_kms import IKeyRef
    from constructs import Construct

    from ecrkit.registry.access import Grantees
    from ecrkit.registry.access_policy import Judged

__all__ = ["Repository"]

_LONG = 8_000
"""Statements of fewer characters make no policy that is too long."""


class Repository(ecr.Repository):
    """
    An ECR repository: scanned on push, encrypted, with immutable tags, and kept when its stack is deleted.

    It is an :class:`aws_cdk.aws_ecr.Repository`: pass it wherever CDK takes one, and grant with ``grant_pull``,
    ``grant_push`` and ``add_to_resource_policy``. The construct ID is part of the logical ID: changing it after a
    deploy makes CloudFormation create another repository.

    Args:
        scope: The scope of the construct.
        construct_id: The ID within the scope.
        repository_name: The name in ECR; create-only. Default: CloudFormation generates a name.
        lifecycle: A policy, or several in order of precedence. Default: no policy, so no image ever expires.
        encryption: ``AES256``, ``KMS``, ``KMS_DSSE`` or CDK's ``RepositoryEncryption``; or ``omit`` to leave the
            property out for a repository deployed without it; create-only. Default: ``KMS`` with an *encryption_key*,
            else ``AES256``.
        encryption_key: A KMS key, or the alias, ID or ARN of one in the same Region; create-only.
            Default: the AWS managed key.
        scan_on_push: Whether each push starts a basic scan. Default: true.
        mutability: ``IMMUTABLE`` or ``MUTABLE``, or CDK's ``TagMutability``: whether a tag can be pushed again. Its
            members with exclusions need *mutable_tags* or *immutable_tags*. Default: ``IMMUTABLE``.
        mutable_tags: Tags, or patterns of tags with at most two ``*``, that may be overwritten although the repository
            is immutable; at most five. Default: no tag.
        immutable_tags: The same, for tags that must not be overwritten although the repository is mutable.
        pull: Who may pull, in addition to principals in the account: :class:`Grantees`, or a mapping with the keys
            of the catalog, as in ``{"accounts": ["123456789012"], "lambda": True}``. Default: nobody.
        push: Who may push and pull, in the same form. Default: nobody.
        statements: Repository policy statements, verbatim, in addition to those of *pull* and *push*. Default: no
            statement.
        open_to_everyone: Why the policy may let everyone in; written to the metadata of the resource. Default: a
            statement for everyone raises, here, in ``add_to_resource_policy`` and in every grant.
        removal_policy: What happens to the repository when it leaves its stack: ``RETAIN_ON_UPDATE_OR_DELETE``,
            ``RETAIN`` or ``DESTROY``. Default: it is kept, on replacement too, unless its creation fails.
        empty_on_delete: Delete its images too; needs ``DESTROY``. Default: false.
        exports: Export its URI and ARN from the stack, as ``ecr:<output>`` and ``ecr:<output of the ARN>``. Default:
            false.
        parameters: Write its URI and ARN to the SSM parameters ``/ecr/<name>/uri`` and ``/ecr/<name>/arn``; needs a
            name. Default: false.
        output: Logical ID of the output with its URI. Default: the repository's name, or without one the construct
            ID, in PascalCase, followed by ``RepositoryUri``.

    Synthesis warns about missing rules for untagged or tagged images. Silence a warning with
    ``Annotations.of(repository).acknowledge_warning("ECR212", "why")``.

    Raises:
        InvalidPropertyError: ECR or CloudFormation would reject a property; lists all of them.
        InvalidPolicyError: ECR would reject a policy, or the combined policy.

    Source: CloudFormation template reference, AWS::ECR::Repository (read 2026-11).
    """

    def __init__(  # noqa: PLR0913 - a construct has the properties of its resource
        self,
        scope: Construct,
        construct_id: str,
        *,
        repository_name: str | None = None,
        lifecycle: LifecyclePolicy | Iterable[LifecyclePolicy] | None = None,
        encryption: str | ecr.RepositoryEncryption | None = None,
        encryption_key: IKeyRef | str | None = None,
        scan_on_push: bool = True,
        mutability: str | ecr.TagMutability = Mutability.IMMUTABLE,
        mutable_tags: Sequence[str] = (),
        immutable_tags: Sequence[str] = (),
        pull: Grantees | Mapping[str, object] | None = None,
        push: Grantees | Mapping[str, object] | None = None,
        statements: Sequence[Mapping[str, object]] = (),
        open_to_everyone: str = "",
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        empty_on_delete: bool = False,
        exports: bool = False,
        parameters: bool = False,
        output: str | None = None,
        **unsupported: Never,
    ) -> None:
        where = f"{scope.node.path}/{construct_id}".removeprefix("/")
        # It is read more than once, and may be an iterator.
        policies = refusals.listed(lifecycle)
        pullers, pushers = read_grantees("pull", pull), read_grantees("push", push)
        mistaken = refusals.type_problems(
            {
                "repository_name": repository_name,
                "scan_on_push": scan_on_push,
                "mutable_tags": mutable_tags,
                "immutable_tags": immutable_tags,
                "statements": statements,
                "open_to_everyone": open_to_everyone,
                "removal_policy": removal_policy,
                "empty_on_delete": empty_on_delete,
                "exports": exports,
                "parameters": parameters,
                "output": output,
            }
        )
        unknown = unknown_problems(unsupported, of=Repository.__init__, instead=INSTEAD)
        misread = refusals.lifecycle_problems(policies)
        _refuse(where, [*unknown, *mistaken, *misread, *pullers.problems, *pushers.problems])
        key: Any = refusals.key_of(encryption_key)
        encrypted: Any = refusals.encryption_of(encryption, key)
        mutable: Any = refusals.mutability_of(mutability)
        wrong, warnings = refusals.judged_statements(
            statements, region=cdk.Stack.of(scope).region, acknowledged=open_to_everyone
        )
        problems = [
            *refusals.name_problems(repository_name),
            *refusals.encryption_problems(encrypted, key),
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
            encryption=encrypted,
            encryption_key=key,
            scan_on_push=scan_on_push,
            mutability=mutable,
            exceptions=(*mutable_tags, *immutable_tags),
            access=Access(pull=pullers.grantees, push=pushers.grantees),
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
        Refer to a repository in the same account and Region that this stack does not manage.

        Args:
            scope: The scope of the construct.
            id: The ID within the scope.
            repository_name: The name of the repository.
            policy_elsewhere: Whether its policy already grants the access that this app needs, such as Lambda's for a
                function from its image. Default: false; a grant that must change its policy fails the synth.
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
        Refer to a repository by its ARN; *policy_elsewhere* as in :meth:`from_repository_name`.

        Raises:
            InvalidPropertyError: The ARN is a token, and the name in it may have slashes.
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
        """Refer to a repository by name and ARN, which may be tokens; see :meth:`from_repository_name`."""
        return ImportedRepository(
            scope, id, repository_name=repository_name, repository_arn=repository_arn, policy_elsewhere=policy_elsewhere
        )

    @staticmethod
    def from_lookup(
        scope: Construct,
        id: str,  # noqa: A002 - the L2's own name
        *,
        repository_name: str | None = None,
        repository_arn: str | None = None,
        policy_elsewhere: bool = False,
    ) -> ecr.IRepository:
        """Refer to a repository that the CDK CLI looks up in the account; see :meth:`from_repository_name`."""
        given = {"repository_name": repository_name, "repository_arn": repository_arn}
        return looked_up(scope, id, **given, policy_elsewhere=policy_elsewhere)

    def add_to_resource_policy(self, statement: iam.PolicyStatement) -> iam.AddToResourcePolicyResult:
        """
        Add a statement to the policy of the repository.

        Args:
            statement: The statement; one that lets everyone in needs *open_to_everyone*.

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
        """Grant *actions*; raises InvalidPropertyError for everyone as principal, without *open_to_everyone*."""
        return self._granted(lambda: super(Repository, self).grant(grantee, *actions))

    def grant_pull(self, grantee: iam.IGrantable) -> iam.Grant:
        """Grant pulling; see :meth:`grant`."""
        return self._granted(lambda: super(Repository, self).grant_pull(grantee))

    def grant_push(self, grantee: iam.IGrantable) -> iam.Grant:
        """Grant pushing; see :meth:`grant`."""
        return self._granted(lambda: super(Repository, self).grant_push(grantee))

    def grant_pull_push(self, grantee: iam.IGrantable) -> iam.Grant:
        """Grant pulling and pushing; see :meth:`grant`."""
        return self._granted(lambda: super(Repository, self).grant_pull_push(grantee))

    def grant_read(self, grantee: iam.IGrantable) -> iam.Grant:
        """Grant reading images and their metadata; see :meth:`grant`."""
        return self._granted(lambda: super(Repository, self).grant_read(grantee))

    def add_lifecycle_rule(self, **_: object) -> NoReturn:
        """
        Raise: pass the lifecycle policy as a whole, where ecrkit can check it.

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
