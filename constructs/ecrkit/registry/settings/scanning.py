"""Checks of how a registry scans, and of what it replicates where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecrkit.errors import silence
from ecrkit.images.names import REGION
from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.settings import rulebook
from ecrkit.registry.settings.fields import account_problems, at, prefix_filter_problems, repeated, too_many
from ecrkit.registry.settings.values import ScanFrequency, ScanType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.errors import Finding
    from ecrkit.registry.settings.values import Destination, Home, ReplicationRule, Scanning, ScanningRule

__all__ = [
    "MAX_REPLICATION_RULES",
    "MAX_SCANNING_FILTER",
    "MAX_SCANNING_FILTERS",
    "SCANNING_FILTER",
    "SCANNING_WARNINGS",
    "check_replication",
    "check_scanning",
]

SCANNING_WARNINGS = (rulebook.NOT_SCANNED.code,)
"""What scanning can be warned of, and may silence."""

MAX_SCANNING_FILTERS = 100
SCANNING_FILTER = re.compile(r"[a-z0-9*]+(?:[._/-][a-z0-9*]+)*")
MAX_SCANNING_FILTER = 255
MAX_REPLICATION_RULES = 25
_MAX_DESTINATIONS = 25

_UNSCANNED = {
    ScanType.BASIC: "other images are scanned only on request",
    ScanType.ENHANCED: "other images are not scanned",
}


def check_scanning(scanning: Scanning, home: Home) -> Iterator[Finding]:
    """
    Check how a registry scans; ECR takes two rules, which is one per frequency.

    Source: ECR API model 2015-09-21, PutRegistryScanningConfiguration; ECR user guide, "Filters to choose which
    repositories are scanned" (read 2026-11).
    """
    yield from silence(_check_scanning(scanning, home), scanning.silence)


def _check_scanning(scanning: Scanning, home: Home) -> Iterator[Finding]:
    frequencies = set()
    for index, rule in enumerate(scanning.rules):
        yield from _check_scanning_rule(rule, index, scanning.type, home)
        if rule.frequency in frequencies:
            where = at("scanning", "rules", index, "frequency")
            yield rulebook.SAME_FREQUENCY.at(where, frequency=rule.frequency.value)
        frequencies.add(rule.frequency)
    if not any("*" in rule.repositories for rule in scanning.rules):
        yield rulebook.NOT_SCANNED.at(at("scanning", "rules"), what=_UNSCANNED[scanning.type])


def _check_scanning_rule(rule: ScanningRule, index: int, scan_type: ScanType, home: Home) -> Iterator[Finding]:
    path = ("scanning", "rules", index)
    if rule.frequency is ScanFrequency.CONTINUOUS_SCAN and scan_type is not ScanType.ENHANCED:
        yield rulebook.CONTINUOUS_NEEDS_ENHANCED.at(at(*path, "frequency"), got=scan_type.value)
    patterns = (*path, "repositories")
    if not rule.repositories:
        yield rulebook.TOO_FEW.at(at(*patterns), what="pattern", remedy="write ['*'] for every repository")
    yield from too_many(rule.repositories, MAX_SCANNING_FILTERS, "patterns", *patterns)
    yield from repeated(rule.repositories, *patterns)
    for number, pattern in enumerate(rule.repositories):
        fits = len(pattern) <= MAX_SCANNING_FILTER and SCANNING_FILTER.fullmatch(pattern)
        if home.is_known(pattern) and not fits:
            yield rulebook.BAD_SCANNING_FILTER.at(at(*patterns, number), got=repr(pattern))


def check_replication(rules: tuple[ReplicationRule, ...], home: Home) -> Iterator[Finding]:
    """
    Check what a registry replicates where.

    Source: ECR API model 2015-09-21, PutReplicationConfiguration; ECR user guide, "Private image replication" (read
    2026-11).
    """
    yield from too_many(rules, MAX_REPLICATION_RULES, "rules", "replication")
    unique = {(destination.account or home.account, destination.region) for rule in rules for destination in rule.to}
    yield from too_many(unique, _MAX_DESTINATIONS, "different destinations in all rules together", "replication")
    for index, rule in enumerate(rules):
        path = ("replication", index)
        if not rule.to:
            yield rulebook.TOO_FEW.at(at(*path, "to"), what="destination", remedy="write [{region: eu-west-1}]")
        names = (_name(destination, home) for destination in rule.to)
        yield from repeated(names, *path, "to", check=rulebook.SAME_PLACE)
        for number, destination in enumerate(rule.to):
            yield from _check_destination(destination, home, *path, "to", number)
        yield from prefix_filter_problems(rule.repositories, home, *path, "repositories")


def _check_destination(destination: Destination, home: Home, *path: str | int) -> Iterator[Finding]:
    region, account = destination.region, destination.account
    if account is not None:
        yield from account_problems(account, home, *path, "account")
    if not home.is_known(region):
        return
    if not REGION.fullmatch(region):
        yield rulebook.BAD_REGION.at(at(*path, "region"), got=repr(region))
    elif home.region is not None:
        if region == home.region and account in {None, home.account}:
            yield rulebook.REPLICATES_TO_ITSELF.at(at(*path), account=home.account or "its own account", region=region)
        if partition_of(region) != partition_of(home.region):
            yield rulebook.OTHER_PARTITION.at(
                at(*path, "region"),
                region=region,
                got=partition_of(region),
                home=home.region,
                expected=partition_of(home.region),
            )


def _name(destination: Destination, home: Home) -> str:
    account = destination.account or home.account
    return destination.region if account == home.account else f"{account} in {destination.region}"
