"""Same input, every door: every kind of wrong input gets its answer wherever it comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.doors import CORE_DOORS, write_project
from builders.kinds import KINDS
from builders.matrix import DOORS, Cell, assert_answer, cell, cells, markdown

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("one", cells(CORE_DOORS))
def test_door_answers(
    one: Cell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A door refuses what is an error and says what is wrong, in few words that do not act."""
    monkeypatch.chdir(tmp_path)
    write_project(tmp_path, KINDS[one.kind])

    answer = CORE_DOORS[one.door](KINDS[one.kind], monkeypatch, capsys)

    assert_answer(one, answer)


def test_no_cell_is_empty() -> None:
    """A door says something of every kind, or the table has the reason why it does not reach it."""
    assert all(bool(one.says) != bool(one.reason) for one in (cell(kind, door) for kind in KINDS for door in DOORS))


def test_table_has_a_row_for_each_kind() -> None:
    """The matrix can be printed."""
    table = markdown().splitlines()

    assert [line.split(" | ")[0] for line in table[2 : 2 + len(KINDS)]] == [f"| {kind}" for kind in KINDS]
