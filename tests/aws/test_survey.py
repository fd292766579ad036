"""How many repositories an account has, where that can be found out soon."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from builders.accounts import account_in
from builders.sandboxes import HOME
from builders.starters import NO_AWS

from ecrkit.aws.survey import existing_repositories

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from builders.accounts import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

NOBODY = "999999999999"


@pytest.fixture
def account(ministack: Sandbox, tmp_path: Path) -> Account:
    return account_in(ministack, tmp_path)


def existing(monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str], *, account: str) -> int:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return existing_repositories(account=account, region=HOME.region)


def number_of(account: Account) -> str:
    return account.environment["AWS_ACCESS_KEY_ID"]


def test_counted(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """The repositories of the account are counted."""
    for name in ("web", "worker"):
        account.ecr.create_repository(repositoryName=name)

    assert existing(monkeypatch, account.environment, account=number_of(account)) == 2


def test_other_account(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of another account are not."""
    account.ecr.create_repository(repositoryName="web")

    assert existing(monkeypatch, account.environment, account=NOBODY) == 0


def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials the answer is none."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    without = {name: value for name, value in NO_AWS.items() if value}

    assert existing(monkeypatch, without, account=NOBODY) == 0


@pytest.fixture
def silent() -> Iterator[str]:
    """Listen, and never answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("profile", ["", "nobody"])
def test_no_answer(silent: str, monkeypatch: pytest.MonkeyPatch, profile: str) -> None:
    """An endpoint that does not answer, or a profile that does not exist, is none either."""
    environment = {**NO_AWS, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_ENDPOINT_URL": silent}
    if not profile:
        monkeypatch.delenv("AWS_PROFILE", raising=False)
    given = {name: value for name, value in environment.items() if value} | (
        {"AWS_PROFILE": profile} if profile else {}
    )

    assert existing(monkeypatch, given, account=NOBODY) == 0
