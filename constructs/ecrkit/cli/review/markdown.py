"""A review, a comparison of catalogs and a run of the guard as comments on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of
from ecrkit.cli.policy.run_tests import failure_line
from ecrkit.cli.review.guard_sections import guard_sections
from ecrkit.cli.review.loss_sections import loss_sections, losses_table, notes_of
from ecrkit.cli.review.sentences import (
    checks_sentence,
    guard_sentence,
    images_sentence,
    losses_sentence,
    refusal,
    stacks_sentence,
    title,
)
from ecrkit.deployment.guard import refused
from ecrkit.deployment.review import Decision
from ecrkit.documents.markdown import Section, code, compose, details, marker, prose, row, table
from ecrkit.errors import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.deployment.guard import GuardFinding
    from ecrkit.deployment.review import Change, Checks, ImageLoss, Review
    from ecrkit.errors import Finding

__all__ = ["GUARD_MARKER", "LOSSES_MARKER", "REVIEW_MARKER", "guard_markdown", "losses_markdown", "review_markdown"]

REVIEW_MARKER = marker("review")
"""The first line of the comment of ``ecrkit review``; never changes, so that a workflow finds its own comment."""

GUARD_MARKER = marker("guard")
LOSSES_MARKER = marker("catalog-diff")

_ICONS = {Decision.PASSED: "✅", Decision.REFUSED: "🛑", Decision.FAILED: "❌"}
_SEVERITIES = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "ℹ️"}  # noqa: RUF001 - an icon
_NAMES_TO_ALLOW = 5
_FIRST_NAMES = 3


def review_markdown(review: Review) -> str:
    """Write *review* as a comment: what it comes to first, the rest folded."""
    return compose(_review_sections(review))


def losses_markdown(losses: Sequence[ImageLoss], *, fails: bool, has_images: bool = True) -> str:
    """
    Write what a change of policies does to images as a comment.

    Args:
        losses: of every repository whose policy changes.
        fails: the command exits with 1.
        has_images: a directory of images was given.
    """
    said = refusal(losses, ()) or "no image would be lost"
    sections = [
        _heading(LOSSES_MARKER, "🛑" if fails else "⚠️" if refusal(losses, ()) else "✅", said),
        _states([("images", losses_sentence(losses, has_images=has_images))]),
        *losses_table(losses),
        *loss_sections(losses),
        *notes_of(losses),
    ]
    return compose(sections)


def guard_markdown(findings: Sequence[GuardFinding], *, summary: str) -> str:
    """Write what the guard finds as a comment; *summary* is the one that text has."""
    errors = refused(findings)
    said = refusal((), findings) or "nothing would be lost"
    sections = [
        _heading(GUARD_MARKER, "🛑" if errors else "✅", said),
        Section(head=f"{prose(summary)}\n"),
        *guard_sections(findings),
    ]
    return compose(sections)


def _review_sections(review: Review) -> Iterator[Section]:
    icon = _ICONS[review.decision]
    if review.decision is Decision.PASSED and review.unknown:
        icon = "⚠️"
    yield _heading(REVIEW_MARKER, icon, title(review))
    yield _states(
        [
            ("checks", checks_sentence(review.checks)),
            ("images", images_sentence(review)),
            ("deploy", guard_sentence(review.guard) if review.is_compared else "not checked: the catalog has errors"),
            ("other stacks", stacks_sentence(review)),
        ],
        icons={"checks": "❌" if review.checks.has_failed else "✅", **_icons(review)},
    )
    yield from _allow(review)
    yield from _errors(review.checks)
    yield from losses_table(review.losses)
    yield from guard_sections(review.guard)
    yield from loss_sections(review.losses)
    yield from _changes(review.changes)
    yield from _warnings(review.checks.warnings)
    yield from notes_of(review.losses)
    commit = f" ({code(review.commit[:12])})" if review.commit else ""
    yield Section(head=f"<sub>Compared with {code(review.base)}{commit} by <code>ecrkit review</code>.</sub>")


def _icons(review: Review) -> dict[str, str]:
    lossy = [loss for loss in review.losses if loss.is_loss]
    images = "🛑" if review.refused_losses else "☑️" if lossy else "✅"
    deploy = "🛑" if review.refused_findings else "☑️" if any(found.is_allowed for found in review.guard) else "✅"
    are_known = review.is_compared and not review.unknown and not review.is_first
    return {
        "images": images if are_known or review.refused_losses else "⚪",
        "deploy": deploy if review.is_compared else "⚪",
        "other stacks": "✅" if stacks_sentence(review) == "checked" else "⚪",
    }


def _heading(hidden: str, icon: str, said: str) -> Section:
    return Section(head=f"{hidden}\n### {icon} ecrkit: {said}\n")


def _states(states: Iterable[tuple[str, str]], *, icons: dict[str, str] | None = None) -> Section:
    rows = [row(f"{(icons or {}).get(name, '')} {name}".strip(), said) for name, said in states]
    return Section(head=table(("", "result")) + "\n".join(rows) + "\n")


def _allow(review: Review) -> Iterator[Section]:
    names = review.names_to_allow()
    if names:
        listed = " ".join(code(f"--allow {name}") for name in names[:_NAMES_TO_ALLOW])
        more = f" and {len(names) - _NAMES_TO_ALLOW:,} more" if len(names) > _NAMES_TO_ALLOW else ""
        yield Section(head=f"To accept the losses: {listed}{more}; a name can be a glob.\n")
    for each in review.expired[:_NAMES_TO_ALLOW]:
        yield Section(head=f"⚠️ {code(f'--allow {each.name}')}: {prose(each.obituary)}\n")
    for name, nearest in review.unused[:_NAMES_TO_ALLOW]:
        advice = f"did you mean {code(nearest)}?" if nearest else "remove it"
        yield Section(head=f"⚠️ {code(f'--allow {name}')}: no finding has that name; {advice}\n")


def _errors(checks: Checks) -> Iterator[Section]:
    lines = [_finding(finding) for finding in checks.errors]
    lines += [
        f"- ❌ {prose(failure_line(failed.path, failed.test, failure))}"
        for failed in checks.failed
        for failure in failed.failures
    ]
    if lines:
        yield Section(head="**To fix:**\n\n", rows=lines, tail="\n", more="- … and {} more")


def _warnings(warnings: Sequence[Finding]) -> Iterator[Section]:
    if warnings:
        section = Section(head="", rows=[_finding(finding) for finding in warnings], more="- … and {} more", most=6_000)
        yield details(count_of(len(warnings), "warning"), section)


def _finding(finding: Finding) -> str:
    return f"- {_SEVERITIES[finding.severity]} {code(finding.place)}: {prose(finding.text)} {code(finding.code)}"


def _changes(changes: Sequence[Change]) -> Iterator[Section]:
    if not changes:
        return
    rows = [
        row(prose(change.what), ", ".join(map(prose, change.environments)), f"{len(change.names):,}", _first(change))
        for change in changes
    ]
    shown = Section(
        head=table(("change", "in", "count", "names"), numbers=[2]), rows=rows, more=row("… and {} more", "", "", "")
    )
    yield details(f"Changes of the templates, without lifecycle policies ({len(changes):,})", shown)
    for change in changes:
        if len(change.names) > _FIRST_NAMES:
            names = Section(head="", rows=[code(name) for name in change.names], joiner=", ", more="and {} more")
            yield details(f"{prose(change.what)} ({len(change.names):,})", names)


def _first(change: Change) -> str:
    """List the first names; all of them if they are few."""
    more = ", …" if len(change.names) > _FIRST_NAMES else ""
    return f"{', '.join(map(code, change.names[:_FIRST_NAMES]))}{more}"
