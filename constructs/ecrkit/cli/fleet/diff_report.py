"""What a change of policies changes in a fleet, for people and programs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.cli.console.output import count_of, echo, echo_lines
from ecrkit.cli.console.styles import fate_count
from ecrkit.cli.console.tables import echo_table, number
from ecrkit.cli.fleet.documents import dollars, failure_documents, place_document, protected_documents
from ecrkit.cli.fleet.protected import protected_lines
from ecrkit.documents.terminal import Styled
from ecrkit.images.sizes import readable_size
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ecrkit.cli.console.tables import Cell, Column
    from ecrkit.preview.fleet.comparison import RepositoryChanges
    from ecrkit.preview.fleet.dataset import DatasetRecord
    from ecrkit.preview.fleet.totals import ProtectedImage, RepositoryTotals

__all__ = ["FleetDiff", "diff_document", "echo_diff"]

_FEW = 20
_COLUMNS: tuple[str | Column, ...] = (
    "ACCOUNT",
    "REGION",
    "REPOSITORY",
    *map(number, ("NEWLY EXPIRED", "NEWLY ARCHIVED", "NEWLY STAYING", "NEWLY FREED", "NO LONGER FREED")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetDiff:
    """
    What a change of policies changes.

    Attributes:
        now: instant of evaluation.
        record: of the dataset.
        changes: repositories in which images have another fate.
        totals: of every repository, with the new policies.
        changed_policies: repositories whose policy differs.
        protected: protected images that would go with the new policies, or the first of many.
    """

    now: datetime
    record: DatasetRecord
    changes: Sequence[RepositoryChanges]
    totals: Sequence[RepositoryTotals]
    changed_policies: int
    protected: Sequence[ProtectedImage]

    @property
    def newly_expired(self) -> int:
        """Images that would expire now, and stayed or were archived before."""
        return sum(one.newly_expired for one in self.changes)

    @property
    def protected_going(self) -> int:
        """Protected images that would go with the new policies."""
        return sum(one.protected_going for one in self.totals)


def diff_document(found: FleetDiff, *, price: float) -> dict[str, object]:
    """
    Write a comparison as an object for JSON.

    Args:
        found: the comparison.
        price: US dollars for a GB in standard storage for a month.
    """
    freed, kept = _bytes(found)
    return {
        "summary": {
            "now": found.now.isoformat(),
            "complete": found.record.complete,
            "repositories": len(found.totals),
            "repositoriesWithOtherPolicy": found.changed_policies,
            "repositoriesWithOtherFates": len(found.changes),
            "newlyExpiredImageTotalCount": found.newly_expired,
            "newlyArchivedImageTotalCount": sum(one.newly_archived for one in found.changes),
            "newlyStayingImageTotalCount": sum(one.newly_staying for one in found.changes),
            "newlyFreedBytes": freed,
            "noLongerFreedBytes": kept,
            "monthlySavingsDifference": dollars(freed - kept, price),
            "protectedAndExpiring": sum(one.protected_expiring for one in found.totals),
            "protectedAndArchiving": sum(one.protected_transitioning for one in found.totals),
            "failures": failure_documents(found.record),
        },
        "repositories": [
            {
                **place_document(one.place),
                "newlyExpired": one.newly_expired,
                "newlyArchived": one.newly_archived,
                "newlyStaying": one.newly_staying,
                "newlyFreedBytes": one.newly_freed_bytes,
                "noLongerFreedBytes": one.no_longer_freed_bytes,
            }
            for one in found.changes
        ],
        "protectedImages": protected_documents(found.protected),
    }


def echo_diff(found: FleetDiff, *, price: float, details: bool) -> None:
    """
    Print a comparison: totals, then the repositories with most newly expired images.

    Args:
        found: the comparison.
        price: US dollars for a GB in standard storage for a month.
        details: print every repository and every protected image, not only the first of them.
    """
    echo_lines(protected_lines(found.protected, found.protected_going, is_short=not details))
    repositories = count_of(len(found.totals), "repository")
    other = f"{found.changed_policies:,} with another policy"
    echo(Styled(f"{repositories} at {found.now.isoformat(timespec='seconds')}, {other}", bold=True))
    images = count_of(sum(one.images for one in found.changes), "image")
    expired = Styled(f"{found.newly_expired:,} newly expired", "red" if found.newly_expired else None)
    archived = sum(one.newly_archived for one in found.changes)
    staying = sum(one.newly_staying for one in found.changes)
    echo(f"{images} with a different outcome: ", expired, f", {archived:,} newly archived, {staying:,} newly staying")
    freed, kept = _bytes(found)
    if freed or kept:
        difference = dollars(freed - kept, price)
        saves = f"${abs(difference):,.2f} a month {'less' if difference < 0 else 'more'}"
        echo(f"frees up to {readable_size(freed)} more and {readable_size(kept)} less, saves up to {saves}")
    rows = sorted(found.changes, key=_order)
    shown = rows if details else rows[:_FEW]
    if shown:
        echo("")
    echo_table(_COLUMNS, map(_row, shown))
    if len(shown) < len(rows):
        echo(f"{count_of(len(rows) - len(shown), 'more repository')}; pass --details to show all", err=True)


def _bytes(found: FleetDiff) -> tuple[int, int]:
    return (
        sum(one.newly_freed_bytes for one in found.changes),
        sum(one.no_longer_freed_bytes for one in found.changes),
    )


def _order(one: RepositoryChanges) -> tuple[object, ...]:
    return -one.newly_expired, -one.newly_archived, -one.newly_staying, one.place


def _row(one: RepositoryChanges) -> tuple[Cell, ...]:
    return (
        *one.place,
        fate_count(ActionType.EXPIRE, one.newly_expired),
        fate_count(ActionType.TRANSITION, one.newly_archived),
        f"{one.newly_staying:,}",
        readable_size(one.newly_freed_bytes),
        readable_size(one.no_longer_freed_bytes),
    )
