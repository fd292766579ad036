"""What a change of policies changes in a fleet."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ecrkit.lifecycle.values import LifecyclePolicy
    from ecrkit.preview.fleet.fleet import Fleet
    from ecrkit.preview.fleet.tables import Place
    from ecrkit.preview.protection import Protections

__all__ = ["RepositoryChanges", "compare"]

_CHANGES = """
SELECT
  coalesce(o.repository_id, n.repository_id) AS repository_id,
  count_if(n.action = 'expire') AS newly_expired,
  count_if(n.action = 'transition') AS newly_archived,
  count_if(n.action IS NULL) AS newly_staying,
  sum(n.size_bytes) FILTER (WHERE n.action = 'expire') AS newly_freed_bytes,
  sum(o.size_bytes) FILTER (WHERE o.action = 'expire') AS no_longer_freed_bytes
FROM old_fates AS o
FULL OUTER JOIN new_fates AS n ON n.repository_id = o.repository_id AND n.digest = o.digest
WHERE n.action IS DISTINCT FROM o.action
GROUP BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryChanges:
    """
    Images of one repository with another fate than before.

    Attributes:
        place: which repository.
        newly_expired: images that would expire now, and stayed or were archived before.
        newly_archived: images that would be archived now.
        newly_staying: images that would stay now.
        newly_freed_bytes: sizes of the newly expired images as far as they are known.
        no_longer_freed_bytes: sizes of the images that would have expired, and do not any more.
    """

    place: Place
    newly_expired: int
    newly_archived: int
    newly_staying: int
    newly_freed_bytes: int
    no_longer_freed_bytes: int

    @property
    def images(self) -> int:
        """Images with another fate."""
        return self.newly_expired + self.newly_archived + self.newly_staying


def compare(  # noqa: PLR0913 - what two previews are given
    fleet: Fleet,
    old: Mapping[Place, LifecyclePolicy],
    new: Mapping[Place, LifecyclePolicy],
    *,
    now: datetime,
    today: datetime,
    protections: Protections,
) -> list[RepositoryChanges]:
    """
    Compare what two sets of policies do to a fleet.

    Args:
        fleet: the images; it has the new policies and the protections afterwards.
        old: policies by repository; images of repositories without one stay.
        new: likewise.
        now: timezone-aware instant of evaluation.
        today: timezone-aware instant of the dataset.
        protections: what must stay pullable.

    Returns:
        The repositories in which images have another fate, sorted by place.

    Raises:
        ReferenceCycleError: images refer to each other in a circle.
    """
    fleet.set_policies(old, now=now, today=today)
    fleet.remember("old_fates")
    fleet.set_policies(new, now=now, today=today, protections=protections)
    fleet.remember("new_fates")
    rows = sorted(fleet.answers(_CHANGES), key=itemgetter(0))
    # DuckDB counts nothing of nothing but NULL.
    numbers = [(number, [int(count or 0) for count in counts]) for number, *counts in rows]
    return [
        RepositoryChanges(
            place=fleet.places[number],
            newly_expired=expired,
            newly_archived=archived,
            newly_staying=staying,
            newly_freed_bytes=freed,
            no_longer_freed_bytes=kept,
        )
        for number, (expired, archived, staying, freed, kept) in numbers
    ]
