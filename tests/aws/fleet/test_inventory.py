"""Reading registries: accounts whose role cannot be assumed, and credentials that end."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from ecrkit.aws.concurrency import in_order
from ecrkit.aws.fleet import inventory
from ecrkit.aws.fleet.accounts import Role
from ecrkit.aws.fleet.inventory import Sessions, failures_of, take_registries
from ecrkit.aws.fleet.store import Job, opened_store
from ecrkit.errors import AwsError
from ecrkit.preview.fleet.dataset import Failure
from ecrkit.preview.fleet.writing import PartitionWriter

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.aws.client import Aws
    from ecrkit.aws.fleet.inventory import Outcome

OWN, OTHER = "111111111111", "222222222222"
JOB = Job(begun_at="2026-11-01T12:00:00+00:00", accounts=(OTHER,), regions=("eu-west-1", "us-east-1"))


class Caller:
    """The session of a caller who may assume no role."""

    def account(self) -> str:
        return OWN

    def partition(self) -> str:
        return "aws"

    def client(self, _service: str) -> object:
        return None


def outcomes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, code: str) -> tuple[list[Outcome], list[str]]:
    """Read an account whose role gives an error of this code; gives the ARNs that were asked for, too."""
    asked: list[str] = []

    def refuse(_aws: object, _sts: object, arn: str) -> Aws:
        asked.append(arn)
        raise AwsError("AssumeRole: no", code=code)

    monkeypatch.setattr(inventory, "as_role", refuse)
    caller = cast("Aws", Caller())
    with opened_store(str(tmp_path / "dataset"), caller) as store:
        job = store.begin(JOB, restart=False, retry=False)
        sessions = Sessions(caller, Role("audit"))
        return list(take_registries(sessions, store, job, job.registries, children=None)), asked


def test_role_is_refused_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account whose role cannot be assumed is one failure, whatever the number of Regions, and one call."""
    found, asked = outcomes(tmp_path, monkeypatch, code="AccessDenied")

    assert asked == [f"arn:aws:iam::{OTHER}:role/audit"]
    assert failures_of(found) == (Failure(registry=OTHER, region="", error="AssumeRole: no"),)


@pytest.mark.parametrize("code", ["ExpiredToken", "NoCredentialsError"])
def test_ended_credentials_end_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """If the credentials of the caller have ended, the run ends, and does not count every account as a failure."""
    with pytest.raises(AwsError) as ended:
        outcomes(tmp_path, monkeypatch, code=code)

    assert ended.value.code == code
    assert (tmp_path / "dataset" / ".inventory").exists()


def test_writers_share_their_folder(tmp_path: Path) -> None:
    """Many threads may write partitions of one dataset, of which each removes the folder that they share."""

    def write(number: int) -> None:
        with PartitionWriter(tmp_path, account=f"{number:012}", region="us-east-1") as writer:
            writer.finish()

    assert len(list(in_order(write, range(60), workers=8))) == 60
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images", "repositories"]
