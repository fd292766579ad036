"""The pages about reviews say what the command does."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from builders.commands import ecrkit
from builders.inventories import image
from builders.reviews import AT, write_folder, write_inventories

from ecrkit.cli.fleet.preview_markdown import FLEET_MARKER
from ecrkit.cli.review.command import review
from ecrkit.cli.review.markdown import GUARD_MARKER, LOSSES_MARKER, REVIEW_MARKER
from ecrkit.documents.markdown import MAX_LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "tasks" / "review-a-change.md").read_text(encoding="utf-8")
CI = (DOCS / "tasks" / "review-in-ci.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "review.md").read_text(encoding="utf-8")


def shape(value: Any, *, at: str = "") -> set[str]:  # noqa: ANN401 - any JSON
    """List the keys of a document, each with its place; those of a list are those of its items."""
    if isinstance(value, list):
        return set().union(*(shape(item, at=f"{at}[]") for item in value))
    members: Mapping[str, Any] = value if isinstance(value, dict) else {}
    return {f"{at}.{key}" for key in members}.union(*(shape(each, at=f"{at}.{key}") for key, each in members.items()))


def test_options() -> None:
    """The page has every option that not every command has, and no other."""
    shown = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", PAGE)) - {"--yes", "--deployed"}  # those of other commands

    assert shown == {option for each in review.params for option in each.opts} - {"-o", "--output-file", "--debug"}


def test_markers() -> None:
    """The page of pipelines has the first line of each comment, and its length."""
    assert set(re.findall(r"<!-- .*? -->", CI)) == {REVIEW_MARKER, GUARD_MARKER, LOSSES_MARKER, FLEET_MARKER}
    assert f"{MAX_LENGTH:,} characters" in CI


def test_json(tmp_path: Path) -> None:
    """The JSON on the page has the keys that the command writes."""
    write_folder(tmp_path / "base", {"web": {"lifecycle": "keep@1"}})
    write_folder(tmp_path / "head", {"web": {"lifecycle": "keep@2", "mutability": "MUTABLE"}})
    found = [image(tags=[f"v{4 - n}"], age_days=n, size_bytes=n, layers={f"{n}": n}) for n in (1, 2, 3)]
    write_inventories(tmp_path / "images", ["web"], found)
    arguments = ("--base", "../base", "--images", "../images", "--output", "json", *AT)
    written = json.loads(ecrkit("review", *arguments, cwd=tmp_path / "head").stdout)
    # The page refers to other pages for these.
    written["checks"]["findings"] = written["policies"][0]["rules"] = []
    page = json.loads(REFERENCE.partition("```json\n")[2].partition("```")[0])

    assert shape(page) == shape(written)
