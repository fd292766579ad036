"""What a change of policy changes, for people and programs."""

from __future__ import annotations

from itertools import zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of
from ecrkit.cli.console.screen import screen_width
from ecrkit.cli.console.styles import FATES, fate
from ecrkit.cli.console.tables import table_lines
from ecrkit.cli.policy.layer_bytes import layers_document
from ecrkit.cli.policy.preview_text import short_digest
from ecrkit.documents.terminal import Styled
from ecrkit.errors import excerpt, printable
from ecrkit.lifecycle.diff import Change
from ecrkit.lifecycle.rendering import rule_document
from ecrkit.lifecycle.wording import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.lifecycle.diff import FateChange, PolicyDiff, RuleChange
    from ecrkit.lifecycle.values import Rule
    from ecrkit.preview.layers import LayerBytes

__all__ = ["diff_document", "diff_lines", "fate_lines", "loss_reasons", "losses", "rule_lines"]

_MARKS = {Change.SAME: " ", Change.CHANGED: "~", Change.ADDED: "+", Change.REMOVED: "-"}
_COLORS = {Change.SAME: None, Change.CHANGED: "yellow", Change.ADDED: "green", Change.REMOVED: "red"}
_WIDTH = 100
"""How wide the rules are where no terminal shows them."""
_WIDEST = 160

_TAGS = 30


def diff_document(diff: PolicyDiff, layers: LayerBytes) -> dict[str, object]:
    """Write *diff* as an object for JSON, with the bytes that are newly freed or archived."""
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
        "layers": layers_document(layers),
        "notes": list(diff.notes),
    }


def diff_lines(diff: PolicyDiff, *, has_images: bool, layers: LayerBytes) -> Iterator[Line]:
    """
    Write *diff* for people: the rules side by side in words, then the images whose fate changes.

    Args:
        diff: what changes.
        has_images: images were looked at; says so where the fate of none changes.
        layers: bytes that are newly freed or archived.
    """
    yield from rule_lines(diff.rules)
    if has_images:
        yield ""
        lost = losses(diff.newly_expired, diff.possibly_expired)
        yield f"{count_of(len(diff.fates), 'image')} with a different outcome, {lost}"
        yield from layers.sentences()
        for note in diff.notes:
            yield f"note: {note}"
    if diff.fates:
        yield ""
        yield from fate_lines(diff.fates)


def rule_lines(rules: Sequence[RuleChange]) -> Iterator[Line]:
    """Write rules side by side, as wide as the terminal."""
    width = (min(screen_width() or _WIDTH, _WIDEST) - 5) // 2
    yield f"  {'OLD':<{width}} | NEW"
    for found in rules:
        for index, (left, right) in enumerate(
            zip_longest(_cell(found.old, width), _cell(found.new, width), fillvalue="")
        ):
            mark = _MARKS[found.change] if index == 0 else " "
            yield Styled(f"{mark} {left:<{width}} | {right}".rstrip(), _COLORS[found.change])


def fate_lines(fates: Sequence[FateChange]) -> Iterator[Line]:
    """Write images whose fate changes, each with the reason below."""
    rows = [
        (
            str(found.new.image.pushed_at.date()),
            short_digest(found.new.image.digest),
            fate(found.old.action),
            fate(found.new.action),
            excerpt(", ".join(found.new.image.tags), longest=_TAGS),
        )
        for found in fates
    ]
    yield from table_lines(
        ("PUSHED", "DIGEST", "OLD", "NEW", "TAGS"), rows, below=[found.new.reason for found in fates]
    )


def losses(certain: int, possible: int, *, noun: str = "") -> str:
    """Count newly expired images in words, those that a manifest list may keep apart."""
    counted = f"{count_of(certain, noun)} newly expired" if noun else f"{certain:,} newly expired"
    return f"{counted}, and {possible:,} more unless a manifest list refers to them" if possible else counted


def loss_reasons(diffs: Iterable[PolicyDiff]) -> list[str]:
    """Say for standard error that `--exit-code` fails; nothing if no image is, or may be, newly expired."""
    counts = [(diff.newly_expired, diff.possibly_expired) for diff in diffs]
    certain, possible = sum(one for one, _ in counts), sum(other for _, other in counts)
    return [losses(certain, possible, noun="image")] if certain or possible else []


def _cell(rule: Rule | None, width: int) -> list[str]:
    return wrap(printable(f"{rule.rule_priority}. {in_words(rule)}"), width, subsequent_indent="   ") if rule else []
