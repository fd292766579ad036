"""One repository: what should not be so, whoever declared it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecrkit.deployment.audit.statements import has_variables, statement_name
from ecrkit.lifecycle.checks.patterns import TagPattern
from ecrkit.registry import posture as rulebook
from ecrkit.registry.access_policy import NO_STATEMENT, judge_statements
from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.properties import Mutability
from ecrkit.registry.rulebook import OPEN_TO_ALL
from ecrkit.registry.statements import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.deployment.actual import ActualRepository
    from ecrkit.errors import Finding, Location
    from ecrkit.registry.settings import Scanning

__all__ = ["posture"]


def posture(
    actual: ActualRepository,
    *,
    scanning: Scanning | None,
    location: Location,
    region: str,
    open_to_everyone: str = "",
) -> Iterator[Finding]:
    """
    Tell what should not be so.

    Args:
        actual: the repository.
        scanning: how the registry scans by the catalog; ``None`` where that does not say.
        location: where it is declared, or would be.
        region: of the repository.
        open_to_everyone: why the catalog lets everyone in; what it acknowledges stays visible as a silenced warning.

    Returns:
        Findings, by code.
    """
    properties = actual.properties
    exceptions = properties.exceptions
    yield from _access_findings(actual, location, partition=partition_of(region), acknowledged=open_to_everyone)
    if properties.mutability == Mutability.MUTABLE:
        but = f", but {', '.join(sorted(exceptions))}," if exceptions else ""
        yield rulebook.MUTABLE.at(location, but=but, got=properties.image_tag_mutability)
    elif any(not text.strip("*") for text in exceptions):
        yield rulebook.MUTABLE.at(location, but="", got=f"{properties.image_tag_mutability}, and the exception is '*'")
    if not properties.scan_on_push and not _is_scanned_by(scanning, actual.name):
        yield rulebook.UNSCANNED.at(location)
    if actual.lifecycle_policy_text is None:
        yield rulebook.NO_LIFECYCLE.at(location)


def _access_findings(
    actual: ActualRepository, location: Location, *, partition: str, acknowledged: str
) -> Iterator[Finding]:
    statements = actual.properties.statements
    judged = judge_statements(
        statements,
        kind=PolicyKind.REPOSITORY,
        partition=partition,
        variables=has_variables(actual.repository_policy_text or ""),
        acknowledged=acknowledged,
    )
    for one in judged:
        if one.index == NO_STATEMENT:
            continue
        name = statement_name(statements[one.index], one.index + 1)
        if one.found.check is OPEN_TO_ALL:
            named = replace(one.found, values={**one.found.values, "statement": name})
            yield replace(one, found=named).at(location, checks={OPEN_TO_ALL.code: rulebook.PUBLIC})
        else:
            found = one.at(location)
            yield replace(found, message=f"{name} of its policy: {found.message}")


def _is_scanned_by(scanning: Scanning | None, name: str) -> bool:
    """Source: ECR user guide, "Filters to choose which repositories are scanned" (read 2026-11)."""
    patterns = [pattern for rule in scanning.rules for pattern in rule.repositories] if scanning else []
    return any(
        TagPattern.of_pattern(pattern if "*" in pattern else f"*{pattern}*").matches(name) for pattern in patterns
    )
