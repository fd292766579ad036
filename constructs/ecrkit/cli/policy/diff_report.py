"""What a change of policy changes, for people and programs."""

from __future__ import annotations

import shutil
from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of, table
from ecrkit.cli.policy.preview_text import FATES, short_digest
from ecrkit.documents.terminal import Styled
from ecrkit.errors import excerpt, printable
from ecrkit.lifecycle.diff import Change
from ecrkit.lifecycle.rendering import rule_document
from ecrkit.lifecycle.wording import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.lifecycle.diff import FateChange, PolicyDiff
    from ecrkit.lifecycle.values import Rule

__all__ = ["diff_document", "diff_lines", "losses"]

_MARKS = {Change.SAME: " ", Change.CHANGED: "~", Change.ADDED: "+", Change.REMOVED: "-"}
_COLORS = {Change.SAME: None, Change.CHANGED: "yellow", Change.ADDED: "green", Change.REMOVED: "red"}
_NARROWEST = 60
_WIDEST = 160

_TAGS = 30


def diff_document(diff: PolicyDiff) -> dict[str, object]:
    """Write *diff* as an object for JSON."""
    return {
        "rules": [
            {
                "change": found.change.value,
                "old": found.old and rule_document(found.old),
                "new": found.new and rule_document(found.new),
            }
            for found in diff.rules
        ],
        "images": [
            {
                "imageDigest": fate.new.image.digest,
                "imageTags": list(fate.new.image.tags),
                "imagePushedAt": fate.new.image.pushed_at.isoformat(),
                "old": FATES[fate.old.action],
                "oldReason": fate.old.reason,
                "new": FATES[fate.new.action],
                "newReason": fate.new.reason,
                "mayStay": fate.may_stay,
            }
            for fate in diff.fates
        ],
        "newlyExpiredImageTotalCount": diff.newly_expired,
        "possiblyExpiredImageTotalCount": diff.possibly_expired,
        "notes": list(diff.notes),
    }


def diff_lines(diff: PolicyDiff, *, has_images: bool) -> Iterator[Line]:
    """
    Write *diff* for people: the rules side by side in words, then the images whose fate changes.

    Args:
        diff: what changes.
        has_images: images were looked at; says so where the fate of none changes.
    """
    columns = min(max(shutil.get_terminal_size((100, 24)).columns, _NARROWEST), _WIDEST)
    width = (columns - 5) // 2
    yield f"  {'OLD':<{width}} | NEW"
    for found in diff.rules:
        for index, (left, right) in enumerate(
            zip_longest(_cell(found.old, width), _cell(found.new, width), fillvalue="")
        ):
            mark = _MARKS[found.change] if index == 0 else " "
            yield Styled(f"{mark} {left:<{width}} | {right}".rstrip(), _COLORS[found.change])
    if has_images:
        yield ""
        lost = losses(diff.newly_expired, diff.possibly_expired)
        yield f"{count_of(len(diff.fates), 'image')} with a different outcome, {lost}"
        for note in diff.notes:
            yield f"note: {note}"
    if diff.fates:
        yield ""
        yield from _fates(diff.fates)


def losses(certain: int, possible: int, *, noun: str = "") -> str:
    """Count newly expired images in words, those that a manifest list may keep apart."""
    counted = f"{count_of(certain, noun)} newly expired" if noun else f"{certain:,} newly expired"
    return f"{counted}, and {possible:,} more unless a manifest list refers to them" if possible else counted


def _cell(rule: Rule | None, width: int) -> list[str]:
    return wrap(printable(f"{rule.rule_priority}. {in_words(rule)}"), width, subsequent_indent="   ") if rule else []


def _fates(fates: Sequence[FateChange]) -> Iterator[str]:
    rows = [
        (
            str(fate.new.image.pushed_at.date()),
            short_digest(fate.new.image.digest),
            FATES[fate.old.action],
            FATES[fate.new.action],
            printable(excerpt(", ".join(fate.new.image.tags), longest=_TAGS)),
        )
        for fate in fates
    ]
    heading, *lines = table(("PUSHED", "DIGEST", "OLD", "NEW", "TAGS"), rows).splitlines()
    yield heading
    for line, fate in zip(lines, fates, strict=True):
        yield line
        yield f"  {printable(fate.new.reason)}"
