"""A preview for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of, echo, echo_lines
from ecrkit.cli.console.styles import fate, fate_count, fate_part
from ecrkit.cli.console.tables import number, table_lines
from ecrkit.cli.policy.overview_text import overview_lines
from ecrkit.cli.policy.protected import all_protected_lines
from ecrkit.documents.terminal import Styled
from ecrkit.errors import excerpt
from ecrkit.images.sizes import readable_size
from ecrkit.lifecycle.values import ActionType
from ecrkit.lifecycle.wording import in_words
from ecrkit.preview.layers import LayerBytes
from ecrkit.preview.preview import Totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.cli.console.tables import Cell
    from ecrkit.lifecycle.evaluation.verdicts import Verdict
    from ecrkit.preview.preview import Preview

__all__ = ["echo_preview", "short_digest"]

_FREED = number("FREED")
_RULE_COLUMNS = (
    number("RULE"),
    number("EXPIRE"),
    number("ARCHIVE"),
    number("STAY"),
    _FREED,
    "WHAT IT DOES",
)
_IMAGE_COLUMNS = ("PUSHED", "DIGEST", "FATE", number("RULE"), "TAGS", "WHY")
_DIGEST = 19
_TAGS = 30


def echo_preview(  # noqa: PLR0913 - one parameter per part of what is shown
    previews: Sequence[Preview],
    *,
    price: float,
    price_source: str,
    missing: Sequence[str],
    details: bool,
    has_protections: bool,
) -> None:
    """
    Print previews.

    Args:
        previews: one per repository; several are a row each.
        price: US dollars for a GB in standard storage for a month.
        price_source: where the price comes from.
        missing: images in use that are in no repository.
        details: print every protected image, and the images of several repositories, too.
        has_protections: some images must not go.
    """
    lines = _lines(
        previews,
        price=price,
        price_source=price_source,
        missing=missing,
        details=details,
        has_protections=has_protections,
    )
    echo_lines(lines)
    if len(previews) > 1 and not details:
        echo("pass --details, or --repository NAME for one of them, to list images", err=True)


def short_digest(digest: str) -> str:
    """Shorten a digest to what people compare."""
    return digest[:_DIGEST]


def _lines(  # noqa: PLR0913 - as above
    previews: Sequence[Preview],
    *,
    price: float,
    price_source: str,
    missing: Sequence[str],
    details: bool,
    has_protections: bool,
) -> Iterator[Line]:
    is_overview = len(previews) > 1
    violations = [(found.inventory.name, found.violations) for found in previews]
    yield from all_protected_lines(violations, is_short=not details)
    for text in missing:
        yield Styled("warning", "yellow", bold=True), f": in use, but not found: {text}"
    if is_overview:
        totals = Totals.sum(found.totals for found in previews)
        yield Styled(f"{len(previews):,} repositories", bold=True)
        layers = LayerBytes.sum(found.layers for found in previews)
        yield from _summary(totals, layers, price, price_source)
        yield from overview_lines(previews, totals, with_protected=has_protections, with_notes=not details)
    if is_overview and not details:
        return
    for found in previews:
        if is_overview or missing or found.violations:
            yield ""
        yield from _repository(found, price, price_source)


def _repository(preview: Preview, price: float, price_source: str) -> Iterator[Line]:
    yield Styled(f"{preview.inventory.name} at {preview.now.isoformat(timespec='seconds')}", bold=True)
    yield from _summary(preview.totals, preview.layers, price, price_source)
    for note in preview.notes:
        yield f"note: {note}"
    for insight in preview.insights:
        yield f"insight: {insight}"
    yield ""
    rows: list[tuple[Cell, ...]] = [
        (
            str(found.rule.rule_priority),
            fate_count(ActionType.EXPIRE, found.totals.expire),
            fate_count(ActionType.TRANSITION, found.totals.archive),
            f"{found.totals.stay:,}",
            readable_size(found.totals.expire_bytes),
            in_words(found.rule),
        )
        for found in preview.by_rule
    ]
    if preview.unclaimed:
        rows.append(("-", "0", "0", f"{preview.unclaimed:,}", readable_size(0), "no rule matches"))
    # What rules free together is less than the sum of the sizes.
    columns = [number("SIZE") if preview.layers.is_known and each is _FREED else each for each in _RULE_COLUMNS]
    yield from table_lines(columns, rows)
    verdicts = preview.newest_first()
    if verdicts:
        yield ""
        protected = frozenset(violation.verdict.image.digest for violation in preview.violations)
        yield from table_lines(
            _IMAGE_COLUMNS,
            (_row(verdict, is_protected=verdict.image.digest in protected) for verdict in verdicts),
        )


def _summary(totals: Totals, layers: LayerBytes, price: float, price_source: str) -> Iterator[Line]:
    yield (
        f"{count_of(totals.images, 'image')}: ",
        fate_part(ActionType.EXPIRE, totals.expire),
        ", ",
        fate_part(ActionType.TRANSITION, totals.archive),
        ", ",
        fate_part(None, totals.stay),
    )
    if totals.expire:
        if not layers.is_known:
            yield f"frees up to {readable_size(totals.expire_bytes)}: layers shared with images that stay are not freed"
        yield from layers.sentences()
        saves = "saves" if layers.is_exact else "saves up to"
        yield f"{saves} ${layers.saving(price):,.2f} a month, at ${price:.2f} per GB and month"
        yield f"price: {price_source}"
    elif totals.archive:
        yield from layers.sentences()


def _row(verdict: Verdict, *, is_protected: bool) -> tuple[Cell, ...]:
    image, rule = verdict.image, verdict.rule
    return (
        str(image.pushed_at.date()),
        short_digest(image.digest),
        fate(verdict.action, is_protected=is_protected),
        str(rule.rule_priority) if rule else "-",
        excerpt(", ".join(image.tags), longest=_TAGS),
        verdict.reason,
    )
