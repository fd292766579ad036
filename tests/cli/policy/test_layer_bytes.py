"""Bytes that are really freed, in what commands print: beside the size of the images, if layers are known."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from builders.inventories import NOW, image, write_images
from builders.policies import ARCHIVE, policy_text, pushed, rule, tagged
from builders.reviews import write_folder
from click.testing import CliRunner

from ecrkit.cli import cli

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from ecrkit.images import Image

AT = ("--now", NOW.isoformat())
MB = 1_000_000
LONG = "A description that makes a short policy long enough for the service"
SAVING = ["at $0.10 per GB and month", "price: Amazon ECR pricing, US East (N. Virginia), read 2026-11"]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [*map(str, arguments), *AT])


def images(*, unknown: int = 0) -> list[Image]:
    """Two old images and a new one, of 300 MB each, 290 MB of which are the same layer; others without layers."""
    return [
        image("a1", tags=["v1"], age_days=30, size_bytes=300 * MB, layers={"ba5e": 290 * MB, "a": 10 * MB}),
        image("b2", tags=["p1"], age_days=20, size_bytes=300 * MB, layers={"ba5e": 290 * MB, "b": 10 * MB}),
        image("c3", tags=["v3"], age_days=1, size_bytes=300 * MB, layers={"ba5e": 290 * MB, "c": 10 * MB}),
        *(image(age_days=1, size_bytes=MB) for _ in range(unknown)),
    ]


@pytest.fixture
def policies(tmp_path: Path) -> tuple[Path, Path]:
    """A policy that does nothing here, and one that expires what is old, and archives a part of it."""
    for name, age in (("old.json", 400), ("new.json", 10)):
        rules = rule(1, **tagged("p*"), **pushed(age), action=ARCHIVE), rule(2, **pushed(age), description=LONG)
        (tmp_path / name).write_text(policy_text(*rules))
    return tmp_path / "old.json", tmp_path / "new.json"


def lines_about_bytes(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if re.match("really|the layers|saves|frees|price", line)]


def test_preview(tmp_path: Path, policies: tuple[Path, Path]) -> None:
    """The bytes that are really freed and moved are exact if all layers are known, and the saving is theirs."""
    path = write_images(tmp_path / "web.json", images())

    result = run("policy", "preview", policies[1], "--images", path)

    assert lines_about_bytes(result) == [
        "really frees 10.0 MB of 300.0 MB apparent size: the layers that no other image needs",
        "really moves 10.0 MB of 300.0 MB apparent size to the archive",
        f"saves $0.00 a month, {SAVING[0]}",
        SAVING[1],
    ]
    assert "RULE  EXPIRE  ARCHIVE  STAY  SIZE      WHAT IT DOES" in result.stdout


def test_preview_with_unknown_layers(tmp_path: Path, policies: tuple[Path, Path]) -> None:
    """If the layers of an image are unknown, the numbers are upper bounds, and the output says so."""
    path = write_images(tmp_path / "web.json", images(unknown=1))

    result = run("policy", "preview", policies[1], "--images", path)

    assert lines_about_bytes(result) == [
        "really frees up to 10.0 MB of 300.0 MB apparent size: the layers that no other image needs",
        "really moves up to 10.0 MB of 300.0 MB apparent size to the archive",
        "the layers of 1 image are unknown, so these bytes are upper bounds",
        f"saves up to $0.00 a month, {SAVING[0]}",
        SAVING[1],
    ]


def test_preview_as_json(tmp_path: Path, policies: tuple[Path, Path]) -> None:
    """JSON has both: the sizes of the images, and the bytes that are really freed."""
    known = write_images(tmp_path / "known.json", images())
    unknown = write_images(tmp_path / "unknown.json", [one._replace(layers=None) for one in images()])

    summaries = [
        json.loads(run("policy", "preview", policies[1], "--images", path, "--output", "json").stdout)["summary"]
        for path in (known, unknown)
    ]

    assert [summary["freedBytes"] for summary in summaries] == [300 * MB] * 2
    assert [summary["layers"] for summary in summaries] == [
        {
            "reallyFreedBytes": 10 * MB,
            "reallyArchivedBytes": 10 * MB,
            "imagesOfUnknownLayers": 0,
            "exact": True,
        },
        None,
    ]
    assert [summary["savingPerMonth"]["amount"] for summary in summaries] == [0.0, 0.03]


def test_rows(tmp_path: Path, policies: tuple[Path, Path]) -> None:
    """Of several repositories each has its own real bytes: no repository stores a layer of another."""
    (tmp_path / "images").mkdir()
    for name in ("api", "web"):
        write_images(tmp_path / "images" / f"{name}.json", images(unknown=name == "web"), repository=name)

    result = run("policy", "preview", policies[1], "--images", tmp_path / "images")

    assert result.stdout.splitlines()[-4:] == [
        "REPOSITORY  IMAGES  EXPIRE  ARCHIVE  STAY  FREED     REALLY FREED",
        "api         3       1       1        1     300.0 MB  10.0 MB",
        "web         4       1       1        2     300.0 MB  up to 10.0 MB",
        "total       7       2       2        3     600.0 MB  up to 20.0 MB",
    ]


def test_diff(tmp_path: Path, policies: tuple[Path, Path]) -> None:
    """A diff says what the new policy frees more than the old one."""
    path = write_images(tmp_path / "web.json", images())
    text = run("policy", "diff", *policies, "--images", path)
    back = run("policy", "diff", *policies[::-1], "--images", path)
    document = json.loads(run("policy", "diff", *policies, "--images", path, "--output", "json").stdout)

    assert lines_about_bytes(text) == [
        "really frees 10.0 MB of 300.0 MB apparent size: the layers that no other image needs",
        "really moves 10.0 MB of 300.0 MB apparent size to the archive",
    ]
    assert lines_about_bytes(back) == []
    assert document["layers"] == {
        "reallyFreedBytes": 10 * MB,
        "reallyArchivedBytes": 10 * MB,
        "imagesOfUnknownLayers": 0,
        "exact": True,
    }


def words_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.mark.parametrize("number", [1, 2])
def test_report(tmp_path: Path, policies: tuple[Path, Path], number: int) -> None:
    """The report shows the bytes that are really freed beside the apparent size, of one repository and of several."""
    (tmp_path / "images").mkdir()
    for place in range(number):
        write_images(tmp_path / "images" / f"web{place}.json", images(), repository=f"web{place}")

    words = words_of(run("policy", "preview", policies[1], "--images", tmp_path / "images", "--output", "html").stdout)

    assert f"expire{'' if number > 1 else 's'}, {300 * number}.0 MB ({10 * number}.0 MB really freed), and" in words
    assert (
        f"apparent size {300 * number}.0 MB really freed {10 * number}.0 MB really archived {10 * number}.0 MB" in words
    )
    assert "Really freed: the layers that no remaining image needs" in words
    assert "upper bound" not in words


def test_report_with_unknown_layers(tmp_path: Path, policies: tuple[Path, Path]) -> None:
    """If layers are unknown, the report says at most, and why."""
    path = write_images(tmp_path / "web.json", images(unknown=2))

    words = words_of(run("policy", "preview", policies[1], "--images", path, "--output", "html").stdout)

    assert "apparent size 300.0 MB freed at most 10.0 MB archived at most 10.0 MB" in words
    assert "The layers of 2 images are unknown, so the bytes freed are an upper bound." in words


@pytest.fixture
def change(tmp_path: Path) -> tuple[Path, Path]:
    """A base that keeps three images, and a head that keeps one; each version shares a layer with the newest."""
    base = write_folder(tmp_path / "base", {"web": {"lifecycle": "keep@1"}})
    head = write_folder(tmp_path / "head", {"web": {"lifecycle": "keep@2"}})
    (tmp_path / "images").mkdir()
    write_images(tmp_path / "images" / "web.json", images(), repository="web")
    return base, head


def review(change: tuple[Path, Path], *options: str) -> Result:
    base, head = change
    given = ("--base", base, "--catalog", head / "repositories.yaml", "--policies", head / "policies" / "lifecycle")
    return run("review", *given, "--images", head.parent / "images", *options)


def test_review(change: tuple[Path, Path]) -> None:
    """A review says how many of the bytes are really freed, and what those cost."""
    text, document = review(change), json.loads(review(change, "--output", "json").stdout)
    markdown = review(change, "--output", "markdown").stdout

    assert (
        "images: 2 images would newly expire (20.0 MB of 600.0 MB really freed, $0.00 a month)"
        in text.stdout.splitlines()
    )
    assert "20.0&nbsp;MB&nbsp;of&nbsp;600.0&nbsp;MB" in markdown
    assert "sizes are the bytes really freed and the apparent size" in markdown
    [policy] = document["policies"]
    assert policy["newlyExpiredSizeInBytes"] == 600 * MB
    assert policy["layers"] == {
        "reallyFreedBytes": 20 * MB,
        "reallyArchivedBytes": 0,
        "imagesOfUnknownLayers": 0,
        "exact": True,
    }


def test_catalog_diff(change: tuple[Path, Path]) -> None:
    """A comparison of catalogs says the same."""
    base, head = change
    catalogs = (base / "repositories.yaml", head / "repositories.yaml")
    common = ("--images", head.parent / "images")

    text = run("catalog", "diff", *catalogs, *common)
    [found] = json.loads(run("catalog", "diff", *catalogs, *common, "--output", "json").stdout)["diffs"]

    assert lines_about_bytes(text) == [
        "really frees 20.0 MB of 600.0 MB apparent size: the layers that no other image needs"
    ]
    assert found["layers"]["reallyFreedBytes"] == 20 * MB
