"""The last scans of the images of repositories, side by side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.images.scans.values import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from ecrkit.images.scans.values import Scan

__all__ = ["ImageScan", "RepositoryScans", "by_severity", "merged_scan", "total"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageScan:
    """
    The last scan of an image; for an index, that of its images together.

    Attributes:
        digest: digest of the image.
        tags: sorted tags.
        pushed_at: timezone-aware.
        state: status of the scan in words; ``never`` without a scan; empty if not checked.
        completed_at: timezone-aware; ``None`` without a result. For an index, that of the oldest scan.
        counts: numbers by severity; for an index, the highest number of its images.
        problem: why the scan could not be read; empty if it was.
    """

    digest: str
    tags: tuple[str, ...]
    pushed_at: datetime
    state: str
    completed_at: datetime | None
    counts: Mapping[Severity, int]
    problem: str = ""

    @property
    def is_unscanned(self) -> bool:
        """Whether the image has no scan result."""
        return self.completed_at is None and not self.problem

    def is_older(self, max_age: timedelta, *, now: datetime) -> bool:
        """Whether the result is older than *max_age*; missing results have no age."""
        return self.completed_at is not None and now - self.completed_at > max_age


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryScans:
    """
    The last scans of the newest images of a repository.

    Attributes:
        repository: name of the repository.
        images: images, newest first; empty if none can be scanned.
        problem: why the images could not be read; empty if they were.
    """

    repository: str
    images: tuple[ImageScan, ...]
    problem: str = ""

    @property
    def newest(self) -> ImageScan | None:
        """The newest image; ``None`` without one."""
        return self.images[0] if self.images else None

    @property
    def unscanned(self) -> int:
        """The number of images without a scan result."""
        return sum(image.is_unscanned for image in self.images)

    @property
    def problems(self) -> tuple[str, ...]:
        """Why something was not checked, each reason once."""
        return tuple(dict.fromkeys(filter(None, (self.problem, *(image.problem for image in self.images)))))


def merged_scan(scans: Sequence[Scan | None]) -> tuple[str, datetime | None, Mapping[Severity, int]]:
    """
    Merge the scans of the images of an index, at least one; ``None`` stands for an image that was never scanned.

    Returns:
        The state, the oldest time of completion and the highest numbers. Without a result for each image, the state
        of the first image that has none, and no time.
    """
    counts: Counter[Severity] = Counter()
    for scan in scans:
        counts |= Counter(dict(scan.counts) if scan else {})
    without = [scan for scan in scans if scan is None or not scan.has_result]
    if without:
        return (without[0].state if without[0] else "never"), None, counts
    found = [scan for scan in scans if scan]
    return found[0].state, min(scan.completed_at for scan in found if scan.completed_at), counts


def by_severity(repositories: Iterable[RepositoryScans]) -> list[RepositoryScans]:
    """
    Sort repositories: most severe findings first, then those without a result, then the others by name.

    The findings of a repository are those of its newest image.
    """

    def key(one: RepositoryScans) -> tuple[tuple[int, ...], bool, str]:
        counts = one.newest.counts if one.newest else {}
        is_clean = not (one.problems or (one.newest and one.newest.is_unscanned))
        return tuple(-counts.get(severity, 0) for severity in Severity), is_clean, one.repository

    return sorted(repositories, key=key)


def total(repositories: Iterable[RepositoryScans]) -> Mapping[Severity, int]:
    """Add up the findings of the newest images, highest severity first."""
    counts: Counter[Severity] = Counter()
    for one in repositories:
        counts.update(one.newest.counts if one.newest else {})
    return {severity: counts[severity] for severity in Severity if counts[severity]}
