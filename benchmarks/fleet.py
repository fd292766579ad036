"""
How long the preview of a fleet takes and how much memory, as ratios to reading the same columns once.

Run it with ``make benchmark``; ``python benchmarks/fleet.py 1000000`` measures one size. The commands of a ratio run in
turn, on this machine, one after the other; every figure is a median. Seconds are those of the work, without the start
of Python; memory is that of the process.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ecrkit.images.inventory.values import ImageStatus, ImageTable
from ecrkit.lifecycle import parse_policy
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.preview.fleet.database import connect
from ecrkit.preview.fleet.dataset import DatasetRecord, partition_of, write_record
from ecrkit.preview.fleet.fleet import Fleet
from ecrkit.preview.preview import Totals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.preview.fleet.tables import Place

__all__ = ["main"]

NOW = datetime(2026, 11, 1, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ACCOUNTS = 20
EACH = 1_000
"""Images of a repository."""

ROUNDS = {1_000_000: 5, 10_000_000: 3}
DOLLARS_PER_TB = 5
"""What Athena takes for a TB that it scans. Source: Amazon Athena pricing, US East (N. Virginia), read 2026-11."""

_RANKS = ("repository", "pushed_at", "tags", "status", "activated_at")
COLUMNS = {
    "references": ("subject", "children", "status", "archived_at"),
    "counts": _RANKS,
    "ties": ("digest", *_RANKS),
    "fates": ("digest", *_RANKS, "size_bytes", "pulled_at", "archived_at"),
}
"""What Athena reads each time that it goes through the images, if none refers to another."""

# A push about every two hours; two thirds or so of the images have a tag.
IMAGES = """
    SELECT
      'team-' || (r % 40) || '/service-' || r AS repository,
      'sha256:' || sha256((r * 1000 + i)::VARCHAR) AS digest,
      ($now - i * 7200000000 - (hash(r * 1000 + i) % 3600000000)::BIGINT)::BIGINT AS pushed_at,
      CASE (hash(r * 1000 + i) % 10)
        WHEN 0 THEN ['prod-' || i] WHEN 1 THEN ['release-' || i] WHEN 2 THEN ['pr-' || i] WHEN 3 THEN ['pr-' || i]
        WHEN 4 THEN ['v1.' || i || '.0', 'latest-' || i] WHEN 5 THEN ['main-' || left(md5((r * 1000 + i)::VARCHAR), 8)]
        WHEN 6 THEN ['main-' || left(md5((r * 1000 + i)::VARCHAR), 8)] ELSE [] END::VARCHAR[] AS tags,
      (50000000 + hash(i) % 200000000)::BIGINT AS size_bytes,
      'ACTIVE' AS status,
      CASE WHEN hash(i + 7) % 3 = 0 THEN ($now - i * 3600000000)::BIGINT END AS pulled_at,
      NULL::BIGINT AS archived_at,
      NULL::BIGINT AS activated_at,
      CASE WHEN $references AND i % 10 IN (2, 3) THEN 'sha256:' || sha256((r * 1000 + i - 1)::VARCHAR) END AS subject,
      'application/vnd.oci.image.manifest.v1+json' AS media_type,
      CASE WHEN $references AND i % 10 = 0 THEN
        ['sha256:' || sha256((r * 1000 + i + 1)::VARCHAR), 'sha256:' || sha256((r * 1000 + i + 4)::VARCHAR)]
        ELSE [] END::VARCHAR[] AS children
    FROM range($first, $last) AS t(r), range(1000) AS u(i)
"""


def main() -> None:
    """Measure, and print tables."""
    if len(sys.argv) > 2:  # noqa: PLR2004 - the work that the other process measures
        work, folder, *others = sys.argv[1:]
        WORK[work](Path(folder), *others)
        return
    for number in [int(sys.argv[1])] if len(sys.argv) > 1 else ROUNDS:
        with tempfile.TemporaryDirectory() as directory:
            measure(write(Path(directory, "dataset"), number), number)
    with tempfile.TemporaryDirectory() as directory:
        number = min(ROUNDS)
        dataset = write(Path(directory, "dataset"), number, references=True)
        compare(dataset, number, "the same with manifest lists and SBOMs")


def measure(dataset: Path, number: int) -> None:
    """Measure everything with so many images."""
    print(f"{number:,} images in {number // EACH:,} repositories")  # noqa: T201 - a script
    seconds = compare(dataset, number, "expression / reading once")
    limited = run("expression", dataset, "1GiB")
    print(f"{'with a memory limit of 1 GiB':<44} {limited[0]:5.2f} s, {limited[1] / 2**30:4.2f} GiB")  # noqa: T201 - as above
    python, peak = evaluator(dataset)
    report("expression / evaluator in two processes", seconds, python, target="at most 0.2")
    print(f"{'memory of the larger of the two':<44} {peak / 2**30:5.2f} GiB")  # noqa: T201 - as above
    run("plan", dataset)
    scanned(dataset, number)


def compare(dataset: Path, number: int, name: str) -> float:
    """Compare the expression with one reading; give its seconds."""
    measured = [(run("read", dataset), run("expression", dataset)) for _ in range(ROUNDS.get(number, 3))]
    reading, seconds = (statistics.median(found[index][0] for found in measured) for index in range(2))
    report(name, seconds, reading, target="at most 12")
    memory = statistics.median(found[1][1] for found in measured)
    print(f"{'its memory':<44} {memory / 2**30:5.2f} GiB   (below 4 GiB)")  # noqa: T201 - as above
    return seconds


def report(name: str, seconds: float, reference: float, *, target: str) -> None:
    """Print a ratio, what it is made of and what it should be."""
    print(f"{name:<44} {seconds / reference:5.2f}   {seconds:6.2f} s / {reference:6.2f} s   ({target})")  # noqa: T201 - as above


def run(work: str, dataset: Path, *others: str) -> tuple[float, int]:
    """Do some work in a process of its own; give its seconds, and the bytes of the process at most."""
    with started(work, dataset, *others) as process:
        return ended(process)


def started(work: str, dataset: Path, *others: str) -> subprocess.Popen[str]:
    """Start some work."""
    command = [sys.executable, __file__, work, str(dataset), *others]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own command


def ended(process: subprocess.Popen[str]) -> tuple[float, int]:
    """Wait for some work; print what it says before its seconds."""
    *lines, seconds = process.stdout.read().splitlines() if process.stdout else ["0"]
    _, code, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(code)
    if process.returncode:
        sys.exit(f"{process.args!r} failed")
    print(*lines, sep="\n", end="\n" if lines else "")  # noqa: T201 - as above
    return float(seconds), usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def evaluator(dataset: Path) -> tuple[float, int]:
    """Evaluate in Python, half of the accounts in each of two processes."""
    start = time.perf_counter()
    both = [started("evaluator", dataset, str(half)) for half in range(2)]
    peaks = []
    for process in both:
        with process:
            peaks.append(ended(process)[1])
    return time.perf_counter() - start, max(peaks)


# What the other processes do.


def read(dataset: Path) -> None:
    """Read the columns once, digests too."""
    with Fleet(dataset) as fleet:
        start = time.perf_counter()
        fleet.read_once()
        print(time.perf_counter() - start)  # noqa: T201 - for the process that measures


def expression(dataset: Path, limit: str | None = None) -> None:
    """Preview the fleet."""
    start = time.perf_counter()
    with Fleet(dataset, memory_limit=limit) as fleet:
        fleet.set_policies(policies_of(fleet.places), now=NOW)
        fleet.totals()
    print(time.perf_counter() - start)  # noqa: T201 - as above


def plan(dataset: Path) -> None:
    """Print the steps of the plan that take longest."""
    with Fleet(dataset) as fleet:
        fleet.set_policies(policies_of(fleet.places), now=NOW)
        found = [json.loads(one) for one in fleet.plans()]
    steps = sorted((step for one in found for step in steps_in(one["operator"])), reverse=True)
    whole = sum(seconds for seconds, _, _ in steps)
    for seconds, name, about in steps[:6]:
        print(f"  {seconds / whole:4.0%}  {name}: {about}")  # noqa: T201 - as above
    print(0)  # noqa: T201 - as above


def steps_in(nodes: list[dict[str, Any]]) -> Iterator[tuple[float, str, str]]:
    """Give the seconds of every step, its name and what it is about."""
    for node in nodes:
        about = next((str(value) for key, value in node.get("extra_info", {}).items() if key != "Function"), "")
        yield node["timing"], node["name"], about[:90]
        yield from steps_in(node.get("children", []))


def evaluate_half(dataset: Path, half: str) -> None:
    """Evaluate every second account with the evaluator in Python."""
    start = time.perf_counter()
    with Fleet(dataset) as fleet:
        places = fleet.places
    policies = policies_of(places)
    totals = []
    for account in sorted({place.account for place in places})[int(half) :: 2]:
        for place, table in tables(partition_of(dataset, "images", account=account, region="eu-west-1"), account):
            evaluation = evaluate(policies[place], table, NOW)
            totals.append(Totals.sum(Totals.of(group, table) for group in evaluation.groups))
    Totals.sum(totals)
    print(time.perf_counter() - start)  # noqa: T201 - as above


def tables(folder: Path, account: str) -> Iterator[tuple[Place, ImageTable]]:
    """Read the images of an account, repository by repository."""
    from ecrkit.preview.fleet.tables import Place  # noqa: PLC0415 - of one process only

    with connect(threads=1) as database:
        found = database.execute(f"SELECT * FROM '{folder}/*.parquet'")  # noqa: S608 - our own folder
        # The files are in the order of repositories, and DuckDB keeps it with one thread.
        while rows := found.fetchmany(EACH):
            repository, digests, pushed, tags, sizes, statuses, *times, subjects, media, children = zip(
                *(row[:12] for row in rows), strict=True
            )
            columns = [list(map(instant, column)) for column in (pushed, *times)]
            states = list(map(ImageStatus, statuses))
            table = ImageTable([digests, columns[0], tags, sizes, states, *columns[1:], subjects, media, children])
            yield Place(account, "eu-west-1", repository[0]), table


def instant(micros: int | None) -> datetime | None:
    """Give the instant of microseconds since 1970."""
    return None if micros is None else EPOCH + timedelta(microseconds=micros)


def policies_of(places: tuple[Place, ...]) -> dict[Place, LifecyclePolicy]:
    """Give every repository one of ten policies."""
    ten = [parse_policy(json.dumps({"rules": rules(number)}), file="policy.json") for number in range(10)]
    return {place: ten[number % 10] for number, place in enumerate(places)}


def rules(number: int) -> list[dict[str, Any]]:
    """Write five rules: numbers to keep, ages, prefixes, patterns and any."""
    days = {"countUnit": "days"}
    expire, archive = {"type": "expire"}, {"type": "transition", "targetStorageClass": "archive"}
    count = "imageCountMoreThan"
    chosen: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({"tagStatus": "tagged", "tagPrefixList": ["prod-"], "countType": count, "countNumber": 5 + number}, expire),
        (
            {"tagStatus": "tagged", "tagPatternList": ["release-*"], "countType": "sinceImagePulled", **days}
            | {"countNumber": 90},
            archive,
        ),
        (
            {"tagStatus": "tagged", "tagPatternList": ["pr-*"], "countType": "sinceImagePushed", **days}
            | {"countNumber": 14 + number},
            expire,
        ),
        ({"tagStatus": "untagged", "countType": "sinceImagePushed", **days, "countNumber": 7}, expire),
        ({"tagStatus": "any", "countType": count, "countNumber": 200 + number}, expire),
    ]
    return [
        {"rulePriority": priority, "selection": selection, "action": action}
        for priority, (selection, action) in enumerate(chosen, start=1)
    ]


def write(dataset: Path, number: int, *, references: bool = False) -> Path:
    """Write a dataset of so many images."""
    repositories = number // EACH
    with connect() as database:
        for index in range(ACCOUNTS):
            account = f"{100_000_000_000 + index}"
            for table, columns in (
                ("images", "*"),
                ("repositories", "DISTINCT repository, NULL::VARCHAR AS policy, MAP {}::MAP(VARCHAR, VARCHAR) AS tags"),
            ):
                folder = partition_of(dataset, table, account=account, region="eu-west-1")
                folder.mkdir(parents=True)
                order = "ORDER BY repository" + (", pushed_at DESC" if table == "images" else "")
                database.execute(
                    f"COPY (SELECT {columns} FROM ({IMAGES}) {order}) TO '{folder}/part-00000.parquet' "  # noqa: S608 - ours
                    "(FORMAT parquet, COMPRESSION zstd)",
                    {
                        "now": (NOW - EPOCH) // timedelta(microseconds=1),
                        "references": references,
                        "first": repositories * index // ACCOUNTS,
                        "last": repositories * (index + 1) // ACCOUNTS,
                    },
                )
    write_record(dataset, DatasetRecord(begun_at=NOW.isoformat(), complete=True))
    return dataset


def scanned(dataset: Path, number: int) -> None:
    """Print what Athena would scan of a thousand million such images, and its price."""
    with connect() as database:
        chunks = database.execute(
            "SELECT split_part(path_in_schema, ',', 1), sum(total_compressed_size) FROM parquet_metadata($files) "
            "GROUP BY ALL",
            {"files": f"{dataset}/images/*/*/*.parquet"},
        ).fetchall()
    sizes = dict(chunks)
    per_image = sum(sizes.values()) / number
    passes = {name: sum(sizes[column] for column in columns) / number for name, columns in COLUMNS.items()}
    terabytes = sum(passes.values()) * 10**9 / 10**12
    each = ", ".join(f"{name} {size:.1f}" for name, size in passes.items())
    print(f"Parquet: {per_image:.1f} bytes an image; read: {each}")  # noqa: T201 - as above
    print(f"Athena, 1,000,000,000 images: {terabytes:.2f} TB, ${terabytes * DOLLARS_PER_TB:.2f}")  # noqa: T201 - as above


WORK: dict[str, Callable[..., None]] = {
    "read": read,
    "expression": expression,
    "plan": plan,
    "evaluator": evaluate_half,
}

if __name__ == "__main__":
    main()
