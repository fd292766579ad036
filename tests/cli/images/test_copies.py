"""What `ecrkit images copy` reads: pairs of images, from arguments and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from ecrkit.cli.images.copies import read_pairs
from ecrkit.errors import UnreadableInputError

if TYPE_CHECKING:
    from pathlib import Path

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("source", "destination", "pair"),
    [
        pytest.param("web:v1", "shop", ("web:v1", "shop:v1"), id="same tag"),
        pytest.param("web:v1", "shop:stable", ("web:v1", "shop:stable"), id="another tag"),
        pytest.param(f"web@{DIGEST}", "shop", (f"web@{DIGEST}", "shop"), id="digest alone"),
        pytest.param(f"web:v1@{DIGEST}", "shop", (f"web@{DIGEST}", "shop:v1"), id="digest decides"),
    ],
)
def test_tag_of_the_source_is_kept(source: str, destination: str, pair: tuple[str, str]) -> None:
    """Without a tag, the destination has that of the source; a digest decides which image it is."""
    assert [tuple(map(str, one)) for one in read_pairs(source, destination, file=None)] == [pair]


def test_file_has_a_pair_in_each_line(tmp_path: Path) -> None:
    """
    Comments and empty lines say nothing; without a destination, the repository has the same name, here.

    A pair that is written twice counts once.
    """
    listing = tmp_path / "release.txt"
    host = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    listing.write_text(f"# release\n\nweb:v1 shop:v2 # tested\n{host}/web:v1\nweb:v1 shop:v2\n")

    pairs = read_pairs(None, None, file=str(listing))

    assert [tuple(map(str, one)) for one in pairs] == [("web:v1", "shop:v2"), (f"{host}/web:v1", "web:v1")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("# nothing\n", "{file}: names no image; write SOURCE and DESTINATION in each line", id="empty"),
        pytest.param("a:v1 b c\n", "{file}:1: must be SOURCE and DESTINATION, got 3 words", id="words"),
        pytest.param("\nweb\n", "{file}:2: web: name a tag or a digest, as in web:v1", id="no tag"),
        pytest.param(
            f"web:v1 web@{DIGEST}",
            f"{{file}}:1: web@{DIGEST}: a copy keeps the digest of its source; name a tag or none",
            id="digest",
        ),
    ],
)
def test_line_that_is_no_pair_is_told(tmp_path: Path, text: str, problem: str) -> None:
    """The file and the line are named."""
    listing = tmp_path / "release.txt"
    listing.write_text(text)

    with pytest.raises(UnreadableInputError) as caught:
        read_pairs(None, None, file=str(listing))

    assert str(caught.value) == problem.format(file=listing)


@pytest.mark.parametrize(
    ("source", "destination", "file", "problem"),
    [
        pytest.param("web:v1", None, None, "name SOURCE and DESTINATION, or pass --from FILE", id="one"),
        pytest.param("web:v1", "web", "x", "name SOURCE and DESTINATION or pass --from, not both", id="both"),
    ],
)
def test_arguments_or_a_file(source: str, destination: str | None, file: str | None, problem: str) -> None:
    """One of both is needed."""
    with pytest.raises(click.UsageError) as caught:
        read_pairs(source, destination, file=file)

    assert caught.value.message == problem
