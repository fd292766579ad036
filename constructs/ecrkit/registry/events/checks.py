"""Check events: the one function that every path calls."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from ecrkit.documents.nearest import near
from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.events import rulebook
from ecrkit.registry.events.patterns import event_patterns, uses_wildcard
from ecrkit.registry.events.targets import policy_statement, target_of
from ecrkit.registry.events.values import EventKind
from ecrkit.registry.settings.fields import at, repeated
from ecrkit.registry.settings.rulebook import NAMED_TWICE, TOO_FEW

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from ecrkit.errors import Finding
    from ecrkit.registry.events.targets import Target
    from ecrkit.registry.events.values import Event
    from ecrkit.registry.settings import Home

__all__ = ["MAX_PATTERN", "REPOSITORY_PATTERN", "check_events"]

REPOSITORY_PATTERN = re.compile(r"(?:[a-z0-9._/-]|\*(?!\*))+")
"""EventBridge takes no two wildcards in a row."""

MAX_PATTERN = 256
_MAX_EVENT_PATTERN = 2_048
_MAX_RULES = 300
_MAX_WILDCARD_RULES = 30
_WITH_SEVERITY = {EventKind.SCAN_COMPLETED, EventKind.FINDING}
_UNKNOWN_REGION, _UNKNOWN_ACCOUNT = "us-east-1", "000000000000"
"""They are about as long as any other."""


def check_events(
    events: Sequence[Event], home: Home, *, repositories: Collection[str] | None = None
) -> tuple[Finding, ...]:
    """
    Check events, without calling AWS.

    Args:
        events: in order.
        home: account and Region of the registry.
        repositories: names of all declared repositories, to note what matches none; ``None`` if unknown.

    Returns:
        All findings, with pointers as in ``/events/0/to``. A policy that a target in another account needs is a note.
    """
    findings: list[Finding] = []
    seen = set()
    for index, event in enumerate(events):
        findings += _check_event(event, home, index)
        if repositories is not None:
            findings += _check_names(event, repositories, index)
        if event.identity in seen:
            findings.append(NAMED_TWICE.at(at("events", index), entry="the same event"))
        seen.add(event.identity)
    findings += _check_rules(events, home)
    return tuple(findings)


def _check_event(event: Event, home: Home, index: int) -> Iterator[Finding]:
    path = ("events", index)
    if not event.when:
        remedy = f"write any of {', '.join(EventKind)}"
        yield TOO_FEW.at(at(*path, "when"), what="kind of event", remedy=remedy)
    yield from repeated(map(str, event.when), *path, "when")
    if event.severity and event.when and not _WITH_SEVERITY & set(event.when):
        yield rulebook.SEVERITY_OF_NOTHING.at(at(*path, "severity"), got=", ".join(map(repr, map(str, event.when))))
    yield from repeated(event.repositories, *path, "repositories")
    for number, pattern in enumerate(event.repositories):
        if not _is_pattern(pattern):
            yield rulebook.BAD_PATTERN.at(at(*path, "repositories", number), got=repr(pattern))
    target = target_of(event.to)
    if target is None:
        yield rulebook.BAD_TARGET.at(at(*path, "to"), got=repr(event.to))
    else:
        yield from _check_target(target, home, *path, "to")
    yield from _check_lengths(event, home, *path)


def _is_pattern(text: str) -> bool:
    return bool(REPOSITORY_PATTERN.fullmatch(text)) and len(text) <= MAX_PATTERN


def _check_names(event: Event, repositories: Collection[str], index: int) -> Iterator[Finding]:
    for number, pattern in enumerate(event.repositories):
        expression = re.compile(".*".join(map(re.escape, pattern.split("*"))))
        if _is_pattern(pattern) and not any(map(expression.fullmatch, repositories)):
            # Rules of replication take prefixes, events do not.
            is_prefix = any(name.startswith(pattern) for name in repositories)
            meant = [f"{pattern}*"] if is_prefix else near(pattern, repositories)
            remedy = f"write '{meant[0]}'" if meant else "correct it"
            where = at("events", index, "repositories", number)
            yield rulebook.MATCHES_NOTHING.at(where, got=repr(pattern), remedy=remedy)


def _check_target(target: Target, home: Home, *path: str | int) -> Iterator[Finding]:
    where = at(*path)
    if target.service == "sns" and target.is_fifo:
        yield rulebook.FIFO_TOPIC.at(where)
    if home.region is None:
        return
    # Only event buses take events from another Region, and nothing takes them from another partition.
    here = (partition_of(home.region), home.region)
    there = (target.partition, target.region)
    if there != here and (target.service != "events" or target.partition != here[0]):
        got = target.region if target.partition == here[0] else f"{target.region} ({target.partition})"
        yield rulebook.TARGET_ELSEWHERE.at(where, noun=target.noun, got=got, expected=home.region)
        return
    if home.account is None:
        return
    if target.account != home.account:
        yield rulebook.NEEDS_POLICY.at(
            where,
            noun=target.noun,
            action=target.action,
            got=target.account,
            expected=home.account,
            statement=policy_statement(target, account=home.account),
        )
    elif target.is_default_bus and target.region == home.region:
        yield rulebook.OWN_BUS.at(where)


def _check_lengths(event: Event, home: Home, *path: str | int) -> Iterator[Finding]:
    lengths = [len(json.dumps(pattern, separators=(",", ":"))) for pattern in _patterns(event, home)]
    longest = max(lengths, default=0)
    if longest > _MAX_EVENT_PATTERN:
        yield rulebook.TOO_LONG.at(at(*path, "repositories"), max=_MAX_EVENT_PATTERN, length=longest)


def _check_rules(events: Sequence[Event], home: Home) -> Iterator[Finding]:
    patterns = [pattern for event in events for pattern in _patterns(event, home)]
    with_wildcards = sum(map(uses_wildcard, patterns))
    if with_wildcards > _MAX_WILDCARD_RULES:
        yield rulebook.TOO_MANY_RULES.at(
            at("events"),
            max=_MAX_WILDCARD_RULES,
            of="with wildcards ",
            count=with_wildcards,
            remedy="write patterns with one '*' at their end, which need no wildcard",
        )
    elif len(patterns) > _MAX_RULES:
        remedy = "name more repositories in one event"
        yield rulebook.TOO_MANY_RULES.at(at("events"), max=_MAX_RULES, of="", count=len(patterns), remedy=remedy)


def _patterns(event: Event, home: Home) -> list[dict[str, object]]:
    place = {"region": home.region or _UNKNOWN_REGION, "account": home.account or _UNKNOWN_ACCOUNT}
    return list(event_patterns(event, **place).values())
