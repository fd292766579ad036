"""Ages and long lists, as people read them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ecrkit.cli.console.listing import age, echo_json_list, echo_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=-5), "0min"),
        (timedelta(seconds=59), "0min"),
        (timedelta(minutes=90), "1h"),
        (timedelta(days=3, hours=23), "3d"),
        (timedelta(days=800), "2y"),
    ],
)
def test_age(ago: timedelta, text: str) -> None:
    """An age is in its largest unit; a clock that goes wrong makes nothing negative."""
    assert age(NOW - ago, now=NOW) == text


def test_rows_come_before_the_last_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """A list that breaks off has shown what there was."""

    def rows() -> Iterator[tuple[str, str]]:
        for number in range(40):
            yield str(number), "x"
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        echo_rows(("NUMBER", "X"), rows())

    assert len(capsys.readouterr().out.splitlines()) == 41


@pytest.mark.parametrize(
    ("widths", "shown"),
    [
        pytest.param((10, 20, 30), ["aaaaaaaaaa  bbbbbbbbbbbbbbbbbbbb  " + "c" * 30], id="all fit"),
        pytest.param((8, 40, 30), ["a" * 8 + "  " + "b" * 40, "  " + "c" * 30], id="go on below"),
        pytest.param((40, 10, 40), ["a" * 40, "  " + "b" * 10 + "  " + "c" * 40], id="first alone"),
        pytest.param((8, 90, 30), ["a" * 8, "  " + "b" * 90, "  " + "c" * 30], id="one is too wide"),
    ],
)
def test_columns_fit_where_they_are_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, widths: tuple[int, ...], shown: list[str]
) -> None:
    """On a terminal of 80 columns no line is wider, save for a cell that is."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    echo_rows([""] * len(widths), [[letter * width for letter, width in zip("abc", widths, strict=True)]])

    assert capsys.readouterr().out.splitlines()[-len(shown) :] == shown


def test_what_is_listed_gives_no_commands_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """What a scan found comes out of somebody's image: line ends and escapes in it are shown as such."""
    echo_rows(("PACKAGE",), [("zlib\x1b[2J\n",)])

    assert capsys.readouterr().out == "PACKAGE\nzlib\\x1b[2J\\n\n"


@pytest.mark.parametrize("number", [0, 1, 3])
def test_json_list_is_json(capsys: pytest.CaptureFixture[str], number: int) -> None:
    """A list of any length is a document, with what stands beside it."""
    documents = [{"name": f"Zoë\n{index}", "list": [1, 2]} for index in range(number)]

    count = echo_json_list("items", documents, others={"others": ["a"]})

    assert count == number
    assert json.loads(capsys.readouterr().out) == {"others": ["a"], "items": documents}
