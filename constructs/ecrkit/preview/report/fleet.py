"""The page of a report on many accounts and Regions: totals, then repositories by the bytes that they free."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.errors.excerpts import count_of
from ecrkit.images.sizes import readable_size
from ecrkit.preview.layers import LayerBytes
from ecrkit.preview.preview import Totals
from ecrkit.preview.report.decision import decision, missing_images, protected_images
from ecrkit.preview.report.markup import element, escaped, icon
from ecrkit.preview.report.page import assemble, limits
from ecrkit.preview.report.repositories import names_of, search_form, share_bar, table_head
from ecrkit.preview.report.sections import key_figures, notes, section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.preview.fleet.totals import FleetPreview, GroupTotals, RepositoryTotals

__all__ = ["render_fleet"]

_MAX_REPOSITORIES = 10_000
"""Repositories that are listed one by one."""


def render_fleet(preview: FleetPreview, *, policy_name: str, price: float, price_source: str) -> str:
    """
    Render the preview of a fleet as HTML.

    Args:
        preview: the preview.
        policy_name: what the policies come from.
        price: US dollars for a GB in standard storage for a month.
        price_source: source of the price.

    Returns:
        A page as that of :func:`~ecrkit.preview.report.page.render_page`, of 5 MB at most.
    """
    total = preview.total
    name = count_of(total.repositories, "repository")
    totals = Totals(
        images=total.images,
        expire=total.expiring,
        archive=total.transitioning,
        expire_bytes=total.freed_bytes,
        archive_bytes=total.archived_bytes,
        without_size=total.without_size,
    )
    layers = LayerBytes(freed=total.freed_bytes, moved=total.archived_bytes)
    violations = [one.violation for one in preview.protected]
    where = [" ".join(one.place) for one in preview.protected]
    parts = [
        decision(totals, violations, is_checked=preview.is_checked, where=name, number=total.protected_going).markup(
            protected_images(violations, names=where, number=total.protected_going) + missing_images(preview.missing)
        ),
        key_figures(totals, layers, price=price),
        *_sections(preview, price=price),
        section("repositories", "Repositories by bytes freed", _repositories(preview)),
        section("notes", "Notes", notes([*_notes(preview), *limits(price, price_source, layers, has_forecast=False)])),
    ]
    accounts = count_of(len(preview.by_account), "account")
    regions = count_of(len(preview.by_region), "Region")
    return assemble(
        name=f"{name} of {accounts} in {regions}",
        policy_name=policy_name,
        now=preview.now,
        body="".join(parts),
        document={},
        target="repositories",
    )


def _notes(preview: FleetPreview) -> Iterator[str]:
    total = preview.total
    if not preview.record.complete:
        yield "the dataset is incomplete: accounts or Regions are missing from this report"
    if total.without_policy:
        have = "has" if total.without_policy == 1 else "have"
        yield f"{count_of(total.without_policy, 'repository')} {have} no policy: the images there stay"
    if total.without_size:
        yield f"the size of {count_of(total.without_size, 'image')} is unknown and not counted"
    yield f"the images are those of {preview.record.begun_at[:16].replace('T', ' ')}"


def _sections(preview: FleetPreview, *, price: float) -> Iterator[str]:
    for name, title, groups in (
        ("accounts", "Accounts", preview.by_account),
        ("regions", "Regions", preview.by_region),
        ("teams", f"Values of the tag {preview.team_tag}", preview.by_team),
    ):
        if len(groups) > 1:
            yield section(name, title, _groups(groups, price=price, is_checked=preview.is_checked))


def _groups(groups: Sequence[GroupTotals], *, price: float, is_checked: bool) -> str:
    titles = ["Repositories", "Images", "Expire", "Archive", "Stay", "Freed at most", "Saved a month"]
    if is_checked:
        titles.append("Protected")
    head = table_head(("Name", False), *((title, True) for title in titles))
    rows = []
    for one in groups:
        cells = [
            f"{one.repositories:,}",
            f"{one.images:,}",
            f"{one.expiring:,}",
            f"{one.transitioning:,}",
            f"{one.staying:,}",
            readable_size(one.freed_bytes),
            f"${one.saving(price):,.2f}",
            f"{one.protected_going:,}",
        ][: len(titles)]
        name = escaped(one.name) if one.name else element("span", "without", class_="soft")
        rows.append(
            element(
                "tr",
                element("th", name, scope="row") + "".join(element("td", text, class_="number") for text in cells),
            )
        )
    return element(
        "div", element("table", head + element("tbody", "".join(rows)), class_="plain groups"), class_="scroll"
    )


def _repositories(preview: FleetPreview) -> str:
    acting = [one for one in preview.repositories if one.expiring or one.transitioning]
    acting.sort(key=lambda one: (-one.freed_bytes, -one.expiring, one.place))
    listed = acting[:_MAX_REPOSITORIES]
    most = max((one.freed_bytes for one in listed), default=0)
    parts = [search_form("name or account")] if len(listed) > 1 else []
    parts.append(element("ul", "".join(_repository(one, most=most) for one in listed), class_="repositories"))
    left = acting[_MAX_REPOSITORIES:]
    if left:
        freed = readable_size(sum(one.freed_bytes for one in left))
        parts.append(element("p", f"{count_of(len(left), 'more repository')} free {freed}; the JSON output has them."))
    idle = [
        " ".join(one.place) for one in preview.repositories if one.images and not (one.expiring or one.transitioning)
    ]
    empty = [" ".join(one.place) for one in preview.repositories if not one.images]
    parts.append(names_of(idle, "loses" if len(idle) == 1 else "lose", "no image"))
    parts.append(names_of(empty, "is" if len(empty) == 1 else "are", "empty"))
    return "".join(parts)


def _repository(one: RepositoryTotals, *, most: int) -> str:
    place = one.place
    where = element("span", escaped(f"{place.account} {place.region}"), class_="soft")
    archived = f", {one.transitioning:,} archived" if one.transitioning else ""
    badge = ""
    if one.protected_going:
        badge = element("span", f"{icon('protected')}{one.protected_going:,} protected", class_="badge")
    return element(
        "li",
        element("span", f"{escaped(place.repository)} {where}", class_="name")
        + share_bar(one.freed_bytes, most)
        + element("span", readable_size(one.freed_bytes), class_="number strong")
        + element("span", f"{one.expiring:,} of {count_of(one.images, 'image')} expire{archived}", class_="soft")
        + badge,
        class_="repository row",
    )
