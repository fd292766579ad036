"""Protected images that a policy would make impossible to pull, for people and programs: the same of every gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.documents.terminal import Styled
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.preview.protection import Violation

__all__ = ["protected_documents", "protected_lines"]

_KEYS = {ActionType.EXPIRE: "protectedAndExpiring", ActionType.TRANSITION: "protectedAndArchiving"}


def protected_documents(violations: Sequence[Violation]) -> dict[str, list[dict[str, object]]]:
    """Write *violations* as lists for JSON: those that would expire, and those that would be archived."""
    return {
        key: [_document(violation) for violation in violations if violation.verdict.action is action]
        for action, key in _KEYS.items()
    }


def protected_lines(repository: str, violations: Sequence[Violation]) -> Iterator[Line]:
    """Write *violations* for people, a line each."""
    for violation in violations:
        yield Styled("error", "red", bold=True), f": {repository}: {violation.text}"


def _document(violation: Violation) -> dict[str, object]:
    verdict = violation.verdict
    return {
        "imageDigest": verdict.image.digest,
        "imageTags": list(verdict.image.tags),
        "appliedRulePriority": verdict.rule and verdict.rule.rule_priority,
        "protectedBecause": list(violation.because),
    }
