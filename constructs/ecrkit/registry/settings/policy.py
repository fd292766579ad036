"""The policy of a registry: its statements, and their checks."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING

from ecrkit.registry.access import ACCOUNT, GRANTEES
from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.openness import opening
from ecrkit.registry.settings import rulebook
from ecrkit.registry.settings.fields import account_problems, at, prefix_filter_problems, repeated, without_slash
from ecrkit.registry.settings.values import ROOT
from ecrkit.registry.statements import statement_problems

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from ecrkit.errors import Finding
    from ecrkit.registry.settings.values import Home, RegistryPolicy

__all__ = [
    "check_policy",
    "policy_document",
    "policy_text",
]

_MAX_POLICY = 10_240
_REPLICATE = ("ecr:CreateRepository", "ecr:ReplicateImage")
_PULL_THROUGH = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")


def policy_document(
    policy: RegistryPolicy, *, caches: Iterable[str], partition: str, region: str, account: str
) -> dict[str, object]:
    """
    Write the policy of a registry.

    Args:
        policy: who may do what.
        caches: prefixes of the caches there are.
        partition: ``aws``, or a token of it; likewise *region* and *account*, which are the registry's.
        region: as in ``us-east-1``.
        account: 12 digits.

    Returns:
        As few statements as there are kinds of permission, their lists sorted, then those that are given as they are.

    Source: ECR user guide, "Granting registry permissions for cross account replication" and "… for pull through
    cache" (read 2026-11).
    """
    repositories = f"arn:{partition}:ecr:{region}:{account}:repository/"
    statements = []
    sources = defaultdict(list)
    for source in policy.replication_from:
        sources[tuple(sorted(source.repositories))].append(_principal(source.account, partition))
    for number, (filters, principals) in enumerate(sorted(sources.items()), start=1):
        resources = [f"{repositories}{prefix}*" for prefix in filters or ("",)]
        sid = "Replication" if len(sources) == 1 else f"Replication{number}"
        statements.append(_statement(sid, principals, _REPLICATE, resources))
    if policy.pull_through_by:
        readers = [_principal(text, partition) for text in policy.pull_through_by]
        prefixes = sorted({"" if prefix == ROOT else f"{without_slash(prefix)}/" for prefix in caches})
        # The one for every repository holds all others.
        resources = [f"{repositories}{prefix}*" for prefix in ([""] if "" in prefixes else prefixes)]
        statements.append(_statement("PullThrough", readers, _PULL_THROUGH, resources))
    return {"Version": "2012-10-17", "Statement": [*statements, *map(dict, policy.statements)]}


def policy_text(document: Mapping[str, object]) -> str:
    """Render a policy on one line, as ECR measures it."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False, default=str)


def _statement(
    sid: str, principals: Iterable[str], actions: Sequence[str], resources: Iterable[str]
) -> dict[str, object]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": {"AWS": sorted(set(principals))},
        "Action": list(actions),
        "Resource": list(resources),
    }


def _principal(text: str, partition: str) -> str:
    return text if text.startswith("arn:") else f"arn:{partition}:iam::{text}:root"


def check_policy(policy: RegistryPolicy, *, caches: Collection[str], home: Home) -> Iterator[Finding]:
    """
    Check the policy of a registry.

    Args:
        policy: who may do what.
        caches: prefixes of the caches there are.
        home: where the registry is.
    """
    sources = policy.replication_from
    accounts = (source.account for source in sources)
    yield from repeated(accounts, "policy", "replication_from", check=rulebook.SAME_PLACE)
    for index, source in enumerate(sources):
        path = ("policy", "replication_from", index)
        yield from account_problems(source.account, home, *path, "account")
        if home.account is not None and source.account == home.account:
            yield rulebook.OWN_ACCOUNT.at(at(*path, "account"), account=source.account)
        yield from prefix_filter_problems(source.repositories, home, *path, "repositories")
    yield from _check_pull_through(policy.pull_through_by, caches, home)
    for index, statement in enumerate(policy.statements):
        yield from _check_statement(statement, "policy", "statements", index)
    document = policy_document(
        policy,
        caches=caches,
        partition=partition_of(home.region or ""),
        region=home.region or "",
        account=home.account or "",
    )
    # How long it is follows from where it is.
    if home.account and home.region:
        length = len(policy_text(document))
        if length > _MAX_POLICY:
            yield rulebook.POLICY_TOO_LONG.at(at("policy"), length=length, max=_MAX_POLICY)
    yield from _check_sids(document, len(policy.statements))


def _check_pull_through(principals: tuple[str, ...], caches: Collection[str], home: Home) -> Iterator[Finding]:
    path = ("policy", "pull_through_by")
    if principals and not caches:
        yield rulebook.NO_CACHE.at(at(*path))
    yield from repeated(principals, *path)
    for index, principal in enumerate(principals):
        fits = ACCOUNT.fullmatch(principal) or GRANTEES["principals"][0].fullmatch(principal)
        if home.is_known(principal) and not fits:
            yield rulebook.BAD_PRINCIPAL.at(at(*path, index), got=repr(principal))


def _check_statement(statement: Mapping[str, object], *path: str | int) -> Iterator[Finding]:
    for found in statement_problems(statement, example="ecr:ReplicateImage", has_resource=True):
        where = at(*path, found.key) if found.key else at(*path)
        yield rulebook.BAD_STATEMENT.at(where, problem=found.problem, remedy=found.remedy)
    if why := opening(statement):
        yield rulebook.OPEN_TO_ALL.at(at(*path, why.key), reason=why.reason)


def _check_sids(document: Mapping[str, object], given: int) -> Iterator[Finding]:
    statements = document["Statement"]
    sids = [statement.get("Sid") for statement in statements] if isinstance(statements, list) else []
    made = len(sids) - given
    for index, sid in enumerate(sids):
        if sid is not None and sid in sids[:index]:
            hint = ", which ecrkit writes" if sid in sids[:made] else ""
            yield rulebook.SAME_SID.at(at("policy", "statements", index - made, "Sid"), sid=sid, hint=hint)
