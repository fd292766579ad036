"""What a probe found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Probe", "Status"]


class Status(StrEnum):
    """The result of a check."""

    OK = "ok"
    NOTE = "note"
    """Missing, and nothing that is declared needs it."""
    WARNING = "warning"
    ERROR = "error"
    """Something declared cannot work."""
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """
    The result of one check of the machine or account.

    Attributes:
        name: what was checked, as in ``CDK CLI``.
        status: result of the check.
        found: what was found, or what is missing.
        remedy: what to do; empty if nothing is wrong.
    """

    name: str
    status: Status
    found: str
    remedy: str = ""
