"""A preview for people."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of, echo_lines, table
from ecrkit.cli.policy.protected import protected_lines
from ecrkit.documents.terminal import Styled
from ecrkit.errors import excerpt, printable
from ecrkit.images.sizes import readable_size
from ecrkit.lifecycle.values import ActionType
from ecrkit.lifecycle.wording import in_words
from ecrkit.preview.preview import Totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.lifecycle.evaluation.verdicts import Verdict
    from ecrkit.preview.preview import Preview

__all__ = ["FATES", "echo_preview", "short_digest"]

FATES = {None: "stay", ActionType.EXPIRE: "expire", ActionType.TRANSITION: "archive"}

_COLORS = {None: "green", ActionType.EXPIRE: "red", ActionType.TRANSITION: "yellow"}
_DIGEST = 19
_TAGS = 30


def echo_preview(previews: Sequence[Preview], *, price: float, price_source: str, missing: Sequence[str]) -> None:
    """
    Print previews.

    Args:
        previews: one per repository.
        price: US dollars for a GB in standard storage for a month.
        price_source: where the price comes from.
        missing: images in use that are in no repository.
    """
    echo_lines(_lines(previews, price=price, price_source=price_source, missing=missing))


def short_digest(digest: str) -> str:
    """Shorten a digest to what people compare."""
    return digest[:_DIGEST]


def _lines(previews: Sequence[Preview], *, price: float, price_source: str, missing: Sequence[str]) -> Iterator[Line]:
    for found in previews:
        yield from protected_lines(found.inventory.name, found.violations)
    for text in missing:
        yield Styled("warning", "yellow", bold=True), f": in use, but not found: {text}"
    if len(previews) > 1:
        totals = Totals.sum(found.totals for found in previews)
        yield Styled(f"{len(previews):,} repositories", bold=True)
        yield from _summary(totals, price, price_source)
    for found in previews:
        if len(previews) > 1 or missing or found.violations:
            yield ""
        yield from _repository(found, price, price_source)


def _repository(preview: Preview, price: float, price_source: str) -> Iterator[Line]:
    yield Styled(f"{preview.inventory.name} at {preview.now.isoformat(timespec='seconds')}", bold=True)
    yield from _summary(preview.totals, price, price_source)
    for note in preview.notes:
        yield f"note: {note}"
    for insight in preview.insights:
        yield f"insight: {insight}"
    yield ""
    rows = [
        (
            str(found.rule.rule_priority),
            f"{found.totals.expire:,}",
            f"{found.totals.archive:,}",
            f"{found.totals.stay:,}",
            readable_size(found.totals.expire_bytes),
            in_words(found.rule),
        )
        for found in preview.by_rule
    ]
    if preview.unclaimed:
        rows.append(("-", "0", "0", f"{preview.unclaimed:,}", readable_size(0), "no rule matches"))
    yield _fitting(("RULE", "EXPIRE", "ARCHIVE", "STAY", "FREED", "WHAT IT DOES"), rows)
    verdicts = preview.newest_first()
    if verdicts:
        yield ""
        yield _fitting(("PUSHED", "DIGEST", "FATE", "RULE", "TAGS", "WHY"), [_row(verdict) for verdict in verdicts])


def _summary(totals: Totals, price: float, price_source: str) -> Iterator[str]:
    yield (
        f"{count_of(totals.images, 'image')}: {totals.expire:,} expire, {totals.archive:,} archive,"
        f" {totals.stay:,} stay"
    )
    if totals.expire:
        yield f"frees up to {readable_size(totals.expire_bytes)}: layers shared with images that stay are not freed"
        yield f"saves up to ${totals.saving(price):,.2f} a month, at ${price:.2f} per GB and month"
        yield f"price: {price_source}"


def _row(verdict: Verdict) -> tuple[str, ...]:
    image, rule = verdict.image, verdict.rule
    tags = ", ".join(image.tags)
    return (
        str(image.pushed_at.date()),
        short_digest(image.digest),
        FATES[verdict.action],
        str(rule.rule_priority) if rule else "-",
        printable(excerpt(tags, longest=_TAGS)),
        printable(verdict.reason),
    )


def _fitting(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table; on a terminal that is too narrow for it, the last column goes to lines of its own."""
    wide = table(headings, rows)
    columns = shutil.get_terminal_size().columns
    if not sys.stdout.isatty() or max(map(len, wide.splitlines())) <= columns:
        return wide
    heading, *lines = table(headings[:-1], [row[:-1] for row in rows]).splitlines()
    blocks = [f"{line}\n  {row[-1]}" for line, row in zip(lines, rows, strict=True)]
    return "\n".join([heading, *blocks])
