"""``ecrkit scan summary``: the findings of all repositories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from ecrkit.aws.client import connect
from ecrkit.aws.repositories import deployed_repositories
from ecrkit.aws.scan_overview import repository_scans
from ecrkit.aws.selection import chosen_repositories
from ecrkit.cli.arguments.options import aws_options, children_option, output_option
from ecrkit.cli.arguments.policies import PATTERN
from ecrkit.cli.console.endings import end, first_lines
from ecrkit.cli.console.listing import age
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.console.progress import with_bar
from ecrkit.cli.console.styles import vulnerability as severity_cell
from ecrkit.cli.console.tables import echo_table, number
from ecrkit.errors import NoVerdictError
from ecrkit.images.scans import Severity
from ecrkit.images.scans.overview import by_severity, total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecrkit.cli.console.tables import Cell, Column
    from ecrkit.images.scans.overview import ImageScan, RepositoryScans

__all__ = ["summary"]

_SHOWN = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
_NUMBERS = (*(number(severity.value) for severity in _SHOWN), number("OTHER"))
_HEADINGS: tuple[str | Column, ...] = ("REPOSITORY", "IMAGE", *_NUMBERS, "SCANNED")
_SHORT_DIGEST = len("sha256:") + 12


@click.command("summary", short_help="Show the findings of all repositories, most severe first.")
@click.argument("repositories", metavar="[REPOSITORY]...", nargs=-1)
@click.option("--tags", type=PATTERN, metavar="PATTERN", help="Images with a matching tag.  [default: any tag]")
@click.option(
    "--images",
    metavar="N",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Newest images of each repository to check.",
)
@click.option(
    "--max-age",
    metavar="DAYS",
    type=click.IntRange(min=1),
    help="Maximum age in days of the last scan; exit with 1 if one is older or missing.  [default: any age]",
)
@children_option
@aws_options
@output_option()
def summary(  # noqa: PLR0913 - one parameter per option
    repositories: tuple[str, ...],
    *,
    tags: str | None,
    images: int,
    max_age: int | None,
    children: bool | None,
    profile: str | None,
    region: str | None,
    output: str,
) -> None:
    """
    Show the findings of the newest image of each repository, most severe first.

    REPOSITORY is a name, a URI, or a pattern as in 'team/*'; without it, shows all repositories of the account and
    Region. The newest image is the tagged one that was pushed last. For a multi-architecture image, shows the highest
    number among its images, and their oldest scan. Starts no scan. Works with basic and enhanced scanning.

    Reports what the credentials do not permit as "not checked". With --max-age, exits with 1 if a scan is older or
    missing, and otherwise with 3 if something was not checked.

    \b
    Examples:
      ecrkit scan summary
      ecrkit scan summary 'team/*' --tags 'release-*' --images 5
      ecrkit scan summary --max-age 30 --output json -o scans.json
    """  # noqa: D301 - click reads the escape, which keeps the lines of the example
    now = datetime.now(UTC)
    client = connect(profile=profile, region=region).ecr()
    chosen = chosen_repositories(client, repositories) if repositories else deployed_repositories(client)
    names = [repository.name for repository in chosen]
    scans = repository_scans(client, names, tags=tags or "", images=images, children=children)
    found = by_severity(with_bar(scans, length=len(names), label="repositories"))
    if output == "json":
        echo_json(_document(found))
    else:
        headings = (*_HEADINGS, "UNSCANNED") if images > 1 else _HEADINGS
        echo_table(headings, (_row(one, now=now, images=images) for one in found))
    for one in found:
        for problem in one.problems:
            echo(f"{one.repository}: not checked: {problem}", err=True)
    echo(_counts(found, now=now), err=True)
    _end(found, max_age=timedelta(days=max_age) if max_age else None, now=now)


def _end(found: Sequence[RepositoryScans], *, max_age: timedelta | None, now: datetime) -> None:
    unchecked = [one.repository for one in found if one.problems]
    if max_age is not None:
        reasons = [
            f"{one.repository}{_suffix(image)}: {_old(image, now=now)}"
            for one in found
            for image in one.images
            if image.is_unscanned or image.is_older(max_age, now=now)
        ]
        if reasons:
            end(first_lines(reasons, noun="image"))
    if unchecked and (max_age is not None or len(unchecked) == len(found)):
        raise NoVerdictError(f"{count_of(len(unchecked), 'repository')} not checked, for example {unchecked[0]}")


def _old(image: ImageScan, *, now: datetime) -> str:
    if image.completed_at is None:
        return "never scanned" if image.state == "never" else f"no scan result: {image.state}"
    return f"the last scan is {count_of((now - image.completed_at).days, 'day')} old"


def _row(one: RepositoryScans, *, now: datetime, images: int) -> tuple[Cell, ...]:
    unscanned = (f"{one.unscanned} of {len(one.images)}",) if images > 1 else ()
    newest = one.newest
    if newest is None:
        state = "not checked" if one.problem else "no tagged image"
        return one.repository, "-", *["-"] * len(_NUMBERS), state, *unscanned
    counts: list[Cell] = []
    if newest.completed_at:
        counts = [_count(severity, newest.counts.get(severity, 0)) for severity in _SHOWN]
        counts.append(f"{sum(newest.counts.get(severity, 0) for severity in Severity if severity not in _SHOWN):,}")
    if newest.problem:
        state = "not checked"
    else:
        state = f"{age(newest.completed_at, now=now)} ago" if newest.completed_at else newest.state
    return one.repository, _name(newest), *(counts or ["-"] * len(_NUMBERS)), state, *unscanned


def _count(severity: Severity, count: int) -> Cell:
    return severity_cell(severity, f"{count:,}") if count else "0"


def _name(image: ImageScan) -> str:
    return image.tags[0] if image.tags else image.digest[:_SHORT_DIGEST]


def _suffix(image: ImageScan) -> str:
    return f":{image.tags[0]}" if image.tags else f"@{image.digest[:_SHORT_DIGEST]}"


def _counts(found: Sequence[RepositoryScans], *, now: datetime) -> str:
    """Sum up what the table shows, on one line."""
    times = [one.newest.completed_at for one in found if one.newest and one.newest.completed_at]
    severities = ", ".join(f"{count:,} {severity}" for severity, count in total(found).items())
    parts = [
        f"{count_of(len(found), 'repository')}: {severities or count_of(0, 'vulnerability')}",
        f"{count_of(sum(one.unscanned for one in found), 'image')} without a scan result",
        *([f"the oldest scan is from {min(times):%Y-%m-%d}, {age(min(times), now=now)} ago"] if times else []),
    ]
    return "; ".join(parts)


def _document(found: Sequence[RepositoryScans]) -> dict[str, object]:
    return {
        "findingSeverityCounts": _severities(total(found)),
        "repositories": [
            {
                "repositoryName": one.repository,
                "findingSeverityCounts": _severities(one.newest.counts) if one.newest else {},
                "imageScanCompletedAt": _instant(one.newest.completed_at) if one.newest else None,
                "unscannedImageCount": one.unscanned,
                "images": list(map(_image, one.images)),
                "notChecked": list(one.problems),
            }
            for one in found
        ],
    }


def _image(image: ImageScan) -> Mapping[str, object]:
    return {
        "imageDigest": image.digest,
        "imageTags": list(image.tags),
        "imagePushedAt": _instant(image.pushed_at),
        "imageScanStatus": image.state or None,
        "imageScanCompletedAt": _instant(image.completed_at),
        "findingSeverityCounts": _severities(image.counts),
    }


def _severities(counts: Mapping[Severity, int]) -> dict[str, int]:
    return {severity.value: counts[severity] for severity in Severity if counts.get(severity)}


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
