"""Scanners that may pull from a repository whose policy counts pulls, and whose pulls are not excluded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.errors import silence
from ecrkit.registry.settings.pull_times import scanner_of
from ecrkit.registry.settings.rulebook import SCANNER_COUNTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from ecrkit.catalog.values import RepositoryEntry
    from ecrkit.errors import Finding, Location

__all__ = ["scanner_findings"]


def scanner_findings(
    entry: RepositoryEntry, *, excluded: Collection[str], places: Mapping[str, Location], otherwise: Location
) -> Iterator[Finding]:
    """
    Warn about scanners whose pulls keep images in use.

    Args:
        entry: a repository whose lifecycle policy counts pulls.
        excluded: ARNs of the principals whose pulls do not count.
        places: where its keys are written.
        otherwise: where the warning points if the key is not written at the repository.

    Returns:
        One warning per principal of ``pull`` or ``push`` that is named after a scanner and not excluded. A catalog
        does not know principals that have access through their account, or by their own IAM policy.
    """
    access = entry.properties.access
    # Whoever may push may pull.
    seen: set[str] = set(excluded)
    for key, grantees in (("pull", access.pull), ("push", access.push)):
        for principal in grantees.principals:
            scanner = scanner_of(principal)
            if scanner and principal not in seen:
                seen.add(principal)
                found = SCANNER_COUNTS.at(places.get(key, otherwise), principal=principal, scanner=scanner)
                yield from silence([found], entry.silence)
