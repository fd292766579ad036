"""docs/tasks/gate-on-scans.md runs, against an account that answers scans."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from builders.pages import ROOT, pattern, run, steps

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.server

PAGE = ROOT / "docs" / "tasks" / "gate-on-scans.md"


def test_page_runs(tmp_path: Path) -> None:
    """The commands of the page, one after the other, print what it shows, for an image with one vulnerability."""
    from builders.scans import scanning_account  # noqa: PLC0415 - brings moto, which the core run does without

    with scanning_account() as account:
        account.ecr.create_repository(repositoryName="my-app")
        account.put_image("my-app", "v1")
        shown = [(step, run(step.command, cwd=tmp_path, environment=account.environment)) for step in steps(PAGE)]

    assert [step.command for step, said in shown if not re.fullmatch(pattern(step.shown), said, re.DOTALL)] == []
    assert len(shown) > 2
