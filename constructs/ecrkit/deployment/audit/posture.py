"""One repository: what should not be so, whoever declared it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.deployment.audit.statements import open_statements
from ecrkit.lifecycle.checks.patterns import TagPattern
from ecrkit.registry import posture as rulebook
from ecrkit.registry.properties import Mutability

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ecrkit.deployment.actual import ActualRepository
    from ecrkit.errors import Finding, Location
    from ecrkit.registry.settings import Scanning

__all__ = ["posture"]


def posture(actual: ActualRepository, *, scanning: Scanning | None, location: Location) -> Iterator[Finding]:
    """
    Tell what should not be so.

    Args:
        actual: the repository.
        scanning: how the registry scans by the catalog; ``None`` where that does not say.
        location: where it is declared, or would be.

    Returns:
        Findings, by code.
    """
    properties = actual.properties
    exceptions = properties.exceptions
    for statement, why in open_statements(properties.statements):
        yield rulebook.PUBLIC.at(location, statement=statement, reason=why.reason)
    if properties.mutability == Mutability.MUTABLE:
        but = f", but {', '.join(sorted(exceptions))}," if exceptions else ""
        yield rulebook.MUTABLE.at(location, but=but, got=properties.image_tag_mutability)
    elif any(not text.strip("*") for text in exceptions):
        yield rulebook.MUTABLE.at(location, but="", got=f"{properties.image_tag_mutability}, and the exception is '*'")
    if not properties.scan_on_push and not _is_scanned_by(scanning, actual.name):
        yield rulebook.UNSCANNED.at(location)
    if actual.lifecycle_policy_text is None:
        yield rulebook.NO_LIFECYCLE.at(location)


def _is_scanned_by(scanning: Scanning | None, name: str) -> bool:
    """Source: ECR user guide, "Filters to choose which repositories are scanned" (read 2026-11)."""
    patterns = [pattern for rule in scanning.rules for pattern in rule.repositories] if scanning else []
    return any(
        TagPattern.of_pattern(pattern if "*" in pattern else f"*{pattern}*").matches(name) for pattern in patterns
    )
