"""Instants at the ends of the calendar, in every command that takes one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.inventories import detail, image
from builders.policies import policy_text, pushed, rule

if TYPE_CHECKING:
    from pathlib import Path

PREVIEW = ("policy", "preview", "a.json", "--images", "images.json")
DIFF = ("policy", "diff", "a.json", "a.json", "--images", "images.json")
CATALOG = ("catalog", "diff", "a.yaml", "a.yaml", "--images", "images.json")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with a policy and the images of a repository."""
    (tmp_path / "a.json").write_text(policy_text(rule(1, **pushed(10**40))))
    (tmp_path / "images.json").write_text(json.dumps({"imageDetails": [detail(image("a", tags=["v1"]))]}))
    return tmp_path


@pytest.mark.parametrize("command", [pytest.param(found, id=" ".join(found[:2])) for found in (PREVIEW, DIFF, CATALOG)])
@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_is_on_the_calendar_of_utc(folder: Path, command: tuple[str, ...], instant: str) -> None:
    """One that an offset moves off it is misuse, not a traceback."""
    result = ecrkit(*command, "--now", instant, cwd=folder)

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith(
        f"Invalid value for '--now': must be between the years 1 and 9999 in UTC, got '{instant}'\n"
    )


@pytest.mark.parametrize("output", ["text", "json", "html"])
@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"])
def test_the_ends_of_the_calendar_are_instants(folder: Path, instant: str, output: str) -> None:
    """Every instant that can be written down can be evaluated, however many days a rule counts."""
    result = ecrkit(*PREVIEW, "--now", instant, "--pulled-within", "99999w", "--output", output, cwd=folder)

    assert result.returncode == 0
    assert "Traceback" not in result.stderr


def test_a_policy_can_be_compared_at_the_ends_of_the_calendar(folder: Path) -> None:
    """So can the images whose fate changes."""
    for instant in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        result = ecrkit(*DIFF, "--now", instant, cwd=folder)

        assert result.returncode == 0


def test_the_future_ends_with_the_calendar(folder: Path) -> None:
    """A time ahead that leaves it is misuse."""
    result = ecrkit(*PREVIEW, "--now", "9999-12-31T00:00:00Z", "--in", "2d", cwd=folder)

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.endswith("Error: --in: must end before the year 10000, got 2 days after 9999-12-31\n")
