"""Principals whose pulls do not count as use of an image: checks of the list, and scanners that it should have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ecrkit.errors import silence
from ecrkit.registry.settings import rulebook
from ecrkit.registry.settings.fields import at, partition_problems, repeated, too_many

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from ecrkit.errors import Finding, Location, Reason
    from ecrkit.registry.access import Access
    from ecrkit.registry.settings.values import Home

__all__ = [
    "EXCLUDED_PRINCIPAL",
    "MAX_EXCLUDED_PRINCIPAL",
    "MAX_EXCLUSIONS",
    "PULL_TIME_WARNINGS",
    "check_exclusions",
    "scanner_findings",
    "scanner_of",
]

PULL_TIME_WARNINGS = (rulebook.SCANNER_COUNTS.code,)
"""Warnings about missing exclusions that a repository or creation template may silence."""

MAX_EXCLUSIONS = 100
EXCLUDED_PRINCIPAL = re.compile(
    r"arn:(?P<partition>aws(?:-[a-z]+)*):iam::[0-9]{12}:(?:role|user)/[\w+=,.@-]+(?:/[\w+=,.@-]+)*", re.ASCII
)
MAX_EXCLUDED_PRINCIPAL = 200

_SCANNERS = {"crowdstrike": "CrowdStrike", "snyk": "Snyk", "trivy": "Trivy"}
"""
Scanners by what the names of their roles contain.

Amazon Inspector is not among them: its pulls never count.

Source: ECR user guide, "Pull-time update exclusions" (read 2026-11), which names these.
"""


def check_exclusions(principals: tuple[str, ...], home: Home) -> Iterator[Finding]:
    """
    Check the principals whose pulls do not count.

    Source: ECR API model 2015-09-21, RegisterPullTimeUpdateExclusion; ECR user guide, "Pull-time update exclusions"
    (read 2026-11).
    """
    where = "pull_time_exclusions"
    yield from too_many(principals, MAX_EXCLUSIONS, "principals", where)
    yield from repeated(principals, where)
    for index, principal in enumerate(principals):
        if not home.is_known(principal):
            continue
        match = EXCLUDED_PRINCIPAL.fullmatch(principal)
        if match is None or len(principal) > MAX_EXCLUDED_PRINCIPAL:
            is_session = ":assumed-role/" in principal
            remedy = "name the role, not its session" if is_session else "write arn:aws:iam::123456789012:role/scanner"
            yield rulebook.BAD_EXCLUSION.at(at(where, index), got=repr(principal), remedy=remedy)
        else:
            yield from partition_problems(match["partition"], home, where, index)


def scanner_of(principal: str) -> str | None:
    """
    Recognize the role or user of a scanner by its name.

    Args:
        principal: ARN of a role or user.

    Returns:
        The scanner, as in ``Snyk``; ``None`` if the name is that of none.
    """
    name = principal.rpartition("/")[2].lower()
    return next((scanner for word, scanner in _SCANNERS.items() if word in name), None)


def scanner_findings(
    access: Access, *, excluded: Collection[str], place: Callable[[str], Location], reasons: Mapping[str, Reason]
) -> Iterator[Finding]:
    """
    Warn about scanners that may pull where the lifecycle policy counts pulls.

    Args:
        access: who may pull and push.
        excluded: ARNs of the principals whose pulls do not count.
        place: where the key ``pull`` or ``push`` is written.
        reasons: accepted warnings.

    Returns:
        One warning per principal that is named after a scanner and not excluded. Principals that have access through
        their account, or by their own IAM policy, are unknown.
    """
    # A principal that can push can also pull.
    seen = set(excluded)
    for key, grantees in (("pull", access.pull), ("push", access.push)):
        for principal in grantees.principals:
            scanner = scanner_of(principal)
            if scanner and principal not in seen:
                seen.add(principal)
                found = rulebook.SCANNER_COUNTS.at(place(key), principal=principal, scanner=scanner)
                yield from silence([found], reasons)
