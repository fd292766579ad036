"""The dataset that a run writes: what it refuses, keeps and removes; here in a folder."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from ecrkit.aws.fleet.store import DatasetStore, Job, Registry, opened_store
from ecrkit.errors import RefusedError, UnreadableInputError
from ecrkit.preview.fleet.dataset import Failure

if TYPE_CHECKING:
    from pathlib import Path

ONE, TWO = "111111111111", "222222222222"
JOB = Job(begun_at="2026-11-01T12:00:00+00:00", accounts=(ONE, TWO), regions=("us-east-1",))
AT_ONE, AT_TWO = JOB.registries


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the dataset."""
    return tmp_path / "dataset"


@pytest.fixture
def store(folder: Path) -> DatasetStore:
    """A store in it."""
    with opened_store(str(folder), None) as found:  # type: ignore[arg-type] # no S3
        return found


def put(folder: Path, registry: Registry) -> Path:
    """Write a file of a registry."""
    path = folder / "images" / f"account={registry.account}" / f"region={registry.region}" / "part-00000.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PAR1")
    return path


def test_interrupted_run(store: DatasetStore, folder: Path) -> None:
    """A run that is not finished goes on with what is left, under the time of its beginning."""
    job = store.begin(JOB, restart=False, retry=False)
    put(folder, AT_ONE)
    store.publish(job, AT_ONE)

    later = store.begin(replace(JOB, begun_at="2026-11-02"), restart=False, retry=False)

    assert json.loads((folder / "dataset.json").read_text())["complete"] is False
    assert (later.begun_at, later.done) == (JOB.begun_at, frozenset({AT_ONE}))


def test_finished_run_starts_again(store: DatasetStore) -> None:
    """After a complete run everything is read again."""
    job = store.begin(JOB, restart=False, retry=False)
    store.publish(job, AT_ONE)
    store.finish(job, ())

    again = store.begin(replace(JOB, begun_at="2026-11-02"), restart=False, retry=False)

    assert (again.begun_at, again.done) == ("2026-11-02", frozenset())


def test_what_is_not_of_the_run_is_removed(store: DatasetStore, folder: Path) -> None:
    """Files of accounts that were not asked for, or could not be read, are removed; the first are named."""
    paths = [put(folder, AT_ONE), put(folder, AT_TWO), put(folder, Registry("us-east-1", "333333333333"))]
    job = store.begin(JOB, restart=True, retry=False)
    store.publish(job, AT_ONE)

    removed = store.finish(job, [Failure(registry=TWO, region="us-east-1", error="No")])

    assert removed == (Registry("us-east-1", "333333333333"),)
    assert [path.exists() for path in paths] == [True, False, False]
    assert [path.name for path in (folder / "images").iterdir()] == [f"account={ONE}"]


@pytest.mark.parametrize("region", ["us-east-1", ""], ids=["registry", "account"])
def test_retry(store: DatasetStore, folder: Path, region: str) -> None:
    """A retry keeps what was read, and its time; it reads what failed, an account as a whole too."""
    put(folder, AT_ONE)
    job = store.begin(JOB, restart=True, retry=False)
    store.publish(job, AT_ONE)
    store.finish(job, [Failure(registry=TWO, region=region, error="No")])

    again = store.begin(replace(JOB, begun_at="2026-11-02"), restart=False, retry=True)

    assert (again.begun_at, again.done) == (JOB.begun_at, frozenset({AT_ONE}))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            {"accounts": ("333333333333",)},
            f"contains a dataset of {ONE}, {TWO}; name another place, or pass --restart to replace it",
            id="other accounts",
        ),
        pytest.param({"retry": True}, "nothing to retry; run the command without --retry", id="nothing failed"),
    ],
)
def test_refused(store: DatasetStore, folder: Path, options: dict[str, object], message: str) -> None:
    """A dataset of other accounts is not replaced, and a complete one has nothing to retry."""
    store.finish(store.begin(JOB, restart=False, retry=False), ())
    asked = replace(JOB, accounts=options.get("accounts", JOB.accounts))  # type: ignore[arg-type] # texts

    with pytest.raises(RefusedError) as refused:
        store.begin(asked, restart=False, retry="retry" in options)

    assert str(refused.value) == f"{folder.as_posix()}: {message}"


def test_something_else(store: DatasetStore, folder: Path) -> None:
    """A folder with other files is left alone."""
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")

    with pytest.raises(RefusedError) as refused:
        store.begin(JOB, restart=False, retry=False)

    assert str(refused.value) == (
        f"{folder.as_posix()}: contains something other than a fleet dataset; name another place"
    )
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]


def test_damaged_record_of_a_run(store: DatasetStore, folder: Path) -> None:
    """A record of an interrupted run that cannot be read is an error with a way out."""
    store.begin(JOB, restart=False, retry=False)
    (folder / ".inventory").write_text("[]")

    with pytest.raises(UnreadableInputError) as refused:
        store.begin(JOB, restart=False, retry=False)

    assert str(refused.value) == (
        f"{folder.as_posix()}/.inventory: not the record of an interrupted run; pass --restart to start again"
    )
