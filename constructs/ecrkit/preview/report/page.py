"""The page of a report: everything in one file, and nothing in it that the data could turn into a command."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from plotly.offline import get_plotlyjs  # type: ignore[import-untyped] # it has no types

from ecrkit.errors import printable
from ecrkit.images.sizes import readable_size
from ecrkit.lifecycle.rendering import render
from ecrkit.lifecycle.wording import in_words
from ecrkit.preview.report.chart import FATES, MAX_POINTS, chart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.preview.preview import Preview

__all__ = ["render_page"]

_HERE = Path(__file__).parent
_ROWS = 1_000


def render_page(preview: Preview, *, price: float, price_source: str, missing: Sequence[str] = ()) -> str:
    """
    Render *preview* as HTML.

    Args:
        preview: preview of one repository.
        price: US dollars for a GB in standard storage for a month.
        price_source: source of the price.
        missing: images in use that no longer exist.

    Returns:
        A page that loads nothing; it contains the charting library. Every text of the policy and of the images is
        escaped, or set as text by the script of the page.
    """
    template = Template((_HERE / "page.html").read_text(encoding="utf-8"))
    totals = preview.totals
    document = _visible({"figure": chart(preview), **_table(preview)})
    return template.substitute(
        title=_escaped(f"{preview.inventory.name}: lifecycle preview"),
        name=_escaped(preview.inventory.name),
        now=escape(preview.now.isoformat(timespec="seconds")),
        cards=_cards(
            [
                (f"{totals.images:,}", "images"),
                (f"{totals.expire:,}", "expire"),
                (f"{totals.archive:,}", "archive"),
                (f"{totals.stay:,}", "stay"),
                (readable_size(totals.expire_bytes), "freed at most"),
                (f"${totals.saving(price):,.2f}", "saved a month at most"),
            ]
        ),
        price=_escaped(f"${price:.2f} per GB and month: {price_source}"),
        alerts=_alerts(preview, missing),
        remarks=_items("remark", (*preview.notes, *preview.insights)),
        rules=_rules(preview),
        policy="\n".join(map(_escaped, render(preview.policy, indent=2).split("\n"))),
        data=_in_script(document),
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        script=(_HERE / "page.js").read_text(encoding="utf-8"),
        library=get_plotlyjs(),
    )


def _escaped(text: str) -> str:
    """Escape a line as HTML; what is no visible character could turn the text around it."""
    return escape(printable(text))


def _visible(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Escape what is no visible character in every text of a document."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _visible(item) for key, item in value.items()}
    return [_visible(item) for item in value] if isinstance(value, list) else value


def _cards(cards: Sequence[tuple[str, str]]) -> str:
    return "".join(f"<div class='card'><b>{escape(value)}</b>{escape(name)}</div>" for value, name in cards)


def _alerts(preview: Preview, missing: Sequence[str]) -> str:
    texts = [violation.text for violation in preview.violations]
    return _items("alert", texts) + _items("remark", [f"in use, but not found: {text}" for text in missing])


def _items(kind: str, texts: Sequence[str]) -> str:
    return "".join(f"<p class='{kind}'>{_escaped(text)}</p>" for text in texts)


def _rules(preview: Preview) -> str:
    rows = [
        (
            str(found.rule.rule_priority),
            in_words(found.rule),
            found.totals.expire,
            found.totals.archive,
            found.totals.stay,
            readable_size(found.totals.expire_bytes),
        )
        for found in preview.by_rule
    ]
    if preview.unclaimed:
        rows.append(("-", "no rule matches", 0, 0, preview.unclaimed, readable_size(0)))
    return "".join(
        "<tr>"
        f"<td>{escape(name)}</td><td>{_escaped(words)}</td>"
        f"<td>{expire:,}</td><td>{archive:,}</td><td>{stay:,}</td><td>{freed}</td>"
        "</tr>"
        for name, words, expire, archive, stay, freed in rows
    )


def _table(preview: Preview) -> dict[str, Any]:
    """Give the rows of the table: all images, or of many those that something happens to, as far as they are read."""
    verdicts = preview.newest_first()
    chosen = verdicts if len(verdicts) <= MAX_POINTS else [verdict for verdict in verdicts if verdict.action][:_ROWS]
    rows = [
        [
            verdict.image.pushed_at.isoformat(sep=" ", timespec="minutes")[:16],
            verdict.image.digest,
            ", ".join(verdict.image.tags),
            FATES[verdict.action],
            str(verdict.rule.rule_priority) if verdict.rule else "-",
            verdict.reason,
        ]
        for verdict in chosen
    ]
    acted = preview.totals.expire + preview.totals.archive
    scope = (
        "All images, newest first."
        if len(chosen) == len(verdicts)
        else f"The newest {len(chosen):,} of the {acted:,} images that expire or are archived. Each bar above covers "
        "many images; the JSON output lists all of them."
    )
    return {"rows": rows, "scope": scope}


def _in_script(document: object) -> str:
    """Write JSON that may stand in a script element: nothing in it can end that, or begin another."""
    text = json.dumps(document, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
