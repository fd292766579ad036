"""Protected images that a policy would make impossible to pull, for people and programs: the same of every gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.cli.console.endings import first_lines
from ecrkit.cli.console.output import count_of
from ecrkit.documents.terminal import Styled
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.preview.protection import Violation

__all__ = ["all_protected_lines", "protected_documents", "protected_reasons"]

_KEYS = {ActionType.EXPIRE: "protectedAndExpiring", ActionType.TRANSITION: "protectedAndArchiving"}

_FEW = 10


def protected_documents(violations: Sequence[Violation]) -> dict[str, list[dict[str, object]]]:
    """Write *violations* as lists for JSON: those that would expire, and those that would be archived."""
    return {
        key: [_document(violation) for violation in violations if violation.verdict.action is action]
        for action, key in _KEYS.items()
    }


def all_protected_lines(
    found: Iterable[tuple[str, Sequence[Violation]]],
    *,
    is_short: bool,
    advice: str = "pass --details to list all",
) -> Iterator[Line]:
    """
    Write the violations of several repositories for people.

    Args:
        found: the name of each repository, and its violations.
        is_short: write the first few, and count the others.
        advice: how to see the others.
    """
    lines = [line for name, violations in found for line in _lines(name, violations)]
    shown = lines[:_FEW] if is_short else lines
    yield from shown
    if len(lines) > len(shown):
        more = count_of(len(lines) - len(shown), "more protected image")
        yield Styled("error", "red", bold=True), f": {more} would expire or be archived; {advice}"


def protected_reasons(violations: Iterable[tuple[str, Sequence[Violation]]], *, output: str) -> list[Line]:
    """
    Say for standard error that a gate fails on *violations*.

    Args:
        violations: those of each repository, by its name.
        output: format of the result; text names each image already.
    """
    lines: list[Line] = [f"{name}: {violation.text}" for name, several in violations for violation in several]
    if output == "text" and lines:
        return [f"{count_of(len(lines), 'protected image')} would expire or be archived"]
    return first_lines(lines, noun="protected image")


def _document(violation: Violation) -> dict[str, object]:
    verdict = violation.verdict
    return {
        "imageDigest": verdict.image.digest,
        "imageTags": list(verdict.image.tags),
        "appliedRulePriority": verdict.rule and verdict.rule.rule_priority,
        "protectedBecause": list(violation.because),
    }


def _lines(repository: str, violations: Sequence[Violation]) -> Iterator[Line]:
    for violation in violations:
        yield Styled("error", "red", bold=True), f": {repository}: {violation.text}"
