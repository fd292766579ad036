"""Checks of caches of other registries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.documents.nearest import near
from ecrkit.images.hosts import CANONICAL
from ecrkit.registry.settings import rulebook
from ecrkit.registry.settings.fields import at, prefix_problems, role_problems, too_many, without_slash
from ecrkit.registry.settings.values import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ecrkit.errors import Finding
    from ecrkit.registry.settings.values import Home, PullThroughCacheRule

__all__ = [
    "AZURE",
    "CREDENTIAL",
    "CREDENTIAL_NEEDED",
    "MAX_CACHES",
    "MAX_CREDENTIAL",
    "MAX_PREFIX",
    "MIN_CREDENTIAL",
    "MIN_PREFIX",
    "OPEN",
    "Upstream",
    "check_caches",
    "check_prefixes",
    "upstream_of",
]

MAX_CACHES = 50
MIN_PREFIX, MAX_PREFIX = 2, 30
CREDENTIAL = re.compile(
    r"arn:aws(-\w+)*:secretsmanager:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12})"
    r":secret:ecr-pullthroughcache/[a-zA-Z0-9/_+=.@-]+",
    re.ASCII,
)
MIN_CREDENTIAL, MAX_CREDENTIAL = 50, 612

CREDENTIAL_NEEDED = {
    "registry-1.docker.io": "docker-hub",
    "ghcr.io": "github-container-registry",
    "registry.gitlab.com": "gitlab-container-registry",
    "cgr.dev": "chainguard",
}
OPEN = {"public.ecr.aws": "ecr-public", "registry.k8s.io": "k8s", "quay.io": "quay"}
AZURE = re.compile(r"[a-z0-9]{5,50}(-[a-z0-9]+)?\.azurecr\.io")
_NICKNAMES = {
    "docker.io": "registry-1.docker.io",
    "index.docker.io": "registry-1.docker.io",
    "k8s.gcr.io": "registry.k8s.io",
}
_ANOTHER = re.compile(
    r"(?:.+\.)?(?:gcr\.io|pkg\.dev|icr\.io|nvcr\.io|lscr\.io|ocir\.io|mcr\.microsoft\.com|elastic\.co|redhat\.(?:io|com))"
)
"""Registries that ECR does not cache: a name that is like one of theirs is not meant for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """
    A registry that ECR caches.

    Attributes:
        name: as ECR calls it, ``docker-hub``.
        needs_credential: whether it wants a login.
        account: of a registry in ECR; ``None`` of any other.
        region: likewise.
    """

    name: str
    needs_credential: bool = False
    account: str | None = None
    region: str | None = None


def upstream_of(host: str) -> Upstream | None:
    """
    Find ECR's name for an upstream registry.

    Args:
        host: host name, as in ``registry-1.docker.io``.

    Returns:
        The name; ``None`` if ECR does not cache it.

    Source: ECR API model 2015-09-21, CreatePullThroughCacheRule; ECR user guide, "Sync an upstream registry" (read
    2026-11).
    """
    if host in OPEN:
        return Upstream(name=OPEN[host])
    if host in CREDENTIAL_NEEDED:
        return Upstream(name=CREDENTIAL_NEEDED[host], needs_credential=True)
    if AZURE.fullmatch(host):
        return Upstream(name="azure-container-registry", needs_credential=True)
    match = CANONICAL.fullmatch(host)
    return Upstream(name="ecr", account=match["account"], region=match["region"]) if match else None


def check_caches(caches: Mapping[str, PullThroughCacheRule], home: Home) -> Iterator[Finding]:
    """
    Check caches of other registries.

    Args:
        caches: by prefix.
        home: where the registry is.

    Source: ECR API model 2015-09-21, CreatePullThroughCacheRule; ECR user guide, "Creating a pull through cache rule"
    (read 2026-11).
    """
    yield from too_many(caches, MAX_CACHES, "caches", "pull_through_cache")
    yield from check_prefixes(caches, MIN_PREFIX, MAX_PREFIX, "pull_through_cache")
    for prefix, cache in caches.items():
        path = ("pull_through_cache", prefix)
        if cache.upstream_prefix is not None:
            yield from prefix_problems(cache.upstream_prefix, MIN_PREFIX, MAX_PREFIX, *path, "upstream_prefix")
            if prefix == ROOT and cache.upstream_prefix != ROOT:
                yield rulebook.ROOT_WITH_UPSTREAM_PREFIX.at(at(*path, "upstream_prefix"))
        if cache.credential is not None:
            yield from _check_credential(cache.credential, home, *path, "credential")
        if cache.role is not None:
            yield from role_problems(cache.role, home, *path, "role", takes_path=True)
        if home.is_known(cache.upstream):
            yield from _check_upstream(cache, home, *path)


def check_prefixes(prefixes: Iterable[str], shortest: int, longest: int, section: str) -> Iterator[Finding]:
    """Check the prefixes of all caches, or of all templates."""
    seen: dict[str, str] = {}
    for prefix in prefixes:
        yield from prefix_problems(prefix, shortest, longest, section, prefix)
        other = seen.setdefault(without_slash(prefix), prefix)
        if other != prefix:
            yield rulebook.SAME_PREFIX.at(at(section, prefix), other=other)


def _check_upstream(cache: PullThroughCacheRule, home: Home, *path: str | int) -> Iterator[Finding]:
    upstream = upstream_of(cache.upstream)
    if upstream is None:
        remedy = _suggestion(cache)
        yield rulebook.UNKNOWN_UPSTREAM.at(at(*path, "upstream"), got=repr(cache.upstream), remedy=remedy)
    elif upstream.account is None:
        if upstream.needs_credential and cache.credential is None:
            yield rulebook.NO_CREDENTIAL.at(at(*path), upstream=cache.upstream)
        if cache.role is not None:
            yield rulebook.NOT_FOR_UPSTREAM.at(at(*path, "role"), upstream=cache.upstream, key="role", hint="")
    else:
        if cache.credential is not None:
            hint = "; ECR assumes a role there"
            where = at(*path, "credential")
            yield rulebook.NOT_FOR_UPSTREAM.at(where, upstream=cache.upstream, key="credential", hint=hint)
        if (upstream.account, upstream.region) == (home.account, home.region):
            yield rulebook.UPSTREAM_IS_ITSELF.at(at(*path, "upstream"))
        elif home.account not in {None, upstream.account} and cache.role is None:
            yield rulebook.NO_ROLE.at(at(*path), upstream=cache.upstream)


def _suggestion(cache: PullThroughCacheRule) -> str:
    host = cache.upstream
    known = [*CREDENTIAL_NEEDED, *OPEN]
    others = ", ".join([*known, "NAME.azurecr.io", "ACCOUNT.dkr.ecr.REGION.amazonaws.com"])
    is_another = _ANOTHER.fullmatch(host) is not None and host not in _NICKNAMES
    nearest = None if is_another else _NICKNAMES.get(host) or next(iter(near(host, known)), None)
    if nearest is None:
        return f"known registries: {others}"
    also = ", with a credential" if nearest in CREDENTIAL_NEEDED and cache.credential is None else ""
    return f"did you mean {nearest}{also}?"


def _check_credential(credential: str, home: Home, *path: str | int) -> Iterator[Finding]:
    if not home.is_known(credential):
        return
    match = CREDENTIAL.fullmatch(credential)
    if match is None or not MIN_CREDENTIAL <= len(credential) <= MAX_CREDENTIAL:
        yield rulebook.BAD_CREDENTIAL.at(at(*path), got=repr(credential))
        return
    expected = (home.region or match["region"], home.account or match["account"])
    if (match["region"], match["account"]) != expected:
        yield rulebook.CREDENTIAL_ELSEWHERE.at(
            at(*path), got=f"{match['region']} of {match['account']}", expected=" of ".join(expected)
        )
