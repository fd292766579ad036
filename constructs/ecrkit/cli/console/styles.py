"""The colors of fates, severities and verdicts; each is decided here only."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecrkit.documents.terminal import Styled
from ecrkit.errors import Severity
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FATES", "fate", "fate_count", "fate_part", "protected_count", "severity_label", "verdict", "vulnerability"]

FATES = {None: "stay", ActionType.EXPIRE: "expire", ActionType.TRANSITION: "archive"}

_FATE_COLORS = {None: "green", ActionType.EXPIRE: "red", ActionType.TRANSITION: "yellow"}
_PROTECTED = "magenta"
_SEVERITY_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
_VULNERABILITY_COLORS: Mapping[str, str] = {"CRITICAL": "red", "HIGH": "red", "MEDIUM": "yellow", "LOW": "blue"}


def fate(action: ActionType | None, *, is_protected: bool = False) -> Styled:
    """Name the fate of an image; a protected image that would expire or be archived has its own color."""
    return Styled(FATES[action], _PROTECTED if is_protected else _FATE_COLORS[action], bold=is_protected)


def fate_count(action: ActionType | None, number: int) -> Styled:
    """Count the images of a fate; zero, and what stays, needs no color."""
    return Styled(f"{number:,}", _FATE_COLORS[action] if number and action else None)


def fate_part(action: ActionType | None, number: int) -> Styled:
    """Count the images of a fate in words: ``2 expire``."""
    return replace(fate_count(action, number), text=f"{number:,} {FATES[action]}")


def protected_count(number: int) -> Styled:
    """Count protected images that would go."""
    return Styled(f"{number:,}", _PROTECTED if number else None, bold=bool(number))


def severity_label(severity: Severity) -> Styled:
    """Name the severity of a finding."""
    return Styled(severity.value, _SEVERITY_COLORS[severity], bold=True)


def vulnerability(severity: str, text: str = "") -> Styled:
    """
    Name the severity of a vulnerability.

    Args:
        severity: as ECR names it.
        text: to show instead of it.
    """
    return Styled(text or severity, _VULNERABILITY_COLORS.get(severity), bold=severity == "CRITICAL")


def verdict(text: str, *, is_passed: bool) -> Styled:
    """Write a verdict: green if it is passed, red if it failed."""
    return Styled(text, "green" if is_passed else "red", bold=True)
