"""A repository that this app refers to, and does not manage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from aws_cdk import aws_ecr as ecr

from ecrkit.errors import InvalidPropertyError

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam
    from constructs import Construct

__all__ = ["ImportedRepository"]


class ImportedRepository(ecr.RepositoryBase):
    """
    A repository that this app refers to; :meth:`ecrkit.cdk.Repository.from_repository_name` and its like make it.

    Grants to principals of its own account work, since they are written to the principal. What would have to be
    written to the repository raises: the L2 of aws-cdk drops it in silence.

    Args:
        scope: of the construct.
        construct_id: within the scope.
        repository_name: its name, or a token of it.
        repository_arn: its ARN, or a token of it.
    """

    def __init__(self, scope: Construct, construct_id: str, *, repository_name: str, repository_arn: str) -> None:
        self._name, self._arn = repository_name, repository_arn
        super().__init__(scope, construct_id, environment_from_arn=repository_arn)

    @property
    def repository_name(self) -> str:
        """Its name."""
        return self._name

    @property
    def repository_arn(self) -> str:
        """Its ARN."""
        return self._arn

    def add_to_resource_policy(self, statement: iam.PolicyStatement) -> NoReturn:  # noqa: ARG002 - the L2's signature
        """
        Refuse: an imported repository's policy belongs to whoever manages it.

        Raises:
            InvalidPropertyError: always.
        """
        raise InvalidPropertyError(
            f"{self.node.path}: the policy of an imported repository cannot be changed here, and the grant would do "
            "nothing; grant it where the repository is declared, as pull or push"
        )
