"""`ecrkit init` in an account that already has repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.commands import ecrkit
from builders.empty_wheels import wheel_in
from builders.sandboxes import HOME

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server


def test_adopt(ministack: Sandbox, tmp_path: Path) -> None:
    """It ends with the steps that declare them; a second run does not look again."""
    account = account_in(ministack, tmp_path)
    account.ecr.create_repository(repositoryName="legacy/api")
    number = account.environment["AWS_ACCESS_KEY_ID"]
    arguments = ("init", tmp_path / "new", "--wheel", wheel_in(tmp_path), "--yes")
    answers = ("--account", number, "--region", HOME.region, "--ci", "none")
    first = ecrkit(*arguments, *answers, environment=account.environment)
    second = ecrkit(*arguments, environment=account.environment)

    assert first.stdout.splitlines()[-3:] == [
        f"{number} already has 1 repository in {HOME.region}; remove the samples from the catalog, then:",
        "  .venv/bin/ecrkit adopt --environment dev --all --dry-run    # shows what would be declared",
        "  .venv/bin/ecrkit adopt --environment dev --all              # declares it, and shows how to import it",
    ]
    assert second.stdout == ""
