"""What docs/tasks/cloudformation.md says is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from builders.commands import shell

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "tasks" / "cloudformation.md").read_text(encoding="utf-8")


@pytest.mark.posix
def test_sample(tmp_path: Path) -> None:
    """The command of the sample prints what the page shows, and writes the file that the next command deploys."""
    (sample,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    command, shown, deploy = sample.splitlines()
    for name in ("repositories.yaml", "policies"):
        (tmp_path / name).symlink_to(ROOT / name)

    result = shell(f"cd $0 && {command.removeprefix('$ ')}", tmp_path)

    assert result.stdout == f"{shown}\n", result.stderr
    assert deploy.endswith(f" --stack-name Repositories-dev --template-file {shown}")
    assert (tmp_path / shown).is_file()
