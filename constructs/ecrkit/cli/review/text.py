"""A review for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.cli.console.endings import consent_hint, first_lines
from ecrkit.cli.console.reports import finding_line, guard_line
from ecrkit.cli.console.styles import fate_count, verdict
from ecrkit.cli.console.tables import number, table_lines
from ecrkit.cli.policy.protected import all_protected_lines
from ecrkit.cli.policy.run_tests import failure_line
from ecrkit.cli.review.sentences import (
    checks_sentence,
    dollars,
    freed_text,
    guard_sentence,
    images_sentence,
    stacks_sentence,
    title,
)
from ecrkit.deployment.review import Decision
from ecrkit.errors import Severity, first_names
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ecrkit.cli.console.output import Line
    from ecrkit.cli.console.tables import Cell
    from ecrkit.deployment.review import ImageLoss, Review

__all__ = ["failure_lines", "review_lines", "unused_lines"]


def review_lines(review: Review) -> Iterator[Line]:
    """Write *review* for people; what it comes to is last, where a person at a terminal reads first."""
    yield from _problems(review)
    yield from _tables(review)
    for note in dict.fromkeys(note for loss in review.losses for note in loss.notes):
        yield f"note: {note}"
    yield f"checks: {checks_sentence(review.checks)}"
    yield f"images: {images_sentence(review)}"
    if review.is_compared:
        yield f"deploy: {guard_sentence(review.guard)}"
    else:
        yield "deploy: not checked: the catalog has errors"
    yield f"other stacks: {stacks_sentence(review)}"
    yield verdict(review.decision.value, is_passed=review.decision is Decision.PASSED), f": {_title(review)}"


def failure_lines(review: Review, *, output: str) -> list[Line]:
    """Say for standard error why *review* fails; text has the details already."""
    errors: list[Line] = [finding_line(finding) for finding in review.checks.errors]
    errors += [
        failure_line(failed.path, failed.test, failure)
        for failed in review.checks.failed
        for failure in failed.failures
    ]
    errors += [guard_line(found) for found in review.refused_findings]
    return [_title(review), *([] if output == "text" else first_lines(errors, noun="problem"))]


def _title(review: Review) -> str:
    names = review.names_to_allow()
    return f"{title(review)}; {consent_hint(names)}" if names else title(review)


def unused_lines(review: Review) -> Iterator[str]:
    """Warn of names that were to be allowed, and that nothing has, or that are allowed no longer."""
    for each in review.expired:
        yield f"warning: --allow {each.name}: {each.obituary}; fix the cause, or pass a later day"
    for name, nearest in review.unused:
        advice = f"did you mean {nearest}?" if nearest else "remove it"
        yield f"warning: --allow {name}: no finding has that name; {advice}"


def _row(loss: ImageLoss) -> tuple[Cell, ...]:
    policy = f"{loss.old} → {loss.new}"
    where = ", ".join(loss.environments)
    if not loss.is_known:
        return (policy, loss.repository, where, "?", "?", "?", "?", f"not checked{_consent(loss)}")
    expire = fate_count(ActionType.EXPIRE, loss.expire + loss.may_expire)
    numbers = (
        expire,
        fate_count(ActionType.TRANSITION, loss.archive),
        freed_text([loss]),
        dollars([loss]),
    )
    return (policy, loss.repository, where, *numbers, _listed(loss.examples) + _consent(loss))


def _consent(loss: ImageLoss) -> str:
    return " (allowed)" if loss.is_allowed else ""


def _listed(examples: Iterable[str]) -> str:
    return ", ".join(examples) or "-"


def _problems(review: Review) -> Iterator[Line]:
    for finding in review.checks.findings:
        if not finding.silenced:
            yield finding_line(finding)
    for failed in review.checks.failed:
        for failure in failed.failures:
            yield failure_line(failed.path, failed.test, failure)
    for found in review.guard:
        if found.severity is not Severity.NOTE:
            yield guard_line(found)
    yield from all_protected_lines(
        [(loss.name, loss.violations) for loss in review.losses],
        is_short=True,
        advice="pass --output json to list all",
    )


def _tables(review: Review) -> Iterator[Line]:
    if review.losses:
        numbers = [number(heading) for heading in ("EXPIRE", "ARCHIVE", "SIZE", "A MONTH")]
        yield from table_lines(
            ("POLICY", "REPOSITORY", "IN", *numbers, "SUCH AS"),
            [_row(loss) for loss in review.losses],
        )
    if review.changes:
        rows = [
            (change.what, ", ".join(change.environments), f"{len(change.names):,}", first_names(change.names))
            for change in review.changes
        ]
        yield from table_lines(("CHANGE", "IN", number("COUNT"), "SUCH AS"), rows)
