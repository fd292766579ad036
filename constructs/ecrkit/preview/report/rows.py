"""The data of the table: all images of most repositories, and of large ones a sample of each fate of each rule."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from ecrkit.lifecycle.evaluation.verdicts import newest_first, reason_around

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from ecrkit.lifecycle.evaluation.verdicts import Verdict
    from ecrkit.preview.preview import Preview
    from ecrkit.preview.report.lanes import Images, Lane

__all__ = ["Rows", "rows_of"]

_MAX_BYTES = 2_600_000
"""Of all rows, so that the page stays below 5 MB."""

_OF_A_ROW = 60
"""Bytes of a row besides its texts."""


@dataclass(frozen=True, slots=True)
class Rows:
    """
    Rows of the table, and what they are a sample of.

    Attributes:
        document: as JSON, for the script of the page.
        of_place: row of each image that has one, by its place in the inventory.
    """

    document: dict[str, Any]
    of_place: dict[int, int]


def rows_of(preview: Preview, lanes: Sequence[Lane]) -> Rows:
    """
    Write the rows of a preview, newest first.

    Returns:
        Of each fate of each rule the newest, in equal numbers, as many as fit.
    """
    verdicts = preview.evaluation.verdicts
    chosen = newest_first(_chosen(preview, lanes), lambda found: verdicts[found[0]])
    because = {violation.verdict.image.digest: " and ".join(violation.because) for violation in preview.violations}
    reasons: dict[tuple[str, str], int] = {}
    rows = []
    for place, lane, images in chosen:
        verdict = verdicts[place]
        reason = reasons.setdefault(reason_around(verdict.rule, verdict.cause), len(reasons))
        rows.append(_row(verdict, lane, images, reason, because.get(verdict.image.digest)))
    counts = [
        [lane.name, found.fate, int(found.is_protected), len(found.places)] for lane in lanes for found in lane.images
    ]
    document = {"rows": rows, "reasons": [list(texts) for texts in reasons], "counts": counts}
    return Rows(document, {place: row for row, (place, _, _) in enumerate(chosen)})


def _chosen(preview: Preview, lanes: Sequence[Lane]) -> list[tuple[int, Lane, Images]]:
    table, left = preview.inventory.images, _MAX_BYTES
    kinds = [
        [(place, lane, found) for place in _newest_first(found.places, table.pushed_at)]
        for lane in lanes
        for found in sorted(lane.images, key=lambda found: not found.is_protected)
    ]
    chosen = []
    for found in _in_turn(kinds):
        left -= len(table.digests[found[0]]) + sum(map(len, table.tags[found[0]])) + _OF_A_ROW
        if left < 0:
            break
        chosen.append(found)
    return chosen


def _newest_first(places: list[int], pushed_at: Sequence[datetime]) -> list[int]:
    return sorted(places, key=pushed_at.__getitem__, reverse=True)


def _in_turn(kinds: list[list[tuple[int, Lane, Images]]]) -> Iterator[tuple[int, Lane, Images]]:
    for turn in zip_longest(*kinds):
        yield from (found for found in turn if found is not None)


def _row(verdict: Verdict, lane: Lane, images: Images, reason: int, because: str | None) -> list[Any]:
    image = verdict.image
    row = [
        image.digest,
        ", ".join(image.tags),
        images.fate,
        lane.name,
        reason,
        verdict.detail,
        image.size_bytes,
        _minutes(image.pushed_at),
        image.pulled_at and _minutes(image.pulled_at),
    ]
    return [*row, because] if because else row


def _minutes(instant: datetime) -> int:
    return int(instant.timestamp() // 60)
