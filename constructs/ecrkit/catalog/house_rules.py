"""
House rules: what an organization requires of every repository of a catalog.

They are in ``rules`` of the catalog. They check the settings that apply in each environment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ecrkit.catalog import house_checks
from ecrkit.errors import Severity, Silence, first_names, silence
from ecrkit.registry.conditions import limits_who, parts_of
from ecrkit.registry.statements import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ecrkit.catalog.values import RepositoryEntry
    from ecrkit.errors import Check, Finding, Location, Reason
    from ecrkit.registry.conditions import Part
    from ecrkit.registry.properties import RepositoryProperties

__all__ = ["EVERYWHERE", "NO_POLICY", "AccessRule", "HouseRules", "house_findings", "is_policy_glob"]

EVERYWHERE = "*"
"""Key for all environments without their own pattern."""

NO_POLICY = "none"
"""Allows repositories without a lifecycle policy."""

_ACCOUNT_IN_ARN = re.compile(r"arn:[^:]*:[^:]*:[^:]*:([0-9]{12}):.*")
_ACCOUNT_IN_USER_ID = re.compile(r"([0-9]{12}):.*")
_ACCOUNT = re.compile(r"[0-9]{12}")
_ORGANIZATION = re.compile(r"o-[a-z0-9]+")
_NAMING_KEYS = ("account", "owner", "orgid", "orgpaths", "arn", "userid")
"""Ends of the condition keys whose values name accounts and organizations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRule:
    """
    Who may get access to repositories, in addition to the account of the environment.

    Attributes:
        accounts: account IDs of 12 digits.
        organizations: organization IDs; their units are allowed, too.
    """

    accounts: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()

    def allows(self, who: str, *, home: str) -> bool:
        """Whether an account or an organization is allowed in an environment of the account *home*."""
        return who == home or who in self.accounts or who in self.organizations


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRules:
    """
    What every repository must have; ``None`` and empty values require nothing.

    Attributes:
        required_tags: keys of required resource tags.
        names: regular expression for the whole name, by environment; ``*`` applies to all other environments.
        lifecycle: allowed policies, as ``web@3`` or ``untagged@*``; ``none`` allows a repository without a policy.
        encryption: allowed types of encryption.
        mutability: allowed mutability, as ECR names it.
        access: accounts and organizations that may get access.
    """

    required_tags: tuple[str, ...] = ()
    names: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    lifecycle: tuple[str, ...] = ()
    encryption: tuple[str, ...] = ()
    mutability: tuple[str, ...] = ()
    access: AccessRule | None = None


def is_policy_glob(text: str) -> bool:
    """Whether *text* can match a version of a policy, or is the word for none."""
    return text in {NO_POLICY, EVERYWHERE} or bool(re.fullmatch(r"[^@\s]+@[^@\s]+", text))


def house_findings(
    rules: HouseRules,
    entry: RepositoryEntry,
    *,
    environment: str,
    account: str,
    place: Callable[[str], Location],
) -> tuple[Finding, ...]:
    """
    Check a repository in an environment.

    Args:
        rules: the house rules.
        entry: the repository, with the settings that apply in the environment.
        environment: name of the environment.
        account: its account ID; empty if unknown.
        place: where a key of the repository is set; the repository itself for an unset one.

    Returns:
        Errors; for an exception that applies, a silenced warning; for an expired exception, an error that says so.
    """
    found = [
        *_name_findings(rules, entry, environment, place),
        *_tag_findings(rules, entry, place),
        *_setting_findings(rules, entry, place),
    ]
    if rules.access:
        strangers = dict.fromkeys(_strangers(rules.access, entry.properties, home=account))
        found += [house_checks.ACCESS_RULE.at(place(key), who=who) for key, who in strangers]
    return tuple(_with_exception(one, entry.silence) for one in found)


def _with_exception(found: Finding, reasons: Mapping[str, Reason]) -> Finding:
    reason = reasons.get(found.code)
    if reason is None:
        return found
    [judged] = silence([replace(found, severity=Severity.WARNING)], {found.code: reason})
    is_over = isinstance(reason, Silence) and reason.is_over
    return replace(judged, severity=Severity.ERROR) if is_over else judged


def _name_findings(
    rules: HouseRules, entry: RepositoryEntry, environment: str, place: Callable[[str], Location]
) -> Iterator[Finding]:
    pattern = rules.names.get(environment) or rules.names.get(EVERYWHERE)
    if pattern and not pattern.fullmatch(entry.name):
        yield house_checks.NAME_RULE.at(place(""), pattern=pattern.pattern, environment=environment, got=entry.name)


def _tag_findings(rules: HouseRules, entry: RepositoryEntry, place: Callable[[str], Location]) -> Iterator[Finding]:
    for key in rules.required_tags:
        if not entry.properties.tags.get(key):
            yield house_checks.TAG_RULE.at(place(""), key=key)


def _setting_findings(rules: HouseRules, entry: RepositoryEntry, place: Callable[[str], Location]) -> Iterator[Finding]:
    policies = [str(reference) for reference in entry.lifecycle] or [NO_POLICY]
    settings: Iterable[tuple[Check, str, tuple[str, ...], Iterable[str]]] = (
        (house_checks.LIFECYCLE_RULE, "lifecycle", rules.lifecycle, policies),
        (house_checks.ENCRYPTION_RULE, "encryption", rules.encryption, [str(entry.properties.encryption)]),
        (house_checks.MUTABILITY_RULE, "mutability", rules.mutability, [entry.properties.image_tag_mutability]),
    )
    for check, key, allowed, given in settings:
        for got in given:
            if allowed and not any(_matches(got, pattern) for pattern in allowed):
                yield check.at(place(key), allowed=first_names(allowed, at_most=5), got=got)


def _matches(got: str, pattern: str) -> bool:
    # Every policy has a version; the word for none has not.
    return got == pattern or (got != NO_POLICY and fnmatchcase(got, pattern))


def _strangers(rule: AccessRule, properties: RepositoryProperties, *, home: str) -> Iterator[tuple[str, str]]:
    """Go through those who get access and may not: the key that gives it, and who they are."""
    for key in ("pull", "push"):
        grantees = getattr(properties.access, key)
        for who in (
            *grantees.accounts,
            *map(_account_of, grantees.principals),
            *grantees.organizations,
            *(unit.partition("/")[0] for unit in grantees.units),
        ):
            if not rule.allows(who, home=home):
                yield key, _named(who)
    for statement in properties.statements:
        if str(statement.get("Effect")).capitalize() == "Allow":
            for who in _strangers_in(rule, statement, home=home):
                yield "statements", who


def _strangers_in(rule: AccessRule, statement: Mapping[str, object], *, home: str) -> Iterator[str]:
    limits = [_named_by(part) for part in parts_of(statement.get("Condition")) if limits_who(part)]
    limits = [names for names in limits if names]
    # All parts of a condition must be met, so that one of them is enough.
    if any(all(rule.allows(name, home=home) for name in names) for names in limits):
        return
    if "NotPrincipal" in statement:
        yield "everyone but a NotPrincipal"
        return
    principals = canonical(statement).get("Principal", {})
    names = [name for kind, listed in principals.items() if kind != "Service" for name in listed]
    for name in names:
        if name != EVERYWHERE:
            account = _account_of(name)
            if not rule.allows(account, home=home):
                yield _named(account)
        elif limits:
            yield from (_named(one) for one in limits[0] if not rule.allows(one, home=home))
        else:
            yield "everyone"


def _named_by(part: Part) -> tuple[str, ...]:
    """
    Give the accounts and organizations that a part of a condition names; nothing for a part about networks or services.

    Any value meets the part. A value that names neither, next to one that does, is given as it is.
    """
    names = tuple(_name_in(str(value)) for value in part.values if part.key.endswith(_NAMING_KEYS))
    return tuple(name or str(value) for name, value in zip(names, part.values, strict=True)) if any(names) else ()


def _name_in(text: str) -> str:
    if _ACCOUNT.fullmatch(text) or _ORGANIZATION.match(text):
        return text.partition("/")[0]
    match = _ACCOUNT_IN_ARN.fullmatch(text) or _ACCOUNT_IN_USER_ID.fullmatch(text)
    return match[1] if match else ""


def _account_of(principal: str) -> str:
    match = _ACCOUNT_IN_ARN.fullmatch(principal)
    return match[1] if match else principal


def _named(who: str) -> str:
    kind = "the account " if _ACCOUNT.fullmatch(who) else "the organization " if _ORGANIZATION.fullmatch(who) else ""
    return f"{kind}{who}"
