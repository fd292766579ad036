"""Same input, every door: what is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.aws_doors import AWS_DOORS, deploy
from builders.doors import write_project
from builders.kinds import KINDS
from builders.matrix import Cell, assert_answer, cells

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server


@pytest.mark.parametrize("one", cells(AWS_DOORS))
def test_door_answers(
    one: Cell,
    ministack: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A command refuses what is an error and says what is wrong."""
    monkeypatch.chdir(tmp_path)
    write_project(tmp_path, KINDS[one.kind])
    account = account_in(ministack, tmp_path / "home")
    for name, value in account.environment.items():
        monkeypatch.setenv(name, value)
    deploy(account, KINDS[one.kind])

    answer = AWS_DOORS[one.door](KINDS[one.kind], monkeypatch, capsys)

    assert_answer(one, answer)
