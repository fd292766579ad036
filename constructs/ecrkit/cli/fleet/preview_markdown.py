"""A preview of a fleet as a comment on a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of
from ecrkit.cli.fleet.documents import dollars
from ecrkit.cli.fleet.preview_text import heading_of
from ecrkit.cli.fleet.protected import protected_text
from ecrkit.documents.markdown import Section, code, compose, details, marker, prose, row, table
from ecrkit.images.sizes import readable_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.preview.fleet.totals import FleetPreview, GroupTotals, RepositoryTotals

__all__ = ["FLEET_MARKER", "fleet_markdown"]

FLEET_MARKER = marker("fleet-preview")
"""The first line; never changes, so that a workflow finds its own comment."""

_HEADINGS = ("images", "expire", "archive", "stay", "freed", "a month", "protected")


def fleet_markdown(found: FleetPreview, *, policy_name: str, price: float, price_source: str) -> str:
    """
    Write a preview as a comment: the totals first, then the repositories, as far as there is room.

    Args:
        found: the preview.
        policy_name: what the policies come from.
        price: US dollars for a GB in standard storage for a month.
        price_source: where the price comes from.
    """
    return compose(_sections(found, policy_name=policy_name, price=price, price_source=price_source))


def _sections(found: FleetPreview, *, policy_name: str, price: float, price_source: str) -> Iterator[Section]:
    total = found.total
    icon = "🛑" if total.protected_going else "⚠️" if total.expiring or total.transitioning else "✅"
    said = f"{count_of(total.expiring, 'image')} would expire"
    saves = f"${total.saving(price):,.2f} a month, at ${price:.2f} per GB and month ({prose(price_source)})"
    lines = [
        f"{FLEET_MARKER}\n## {icon} {said}\n\n{prose(heading_of(found))}, with {code(policy_name)}\n",
        (
            f"**{total.images:,}** images: {total.expiring:,} expire, {total.transitioning:,} are archived, "
            f"{total.staying:,} stay. Frees up to {readable_size(total.freed_bytes)}, saves up to {saves}.\n"
        ),
    ]
    if not found.record.complete:
        lines.append("⚠️ The dataset is incomplete.\n")
    yield Section(head="\n".join(lines))
    if total.protected_going:
        yield Section(
            head=f"### {count_of(total.protected_going, 'protected image')} would expire or be archived\n\n",
            rows=[f"- {prose(protected_text(one))}" for one in found.protected],
            tail="\n",
        )
    if found.missing:
        section = Section(head="", rows=[f"- {prose(text)}" for text in found.missing])
        yield details(f"{count_of(len(found.missing), 'image')} in use, but not found", section)
    for title, groups in (
        ("account", found.by_account),
        ("Region", found.by_region),
        (found.team_tag, found.by_team),
    ):
        if len(groups) > 1:
            yield _groups(title, groups, price=price)
    acting = [one for one in found.losses_first if one.expiring or one.transitioning]
    if acting:
        yield _repositories(acting, price=price)


def _groups(title: str, groups: Sequence[GroupTotals], *, price: float) -> Section:
    rows = [row(code(one.name) if one.name else "–", f"{one.repositories:,}", *_cells(one, price)) for one in groups]  # noqa: RUF001 - a dash
    head = table((code(title), "repositories", *_HEADINGS), numbers=range(1, len(_HEADINGS) + 2))
    return Section(head=f"### By {code(title)}\n\n{head}", rows=rows, tail="\n")


def _repositories(acting: Sequence[RepositoryTotals], *, price: float) -> Section:
    rows = [
        row(code(one.place.account), one.place.region, code(one.place.repository), *_cells(one, price))
        for one in acting
    ]
    head = table(("account", "Region", "repository", *_HEADINGS), numbers=range(3, len(_HEADINGS) + 3))
    summary = f"{count_of(len(acting), 'repository')} with images that expire or are archived"
    return details(summary, Section(head=head, rows=rows))


def _cells(one: GroupTotals | RepositoryTotals, price: float) -> tuple[str, ...]:
    return (
        f"{one.images:,}",
        f"{one.expiring:,}",
        f"{one.transitioning:,}",
        f"{one.staying:,}",
        readable_size(one.freed_bytes),
        f"${dollars(one.freed_bytes, price):,.2f}",
        f"{one.protected_going:,}",
    )
