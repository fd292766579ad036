"""Policies, repositories and protections as rows of tables, for :mod:`ecrkit.preview.fleet.expression`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from ecrkit.errors import NaiveTimeError
from ecrkit.lifecycle.checks.patterns import TagPattern
from ecrkit.lifecycle.values import StorageClass
from ecrkit.preview.fleet.dataset import micros_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecrkit.lifecycle.values import LifecyclePolicy, Rule
    from ecrkit.preview.protection import Protections, UsedImage

__all__ = [
    "PROTECTION_KINDS",
    "REPOSITORY_KINDS",
    "RULE_KINDS",
    "STEP_KINDS",
    "USED_KINDS",
    "Place",
    "Table",
    "like_pattern",
    "placed_uses",
    "policy_numbers",
    "protection_tables",
    "repositories_table",
    "rules_table",
]

_BEGINNING = micros_of(datetime.min.replace(tzinfo=UTC))
_MOST = 10**9
"""No repository has as many images, and no engine has a problem with the number."""

_MOST_PRIORITY = 2**63 - 1


class Place(NamedTuple):
    """
    A repository of a fleet.

    Attributes:
        account: twelve digits.
        region: as in ``us-east-1``.
        repository: its name.
    """

    account: str
    region: str
    repository: str


@dataclass(frozen=True, slots=True)
class Table:
    """
    Rows for an engine.

    Attributes:
        name: of the table.
        kinds: DuckDB's type of each column.
        columns: values of each column.
    """

    name: str
    kinds: Mapping[str, str]
    columns: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _RuleRow:
    policy: int
    position: int
    priority: int
    archived: bool
    tag_status: str
    entries: list[str]
    count_type: str
    number_to_keep: int | None
    oldest_to_keep: int | None
    action: str


REPOSITORY_KINDS = {
    "id": "INTEGER",
    "account": "VARCHAR",
    "region": "VARCHAR",
    "repository": "VARCHAR",
    "policy": "INTEGER",
}
USED_KINDS = {"repository_id": "INTEGER", "digest": "VARCHAR", "tag": "VARCHAR"}
PROTECTION_KINDS = {"pulled_since": "BIGINT", "must_keep": "VARCHAR[]"}

RULE_KINDS = {
    "policy": "INTEGER",
    "position": "INTEGER",
    "priority": "BIGINT",
    "archived": "BOOLEAN",
    "tag_status": "VARCHAR",
    "entries": "VARCHAR[]",
    "count_type": "VARCHAR",
    "number_to_keep": "BIGINT",
    "oldest_to_keep": "BIGINT",
    "action": "VARCHAR",
}


_STATE = {"archived": "BOOLEAN", "position": "INTEGER", "cause": "VARCHAR", "action": "VARCHAR"}

STEP_KINDS: Mapping[str, Mapping[str, str]] = {
    "boundary": {"repository_id": "INTEGER", "position": "INTEGER", "came_at": "BIGINT", "places": "BIGINT"},
    "reference": {"repository_id": "INTEGER", "digest": "VARCHAR", "waits_for": "VARCHAR", "is_list": "BOOLEAN"},
    "numbered": {"repository_id": "INTEGER", "digest": "VARCHAR", "number": "BIGINT"},
    "edge": {"repository_id": "INTEGER", "number": "BIGINT", "waits_for": "BIGINT", "is_list": "BOOLEAN"},
    "decided": {"repository_id": "INTEGER", "policy": "INTEGER", "digest": "VARCHAR", "number": "BIGINT"}
    | {"size_bytes": "BIGINT", **_STATE, "protected": "BOOLEAN"},
    "settled": {"repository_id": "INTEGER", "number": "BIGINT", **_STATE, "because_of": "BIGINT", "depth": "INTEGER"},
}
"""What the steps of the expression keep, in the order of its columns; ``settled`` is kept once for each round."""


def policy_numbers(policies: Iterable[LifecyclePolicy | None]) -> dict[LifecyclePolicy, int]:
    """Number the different policies of a fleet, from 1."""
    numbers: dict[LifecyclePolicy, int] = {}
    for policy in policies:
        if policy is not None:
            numbers.setdefault(policy, len(numbers) + 1)
    return numbers


def rules_table(numbers: Mapping[LifecyclePolicy, int], now: datetime) -> Table:
    """
    Write policies as a row for each rule.

    Args:
        numbers: of the policies.
        now: timezone-aware instant of evaluation.

    Raises:
        NaiveTimeError: *now* has no timezone.
    """
    if now.tzinfo is None:
        raise NaiveTimeError(f"now: must have an offset from UTC, got {now.isoformat()}; append 'Z' or '+00:00'")
    rows = [
        _rule_row(rule, policy=number, position=position, now=now)
        for policy, number in numbers.items()
        for position, rule in enumerate(policy.rules, start=1)
    ]
    columns = {one.name: [getattr(row, one.name) for row in rows] for one in fields(_RuleRow)}
    return Table("rules", RULE_KINDS, columns)


def repositories_table(
    places: Sequence[Place], policies: Mapping[Place, LifecyclePolicy], numbers: Mapping[LifecyclePolicy, int]
) -> Table:
    """Write repositories as rows; their ``id`` is their place in *places*, and one without a policy has ``NULL``."""
    given = [policies.get(place) for place in places]
    return Table(
        "repositories",
        REPOSITORY_KINDS,
        {
            "id": list(range(len(places))),
            "account": [place.account for place in places],
            "region": [place.region for place in places],
            "repository": [place.repository for place in places],
            "policy": [None if policy is None else numbers[policy] for policy in given],
        },
    )


def protection_tables(protections: Protections, places: Sequence[Place], today: datetime) -> tuple[Table, Table]:
    """
    Write what is protected as rows.

    Args:
        protections: what must stay pullable.
        places: of the repositories; their place in it is their ``id``.
        today: timezone-aware; when the images are in use.

    Returns:
        The tables ``protection`` and ``used``.
    """
    since = None if protections.pulled_within is None else _before(today, protections.pulled_within)
    patterns = [like_pattern(text) for text in protections.must_keep]
    uses = list(placed_uses(protections.used, places))
    return (
        Table(
            "protection",
            PROTECTION_KINDS,
            {"pulled_since": [since], "must_keep": [patterns]},
        ),
        Table(
            "used",
            USED_KINDS,
            {
                "repository_id": [number for number, _ in uses],
                "digest": [used.digest or None for _, used in uses],
                "tag": [used.tag or None for _, used in uses],
            },
        ),
    )


def placed_uses(used: Iterable[UsedImage], places: Sequence[Place]) -> Iterator[tuple[int | None, UsedImage]]:
    """Give what is in use, with each repository that it may be of; with ``None`` if that may be any."""
    by_name: dict[str, list[int]] = {}
    for number, place in enumerate(places):
        by_name.setdefault(place.repository, []).append(number)
    for one in used:
        if not one.repository:
            yield None, one
        for number in by_name.get(one.repository, ()):
            if one.registry in {"", places[number].account}:
                yield number, one


def like_pattern(text: str) -> str:
    """Write a pattern of tags as ``LIKE … ESCAPE '!'`` takes it."""
    return _like(TagPattern.of_pattern(text))


def _rule_row(rule: Rule, *, policy: int, position: int, now: datetime) -> _RuleRow:
    selection = rule.selection
    patterns = [
        *map(TagPattern.of_pattern, selection.tag_pattern_list),
        *map(TagPattern.of_prefix, selection.tag_prefix_list),
    ]
    number = selection.count_number
    counts_days = selection.count_type.is_age
    return _RuleRow(
        policy=policy,
        position=position,
        priority=min(rule.rule_priority, _MOST_PRIORITY),
        archived=selection.storage_class is StorageClass.ARCHIVE,
        tag_status=selection.tag_status.value,
        entries=list(map(_like, patterns)),
        count_type=selection.count_type.value,
        number_to_keep=None if counts_days else min(number, _MOST),
        oldest_to_keep=_days_before(now, number) if counts_days else None,
        action=rule.action.type.value,
    )


def _days_before(instant: datetime, days: int) -> int:
    """Count back, to the beginning of the calendar at most, as the evaluation does."""
    try:
        return _before(instant, timedelta(days=days))
    except OverflowError:
        return _BEGINNING


def _before(instant: datetime, time: timedelta) -> int:
    try:
        return micros_of(instant - time)
    except OverflowError:
        return _BEGINNING


def _like(pattern: TagPattern) -> str:
    return "%".join(piece.replace("!", "!!").replace("%", "!%").replace("_", "!_") for piece in pattern.pieces)
