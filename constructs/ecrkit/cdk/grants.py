"""What a grant needs of a repository's own policy, and how a catalog declares it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.registry.access import Access, Grantees, policy_statements
from ecrkit.registry.actions import action_pattern
from ecrkit.registry.principals import ACCOUNT, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["Need", "declaration_of", "needs_of", "unmet"]

_ACCOUNT = re.compile(r"(?:arn:[a-z-]+:(?:iam|sts)::)?([0-9]{12})(?::.*)?")
_LAMBDA = "lambda.amazonaws.com"

_NOT_NEEDED = {(_LAMBDA, "ecr:BatchCheckLayerAvailability")}
"""CDK asks for it, the service does not need it. Source: ECR user guide, "Using Lambda with container images"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """
    A principal that the policy of a repository has to let in.

    Attributes:
        kind: ``AWS``, ``Service`` or ``Federated``.
        principal: an ARN, an account, a service or ``*``; ``None`` if CDK does not know it before the deploy.
        actions: what it may do.
        condition: the condition of the statement.
    """

    kind: str
    principal: str | None
    actions: tuple[str, ...]
    condition: object


def needs_of(statement: Mapping[str, object], *, partition: str) -> list[Need]:
    """
    Read a statement as CDK renders it.

    Args:
        statement: JSON values, which may contain intrinsic functions.
        partition: that ``AWS::Partition`` stands for.
    """
    principals = statement.get("Principal")
    by_kind = principals if isinstance(principals, dict) else {"AWS": principals}
    actions = tuple(str(action) for action in _listed(statement.get("Action")))
    return [
        Need(
            kind=str(kind),
            principal=principal,
            actions=tuple(action for action in actions if (principal, action) not in _NOT_NEEDED),
            condition=statement.get("Condition"),
        )
        for kind, listed in by_kind.items()
        for principal in (_literal(each, partition=partition) for each in _listed(listed))
    ]


def unmet(needs: Iterable[Need], declared: Sequence[Mapping[str, object]], *, partition: str) -> list[Need]:
    """
    Give those of *needs* that a policy does not meet.

    A statement for everyone, which the catalog takes only with a condition, meets the needs of every AWS principal: its
    condition decides.

    Args:
        needs: what grants need.
        declared: the statements of the policy.
        partition: of the repository.
    """
    allowed = [
        need
        for statement in declared
        if statement.get("Effect") == "Allow"
        for need in needs_of(statement, partition=partition)
    ]
    return [
        need
        for need in needs
        if not all(any(_meets(other, need, action) for other in allowed) for action in need.actions)
    ]


def declaration_of(need: Need, *, account: str, region: str, partition: str) -> str:
    """
    Write what the catalog must say of a repository to meet a need.

    Args:
        need: with a principal that is known.
        account: of the repository.
        region: of the repository.
        partition: of the repository.
    """
    for key, grantees, text in _candidates(need.principal or ""):
        access = Access(pull=grantees) if key == "pull" else Access(push=grantees)
        statements = policy_statements(access, partition=partition, region=region, account=account)
        if not unmet([need], statements, partition=partition):
            return f"'{key}: {{{text}}}'"
    return f"a statement of 'statements:' for {', '.join(need.actions)}"


def _candidates(principal: str) -> Iterator[tuple[str, Grantees, str]]:
    if principal == _LAMBDA:
        yield "pull", Grantees(lambda_functions=True), "lambda: true"
        return
    root = ROOT.fullmatch(principal)
    account = root[1] if root else principal
    for key in ("pull", "push"):
        if ACCOUNT.fullmatch(account):
            yield key, Grantees(accounts=(account,)), f'accounts: ["{account}"]'
        elif re.fullmatch(r"arn:aws(-[a-z]+)*:iam::[0-9]{12}:(user|role)/\S+", principal):
            yield key, Grantees(principals=(principal,)), f'principals: ["{principal}"]'


def _meets(other: Need, need: Need, action: str) -> bool:
    return (
        other.kind == need.kind
        and _covers(other, need)
        and any(action_pattern(each).fullmatch(action) for each in other.actions)
    )


def _covers(other: Need, need: Need) -> bool:
    if need.principal is None or other.principal is None:
        return False
    if other.principal == "*":
        return need.principal != "*" or need.condition == other.condition
    account = ROOT.fullmatch(other.principal)
    whole = account[1] if account else other.principal
    of_need = _ACCOUNT.fullmatch(need.principal)
    return other.principal == need.principal or (of_need is not None and of_need[1] == whole)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _literal(value: object, *, partition: str) -> str | None:
    """Put the pieces of a text together; ``None`` if one is known only at the deploy."""
    if isinstance(value, str):
        return value
    if value == {"Ref": "AWS::Partition"}:
        return partition
    joined = value.get("Fn::Join") if isinstance(value, dict) else None
    if not (isinstance(joined, list) and len(joined) == len(("separator", "pieces")) and isinstance(joined[1], list)):
        return None
    pieces = [_literal(piece, partition=partition) for piece in joined[1]]
    known = [piece for piece in pieces if piece is not None]
    return str(joined[0]).join(known) if len(known) == len(pieces) else None
