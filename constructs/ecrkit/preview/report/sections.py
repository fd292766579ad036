"""Parts of the page that a repository and a list of repositories share, and those of one repository."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ecrkit.errors.excerpts import count_of
from ecrkit.images.sizes import readable_size
from ecrkit.lifecycle.rendering import rule_document
from ecrkit.lifecycle.wording import in_words
from ecrkit.preview.report.decision import freed
from ecrkit.preview.report.markup import element, escaped, icon

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ecrkit.preview.layers import LayerBytes
    from ecrkit.preview.preview import Preview, Totals
    from ecrkit.preview.report.facts import RuleFacts
    from ecrkit.preview.report.lanes import Lane

__all__ = ["filters", "image_table", "key_figures", "notes", "rule_cards", "section"]

_COLUMNS = (
    ("image", "Image"),
    ("fate", "Fate"),
    ("rule", "Rule"),
    ("why", "Why"),
    ("size", "Size"),
    ("pushed", "Pushed (UTC)"),
    ("pulled", "Last pull (UTC)"),
)
_NUMBERS = {"size", "pushed", "pulled"}
_MAX_FIGURES_IN_A_ROW = 6


def section(name: str, title: str, content: str) -> str:
    """Write a part of the page under its heading."""
    heading = element("h2", escaped(title), id=f"{name}-title")
    return element("section", heading + content, id=name, class_="part", aria_labelledby=f"{name}-title")


def key_figures(totals: Totals, layers: LayerBytes, *, price: float) -> str:
    """Write the numbers of a preview; bytes that are really freed next to the sizes, if they are known."""
    expire, archive, stay = (icon(kind) for kind in ("expire", "archive", "stay"))
    at_most = "" if layers.is_exact or not layers.freed else " at most"
    figures = [
        ("image" if totals.images == 1 else "images", f"{totals.images:,}"),
        (f"{expire}{'expires' if totals.expire == 1 else 'expire'}", f"{totals.expire:,}"),
        (f"{archive}archived", f"{totals.archive:,}"),
        (f"{stay}{'stays' if totals.stay == 1 else 'stay'}", f"{totals.stay:,}"),
        *_bytes(totals, layers),
        (f"saved a month{at_most}", f"${layers.saving(price):,.2f}"),
    ]
    return element(
        "dl",
        "".join(element("div", element("dt", name) + element("dd", escaped(value))) for name, value in figures),
        class_="figures many" if len(figures) > _MAX_FIGURES_IN_A_ROW else "figures",
    )


def _bytes(totals: Totals, layers: LayerBytes) -> Iterator[tuple[str, str]]:
    if not layers.is_known:
        yield "freed at most", freed(totals)
        return
    yield "apparent size", freed(totals)
    yield "really freed" if layers.is_exact else "freed at most", readable_size(layers.freed)
    if totals.archive:
        yield "really archived" if layers.is_exact else "archived at most", readable_size(layers.moved)


def filters(preview: Preview, lanes: Sequence[Lane]) -> str:
    """Write the controls that chart and table share; they work once the script of the page has run."""
    totals = preview.totals
    counts = {"expire": totals.expire, "archive": totals.archive, "stay": totals.stay}
    words = {"expire": "expire", "archive": "archive", "stay": "stay"}
    boxes = [
        element(
            "label",
            f'<input type="checkbox" name="fate" value="{kind}" checked>{icon(kind)}{words[kind]}'
            + element("span", f"{count:,}", class_="count"),
            class_="chip",
        )
        for kind, count in counts.items()
    ]
    protected = ""
    if preview.violations:
        protected = element(
            "label",
            f'<input type="checkbox" id="only-protected">{icon("protected")}only protected'
            + element("span", f"{len(preview.violations):,}", class_="count"),
            class_="chip",
        )
    options = '<option value="">all rules</option>' + "".join(
        element("option", escaped(f"rule {lane.name}" if lane.facts else "no rule"), value=lane.name) for lane in lanes
    )
    return element(
        "form",
        element("fieldset", element("legend", "Fate") + "".join(boxes) + protected)
        + element("select", options, id="rule", aria_label="Rule")
        + '<input id="text" type="search" placeholder="tag, digest or reason" aria-label="Search">'
        + '<button type="reset" id="reset">Show all</button>'
        + element("p", "", id="count", role="status", aria_live="polite"),
        id="filters",
        role="search",
        aria_label="Filter the chart and the table of images",
    )


def rule_cards(facts: Iterable[RuleFacts], *, images: int, unclaimed: int, has_layers: bool = False) -> str:
    """
    Write a card for each rule, in the order of evaluation.

    Args:
        facts: of each rule.
        images: number of all images; without any the cards say what the rules would do.
        unclaimed: number of those that no rule matches.
        has_layers: whether the bytes that are really freed are known; rules that act together free less than the
            sum of their sizes.
    """
    frees = "size" if has_layers else "frees"
    cards = [_rule_card(found, has_images=bool(images), frees=frees) for found in facts]
    if unclaimed:
        stay = "stays" if unclaimed == 1 else "stay"
        text = f"{count_of(unclaimed, 'image')} {stay}, because no rule matches."
        cards.append(element("li", element("h3", "No rule") + element("p", text), class_="card"))
    return element("ol", "".join(cards), class_="cards")


def _rule_card(found: RuleFacts, *, has_images: bool, frees: str) -> str:
    rule = found.rule
    words = in_words(rule)
    parts = [element("h3", f"Rule {rule.rule_priority}"), element("p", escaped(f"{words[0].upper()}{words[1:]}."))]
    if rule.description:
        parts.append(element("p", escaped(rule.description), class_="soft"))
    if has_images:
        parts += _what_it_did(found, frees=frees)
    document = json.dumps(rule_document(rule), indent=2, ensure_ascii=False)
    text = "\n".join(map(escaped, document.split("\n")))
    parts.append(element("details", element("summary", "As JSON") + element("pre", text, tabindex=0)))
    return element("li", "".join(parts), class_="card")


def _what_it_did(found: RuleFacts, *, frees: str) -> Iterator[str]:
    totals = found.totals
    counts = [
        ("", "claims", count_of(totals.images, "image")),
        ("expire", "expires", f"{totals.expire:,}"),
        ("archive", "archives", f"{totals.archive:,}"),
        ("stay", "protects", f"{totals.stay:,}"),
        ("", frees, readable_size(totals.expire_bytes)),
    ]
    shown = {"claims", "protects"} if totals.images else {"claims"}
    counts = [entry for entry in counts if entry[1] in shown or not entry[2].startswith("0")]
    terms = (
        element("div", element("dt", (icon(kind) if kind else "") + name) + element("dd", value))
        for kind, name, value in counts
    )
    yield element("dl", "".join(terms), class_="counts")
    if found.cut_off:
        yield element("p", escaped(f"Cut-off: {found.cut_off.label}."), class_="soft")
    if found.idle:
        yield element("p", escaped(f"{found.idle}."), class_="idle")


def image_table() -> str:
    """Write the head of the table, and the controls below it; the script of the page writes the rows."""
    heads = "".join(
        element(
            "th",
            element("button", f'{escaped(title)}<span aria-hidden="true"></span>', type="button", data_sort=name),
            scope="col",
            role="columnheader",
            class_="number" if name in _NUMBERS else None,
            aria_sort="descending" if name == "pushed" else "none",
        )
        for name, title in _COLUMNS
    )
    options = "".join(
        f'<option value="{name}"{" selected" if name == "pushed" else ""}>{escaped(title)}</option>'
        for name, title in _COLUMNS
    )
    order = element(
        "p",
        element("label", "Sort by " + element("select", options, id="sort"))
        + '<button type="button" id="direction">descending</button>',
        class_="order",
    )
    table = element(
        "table",
        element("caption", "Images, their fate and the reason", class_="hidden")
        + element("thead", element("tr", heads, role="row"), role="rowgroup")
        + element("tbody", "", id="rows", role="rowgroup"),
        class_="images",
        role="table",
    )
    none = '<p id="none" hidden>No image matches these filters. <button type="button" id="clear">Show all</button></p>'
    return (
        '<p id="scope" class="soft"></p>'
        f"{order}{table}{none}"
        '<p id="printed" class="soft"></p><p><button type="button" id="more" hidden></button></p>'
        "<noscript><p>The table needs JavaScript, which this viewer does not run. Save the page and open it in a "
        "browser, or use the JSON output.</p></noscript>"
    )


def notes(texts: Sequence[str]) -> str:
    """List what limits the answer."""
    return element("ul", "".join(element("li", escaped(f"{text[0].upper()}{text[1:]}.")) for text in texts))
