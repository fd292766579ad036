"""The page of a report on one repository: all in one file, with nothing that the data could turn into a command."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from ecrkit.errors.excerpts import count_of
from ecrkit.preview.forecast import forecast
from ecrkit.preview.insights import idle_rules
from ecrkit.preview.report.chart import chart
from ecrkit.preview.report.decision import decision, missing_images, protected_images
from ecrkit.preview.report.facts import rule_facts
from ecrkit.preview.report.lanes import lanes_of
from ecrkit.preview.report.markup import PATTERNS, element, escaped, in_script, visible
from ecrkit.preview.report.rows import rows_of
from ecrkit.preview.report.sections import filters, image_table, key_figures, notes, rule_cards, section
from ecrkit.preview.report.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ecrkit.preview.layers import LayerBytes
    from ecrkit.preview.preview import Preview

__all__ = ["assemble", "limits", "render_page"]

_HERE = Path(__file__).parent


def render_page(  # noqa: PLR0913 - a report says each of them
    preview: Preview,
    *,
    policy_name: str,
    price: float,
    price_source: str,
    missing: Sequence[str] = (),
    is_checked: bool = False,
) -> str:
    """
    Render *preview* as HTML.

    Args:
        preview: preview of one repository.
        policy_name: name of the policy, ``keep-last-10@1``, or of its file.
        price: US dollars for a GB in standard storage for a month.
        price_source: source of the price.
        missing: images in use that no longer exist.
        is_checked: whether anything was named that must stay.

    Returns:
        A page that loads nothing, of 5 MB at most. Every text of the policy and of the images is escaped, or set as
        text by the script of the page.
    """
    inventory, facts = preview.inventory, rule_facts(preview)
    verdict = decision(
        preview.totals, preview.violations, is_checked=is_checked, where=inventory.name, layers=preview.layers
    )
    parts = [
        verdict.markup(protected_images(preview.violations) + missing_images(missing)),
    ]
    document: dict[str, Any] = {}
    if inventory.images:
        lanes = lanes_of(preview, facts)
        rows = rows_of(preview, lanes)
        document = rows.document
        days = forecast(preview.policy, preview.evaluation, preview.now)
        ahead = element("h3", "The next 90 days") + timeline(days, preview.now, has_layers=preview.layers.is_known)
        parts.append(key_figures(preview.totals, preview.layers, price=price))
        parts.append(filters(preview, lanes))
        parts.append(section("when", "When", chart(preview, lanes, rows.of_place) + ahead))
    cards = rule_cards(
        facts, images=len(inventory.images), unclaimed=preview.unclaimed, has_layers=preview.layers.is_known
    )
    parts.append(section("rules", "Rules", cards))
    if inventory.images:
        parts.append(section("images", "Images", image_table()))
    idle = set(idle_rules(preview.policy, preview.evaluation))
    texts = [*preview.notes, *(text for text in preview.insights if text not in idle)]
    parts.append(section("notes", "Notes", notes([*texts, *limits(price, price_source, preview.layers)])))
    return assemble(
        name=inventory.name,
        policy_name=policy_name,
        now=preview.now,
        body="".join(parts),
        document=document,
        target="images" if inventory.images else "rules",
    )


def limits(price: float, price_source: str, layers: LayerBytes, *, has_forecast: bool = True) -> list[str]:
    """Say what a report does not know, as sentences without full stop."""
    return [
        "this is a preview: ECR would do this within 24 hours after you apply the policy",
        *_about_bytes(layers),
        f"the price is ${price:.2f} per GB and month: {price_source}",
        *(["the 90 days assume that nothing is pushed or pulled"] if has_forecast else []),
        "all times are in UTC",
    ]


def _about_bytes(layers: LayerBytes) -> Iterator[str]:
    if not layers.is_known:
        yield "images can share layers, so the bytes freed are an upper bound"
        return
    yield "really freed: the layers that no remaining image needs; the apparent size counts shared layers repeatedly"
    if layers.unknown:
        yield f"the layers of {count_of(layers.unknown, 'image')} are unknown, so the bytes freed are an upper bound"


def assemble(  # noqa: PLR0913 - the parts of a page
    *, name: str, policy_name: str, now: datetime, body: str, document: dict[str, Any], target: str
) -> str:
    """
    Put a page together.

    Args:
        name: what it is about: a repository, or a number of them.
        policy_name: policy that was previewed.
        now: instant of evaluation.
        body: markup of its parts.
        document: data for the script.
        target: part that the link for keyboards leads to.
    """
    style, script = (_text(file) for file in ("page.css", "page.js"))
    return Template(_text("page.html")).substitute(
        title=escaped(f"{name}: {policy_name}"),
        name=escaped(name),
        policy=escaped(policy_name),
        now=escaped(f"{now.day} {now:%B} {now.year}, {now:%H:%M} UTC"),
        instant=escaped(now.isoformat(timespec="seconds")),
        target=target,
        patterns=PATTERNS,
        body=body,
        data=in_script(visible(document)),
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
    )


def _text(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
