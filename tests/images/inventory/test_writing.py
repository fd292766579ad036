"""Inventories as files: read back as they were, each in a place of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from builders.inventories import digest
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.errors import UnreadableInputError
from ecrkit.images.inventory.reading import parse_images
from ecrkit.images.inventory.sources import inventories_in
from ecrkit.images.inventory.writing import (
    Heading,
    ReadManifest,
    heading_in,
    inventory_lines,
    known_manifests,
    path_of,
)
from ecrkit.images.layers import Layer

if TYPE_CHECKING:
    from pathlib import Path

HEADING = Heading(registry="123456789012", repository="web", region="us-east-1", begun_at="2026-11-01T12:00:00+00:00")
PART = r"[a-z0-9]{1,3}(\.json|\.jsonl)?"
DETAILS: list[dict[str, Any]] = [
    {
        "repositoryName": "web",
        "imageDigest": digest("a"),
        "imageTags": ["v1"],
        "imagePushedAt": datetime(2026, 11, 1, 14, tzinfo=timezone(timedelta(hours=2))),
        "childManifestDigests": [digest("b")],
    },
    {"repositoryName": "web", "imageDigest": digest("b"), "imagePushedAt": datetime(2026, 11, 1, tzinfo=UTC)},
]


def write(path: Path, details: list[dict[str, Any]]) -> Path:
    path.write_text("".join(inventory_lines(HEADING, details)))
    return path


def test_image_a_line_is_read_back() -> None:
    """A file has a heading, a line per image and an end; times are in UTC, and children are the image's own."""
    text = "".join(inventory_lines(HEADING, DETAILS))

    assert text.splitlines()[0] == (
        '{"inventory": {"registryId": "123456789012", "repositoryName": "web", "region": "us-east-1", '
        '"begunAt": "2026-11-01T12:00:00+00:00"}, "imageDetails": ['
    )
    assert len(text.splitlines()) == 4
    first, second = parse_images(text.encode(), file="web.json").images
    assert (first.digest, first.tags, first.children) == (digest("a"), ["v1"], [digest("b")])
    assert first.pushed_at == datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert list(second.children) == []


@pytest.mark.parametrize("details", [pytest.param(DETAILS, id="images"), pytest.param([], id="empty")])
def test_file_tells_its_repository(tmp_path: Path, details: list[dict[str, Any]]) -> None:
    """Whose images a file holds is in its first line, also where it holds none, and whatever its name."""
    path = write(tmp_path / "x.json", details)

    assert heading_in(path) == HEADING
    assert [found.repository for found in inventories_in(str(path))] == ["web"]
    assert [found.repository for found in inventories_in(str(tmp_path))] == ["web"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param('{"imageDetails": [\n]}', id="without a heading"),
        pytest.param('{"inventory": [], "imageDetails": [\n]}', id="another heading"),
        pytest.param('{"inventory": {"registryId": "123456789012"}, "imageDetails": [\n]}', id="half a heading"),
        pytest.param('{"name": "web", "version": "1.0.0"}', id="something else"),
        pytest.param('] "imageDetails": [', id="no JSON"),
        pytest.param("\xff" * 5000, id="no text"),
    ],
)
def test_other_files_have_no_heading(tmp_path: Path, text: str) -> None:
    """A file that no inventory wrote is recognized."""
    path = tmp_path / "web.json"
    path.write_text(text, encoding="latin-1")

    assert heading_in(path) is None


def test_absent_file_has_no_heading(tmp_path: Path) -> None:
    """A file that is not there says nothing, one that cannot be read is an error."""
    assert heading_in(tmp_path / "web.json") is None
    with pytest.raises(UnreadableInputError, match="cannot be read: is a directory"):
        heading_in(tmp_path)


@pytest.mark.parametrize(
    ("repository", "path"),
    [
        pytest.param("web", "web.json", id="plain"),
        pytest.param("payments/api", "payments/api.json", id="folder"),
        pytest.param("web.json", "web.json.json", id="named as a file"),
        pytest.param("web.json/api", "web.json%/api.json", id="folder named as a file"),
        pytest.param("web/api.json", "web/api.json.json", id="folder named as a repository"),
    ],
)
def test_path(repository: str, path: str) -> None:
    """The path of a repository is its name, save where that would be another's."""
    assert path_of(repository).as_posix() == path


@given(st.sets(st.from_regex(rf"{PART}(/{PART}){{0,2}}", fullmatch=True), max_size=8))
def test_paths_never_collide(repositories: set[str]) -> None:
    """No two repositories have one path, and none is where another needs a folder."""
    paths = {path_of(name) for name in repositories}
    folders = {folder for path in paths for folder in path.parents}

    assert len(paths) == len(repositories)
    assert paths.isdisjoint(folders)


def test_longest_name_is_a_file(tmp_path: Path) -> None:
    """A name of 256 characters, the longest that ECR allows, and its neighbour have a file each."""
    names = ["a" * 256, "a" * 255 + "b"]
    for name in names:
        (tmp_path / path_of(name)).write_text("")

    assert len(list(tmp_path.iterdir())) == 2


def test_known_manifests(tmp_path: Path) -> None:
    """What a file knows of manifests is found in it; of a file that is broken or absent nothing is."""
    layer = {"digest": digest("c0"), "size": 3}
    path = write(tmp_path / "web.json", [*DETAILS, {"imageDigest": digest("d"), "layers": [layer, layer]}])

    assert known_manifests(path) == {
        digest("a"): ReadManifest(children=(digest("b"),)),
        digest("d"): ReadManifest(layers=(Layer(digest("c0"), 3),)),
    }
    path.write_text('{"childManifestDigests"\n')
    assert known_manifests(path) == {}
    assert known_manifests(tmp_path / "absent.json") == {}


def test_what_is_no_json_is_not_written() -> None:
    """A value that JSON does not have is a mistake of ours, and ends the writing."""
    with pytest.raises(TypeError):
        list(inventory_lines(HEADING, [{"imageDigest": object()}]))
