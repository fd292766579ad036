"""A repository that this app refers to, and does not manage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import IValidation

if TYPE_CHECKING:
    from constructs import Construct

__all__ = ["Collected", "ImportedRepository", "looked_up"]

_NO_POLICY = (
    "the policy of an imported repository cannot be changed here, so the grant would do nothing; grant it where the "
    "repository is declared, as pull or push, then import it with policy_elsewhere=True"
)


@jsii.implements(IValidation)
class Collected:
    """
    Problems that the synth reports, all at once.

    Args:
        problems: in words; some may come later.
    """

    def __init__(self, problems: list[str]) -> None:
        self._problems = problems

    def validate(self) -> list[str]:
        """Give each problem once; CDK calls this before it renders a template."""
        return list(dict.fromkeys(self._problems))


class ImportedRepository(ecr.RepositoryBase):
    """
    A repository that this app refers to; :meth:`ecrkit.cdk.Repository.from_repository_name` and its like make it.

    Grants to principals of its own account work, since they are written to the principal. What would have to be
    written to the repository fails the synth: the L2 of aws-cdk silently drops it. Where the repository's own stack
    says it already, as ``pull: {lambda: true}`` of a catalog does, *policy_elsewhere* leaves it to that.

    Args:
        scope: of the construct.
        construct_id: within the scope.
        repository_name: its name, or a token of it.
        repository_arn: its ARN, or a token of it.
        policy_elsewhere: whether its policy lets in already whom this app would. Default: false.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        repository_name: str,
        repository_arn: str,
        policy_elsewhere: bool = False,
    ) -> None:
        self._name, self._arn, self._policy_elsewhere = repository_name, repository_arn, policy_elsewhere
        self._problems: list[str] = []
        super().__init__(scope, construct_id, environment_from_arn=repository_arn)
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

    def add_to_resource_policy(
        self,
        statement: iam.PolicyStatement,  # noqa: ARG002 - the L2's signature
    ) -> iam.AddToResourcePolicyResult:
        """
        Add nothing: an imported repository's policy belongs to whoever manages it.

        Unless *policy_elsewhere* says that its policy has the statement already, the synth fails.
        """
        if not self._policy_elsewhere:
            self._problems.append(_NO_POLICY)
        return iam.AddToResourcePolicyResult(statement_added=False)


def looked_up(
    scope: Construct,
    construct_id: str,
    *,
    repository_name: str | None,
    repository_arn: str | None,
    policy_elsewhere: bool,
) -> ImportedRepository:
    """Refer to a repository that CDK looks up; the arguments are those of ``Repository.from_lookup``."""
    found = ecr.Repository.from_lookup(
        scope, f"{construct_id}Lookup", repository_name=repository_name, repository_arn=repository_arn
    )
    return ImportedRepository(
        scope,
        construct_id,
        repository_name=found.repository_name,
        repository_arn=found.repository_arn,
        policy_elsewhere=policy_elsewhere,
    )
