"""Ages, and long lists as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from ecrkit.cli.console.listing import age, echo_json_list

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


@pytest.mark.parametrize("number", [0, 1, 3])
def test_json_list_is_json(capsys: pytest.CaptureFixture[str], number: int) -> None:
    """A list of any length is a document, with what stands beside it."""
    documents = [{"name": f"Zoë\n{index}", "list": [1, 2]} for index in range(number)]

    count = echo_json_list("items", documents, others={"others": ["a"]})

    assert count == number
    assert json.loads(capsys.readouterr().out) == {"others": ["a"], "items": documents}
