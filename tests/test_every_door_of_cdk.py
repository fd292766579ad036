"""Same input, every door: those of CDK apps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.cdk_doors import CDK_DOORS
from builders.doors import CORE_DOORS, write_project
from builders.kinds import KINDS
from builders.matrix import DOORS, Cell, assert_answer, cells

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.node


@pytest.mark.parametrize("one", cells(CDK_DOORS))
def test_door_answers(
    one: Cell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An app refuses what is an error and says what is wrong."""
    monkeypatch.chdir(tmp_path)
    write_project(tmp_path, KINDS[one.kind])

    answer = CDK_DOORS[one.door](KINDS[one.kind], monkeypatch, capsys)

    assert_answer(one, answer)


def test_every_door_is_tried() -> None:
    """The doors of the table are those of the tests."""
    assert sorted(DOORS) == sorted({*CORE_DOORS, *CDK_DOORS, "audit", "adopt"})
