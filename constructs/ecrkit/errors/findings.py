"""
What a check says about a document: where, what, how grave, and what to do.

A :class:`Check` is a row of a rulebook; a :class:`Finding` is one place that a check objects to.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.errors.excerpts import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecrkit.errors.locations import Location

__all__ = [
    "Check",
    "Finding",
    "Severity",
    "checks_in",
    "errors_in",
    "in_file_order",
]


class Severity(StrEnum):
    """The severity of a finding."""

    ERROR = "error"
    """The service refuses it, or the result would not be what the document says."""

    WARNING = "warning"
    """Valid, and almost always a mistake."""

    NOTE = "note"
    """What a person should know: what changes, or what was not checked. It never fails a command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """
    A row of a rulebook.

    Attributes:
        code: stable, never given to another check.
        severity: severity of its findings.
        title: the problem in a few words, for tables and editors.
        message: what is wrong and what was given; a format string.
        remedy: what to do; a format string, possibly empty.
        source: where the rule is documented.

    The long explanation is in ``ecrkit.documents.explanations``.
    """

    code: str
    severity: Severity = Severity.ERROR
    title: str
    message: str
    remedy: str = ""
    source: str

    def at(self, location: Location, **values: object) -> Finding:
        """Make a finding at *location*; *values* fill the texts of the check."""
        return Finding(
            location=location,
            code=self.code,
            severity=self.severity,
            message=self.message.format_map(values),
            remedy=self.remedy.format_map(values),
            source=self.source,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    A problem that a check found at one place.

    Attributes:
        location: where the problem is.
        code: code of the check.
        severity: severity of the check.
        message: what is wrong and what was given; lower case, no full stop.
        remedy: what to do; empty if the message says it.
        source: where the rule is documented.
        silenced: why the warning is accepted; empty if it is not.
    """

    location: Location
    code: str
    severity: Severity
    message: str
    remedy: str
    source: str
    silenced: str = ""

    @property
    def place(self) -> str:
        """``file:line:column``, as people read it."""
        return printable(str(self.location))

    @property
    def text(self) -> str:
        """What is wrong and what to do, without the place, on one line."""
        path = self.location.path
        where = f"{path}: " if path else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return printable(f"{where}{self.message}{remedy}")

    def __str__(self) -> str:
        """``file:line:column: path: message; remedy [code]``."""
        return f"{self.place}: {self.text} [{self.code}]"


def checks_in(names: Mapping[str, object], *, prefix: str) -> tuple[Check, ...]:
    """
    Collect a rulebook from the names of its module.

    Args:
        names: the module's ``globals()``; checks imported from other rulebooks may be among them.
        prefix: of the codes that are the module's own.

    Returns:
        The checks, by code.
    """
    checks = (value for value in tuple(names.values()) if isinstance(value, Check) and value.code.startswith(prefix))
    return tuple(sorted(checks, key=lambda check: check.code))


def in_file_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort by file, position and code."""
    return tuple(sorted(findings, key=lambda found: (found.location, found.code, found.message)))


def errors_in(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep the errors, in the order given."""
    return tuple(found for found in findings if found.severity is Severity.ERROR)
