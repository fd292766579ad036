"""What a person decided to let happen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecrkit.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ecrkit.deployment.guard.values import GuardFinding

__all__ = ["acknowledge", "refused"]


def acknowledge(
    findings: Iterable[GuardFinding], names: Sequence[str]
) -> tuple[tuple[GuardFinding, ...], tuple[str, ...]]:
    """
    Mark what is allowed.

    Args:
        findings: any.
        names: of repositories, or else logical ids, or else stacks: each acknowledges every finding that has it as its
            name, wherever. ``stack/name`` acknowledges those of one stack only.

    Returns:
        All findings in the order given, those that are allowed marked; and the names that nothing has, as given. A
        note needs no permission.
    """
    findings = tuple(findings)
    marked = tuple(
        replace(found, is_allowed=True)
        if found.severity is Severity.ERROR and _names_of(found).intersection(names)
        else found
        for found in findings
    )
    known = {name for found in findings if found.severity is Severity.ERROR for name in _names_of(found)}
    return marked, tuple(name for name in dict.fromkeys(names) if name not in known)


def refused(findings: Iterable[GuardFinding]) -> tuple[GuardFinding, ...]:
    """Keep the errors that nobody allowed, in the order given."""
    return tuple(found for found in findings if found.severity is Severity.ERROR and not found.is_allowed)


def _names_of(found: GuardFinding) -> set[str]:
    return {found.name, f"{found.stack}/{found.name}"}
