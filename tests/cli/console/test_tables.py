"""Tables: the same bytes in a pipe, and no wider than a terminal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from ecrkit.cli.console.output import echo_lines
from ecrkit.cli.console.styles import fate, protected_count, severity_label, verdict, vulnerability
from ecrkit.cli.console.tables import echo_labelled, echo_table, number, table_lines
from ecrkit.errors import Severity
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONG = "a" * 60
ROWS = [("web", fate(ActionType.EXPIRE), "1,200", "older than 30 days"), ("api", fate(None), "7", "no rule matches")]
COLUMNS = ("NAME", "FATE", number("IMAGES"), "WHY")


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make standard output a terminal of 80 columns; pytest replaces it again for every test."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)


def shown(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return re.sub(r"\x1b\[\d+m", "", capsys.readouterr().out).splitlines()


def test_rows_come_before_the_last_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    """A list that breaks off has shown all rows before."""

    def rows() -> Iterator[tuple[str, str]]:
        for index in range(40):
            yield str(index), "x"
        raise RuntimeError("gone")

    with pytest.raises(RuntimeError, match="gone"):
        echo_table(("NUMBER", "X"), rows())

    assert len(capsys.readouterr().out.splitlines()) == 41


@pytest.mark.parametrize("environment", [{}, {"COLUMNS": "20"}, {"COLUMNS": "20", "TERM": "xterm"}])
def test_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    """In a pipe, a row is a line without escape codes, whatever the width of the terminal."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert echo_table(COLUMNS, ROWS) == 2
    assert capsys.readouterr().out == (
        "NAME  FATE    IMAGES  WHY\n"
        "web   expire  1,200   older than 30 days\n"
        "api   stay    7       no rule matches\n"
    )  # fmt: skip


def test_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, numbers are at the right, and fates have colours."""
    on_terminal(monkeypatch)
    echo_table(COLUMNS, ROWS)

    assert capsys.readouterr().out == (
        "NAME  FATE    IMAGES  WHY\n"
        "web   \x1b[31mexpire\x1b[0m   1,200  older than 30 days\n"
        "api   \x1b[32mstay\x1b[0m         7  no rule matches\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "is_styled"),
    [
        pytest.param("NO_COLOR", "1", False, id="NO_COLOR"),
        pytest.param("NO_COLOR", "", True, id="NO_COLOR is empty"),
        pytest.param("TERM", "dumb", False, id="a dumb terminal"),
    ],
)
def test_no_colour(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, name: str, value: str, is_styled: bool
) -> None:
    """A user can switch colours off; an empty NO_COLOR does not."""
    on_terminal(monkeypatch)
    monkeypatch.setenv(name, value)
    echo_table(COLUMNS, ROWS)

    assert ("\x1b" in capsys.readouterr().out) == is_styled


@pytest.mark.parametrize(
    ("widths", "lines"),
    [
        pytest.param((10, 20, 30), ["a" * 10 + "  " + "b" * 20 + "  " + "c" * 30], id="all fit"),
        pytest.param((8, 40, 30), ["a" * 8 + "  " + "b" * 40, "  " + "c" * 30], id="go on below"),
        pytest.param((8, 20, 70), ["a" * 8 + "  " + "b" * 20 + "  " + "c" * 48, " " * 32 + "c" * 22], id="last wraps"),
        pytest.param((40, 10, 40), ["a" * 40, "  " + "b" * 10 + "  " + "c" * 40], id="first alone"),
        pytest.param((8, 90, 30), ["a" * 8, "  " + "b" * 78, "  " + "b" * 12, "  " + "c" * 30], id="too wide"),
    ],
)
def test_columns_fit_where_they_are_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, widths: tuple[int, ...], lines: list[str]
) -> None:
    """On a terminal of 80 columns no line is wider."""
    on_terminal(monkeypatch)
    echo_table([""] * len(widths), [[letter * width for letter, width in zip("abc", widths, strict=True)]])

    assert capsys.readouterr().out.splitlines()[-len(lines) :] == lines


def test_a_long_name_moves_no_column(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A few long names are on lines of their own, and the other columns stay in place."""
    on_terminal(monkeypatch)
    columns = ("NAME", number("A NUMBER" * 2), number("A NUMBER" * 2))
    echo_table(columns, [("web", "1", "2"), (LONG, "10", "20"), ("api", "3", "4")])

    assert shown(capsys) == [
        "NAME" + " " * 42 + "A NUMBERA NUMBER  A NUMBERA NUMBER",
        "web" + " " * 58 + "1                 2",
        LONG,
        " " * 60 + "10                20",
        "api" + " " * 58 + "3                 4",
    ]


def test_rows_share_a_heading(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A first column on a line of its own is not repeated for the next row, but for a later one."""
    on_terminal(monkeypatch)
    other = "b" * 60
    echo_table(("POLICY", "NAME", "WHY"), [(name, "web", "x" * 40) for name in (LONG, LONG, other, LONG)])

    row = "  web   " + "x" * 40
    assert shown(capsys) == ["POLICY", "  NAME  WHY", LONG, row, row, other, row, LONG, row]


def test_late_rows_fit(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that is wider than the first rows, which decide about the widths, fits too."""
    on_terminal(monkeypatch)
    rows: Sequence[tuple[str, str]] = [*[("web", "short")] * 40, ("web", "word " * 40), (LONG, "word " * 40)]
    echo_table(("NAME", "WHY"), rows)

    assert max(map(len, shown(capsys))) <= 80


def test_uri_breaks_after_a_slash(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The URI of a repository breaks before a name."""
    on_terminal(monkeypatch)
    registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/"
    echo_table(("URI",), [(registry + LONG,)])

    assert shown(capsys) == ["URI", registry, LONG]


def test_text_below(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A text below a row is indented, and wraps."""
    on_terminal(monkeypatch)
    echo_lines(table_lines(("NAME",), [("web",), ("api",)], below=["word " * 20, "why"]))

    assert shown(capsys) == ["NAME", "web", "  " + "word " * 14 + "word", "  word word word word word", "api", "  why"]


def test_labelled_text(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A text wraps to the right of its label."""
    on_terminal(monkeypatch)
    echo_labelled("ok", "word " * 20, width=5)

    assert shown(capsys) == ["ok     " + "word " * 13 + "word", "       word word word word word word"]


def test_what_is_listed_gives_no_commands_to_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """What a scan found is from somebody's image: line ends and escapes in it are shown as such."""
    echo_table(("PACKAGE",), [("zlib\x1b[2J\n",)])

    assert capsys.readouterr().out == "PACKAGE\nzlib\\x1b[2J\\n\n"


def test_no_rows(capsys: pytest.CaptureFixture[str]) -> None:
    """A table without rows is nothing, not a heading."""
    assert echo_table(COLUMNS, []) == 0
    assert capsys.readouterr().out == ""


def test_colours() -> None:
    """Fates, severities and verdicts have the colours that people expect."""
    assert [fate(action).color for action in (ActionType.EXPIRE, ActionType.TRANSITION, None)] == [
        "red",
        "yellow",
        "green",
    ]
    assert (fate(ActionType.EXPIRE, is_protected=True).color, protected_count(0).color) == ("magenta", None)
    assert [severity_label(severity).color for severity in Severity] == ["red", "yellow", "blue"]
    assert [vulnerability(name).color for name in ("CRITICAL", "MEDIUM", "LOW", "UNDEFINED")] == [
        "red",
        "yellow",
        "blue",
        None,
    ]
    assert [verdict("", is_passed=passed).color for passed in (True, False)] == ["green", "red"]
