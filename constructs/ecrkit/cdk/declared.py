"""A repository of the catalog, for the stacks that use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import jsii
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam

from ecrkit.catalog.template import repository_statements
from ecrkit.cdk.grants import declaration_of, needs_of, unmet
from ecrkit.cdk.imported import Collected
from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.outputs import construct_id

if TYPE_CHECKING:
    from ecrkit.catalog import Environment, RepositoryEntry

__all__ = ["DeclaredRepository", "declared_repository"]

_UNKNOWN = (
    "a stack whose account is not known now grants access to this repository; the grant works only in the account of "
    "the repository; pass env to that stack"
)


def declared_repository(owner: cdk.Stack, entry: RepositoryEntry, *, environment: Environment) -> ecr.IRepository:
    """Find the construct of a repository in its stack, or make it; the arguments are those of the class."""
    found = owner.node.try_find_child(_id(entry))
    return found if isinstance(found, DeclaredRepository) else DeclaredRepository(owner, entry, environment=environment)


class DeclaredRepository(ecr.RepositoryBase):
    """
    A repository of the catalog; :meth:`ecrkit.cdk.EnvironmentStack.repository` gives it.

    Name, ARN and URIs are tokens that resolve to literals. A stack depends on the stack of the repository as soon as
    one of them is resolved in it.

    Args:
        owner: The stack that creates the repository.
        entry: The repository.
        environment: Its account and Region.
    """

    def __init__(self, owner: cdk.Stack, entry: RepositoryEntry, *, environment: Environment) -> None:
        self._entry, self._environment = entry, environment
        self._partition = partition_of(environment.region)
        place = f"{environment.region}:{environment.account}"
        arn = f"arn:{self._partition}:ecr:{place}:repository/{entry.name}"
        self._name = cdk.Lazy.uncached_string(_Literal(str(entry.name), owner))
        self._arn = cdk.Lazy.uncached_string(_Literal(arn, owner))
        self._registry = f"{environment.account}.dkr.ecr.{environment.region}.{owner.url_suffix}"
        self._problems: list[str] = []
        super().__init__(owner, _id(entry), account=environment.account, region=environment.region)
        # CDK calls back during a grant, and an error there would end the program with a traceback.
        self.node.add_validation(Collected(self._problems))

    @property
    def repository_name(self) -> str:
        """Its name."""
        return self._name

    @property
    def repository_arn(self) -> str:
        """Its ARN."""
        return self._arn

    @property
    def registry_uri(self) -> str:
        """The host of its registry."""
        return self._registry

    # The L2 takes the ARN apart, which makes CloudFormation functions of a token.
    @property
    def repository_uri(self) -> str:
        """Its URI, without a tag."""
        return f"{self._registry}/{self._name}"

    def repository_uri_for_tag(self, tag: str | None = None) -> str:
        """Give its URI with a tag; without one if there is none."""
        return f"{self.repository_uri}:{tag}" if tag else self.repository_uri

    def repository_uri_for_digest(self, digest: str | None = None) -> str:
        """Give its URI with a digest; without one if there is none."""
        return f"{self.repository_uri}@{digest}" if digest else self.repository_uri

    def repository_uri_for_tag_or_digest(self, tag_or_digest: str | None = None) -> str:
        """Give its URI with a tag or a digest; without either if there is none."""
        if tag_or_digest and tag_or_digest.startswith("sha256:"):
            return self.repository_uri_for_digest(tag_or_digest)
        return self.repository_uri_for_tag(tag_or_digest)

    def add_to_resource_policy(self, statement: iam.PolicyStatement) -> iam.AddToResourcePolicyResult:
        """
        Add nothing: the catalog declares the policy of the repository.

        If the catalog does not declare what the statement would allow, the synth fails and says what to declare.
        """
        account, region = self._environment.account, self._environment.region
        needs = needs_of(self.stack.resolve(statement.to_statement_json()), partition=self._partition)
        declared = repository_statements(self._entry, account=account, region=region)
        missing = unmet(needs, declared, partition=self._partition)
        self._problems += [
            f"the policy of the repository '{self._entry.name}' does not let {need.principal} in; add "
            f"{declaration_of(need, account=account, region=region, partition=self._partition)} under the repository "
            "in the catalog"
            for need in missing
            if need.principal is not None
        ]
        if any(need.principal is None for need in missing):
            cdk.Annotations.of(self).add_warning_v2("ecrkit:account", _UNKNOWN)
        return iam.AddToResourcePolicyResult(statement_added=False)


def _id(entry: RepositoryEntry) -> str:
    return f"Declared:{construct_id(entry.name)}"


@jsii.implements(cdk.IStringProducer)
class _Literal:
    """
    A text that notices which stacks use it.

    Args:
        text: What it resolves to.
        owner: The stack that they depend on from then on.
    """

    def __init__(self, text: str, owner: cdk.Stack) -> None:
        self._text, self._owner = text, owner

    def produce(self, context: cdk.IResolveContext) -> str:
        """Give the text; CDK calls this when it resolves a template."""
        user = cdk.Stack.of(context.scope)
        # CDK refuses a dependency between stages: the pipeline that deploys them decides their order.
        if user is not self._owner and cdk.Stage.of(user) is cdk.Stage.of(self._owner):
            user.add_stack_dependency(self._owner, "it uses a repository of the catalog")
        return self._text
