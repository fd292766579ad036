"""
Who may pull from a repository, and push to it: the statements of its policy.

Source: ECR user guide, "Private repository policies", "Private repository policy examples" and "Using Lambda with
container images" (read 2026-11); IAM user guide, "Global condition context keys".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.errors import InvalidNameError
from ecrkit.registry.principals import ACCOUNT, ORGANIZATION, PRINCIPAL

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ACCOUNT", "GRANTEES", "Access", "Grantees", "check_grantee", "policy_statements", "push_statements"]

_PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:GetDownloadUrlForLayer",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
_LAMBDA = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")

_UNIT = re.compile(
    rf"{ORGANIZATION.pattern}/(r-[a-z0-9]{{4,32}}/)?((ou-[a-z0-9]{{4,32}}-[a-z0-9]{{8,32}}|\*)/)*(\*|ou-\*)?"
)

_PATH_OF_UNITS = (
    "a path of organizational units that ends in '/', '/*' or '/ou-*', as in 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*'"
)

GRANTEES = {
    "accounts": (ACCOUNT, "an account of 12 digits"),
    "principals": (PRINCIPAL, "the ARN of a role or user"),
    "organizations": (ORGANIZATION, "the id of an organization, as in 'o-a1b2c3d4e5'"),
    "units": (_UNIT, _PATH_OF_UNITS),
}
"""What each kind of grantee looks like: the pattern, and the words for it."""


def check_grantee(kind: str, text: str) -> None:
    """
    Check one of those who are let in.

    Args:
        kind: ``accounts``, ``principals``, ``organizations`` or ``units``.
        text: one of them.

    Raises:
        InvalidNameError: *text* is malformed.
    """
    pattern, what = GRANTEES[kind]
    if not pattern.fullmatch(text):
        raise InvalidNameError(f"must be {what}, got {text!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grantees:
    """
    Principals that get access.

    Attributes:
        accounts: account IDs of 12 digits; each account decides which of its principals.
        principals: ARNs of roles and users.
        organizations: organization IDs, as in ``o-a1b2c3d4e5``; every account in them.
        units: paths of organizational units, as in ``o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*``.
        lambda_functions: whether Lambda functions in *accounts* and the repository's own account may pull.

    Raises:
        InvalidNameError: one of them is malformed.
    """

    accounts: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    lambda_functions: bool = False

    def __post_init__(self) -> None:
        """Check each."""
        for kind in GRANTEES:
            for text in getattr(self, kind):
                check_grantee(kind, text)

    def __bool__(self) -> bool:
        """Whether anybody gets access."""
        return bool(self.accounts or self.principals or self.organizations or self.units or self.lambda_functions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """
    Who may pull and push, in addition to principals in the account.

    Attributes:
        pull: who may pull.
        push: who may push, and pull.
    """

    pull: Grantees = Grantees()
    push: Grantees = Grantees()

    def __bool__(self) -> bool:
        """Whether anybody gets access."""
        return bool(self.pull or self.push)


def policy_statements(access: Access, *, partition: str, region: str, account: str) -> list[dict[str, object]]:
    """
    Write the statements of a repository policy.

    Args:
        access: who may pull and push.
        partition: ``aws``, or a token of it; likewise *region* and *account*, which are the repository's.
        region: Region of the Lambda functions.
        account: account of the repository.

    Returns:
        Statements with sorted lists, one per kind of condition; ``*`` is a principal only with a
        condition. Empty when nobody is let in.
    """
    if access.push.lambda_functions:
        raise InvalidNameError("must not be Lambda functions, which only pull")
    if not access:
        return []
    lambda_accounts = (account, *(other for other in sorted(set(access.pull.accounts)) if other != account))
    statements = [
        *_grant("Pull", _PULL, access.pull, partition=partition),
        *push_statements(access.push, actions=_PUSH, partition=partition),
    ]
    if access.pull.lambda_functions:
        sources = [f"arn:{partition}:lambda:{region}:{other}:function:*" for other in lambda_accounts]
        condition: dict[str, object] = {"StringLike": {"aws:sourceArn": sources}}
        statements.append(_statement("PullByLambda", {"Service": "lambda.amazonaws.com"}, _LAMBDA, condition))
    return statements


def push_statements(grantees: Grantees, *, actions: Sequence[str], partition: str) -> list[dict[str, object]]:
    """Write the statements that let *grantees* push, by *actions*; as for :func:`policy_statements`."""
    return _grant("Push", actions, grantees, partition=partition)


def _grant(verb: str, actions: Sequence[str], grantees: Grantees, *, partition: str) -> list[dict[str, object]]:
    statements = []
    roots = [f"arn:{partition}:iam::{account}:root" for account in grantees.accounts]
    if roots or grantees.principals:
        principals = sorted({*roots, *grantees.principals})
        # A list of one comes back from the service, and from CDK, as that one.
        only = principals[0] if len(principals) == 1 else principals
        statements.append(_statement(f"{verb}ByPrincipal", {"AWS": only}, actions, {}))
    if grantees.organizations:
        condition: dict[str, object] = {"StringEquals": {"aws:PrincipalOrgID": sorted(set(grantees.organizations))}}
        statements.append(_statement(f"{verb}ByOrganization", "*", actions, condition))
    if grantees.units:
        condition = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": sorted(set(grantees.units))}}
        statements.append(_statement(f"{verb}ByUnit", "*", actions, condition))
    return statements


def _statement(sid: str, principal: object, actions: Sequence[str], condition: dict[str, object]) -> dict[str, object]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": list(actions),
        **({"Condition": condition} if condition else {}),
    }
