"""Scans of repositories, merged, sorted and added up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ecrkit.images.scans import Scan, ScanStatus, Severity
from ecrkit.images.scans.overview import ImageScan, RepositoryScans, by_severity, merged_scan, total

NOW = datetime(2026, 11, 28, tzinfo=UTC)
OLDER = NOW - timedelta(days=40)


def scan(*, status: ScanStatus = ScanStatus.COMPLETE, at: datetime | None = NOW, **counts: int) -> Scan:
    """Write a scan with numbers by severity."""
    numbers = {Severity(name): number for name, number in counts.items()}
    return Scan(status=status, description="", completed_at=at, vulnerabilities=(), counts=numbers)


def repository(name: str, *, at: datetime | None = NOW, problem: str = "", **counts: int) -> RepositoryScans:
    """Write a repository with one image."""
    numbers = {Severity(severity): number for severity, number in counts.items()}
    image = ImageScan(
        digest="sha256:a",
        tags=("v1",),
        pushed_at=NOW,
        state="COMPLETE" if at else "never",
        completed_at=at,
        counts=numbers,
        problem=problem,
    )
    return RepositoryScans(repository=name, images=(image,))


def test_index_has_the_highest_numbers_and_the_oldest_scan() -> None:
    """The same vulnerability on two platforms counts once, and the index is as fresh as its oldest scan."""
    state, at, counts = merged_scan([scan(HIGH=2, LOW=1), scan(HIGH=1, CRITICAL=1, at=OLDER)])

    assert (state, at) == ("COMPLETE", OLDER)
    assert counts == {Severity.HIGH: 2, Severity.LOW: 1, Severity.CRITICAL: 1}


def test_index_without_a_result_for_each_image_has_none() -> None:
    """One platform without a result leaves the index without one, and its state is shown."""
    failed = merged_scan([scan(HIGH=1), scan(status=ScanStatus.FAILED, at=None)])
    pending = merged_scan([scan(), scan(status=ScanStatus.ACTIVE, at=None)])
    never = merged_scan([None])

    assert [one[:2] for one in (failed, pending, never)] == [
        ("FAILED", None),
        ("ACTIVE, without its findings", None),
        ("never", None),
    ]


def test_most_severe_comes_first() -> None:
    """One critical finding outranks many high ones; a missing result comes before a clean one."""
    repositories = [
        repository("clean"),
        repository("never", at=None),
        repository("refused", at=None, problem="access denied"),
        repository("many", HIGH=50),
        repository("critical", CRITICAL=1),
        RepositoryScans(repository="empty", images=()),
    ]

    names = [one.repository for one in by_severity(repositories)]

    assert names == ["critical", "many", "never", "refused", "clean", "empty"]


def test_total_is_by_severity() -> None:
    """Findings of all repositories are added up, highest severity first."""
    counts = total([repository("a", LOW=1, HIGH=2), repository("b", HIGH=1), repository("c")])

    assert list(counts.items()) == [(Severity.HIGH, 3), (Severity.LOW, 1)]


def test_unscanned_and_unchecked_differ() -> None:
    """An image that could not be looked at is not counted as unscanned, and has no age."""
    unscanned, unchecked = repository("a", at=None), repository("b", at=None, problem="access denied")

    assert (unscanned.unscanned, unscanned.problems) == (1, ())
    assert (unchecked.unscanned, unchecked.problems) == (0, ("access denied",))
    assert not unscanned.images[0].is_older(timedelta(days=1), now=NOW)
    assert repository("c", at=OLDER).images[0].is_older(timedelta(days=30), now=NOW)
