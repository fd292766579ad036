"""The part of the kit about Athena, against the local AWS, which runs DuckDB: the steps, and their removal."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from builders.fleet_accounts import fleet_in
from conformance import athena
from conformance.cleanup import new_prefix
from conformance.running import account_of, run

from ecrkit.lifecycle.evaluation.evaluation import evaluate

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.values import Account

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server


@pytest.fixture
def account(ministack: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """The kit, connected to the local AWS."""
    monkeypatch.setattr(athena, "REPOSITORIES", 40)
    fleet_in(ministack, tmp_path / "home").enter(monkeypatch)
    return account_of(
        profile=None,
        region=None,
        prefix=new_prefix(),
        clock=lambda: datetime.now(tz=UTC),
        seconds=time.monotonic,
        sleep=lambda seconds: time.sleep(seconds / 10),
        report=lambda _line: None,
    )


def left(account: Account) -> list[str]:
    """Name the buckets and databases that there are, without those of the fixture."""
    buckets = account.aws.client("s3").list_buckets()["Buckets"]
    databases = account.aws.client("glue").get_databases()["DatabaseList"]
    return sorted({one["Name"] for one in [*buckets, *databases]} - {"fleet"})


def test_athena_agrees(account: Account) -> None:
    """Every repository has the verdicts of the evaluator, and nothing is left."""
    report = run(account, seed=7, parts=["athena"])

    assert (report.error, report.is_complete, report.disagreements) == ("", True, [])
    assert len(report.results) == 40
    assert left(account) == []


def test_difference_is_found(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """An evaluator at another instant disagrees with Athena, and everything is removed all the same."""
    monkeypatch.setattr(
        athena, "evaluate", lambda policy, images, now: evaluate(policy, images, now + timedelta(days=300))
    )

    report = run(account, seed=7, parts=["athena"])

    assert report.error == ""
    assert report.disagreements
    assert left(account) == []
