"""Why a warning is accepted, until when and by whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from ecrkit.errors.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

__all__ = ["Reason", "Silence", "silence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """
    A silenced warning that expires, or has an owner.

    Attributes:
        reason: why the warning is accepted; never empty.
        until: the last day on which it is; ``None`` if it never expires.
        owner: who answers for it; empty if unknown.
        is_over: whether it had expired when it was read.
    """

    reason: str
    until: date | None = None
    owner: str = ""
    is_over: bool = False

    def __str__(self) -> str:
        """The reason, with the day and the owner."""
        parts = [f"until {self.until}"] if self.until else []
        parts += [f"owner: {self.owner}"] if self.owner else []
        return f"{self.reason} ({', '.join(parts)})" if parts else self.reason

    def has_ended(self, today: date | None) -> bool:
        """Whether it no longer applies on *today*; without a day, whether it had expired when it was read."""
        return self.is_over or (today is not None and self.until is not None and self.until < today)

    @property
    def obituary(self) -> str:
        """The words for a finding whose silence has expired."""
        owner = f", owner: {self.owner}" if self.owner else ""
        return f"the silence expired on {self.until}{owner}"


Reason: TypeAlias = str | Silence
"""A reason that is only a text never expires."""


def silence(
    findings: Iterable[Finding], reasons: Mapping[str, Reason], *, today: date | None = None
) -> tuple[Finding, ...]:
    """
    Mark accepted warnings.

    Args:
        findings: any findings; errors do not change.
        reasons: reasons by code.
        today: day on which expired silences no longer apply; ``None`` for what applied when they were read.

    Returns:
        All findings in the order given, including the silenced ones. A finding whose silence has expired says so.
    """
    return tuple(
        _judged(found, reasons[found.code], today)
        if found.severity is Severity.WARNING and found.code in reasons
        else found
        for found in findings
    )


def _judged(found: Finding, reason: Reason, today: date | None) -> Finding:
    if isinstance(reason, Silence) and reason.has_ended(today):
        return replace(found, message=f"{found.message} ({reason.obituary})")
    return replace(found, silenced=str(reason))
