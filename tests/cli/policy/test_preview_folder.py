"""`ecrkit policy preview` of a directory: a row per repository, details on request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.inventories import LIST_TYPE, NOW, image, write_images
from builders.stores import policy_text
from click.testing import CliRunner

from ecrkit.cli import cli

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

AT = ("--now", NOW.isoformat())
MB = 1_000_000
SUMMARY = [
    "frees up to 460.0 MB: layers shared with images that stay are not freed",
    "saves up to $0.05 a month, at $0.10 per GB and month",
    "price: Amazon ECR pricing, US East (N. Virginia), read 2026-11",
]
HINT = "pass --details, or --repository NAME for one of them, to list images\n"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["policy", "preview", *map(str, arguments), *AT])


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Keep the newest two images."""
    path = tmp_path / "policy.json"
    path.write_text(policy_text(keep=2))
    return path


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Four repositories with images, and two without."""
    (tmp_path / "images" / "team").mkdir(parents=True)
    for name, number, size in (("team/web", 3, 10 * MB), ("api", 5, 150 * MB), ("ml", 4, 0), ("docs", 2, MB)):
        listed = [image(tags=[f"v{age}"], age_days=age + 1, size_bytes=size) for age in range(number)]
        write_images(tmp_path / "images" / f"{name}.json", listed, repository=name)
    for name in ("empty", "team/new"):
        (tmp_path / "images" / f"{name}.json").write_text('{"imageDetails": []}')
    return tmp_path / "images"


def test_rows(policy: Path, images: Path) -> None:
    """Repositories where most bytes go come first, empty ones are counted, and the total is last."""
    result = run(policy, "--images", images)

    assert (result.exit_code, result.stderr) == (0, HINT)
    assert result.stdout.splitlines() == [
        "6 repositories",
        "14 images: 6 expire, 0 archive, 8 stay",
        *SUMMARY,
        "",
        "REPOSITORY  IMAGES  EXPIRE  ARCHIVE  STAY  FREED",
        "api         5       3       0        2     450.0 MB",
        "team/web    3       1       0        2     10.0 MB",
        "ml          4       2       0        2     0 B",
        "docs        2       0       0        2     0 B",
        "total       14      6       0        8     460.0 MB",
        "2 repositories are empty",
    ]


def test_protected_images(policy: Path, images: Path) -> None:
    """Protections add a column; the repositories that would lose protected images come first."""
    result = run(policy, "--images", images, "--must-keep", "v2", "--pulled-within", "1d")

    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [line.split(": ")[:2] for line in lines[:3]] == [["error", "api"], ["error", "ml"], ["error", "team/web"]]
    assert lines[9:14] == [
        "REPOSITORY  IMAGES  EXPIRE  ARCHIVE  STAY  FREED     PROTECTED",
        "api         5       3       0        2     450.0 MB  1",
        "team/web    3       1       0        2     10.0 MB   1",
        "ml          4       2       0        2     0 B       1",
        "docs        2       0       0        2     0 B       0",
    ]


def test_many_protected_images(policy: Path, tmp_path: Path) -> None:
    """The first errors are listed and the others counted, unless details are wanted."""
    (tmp_path / "many").mkdir()
    for name in ("a", "b"):
        listed = [image(tags=[f"v{age}"], age_days=age + 1) for age in range(10)]
        write_images(tmp_path / "many" / f"{name}.json", listed, repository=name)
    options = (policy, "--images", tmp_path / "many", "--must-keep", "v*")

    short, long = (run(*options, *more).stdout.splitlines() for more in ((), ("--details",)))

    assert [line.startswith("error: ") for line in short[:12]] == [True] * 11 + [False]
    assert short[10] == (
        "error: 6 more protected images would expire or be archived; pass --details to list all"
    )  # fmt: skip
    assert sum(line.startswith("error: ") for line in long) == 16


def test_many_protected_images_of_one_repository(policy: Path, tmp_path: Path) -> None:
    """Of one repository, too, the first errors leave room for the numbers, and --details lists them all."""
    listed = [image(tags=[f"v{age}"], age_days=age + 1) for age in range(50)]
    images = write_images(tmp_path / "web.json", listed, repository="web")
    empty = tmp_path / "nothing.json"
    empty.write_text(policy_text(keep=100))
    options = ("--images", images, "--must-keep", "v*")

    preview = [run(policy, *options, *more).stdout.splitlines() for more in ((), ("--details",))]
    diff = [
        CliRunner()
        .invoke(cli, ["policy", "diff", *map(str, (empty, policy, *options, *more, *AT))])
        .stdout.splitlines()
        for more in ((), ("--details",))
    ]

    for short, long in (preview, diff):
        assert [line.startswith("error: ") for line in short[:12]] == [True] * 11 + [False]
        assert short[10].startswith("error: 38 more protected images would expire or be archived; ")
        assert sum(line.startswith("error: ") for line in long) == 48


def test_details(policy: Path, images: Path) -> None:
    """With --details, the images of every repository follow the rows."""
    result = run(policy, "--images", images, "--details")

    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[12] == "2 repositories are empty"
    assert [line.split(" at ")[0] for line in lines if f" at {NOW.isoformat()}" in line] == [
        "api",
        "docs",
        "empty",
        "ml",
        "team/new",
        "team/web",
    ]


def test_one_by_name(policy: Path, images: Path) -> None:
    """With --repository, one repository is shown as if its file had been given; JSON has it alone."""
    named = run(policy, "--images", images, "--repository", "team/web")
    alone = run(policy, "--images", images / "team" / "web.json")
    document = json.loads(run(policy, "--images", images, "--repository", "api", "--output", "json").stdout)

    assert (named.exit_code, named.stderr, named.stdout) == (0, "", alone.stdout)
    assert [found["repositoryName"] for found in document["previews"]] == ["api"]


def test_unknown_name(policy: Path, images: Path) -> None:
    """A repository that the directory lacks is an error, with the name that may have been meant."""
    result = run(policy, "--images", images, "--repository", "team/wbe")

    assert result.exit_code == 2
    assert f"--repository: {images} has no images of 'team/wbe'; did you mean team/web?" in result.stderr


def test_json_is_complete(policy: Path, images: Path) -> None:
    """JSON has every repository and image, with and without --details."""
    short, long = (run(policy, "--images", images, "--output", "json", *more) for more in ((), ("--details",)))

    assert short.stdout == long.stdout
    assert [len(found["previewResults"]) for found in json.loads(short.stdout)["previews"]] == [3, 0, 0, 2, 0, 1]


def test_all_empty(policy: Path, images: Path) -> None:
    """A directory of empty repositories has no table."""
    for path in images.rglob("*.json"):
        path.write_text('{"imageDetails": []}')

    assert run(policy, "--images", images).stdout.splitlines() == [
        "6 repositories",
        "0 images: 0 expire, 0 archive, 0 stay",
        "6 repositories are empty",
    ]


def test_one_name_twice(policy: Path, images: Path) -> None:
    """Repositories of the same name, as of two accounts, are told apart by their files."""
    write_images(images / "other.json", [image(age_days=3)], repository="api")

    lines = run(policy, "--images", images).stdout.splitlines()

    assert [line.split("  ")[0] for line in lines if line.startswith("api")] == [
        f"api ({images / 'api.json'})",
        f"api ({images / 'other.json'})",
    ]


def test_notes_come_once(policy: Path, images: Path) -> None:
    """A note that several repositories have is there once, and names the first of them."""
    for name in ("api", "docs", "ml", "team/web"):
        listed = [image(tags=["v1"], media_type=LIST_TYPE), image(age_days=2, size_bytes=None), image(age_days=3)]
        write_images(images / f"{name}.json", listed, repository=name)

    notes = [line for line in run(policy, "--images", images).stdout.splitlines() if line.startswith("note: ")]

    assert notes[-1] == "note: the size of 1 image is unknown and not counted (api, docs, ml and 1 more)"
    assert len(notes) == len(set(notes))
