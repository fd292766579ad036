"""Whether what a scan found may pass."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from ecrkit.images.scans.allow_list import Allowance, AllowList
    from ecrkit.images.scans.values import Severity, Vulnerability

__all__ = ["Judgement", "Verdict", "judge"]


class Verdict(Enum):
    """The verdict on a vulnerability."""

    FAILS = "fails"
    EXPIRED = "expired"
    """It fails, since it was allowed only until a day that is past."""

    ALLOWED = "allowed"
    BELOW = "below"
    """It is less grave than asked about."""

    SUPPRESSED = "suppressed"
    """Inspector was told to, or has closed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """
    A vulnerability, and the verdict on it.

    Attributes:
        vulnerability: the vulnerability.
        verdict: the verdict on it.
        allowance: the allowance that covers it, expired or not; ``None`` without one.
    """

    vulnerability: Vulnerability
    verdict: Verdict
    allowance: Allowance | None

    @property
    def fails(self) -> bool:
        """Whether it fails the image."""
        return self.verdict in {Verdict.FAILS, Verdict.EXPIRED}


def judge(
    vulnerabilities: Iterable[Vulnerability], *, fail_on: Severity, allowed: AllowList, today: date
) -> tuple[Judgement, ...]:
    """
    Judge each vulnerability separately.

    Args:
        vulnerabilities: vulnerabilities of one scan.
        fail_on: the lowest severity that fails.
        allowed: allowed vulnerabilities.
        today: current date; an allowance includes its last day.

    Returns:
        One judgement each, in the order given.
    """
    judgements = []
    for vulnerability in vulnerabilities:
        allowance = allowed.get(vulnerability.id)
        if allowance and not allowance.covers(vulnerability):
            allowance = None
        if not vulnerability.is_active:
            verdict = Verdict.SUPPRESSED
        elif not vulnerability.severity.reaches(fail_on):
            verdict = Verdict.BELOW
        elif allowance is None:
            verdict = Verdict.FAILS
        else:
            verdict = Verdict.EXPIRED if allowance.expires < today else Verdict.ALLOWED
        judgements.append(Judgement(vulnerability=vulnerability, verdict=verdict, allowance=allowance))
    return tuple(judgements)
