"""Tables of what is deployed, in a terminal of 80 columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.commands import ecrkit, ecrkit_on_terminal
from builders.doors import write_catalog
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = [pytest.mark.server, pytest.mark.posix]

LONG = f"payments/{'x' * 51}"
"""A name of 60 characters."""


@pytest.fixture(scope="module")
def account(ministack: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Account:
    """An account whose repositories and tags have long names."""
    account = account_in(ministack, tmp_path_factory.mktemp("home"))
    for name in (LONG, "web"):
        account.ecr.create_repository(repositoryName=name, imageTagMutability="IMMUTABLE")
        account.ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=policy_text())
        for number in range(3):
            account.put_image(name, f"release-{number}-of-a-name-that-is-longer-than-most")
    return account


@pytest.mark.parametrize(
    ("command", "listed"),
    [
        pytest.param("repos list", "x" * 51, id="repos list"),
        pytest.param(f"images list {LONG}", "release-2-of-a-name-that-is-longer-than-most", id="images list"),
        pytest.param(
            f"policy preview web@1 --repository {LONG}", "rule 1 keeps 10, and this is number 3", id="preview"
        ),
    ],
)
def test_tables_fit(
    account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, listed: str
) -> None:
    """No line is wider than the terminal, and nothing is cut off; a pipe gets one line for each row."""
    publish(make_store(tmp_path, {"web/v1.json": policy_text()}))
    write_catalog(tmp_path / "repositories.yaml", {"web": {"lifecycle": "web@1"}})
    monkeypatch.chdir(tmp_path)
    arguments = command.split()

    shown = ecrkit_on_terminal(*arguments, environment={**account.environment, "COLUMNS": "80"})
    piped = ecrkit(*arguments, environment={**account.environment, "COLUMNS": "80"})

    lines = re.sub(r"\x1b\[[\d;]*[mK]", "", shown).replace("\r\n", "\n").splitlines()
    assert [line for line in lines if len(line) > 80 and not line.startswith(("note:", "insight:", LONG))] == []
    assert [line for line in lines if listed in line]
    assert [line for line in piped.stdout.splitlines() if listed in line]
    assert "\x1b" not in piped.stdout
