"""The statements of a repository's policy as `pull` and `push` of the catalog say them, as far as they do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ecrkit.deployment.audit.statements import same_statements
from ecrkit.errors import InvalidNameError
from ecrkit.registry.access import Access, Grantees, policy_statements
from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.statements import items_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["grantees_document", "split_access"]

_OURS = re.compile(r"(?P<verb>Pull|Push)By(?P<what>Principal|Organization|Unit|Lambda)")
_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?([0-9]{12})(?::root)?")
_CONDITIONS = {
    "Organization": ("organizations", "StringEquals", "aws:PrincipalOrgID"),
    "Unit": ("units", "ForAnyValue:StringLike", "aws:PrincipalOrgPaths"),
}


def split_access(
    statements: Sequence[Mapping[str, Any]], *, account: str, region: str
) -> tuple[Access, list[Mapping[str, Any]]]:
    """
    Tell what `pull` and `push` write to the letter from what has to stand in the catalog as it is.

    Args:
        statements: of a policy.
        account: of the repository, 12 digits.
        region: of the repository.

    Returns:
        Who is let in by statements that ecrkit itself would write, names included, and all other statements. Where a
        statement has only the name of one, all of them are others.
    """
    named = [(statement, _OURS.fullmatch(str(statement.get("Sid")))) for statement in statements]
    ours = [(statement, match) for statement, match in named if match]
    try:
        access = _access_by_names(ours)
        written = policy_statements(access, partition=partition_of(region), region=region, account=account)
    except (AttributeError, InvalidNameError, KeyError, TypeError):
        return Access(), list(statements)
    if not same_statements(written, [statement for statement, _ in ours]):
        return Access(), list(statements)
    return access, [statement for statement, match in named if not match]


def grantees_document(grantees: Grantees) -> dict[str, object]:
    """Write who is let in as the catalog does."""
    lists = {kind: list(getattr(grantees, kind)) for kind in ("accounts", "principals", "organizations", "units")}
    by_lambda = {"lambda": True} if grantees.lambda_functions else {}
    return {**{kind: names for kind, names in lists.items() if names}, **by_lambda}


def _access_by_names(statements: Sequence[tuple[Mapping[str, Any], re.Match[str]]]) -> Access:
    """Read who is let in, if these are what their names say."""
    found: dict[str, dict[str, Any]] = {"Pull": {}, "Push": {}}
    for statement, match in statements:
        found[match["verb"]] |= _grantees(match["what"], statement)
    return Access(pull=Grantees(**found["Pull"]), push=Grantees(**found["Push"]))


def _grantees(what: str, statement: Mapping[str, Any]) -> dict[str, Any]:
    if what == "Lambda":
        return {"lambda_functions": True}
    if what == "Principal":
        names = items_of(statement["Principal"]["AWS"])
        accounts = {name: match[1] for name in names if (match := _ACCOUNT.fullmatch(str(name)))}
        principals = tuple(name for name in names if name not in accounts)
        return {"accounts": tuple(sorted(set(accounts.values()))), "principals": principals}
    kind, operator, key = _CONDITIONS[what]
    return {kind: tuple(items_of(statement["Condition"][operator][key]))}
