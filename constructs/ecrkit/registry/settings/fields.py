"""Accounts, Regions and prefixes: the words that all settings of a registry are written in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecrkit.errors import Location, pointer_to
from ecrkit.images.names import REPOSITORY_PATH
from ecrkit.registry.access import ACCOUNT
from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.settings import rulebook
from ecrkit.registry.settings.values import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecrkit.errors import Check, Finding
    from ecrkit.registry.settings.values import Home

__all__ = [
    "MAX_ARN",
    "MAX_PREFIX_FILTER",
    "MAX_PREFIX_FILTERS",
    "MIN_PREFIX_FILTER",
    "PREFIX_FILTER",
    "ROLE",
    "ROLE_PATH",
    "account_problems",
    "at",
    "partition_problems",
    "prefix_filter_problems",
    "prefix_problems",
    "repeated",
    "role_problems",
    "too_many",
    "without_slash",
]

PREFIX_FILTER = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]*)*/)*[a-z0-9]*(?:[._-][a-z0-9]*)*")
MIN_PREFIX_FILTER, MAX_PREFIX_FILTER = 2, 256
MAX_PREFIX_FILTERS = 100
ROLE_PATH = r"(?P<path>[\w+=,.@/-]+/)?"
ROLE = re.compile(rf"arn:aws[-a-z0-9]*:iam::(?P<account>[0-9]{{12}}):role/{ROLE_PATH}[\w+=,.@-]{{1,64}}", re.ASCII)
MAX_ARN = 2048


def at(*path: str | int) -> Location:
    """Point to a value of a registry by the names and indexes that lead to it."""
    return Location("", 1, 1, pointer_to(*path))


def without_slash(prefix: str) -> str:
    """Give *prefix* without the slash that ECR adds where it is missing."""
    return prefix.removesuffix("/")


def too_many(entries: Iterable[object], limit: int, what: str, *path: str | int) -> Iterator[Finding]:
    """Refuse more than *limit* of them."""
    count = len(list(entries))
    if count > limit:
        yield rulebook.TOO_MANY.at(at(*path), max=limit, what=what, count=count)


def repeated(entries: Iterable[str], *path: str | int, check: Check = rulebook.NAMED_TWICE) -> Iterator[Finding]:
    """Refuse an entry that stands in the list a second time."""
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry in seen:
            yield check.at(at(*path, index), entry=repr(entry))
        seen.add(entry)


def account_problems(account: str, home: Home, *path: str | int) -> Iterator[Finding]:
    """Refuse what is no account."""
    if home.is_known(account) and not ACCOUNT.fullmatch(account):
        yield rulebook.BAD_ACCOUNT.at(at(*path), got=repr(account))


def partition_problems(partition: str, home: Home, *path: str | int) -> Iterator[Finding]:
    """Refuse an ARN in another partition than the registry."""
    if home.region is not None and partition != partition_of(home.region):
        yield rulebook.ARN_ELSEWHERE.at(at(*path), got=partition, home=home.region, expected=partition_of(home.region))


def prefix_filter_problems(prefixes: tuple[str, ...], home: Home, *path: str | int) -> Iterator[Finding]:
    """Refuse prefixes of repositories that ECR does not take."""
    yield from too_many(prefixes, MAX_PREFIX_FILTERS, "prefixes", *path)
    yield from repeated(prefixes, *path)
    for index, prefix in enumerate(prefixes):
        fits = PREFIX_FILTER.fullmatch(prefix) and MIN_PREFIX_FILTER <= len(prefix) <= MAX_PREFIX_FILTER
        if home.is_known(prefix) and not fits:
            yield rulebook.BAD_PREFIX_FILTER.at(at(*path, index), got=repr(prefix))


def prefix_problems(prefix: str, shortest: int, longest: int, *path: str | int) -> Iterator[Finding]:
    """Refuse the prefix of a cache or a template that ECR does not take."""
    fits = prefix == ROOT or REPOSITORY_PATH.fullmatch(without_slash(prefix))
    if not fits or not shortest <= len(prefix) <= longest:
        yield rulebook.BAD_PREFIX.at(at(*path), min=shortest, max=longest, got=repr(prefix))


def role_problems(role: str, home: Home, *path: str | int, takes_path: bool) -> Iterator[Finding]:
    """Refuse what is no role, or one of another account; *takes_path* is whether ``role/path/name`` is one."""
    if not home.is_known(role):
        return
    match = ROLE.fullmatch(role)
    if match is None or len(role) > MAX_ARN or (match["path"] and not takes_path):
        yield rulebook.BAD_ROLE.at(at(*path), hint="" if takes_path else " without a path", got=repr(role))
    elif home.account is not None and match["account"] != home.account:
        yield rulebook.ROLE_ELSEWHERE.at(at(*path), account=match["account"], expected=home.account)
