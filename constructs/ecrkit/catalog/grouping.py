"""Findings that many repositories have in common, each reported once with a count."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from ecrkit.catalog.rulebook import BAD_POLICY_REFERENCE
from ecrkit.errors import in_file_order, steps_of
from ecrkit.lifecycle import COMPLETENESS_CODES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecrkit.errors import Finding

__all__ = ["grouped"]

_OF_REPOSITORY = 2
"""Steps of a pointer to a repository: what it does not declare itself is reported there."""


def grouped(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """
    Report a missing policy once, however many repositories pin it or lack one.

    Args:
        findings: of a catalog.

    Returns:
        The findings in file order. The first of those with the same cause has the number of the others in its message.
    """
    groups: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    others = []
    for found in in_file_order(findings):
        if _is_of_many(found):
            groups[found.code, found.message, found.remedy].append(found)
        else:
            others.append(found)
    for first, *more in groups.values():
        others.append(replace(first, message=f"{first.message}{_count(first, len(more))}") if more else first)
    return in_file_order(others)


def _is_of_many(found: Finding) -> bool:
    if found.code == BAD_POLICY_REFERENCE.code:
        return True
    is_inherited = len(steps_of(found.location.pointer)) == _OF_REPOSITORY
    return found.code in COMPLETENESS_CODES and is_inherited and not found.silenced


def _count(first: Finding, more: int) -> str:
    if first.code == BAD_POLICY_REFERENCE.code:
        return f" (pinned in {more + 1:,} places)"
    return f" (the same in {more:,} more repositor{'y' if more == 1 else 'ies'})"
