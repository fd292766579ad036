"""The files of a dataset: in folders of any name, damaged, and copied over each other."""

from __future__ import annotations

import _thread
import shutil
import signal
from threading import Timer
from typing import TYPE_CHECKING

import duckdb
import pytest
from builders.datasets import place, write_dataset
from builders.inventories import NOW, digest, image
from builders.policies import EXPIRE, policy, pushed, rule

from ecrkit.errors import DuplicateDigestError, UnreadableInputError
from ecrkit.preview.fleet.database import connect
from ecrkit.preview.fleet.fleet import Fleet
from ecrkit.preview.fleet.manifests import children_in
from ecrkit.preview.fleet.parquet import files_of
from ecrkit.preview.fleet.writing import PartitionWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

WEB, OTHER = place("web"), place("web", account="999999999999")
OLD = policy(rule(1, tagStatus="any", **pushed(5), action=EXPIRE))
IMAGES = [image("a", age_days=9, children=["b"]), image("b", age_days=9)]


@pytest.mark.parametrize(
    "name", ["we'ird [x]", "a*b?", "[!a]", "account=5", "region=x", "repository=x", "digest=x/account=5/region=y"]
)
def test_names_of_folders(name: str, tmp_path: Path) -> None:
    """The folders above a dataset may have the names of wildcards and partitions, and change no verdict."""
    folder = tmp_path / name
    folder.mkdir(parents=True)

    with Fleet(write_dataset(folder / "dataset", {WEB: IMAGES, OTHER: IMAGES})) as fleet:
        fleet.set_policies({OTHER: OLD}, now=NOW)
        found = {one.place: (one.images, one.expiring) for one in fleet.totals()}
        fleet.write_verdicts(folder / "verdicts")

    assert found == {WEB: (2, 0), OTHER: (2, 2)}
    assert sorted(one.name for one in (folder / "verdicts").iterdir()) == [
        f"account={WEB.account}",
        f"account={OTHER.account}",
    ]
    assert children_in(files_of(folder / "dataset", "images")) == {digest("a"): (digest("b"),)}


def test_damaged_pages(tmp_path: Path) -> None:
    """A file whose footer is whole and whose pages are not is an error in one line, and no fault of ecrkit."""
    dataset = write_dataset(tmp_path / "dataset", {WEB: IMAGES})
    [path] = files_of(dataset, "images")
    content = bytearray(path.read_bytes())
    content[20:400] = bytes(byte ^ 0xFF for byte in content[20:400])
    path.write_bytes(content)

    with pytest.raises(UnreadableInputError) as raised, Fleet(dataset) as fleet:
        list(fleet.verdicts())

    assert str(raised.value).startswith(f"{dataset.as_posix()}: a file cannot be read: ")
    assert str(raised.value).endswith("; copy the whole dataset again, or write it again")
    assert "\n" not in str(raised.value)


def test_file_is_lost_later(tmp_path: Path) -> None:
    """A file that is lost while the images are evaluated is an error in one line."""
    dataset = write_dataset(tmp_path / "dataset", {WEB: IMAGES})

    fleet = Fleet(dataset)
    fleet.set_policies({WEB: OLD}, now=NOW)
    files_of(dataset, "images")[0].unlink()

    with pytest.raises(UnreadableInputError, match="a file cannot be read: "), fleet:
        fleet.totals()


def test_image_in_two_files(tmp_path: Path) -> None:
    """An image that two files of an account and Region have is an error, as with the evaluator."""
    dataset = write_dataset(tmp_path / "dataset", {WEB: IMAGES})
    [path] = files_of(dataset, "images")
    shutil.copy(path, path.with_name("part-00001.parquet"))

    with pytest.raises(DuplicateDigestError) as raised:
        Fleet(dataset)

    assert str(raised.value) == (
        f"{path.parent.as_posix()}: two files have web@{digest('a')}; keep one of them, or write the dataset again"
    )


def test_several_files(tmp_path: Path) -> None:
    """Several files of an account and Region are read if each has other images."""
    dataset = write_dataset(tmp_path / "dataset", {WEB: IMAGES})
    other = write_dataset(tmp_path / "other", {WEB: [image("c")]})
    [source], [path] = files_of(other, "images"), files_of(dataset, "images")
    shutil.copy(source, path.with_name("part-00001.parquet"))

    with Fleet(dataset) as fleet:
        fleet.set_policies({WEB: OLD}, now=NOW)

        assert [(one.images, one.expiring) for one in fleet.totals()] == [(3, 2)]


@pytest.fixture
def listening() -> Iterator[None]:
    """Listen to Ctrl-C, which a job in the background ignores."""
    earlier = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, earlier)


@pytest.mark.usefixtures("listening")
@pytest.mark.parametrize("reads", [pytest.param(True, id="fleet"), pytest.param(False, id="writer")])
def test_interruption(reads: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a parameter of the test
    """Ctrl-C while DuckDB reads or writes is an interruption, and no fault of ecrkit."""
    dataset = write_dataset(tmp_path / "dataset", {WEB: IMAGES})
    context = Fleet(dataset) if reads else PartitionWriter(dataset, account=WEB.account, region=WEB.region)

    with pytest.raises(KeyboardInterrupt), context, connect() as database:
        interrupt(database)


def interrupt(database: DuckDBPyConnection) -> None:
    """Ask DuckDB for what takes many seconds, and press Ctrl-C."""
    Timer(0.2, _thread.interrupt_main).start()
    database.execute("SELECT count(*) FROM range(1000000) a, range(100000) b WHERE a.range % 7 = b.range % 11")


def test_no_memory(tmp_path: Path) -> None:
    """What needs more memory than there is says so in one line."""
    dataset = write_dataset(tmp_path / "dataset", {WEB: IMAGES})

    with pytest.raises(UnreadableInputError) as raised, Fleet(dataset):
        raise duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate\nPossible solutions: …")

    assert str(raised.value) == (
        f"{dataset.as_posix()}: needs more memory or temporary disk space: Out of Memory Error: failed to allocate"
    )
