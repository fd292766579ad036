"""The page of a report on several repositories: totals, then the repositories by the bytes that they free."""

from __future__ import annotations

from collections import Counter
from heapq import nlargest
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

from ecrkit.errors.excerpts import count_of, excerpt
from ecrkit.images.sizes import readable_size
from ecrkit.lifecycle.evaluation.verdicts import newest_first
from ecrkit.preview.forecast import combined, forecast
from ecrkit.preview.insights import idle_rules
from ecrkit.preview.layers import LayerBytes
from ecrkit.preview.preview import Totals
from ecrkit.preview.report.decision import decision, missing_images, protected_images
from ecrkit.preview.report.facts import RuleFacts
from ecrkit.preview.report.markup import FATES, element, escaped, icon
from ecrkit.preview.report.page import assemble, limits
from ecrkit.preview.report.sections import key_figures, notes, rule_cards, section
from ecrkit.preview.report.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.lifecycle.evaluation.verdicts import Verdict
    from ecrkit.preview.preview import Preview

__all__ = ["names_of", "render_repositories", "search_form", "share_bar", "table_head"]

_MAX_REPOSITORIES = 1_500
"""Repositories that are listed one by one."""

_MAX_IMAGES = 6_000
"""Images that are listed in all of them."""

_MAX_IMAGES_EACH = 50
_MAX_NAMES = 2_000
_TAGS = 80


def render_repositories(  # noqa: PLR0913 - a report says each of them
    previews: Sequence[Preview],
    *,
    policy_name: str,
    price: float,
    price_source: str,
    missing: Sequence[str] = (),
    is_checked: bool = False,
) -> str:
    """
    Render the previews of one policy on several repositories as HTML.

    Args:
        previews: one or more, of the same policy and instant.
        policy_name: name of the policy, ``keep-last-10@1``, or of its file.
        price: US dollars for a GB in standard storage for a month.
        price_source: source of the price.
        missing: images in use that no longer exist.
        is_checked: whether anything was named that must stay.

    Returns:
        A page as that of :func:`render_page`, of 5 MB at most.
    """
    first, name = previews[0], count_of(len(previews), "repository")
    totals = Totals.sum(found.totals for found in previews)
    layers = LayerBytes.sum(found.layers for found in previews)
    violations = [(violation, found.inventory.name) for found in previews for violation in found.violations]
    protected = [violation for violation, _ in violations]
    unclaimed = sum(found.unclaimed for found in previews)
    days = combined(forecast(found.policy, found.evaluation, found.now) for found in previews)
    parts = [
        decision(totals, protected, is_checked=is_checked, where=name, layers=layers).markup(
            protected_images(protected, names=[where for _, where in violations]) + missing_images(missing)
        ),
        key_figures(totals, layers, price=price),
        section("repositories", "Repositories by bytes freed", _repositories(previews)),
        section("when", "The next 90 days", timeline(days, first.now, has_layers=layers.is_known)),
        section(
            "rules",
            "Rules",
            rule_cards(_facts(previews), images=totals.images, unclaimed=unclaimed, has_layers=layers.is_known),
        ),
        section("notes", "Notes", notes([*_notes(previews), *limits(price, price_source, layers)])),
    ]
    return assemble(
        name=name, policy_name=policy_name, now=first.now, body="".join(parts), document={}, target="repositories"
    )


def _repositories(previews: Sequence[Preview]) -> str:
    acting = [found for found in previews if found.totals.expire or found.totals.archive]
    acting.sort(key=lambda found: (-found.layers.freed, -found.totals.expire, found.inventory.name))
    listed = acting[:_MAX_REPOSITORIES]
    images = min(_MAX_IMAGES_EACH, _MAX_IMAGES // max(len(listed), 1))
    most = max((found.layers.freed for found in listed), default=0)
    parts = [search_form("name of a repository")] if len(listed) > 1 else []
    parts.append(
        element("div", "".join(_repository(found, most=most, images=images) for found in listed), class_="repositories")
    )
    left = acting[_MAX_REPOSITORIES:]
    if left:
        sums = LayerBytes.sum(found.layers for found in left)
        freed = sums.freed_text if sums.is_known else readable_size(sums.freed)
        parts.append(element("p", f"{count_of(len(left), 'more repository')} free {freed}; the JSON output has them."))
    idle = [found.inventory.name for found in previews if found.inventory.images and not _acts(found)]
    empty = [found.inventory.name for found in previews if not found.inventory.images]
    parts.append(names_of(idle, "loses" if len(idle) == 1 else "lose", "no image"))
    parts.append(names_of(empty, "is" if len(empty) == 1 else "are", "empty"))
    return "".join(parts)


def _acts(preview: Preview) -> bool:
    return bool(preview.totals.expire or preview.totals.archive)


def search_form(what: str) -> str:
    """Write the field that filters the repositories; *what* says what it looks for."""
    field = f'Search <input id="repository" type="search" placeholder="{escaped(what)}">'
    return element(
        "form",
        element("label", field, class_="field") + element("p", "", id="count", role="status", aria_live="polite"),
        id="search",
        role="search",
        aria_label="Filter the repositories",
    )


def names_of(names: Sequence[str], verb: str, what: str) -> str:
    """Name repositories that a report has no more to say about, folded under their number; nothing without names."""
    if not names:
        return ""
    left = len(names) - _MAX_NAMES
    items = "".join(element("li", escaped(name)) for name in names[:_MAX_NAMES])
    more = element("p", f"and {left:,} more", class_="soft") if left > 0 else ""
    summary = element("summary", f"{count_of(len(names), 'repository')} {verb} {what}")
    return element("details", summary + element("ul", items, class_="names") + more)


def _repository(preview: Preview, *, most: int, images: int) -> str:
    totals = preview.totals
    freed = preview.layers.freed
    # Without any layers, the note on the page says for all of them that sizes are upper bounds.
    size = preview.layers.freed_text if preview.layers.is_known else readable_size(freed)
    apparent = f", {readable_size(totals.expire_bytes)} apparent" if preview.layers.is_known else ""
    badge = ""
    if preview.violations:
        badge = element("span", f"{icon('protected')}{len(preview.violations):,} protected", class_="badge")
    archived = f", {totals.archive:,} archived" if totals.archive else ""
    summary = element(
        "summary",
        element("span", escaped(preview.inventory.name), class_="name")
        + share_bar(freed, most)
        + element("span", escaped(size), class_="number strong")
        + element(
            "span",
            f"{totals.expire:,} of {count_of(totals.images, 'image')} expire{archived}{apparent}",
            class_="soft",
        )
        + badge,
    )
    return element("details", summary + _rules(preview) + _images(preview, images), class_="repository")


def share_bar(freed: int, most: int) -> str:
    """Draw the bytes that a repository frees, beside the *most* that any frees."""
    bar = element("rect", class_="bar expire", width=f"{100 * freed / most if most else 0:.1f}%", height="10", y="1")
    return element("svg", bar, class_="share", aria_hidden="true", focusable="false")


def _rules(preview: Preview) -> str:
    freed = "Size" if preview.layers.is_known else "Freed"
    heads = table_head(("Rule", False), ("Expire", True), ("Archive", True), ("Stay", True), (freed, True))
    rows = [
        (
            f"rule {found.rule.rule_priority}",
            f"{found.totals.expire:,}",
            f"{found.totals.archive:,}",
            f"{found.totals.stay:,}",
            readable_size(found.totals.expire_bytes),
        )
        for found in preview.by_rule
    ]
    if preview.unclaimed:
        rows.append(("no rule", "0", "0", f"{preview.unclaimed:,}", readable_size(0)))
    body = "".join(
        element(
            "tr",
            element("th", name, scope="row") + "".join(element("td", text, class_="number") for text in numbers),
        )
        for name, *numbers in rows
    )
    return element("table", heads + element("tbody", body), class_="plain")


def _images(preview: Preview, at_most: int) -> str:
    acted = preview.totals.expire + preview.totals.archive
    if not at_most:
        return ""
    protected = {violation.verdict.image.digest for violation in preview.violations}
    rows = []
    shown = newest_first(_newest(preview, protected, at_most), lambda verdict: verdict)
    for verdict in sorted(shown, key=lambda verdict: verdict.image.digest not in protected):
        image = verdict.image
        kind = "protected" if image.digest in protected else FATES[verdict.action]
        tags = excerpt(", ".join(image.tags) or "untagged", longest=_TAGS)
        size = "unknown" if image.size_bytes is None else readable_size(image.size_bytes)
        rows.append(
            element(
                "tr",
                element("th", f"{escaped(tags)} {element('code', image.digest[7:19])}", scope="row")
                + element("td", icon(kind) + FATES[verdict.action])
                + element("td", escaped(verdict.reason))
                + element("td", size, class_="number")
                + element("td", str(image.pushed_at.date()), class_="number"),
            )
        )
    heads = table_head(("Image", False), ("Fate", False), ("Why", False), ("Size", True), ("Pushed (UTC)", True))
    table = element("table", heads + element("tbody", "".join(rows)), class_="plain")
    left = acted - len(rows)
    more = (
        element("p", f"and {count_of(left, 'older image')}, which the JSON output has", class_="soft") if left else ""
    )
    return element("div", table, class_="scroll") + more


def _newest(preview: Preview, protected: set[str], at_most: int) -> Iterator[Verdict]:
    """Give what expires or is archived: what is protected first, else newest first. Few of many are made verdicts."""
    images = preview.evaluation.images
    acted = (
        (images.digests[place] in protected, images.pushed_at[place], number, group)
        for group in preview.evaluation.groups
        if group.action
        for number, place in enumerate(group.places)
    )
    for *_, number, group in nlargest(at_most, acted, key=itemgetter(0, 1)):
        yield group.verdict(number, images)


def table_head(*titles: tuple[str, bool]) -> str:
    """Write the head of a table: each title, and whether its column has numbers."""
    cells = (element("th", title, scope="col", class_="number" if is_number else None) for title, is_number in titles)
    return element("thead", element("tr", "".join(cells)))


def _facts(previews: Sequence[Preview]) -> Iterator[RuleFacts]:
    for place, found in enumerate(previews[0].by_rule):
        totals = Totals.sum(preview.by_rule[place].totals for preview in previews)
        idle = "" if totals.expire or totals.archive else "It acted on nothing in any repository"
        yield RuleFacts(rule=found.rule, totals=totals, matching=totals.images, cut_off=None, idle=idle)


def _notes(previews: Sequence[Preview]) -> Iterator[str]:
    """Give each note once, with the number of repositories that it is about."""
    counts: Counter[str] = Counter()
    for found in previews:
        idle = set(idle_rules(found.policy, found.evaluation))
        counts.update(dict.fromkeys([*found.notes, *(text for text in found.insights if text not in idle)]))
    for text, number in islice(counts.most_common(), _MAX_IMAGES_EACH):
        yield text if number == len(previews) else f"in {count_of(number, 'repository')}: {text}"
