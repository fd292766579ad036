"""Progress, for a person at a terminal, a log, and a terminal that cannot go back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ecrkit.cli.console.progress import ProgressLine, step_line, with_bar

if TYPE_CHECKING:
    from collections.abc import Callable


def tell() -> None:
    with ProgressLine() as line:
        line.tell("waiting for ECR", 1)
        line.tell("waiting for ECR", 2)


def step() -> None:
    with step_line() as report:
        report("reading the base")


def bar() -> None:
    assert list(with_bar(iter("abc"), length=3, label="repositories")) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("show", "live", "plain"),
    [
        pytest.param(
            tell,
            "\r\x1b[Kwaiting for ECR (1 s)\r\x1b[Kwaiting for ECR (2 s)\r\x1b[K",
            "waiting for ECR (1 s)\n",
            id="a wait",
        ),
        pytest.param(step, "\r\x1b[Kreading the base\r\x1b[K", "", id="a step"),
        pytest.param(bar, None, "", id="a bar"),
    ],
)
@pytest.mark.parametrize(
    ("is_terminal", "term"),
    [
        pytest.param(True, "xterm", id="terminal"),
        pytest.param(True, "dumb", id="dumb"),
        pytest.param(False, "xterm", id="log"),
    ],
)
def test_progress(  # noqa: PLR0913 - a table of two dimensions
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    show: Callable[[], None],
    live: str | None,
    plain: str,
    is_terminal: bool,
    term: str,
) -> None:
    """A terminal gets a line that changes; a log, and a terminal that cannot go back, get whole lines or nothing."""
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal)
    show()

    shown = capsys.readouterr().err
    if is_terminal and term != "dumb":
        assert "3/3" in shown if live is None else shown == live
    else:
        assert shown == plain
