"""A preview of a fleet for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecrkit.cli.console.output import count_of, echo, echo_lines
from ecrkit.cli.console.styles import fate_count, fate_part, protected_count
from ecrkit.cli.console.tables import number, table_lines
from ecrkit.cli.fleet.documents import dollars
from ecrkit.cli.fleet.protected import protected_lines
from ecrkit.documents.terminal import Styled
from ecrkit.images.sizes import readable_size
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.cli.console.output import Line
    from ecrkit.cli.console.tables import Cell
    from ecrkit.preview.fleet.totals import FleetPreview, GroupTotals, RepositoryTotals

__all__ = ["echo_fleet", "heading_of", "summary_of"]

_FEW = 20
_NUMBERS = tuple(map(number, ("IMAGES", "EXPIRE", "ARCHIVE", "STAY", "FREED", "A MONTH", "PROTECTED")))


def echo_fleet(found: FleetPreview, *, price: float, price_source: str, details: bool) -> None:
    """
    Print a preview: totals, then those of accounts, Regions and teams if there are several, then the repositories.

    Args:
        found: the preview.
        price: US dollars for a GB in standard storage for a month.
        price_source: where the price comes from.
        details: print every repository and every protected image, not only the first of them.
    """
    total = found.total
    echo_lines(protected_lines(found.protected, total.protected_going, is_short=not details))
    for text in found.missing:
        echo(Styled("warning", "yellow", bold=True), f": in use, but not found: {text}")
    echo_lines([Styled(heading_of(found), bold=True), summary_of(total)])
    if total.expiring:
        saving = f"${total.saving(price):,.2f} a month, at ${price:.2f} per GB and month"
        echo(f"frees up to {readable_size(total.freed_bytes)}, saves up to {saving}")
        echo(f"price: {price_source}")
    for title, groups in (
        ("ACCOUNT", found.by_account),
        ("REGION", found.by_region),
        (found.team_tag.upper(), found.by_team),
    ):
        if len(groups) > 1:
            echo("")
            echo_lines(_groups(title, groups, price=price, is_checked=found.is_checked))
    rows = found.losses_first
    shown = rows if details else [one for one in rows if one.staying < one.images][:_FEW]
    if shown:
        echo("")
    columns: tuple[Any, ...] = ("ACCOUNT", "REGION", "REPOSITORY", *_NUMBERS)
    cells = [(*one.place, *_cells(one, price)) for one in shown]
    echo_lines(_lines(columns, cells, is_checked=found.is_checked))
    if not shown and rows:
        echo("no repository loses an image; pass --details to show all", err=True)
    elif len(shown) < len(rows):
        more = count_of(len(rows) - len(shown), "more repository")
        echo(f"{more}; pass --details to show all", err=True)


def heading_of(found: FleetPreview) -> str:
    """Say how much was looked at, and for when."""
    places = [one.place for one in found.repositories]
    accounts = count_of(len({place.account for place in places}), "account")
    regions = count_of(len({place.region for place in places}), "Region")
    repositories = count_of(len(places), "repository")
    return f"{repositories} of {accounts} in {regions} at {found.now.isoformat(timespec='seconds')}"


def summary_of(total: GroupTotals) -> Line:
    """Count the images by their fate."""
    return (
        f"{count_of(total.images, 'image')}: ",
        fate_part(ActionType.EXPIRE, total.expiring),
        ", ",
        fate_part(ActionType.TRANSITION, total.transitioning),
        ", ",
        fate_part(None, total.staying),
    )


def _groups(title: str, groups: Sequence[GroupTotals], *, price: float, is_checked: bool) -> Iterator[Line]:
    rows = [(one.name or "-", f"{one.repositories:,}", *_cells(one, price)) for one in groups]
    yield from _lines((title, number("REPOSITORIES"), *_NUMBERS), rows, is_checked=is_checked)


def _lines(columns: Sequence[Any], rows: Sequence[tuple[Cell, ...]], *, is_checked: bool) -> Iterator[Line]:
    """Lay out a table, without the column of protected images if nothing is."""
    kept = len(columns) if is_checked else len(columns) - 1
    yield from table_lines(columns[:kept], [row[:kept] for row in rows])


def _cells(one: GroupTotals | RepositoryTotals, price: float) -> tuple[Cell, ...]:
    return (
        f"{one.images:,}",
        fate_count(ActionType.EXPIRE, one.expiring),
        fate_count(ActionType.TRANSITION, one.transitioning),
        f"{one.staying:,}",
        readable_size(one.freed_bytes),
        f"${dollars(one.freed_bytes, price):,.2f}",
        protected_count(one.protected_going),
    )
