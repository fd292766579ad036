"""The policy of a registry: its statements, and their checks."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ecrkit.errors import silence
from ecrkit.registry.access import ACCOUNT, GRANTEES
from ecrkit.registry.access_policy import MAX_POLICY, NO_STATEMENT, judge_statements, policy_text
from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.principals import principal_problems
from ecrkit.registry.rulebook import BAD_PRINCIPAL, BAD_STATEMENT, OPEN_TO_ALL
from ecrkit.registry.settings import rulebook
from ecrkit.registry.settings.fields import account_problems, at, prefix_filter_problems, repeated, without_slash
from ecrkit.registry.settings.values import ROOT
from ecrkit.registry.statements import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from ecrkit.errors import Finding
    from ecrkit.registry.settings.values import Home, RegistryPolicy

__all__ = [
    "check_policy",
    "partition_findings",
    "policy_document",
    "statement_findings",
]

_CHECKS = {BAD_STATEMENT.code: rulebook.BAD_STATEMENT, OPEN_TO_ALL.code: rulebook.OPEN_TO_ALL}
"""What the settings of a registry call a check that has a code of its own here."""

_REPLICATE = ("ecr:CreateRepository", "ecr:ReplicateImage")
_PULL_THROUGH = ("ecr:BatchImportUpstreamImage", "ecr:CreateRepository")


def policy_document(
    policy: RegistryPolicy, *, caches: Iterable[str], partition: str, region: str, account: str
) -> dict[str, object]:
    """
    Write the policy of a registry.

    Args:
        policy: permissions on the registry.
        caches: prefixes of the existing caches.
        partition: ``aws``, or a token of it; likewise *region* and *account*, which are the registry's.
        region: as in ``us-east-1``.
        account: 12 digits.

    Returns:
        One statement per kind of permission, with sorted lists, then the given statements, verbatim.

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
        policy: permissions on the registry.
        caches: prefixes of the existing caches.
        home: account and Region of the registry.
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
    yield from silence(
        statement_findings(
            policy.statements,
            "policy",
            kind=PolicyKind.REGISTRY,
            home=home,
            acknowledged=policy.open_to_everyone,
        ),
        policy.silence,
    )
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
        if length > MAX_POLICY:
            yield rulebook.POLICY_TOO_LONG.at(at("policy"), length=length, max=MAX_POLICY)
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
        elif home.is_known(principal):
            yield from partition_findings(principal, home, *path, index)


def statement_findings(
    statements: Sequence[Mapping[str, object]], *path: str | int, kind: PolicyKind, home: Home, acknowledged: str
) -> Iterator[Finding]:
    """
    Find what ECR rejects or ignores in statements, and which of them let everyone in.

    Args:
        statements: all that are given verbatim.
        path: to what has them, under ``statements``.
        kind: what the policy belongs to.
        home: account and Region of the registry.
        acknowledged: why they may let everyone in.
    """
    partition = partition_of(home.region) if home.region else None
    for one in judge_statements(statements, kind=kind, partition=partition, acknowledged=acknowledged):
        where = (*path, "open_to_everyone")
        if one.index != NO_STATEMENT:
            where = (*path, "statements", one.index, *([one.found.key] if one.found.key else []))
        yield one.at(at(*where), checks=_CHECKS)


def partition_findings(principal: str, home: Home, *path: str | int) -> Iterator[Finding]:
    """Refuse the ARN of another partition: nobody can be let in across partitions."""
    if home.region:
        for found in principal_problems({"AWS": principal}, partition=partition_of(home.region)):
            yield BAD_PRINCIPAL.at(at(*path), **found._asdict())


def _check_sids(document: Mapping[str, object], given: int) -> Iterator[Finding]:
    statements = document["Statement"]
    sids = [statement.get("Sid") for statement in statements] if isinstance(statements, list) else []
    made = len(sids) - given
    for index, sid in enumerate(sids):
        if sid is not None and sid in sids[:index]:
            hint = ", which ecrkit writes" if sid in sids[:made] else ""
            yield rulebook.SAME_SID.at(at("policy", "statements", index - made, "Sid"), sid=sid, hint=hint)
