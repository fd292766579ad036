"""A repository of ECR Public, from which everyone can pull."""

from __future__ import annotations

from typing import TYPE_CHECKING, Never

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from ecrkit.cdk import refusals
from ecrkit.cdk.arguments import PUBLIC_INSTEAD, unknown_problems
from ecrkit.cdk.grantees import read_grantees
from ecrkit.errors import InvalidPropertyError, Location, Severity
from ecrkit.images.names import PublicRepositoryName
from ecrkit.registry.access_policy import acknowledgement, check_length
from ecrkit.registry.cloudformation import arn_output_key
from ecrkit.registry.outputs import OutputKey, public_output_key
from ecrkit.registry.public import HOME_REGION, PublicProperties, RegistryAlias, check_public, public_uri
from ecrkit.registry.public.checks import LABELS, region_finding
from ecrkit.registry.public.resources import PUSH_ACTIONS, public_resource_properties
from ecrkit.registry.statements import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecrkit.errors import Finding
    from ecrkit.registry.access import Grantees

__all__ = ["PublicRepository"]


class PublicRepository(Construct):
    """
    A repository of ECR Public, kept when its stack is deleted. Everyone can pull from it.

    Its stack must be in us-east-1. ECR Public has no lifecycle policies, no scanning, no immutable tags and no
    encryption to choose.

    Args:
        scope: The scope of the construct.
        construct_id: The ID within the scope.
        repository_name: The name in ECR Public; create-only. Default: CloudFormation generates a name.
        description: A short description, at most 1,024 characters; the gallery searches it. Default: none.
        about: What the images contain, in Markdown, at most 10,240 characters. Default: none.
        usage: How to use the images, in Markdown, at most 10,240 characters. Default: none.
        architectures: Architectures of the images; the gallery shows ``ARM``, ``ARM 64``, ``x86`` and ``x86-64``.
            Default: none.
        operating_systems: Operating systems of the images; the gallery shows ``Linux`` and ``Windows``. Default: none.
        push: Who may push, in addition to principals in the account: :class:`Grantees`, or a mapping with the keys
            of the catalog, as in ``{"accounts": ["123456789012"]}``. Default: nobody.
        statements: Repository policy statements, verbatim, in addition to those of *push*; actions begin with
            ``ecr-public:``. Default: no statement.
        open_to_everyone: Why the policy may let everyone in; written to the metadata of the resource. Default: a
            statement for everyone raises.
        removal_policy: What happens to the repository when it leaves its stack: ``RETAIN_ON_UPDATE_OR_DELETE``,
            ``RETAIN`` or ``DESTROY``. Default: it is kept, on replacement too, unless its creation fails.
        registry_alias: The alias of the public registry of the account, as in ``a1b2c3d4``. CloudFormation does not
            know it. Default: unknown, and the stack has no output with the URI.
        output: Logical ID of the output with the URI; that of the output with the ARN ends in ``Arn``. Default: the
            repository's name, or without one the construct ID, in PascalCase, followed by ``PublicRepositoryUri``.

    Attributes:
        resource: The resource, an :class:`aws_cdk.aws_ecr.CfnPublicRepository`.
        repository_name: The name, or a token of it.
        repository_arn: A token of the ARN.
        repository_uri: The URI, as in ``public.ecr.aws/a1b2c3d4/tools/cli``; ``None`` without *registry_alias*.

    Raises:
        InvalidPropertyError: ECR Public or CloudFormation would reject a property; lists all of them.

    Source: CloudFormation template reference, AWS::ECR::PublicRepository (read 2026-11).
    """

    def __init__(  # noqa: PLR0913 - a construct has the properties of its resource
        self,
        scope: Construct,
        construct_id: str,
        *,
        repository_name: str | None = None,
        description: str = "",
        about: str = "",
        usage: str = "",
        architectures: Sequence[str] = (),
        operating_systems: Sequence[str] = (),
        push: Grantees | Mapping[str, object] | None = None,
        statements: Sequence[Mapping[str, object]] = (),
        open_to_everyone: str = "",
        removal_policy: cdk.RemovalPolicy = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        registry_alias: str | None = None,
        output: str | None = None,
        **unsupported: Never,
    ) -> None:
        where = f"{scope.node.path}/{construct_id}".removeprefix("/")
        pushers = read_grantees("push", push, is_public=True)
        labels = {"architectures": architectures, "operating_systems": operating_systems}
        given = {
            "repository_name": repository_name,
            "description": description,
            "about": about,
            "usage": usage,
            **labels,
            "statements": statements,
            "open_to_everyone": open_to_everyone,
            "removal_policy": removal_policy,
            "registry_alias": registry_alias,
            "output": output,
        }
        unknown = unknown_problems(unsupported, of=PublicRepository.__init__, instead=PUBLIC_INSTEAD)
        _refuse(where, [*unknown, *refusals.type_problems(given), *_text_for_list(labels), *pushers.problems])
        properties = PublicProperties(
            description=description,
            about=about,
            usage=usage,
            architectures=tuple(architectures),
            operating_systems=tuple(operating_systems),
            push=pushers.grantees,
            statements=tuple(statements),
            open_to_everyone=open_to_everyone,
        )
        stack = cdk.Stack.of(scope)
        findings = check_public(properties)
        wrong, warnings = refusals.judged_statements(
            statements, region=HOME_REGION, acknowledged=open_to_everyone, kind=PolicyKind.PUBLIC_REPOSITORY
        )
        _refuse(
            where,
            [
                *_region_problems(stack.region),
                *refusals.name_problems(repository_name, checked=PublicRepositoryName),
                *refusals.name_problems(registry_alias, checked=RegistryAlias, prop="registry_alias"),
                *(found.text for found in findings if found.severity is Severity.ERROR),
                *wrong,
                *_length_problems(public_resource_properties(properties)),
                *refusals.removal_problems(removal_policy, empty_on_delete=False),
                *refusals.output_problems(output, exports=False),
            ],
        )

        super().__init__(scope, construct_id)
        self.resource = ecr.CfnPublicRepository(self, "Resource", repository_name=repository_name)
        self.resource.apply_removal_policy(removal_policy)
        for key, value in public_resource_properties(properties).items():
            self.resource.add_property_override(key, value)
        for key, value in acknowledgement(open_to_everyone).items():
            self.resource.add_metadata(key, value)
        self.repository_name = repository_name or self.resource.ref
        self.repository_arn = self.resource.attr_arn
        self.repository_uri = public_uri(registry_alias, self.repository_name) if registry_alias else None
        name = OutputKey(output) if output else public_output_key(refusals.known_now(repository_name) or construct_id)
        if registry_alias:
            # A reference to the resource, so that the output is never there without it.
            self._add_output(name, public_uri(registry_alias, self.resource.ref))
        self._add_output(arn_output_key(name), self.repository_arn)
        self._warn(found for found in findings if found.severity is Severity.WARNING)
        for one in warnings:
            cdk.Annotations.of(self).add_warning_v2(one.found.check.code, refusals.warning_text(one))

    def grant_push(self, grantee: iam.IGrantable) -> iam.Grant:
        """
        Grant pushing, and logging in to ECR Public.

        Args:
            grantee: A principal of the account. Give other accounts access with *push*, too.
        """
        ecr.PublicGalleryAuthorizationToken.grant_read(grantee)
        return iam.Grant.add_to_principal(
            grantee=grantee, actions=list(PUSH_ACTIONS), resource_arns=[self.repository_arn], scope=self
        )

    def _add_output(self, key: str, value: str) -> None:
        # An output that is directly in the stack has its ID as its key, without a hash.
        stack = cdk.Stack.of(self)
        if stack.node.try_find_child(key) is not None:
            taken = f"the output key '{key}' is taken in stack '{stack.stack_name}'"
            raise InvalidPropertyError(f"{self.node.path}: {taken}; pass another as output=…")
        cdk.CfnOutput(stack, key, value=value)

    def _warn(self, findings: Iterable[Finding]) -> None:
        for found in findings:
            cdk.Annotations.of(self).add_warning_v2(found.code, f"{found.text} [{found.code}]")


def _region_problems(region: str) -> Iterator[str]:
    if refusals.known_now(region) and region != HOME_REGION:
        remedy = f"move it to a stack with env=Environment(region='{HOME_REGION}')"
        yield region_finding(f"a stack in {region}", Location("", 1, 1), remedy=remedy).text


def _length_problems(properties: Mapping[str, object]) -> Iterator[str]:
    name = "RepositoryPolicyText"
    yield from (f"{name}: {found.text}" for found in check_length(properties.get(name, ""), name=name))


def _text_for_list(labels: Mapping[str, object]) -> Iterator[str]:
    """Refuse a text where a list is meant, which is a sequence of letters to Python."""
    for key in LABELS:
        value = labels[key]
        if isinstance(value, str):
            yield f"{key}: must be a list of strings, got the string {value!r}; write [{value!r}]"


def _refuse(where: str, problems: Iterable[str]) -> None:
    lines = [f"{where}: {problem}" for problem in problems]
    if lines:
        raise InvalidPropertyError("\n".join(lines))
