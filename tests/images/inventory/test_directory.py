"""A directory of inventories: what was interrupted goes on, and nothing of anybody else is touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from builders.inventories import digest

from ecrkit.errors import AwsError, RefusedError, UnreadableInputError, UnwritableOutputError
from ecrkit.images.inventory.directory import InventoryDirectory, Job
from ecrkit.images.inventory.sources import inventories_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALL = Job(registry="123456789012", region="us-east-1", names=(), begun_at="2026-11-01T12:00:00+00:00")
LATER = replace(ALL, begun_at="2026-11-02T12:00:00+00:00")
IMAGE: dict[str, Any] = {"imageDigest": digest("a"), "imagePushedAt": datetime(2026, 11, 1, tzinfo=UTC)}


def taken(path: Path, *repositories: str, job: Job = ALL, finish: bool = True) -> InventoryDirectory:
    """Take an inventory of an image each."""
    directory = InventoryDirectory(path)
    progress = directory.begin(job, restart=False)
    for repository in repositories:
        directory.write(progress.job, repository, [{**IMAGE, "repositoryName": repository}])
    if finish:
        directory.finish(progress.job, set(repositories))
    return directory


def files(path: Path) -> list[str]:
    return sorted(found.relative_to(path).as_posix() for found in path.rglob("*") if found.is_file())


def test_finished_inventory_is_files_and_nothing_else(tmp_path: Path) -> None:
    """In the end there is a file for each repository, and nothing of the work."""
    taken(tmp_path / "new" / "images", "web", "payments/api")

    assert files(tmp_path) == ["new/images/payments/api.json", "new/images/web.json"]
    assert [found.repository for found in inventories_in(str(tmp_path))] == ["payments/api", "web"]


def test_interrupted_job_goes_on(tmp_path: Path) -> None:
    """The same job, asked for later, is the one that was interrupted, and knows what it has."""
    taken(tmp_path, "web", finish=False)
    progress = InventoryDirectory(tmp_path).begin(LATER, restart=False)

    assert progress.is_continued
    assert progress.job == ALL
    assert progress.done == {"web"}


def test_files_of_an_older_job_are_not_done(tmp_path: Path) -> None:
    """What an earlier job wrote is fetched again, also after an interruption of this one."""
    taken(tmp_path, "web", "api")
    taken(tmp_path, "api", job=LATER, finish=False)
    progress = InventoryDirectory(tmp_path).begin(replace(ALL, begun_at="later still"), restart=False)

    assert progress.job == LATER
    assert progress.done == {"api"}


def test_restart_forgets(tmp_path: Path) -> None:
    """To restart is to fetch everything."""
    taken(tmp_path, "web", finish=False)
    progress = InventoryDirectory(tmp_path).begin(LATER, restart=True)

    assert progress.job == LATER
    assert (progress.done, progress.is_continued) == (frozenset(), False)


def test_finished_job_is_not_continued(tmp_path: Path) -> None:
    """After the end the same job is another one."""
    taken(tmp_path, "web")
    progress = InventoryDirectory(tmp_path).begin(LATER, restart=False)

    assert (progress.job, progress.done, progress.is_continued) == (LATER, frozenset(), False)


def test_unfinished_inventory_is_no_input(tmp_path: Path) -> None:
    """Nobody takes half an inventory for a whole one."""
    taken(tmp_path, "web", finish=False)

    with pytest.raises(UnreadableInputError) as caught:
        list(inventories_in(str(tmp_path)))
    assert str(caught.value) == f"{tmp_path}: the inventory is not finished; run `ecrkit images inventory` again"


def test_what_is_gone_is_removed(tmp_path: Path) -> None:
    """The file of a repository that is not there any more goes, once the whole registry has been seen without it."""
    taken(tmp_path, "web", "old/api")
    directory = taken(tmp_path, "web", job=LATER, finish=False)

    assert directory.finish(LATER, {"web"}) == ("old/api",)
    assert files(tmp_path) == ["web.json"]


def test_what_vanishes_between_two_runs_is_removed(tmp_path: Path) -> None:
    """So does one that this very job has fetched, before it was interrupted."""
    taken(tmp_path, "web", "old/api", finish=False)
    directory = taken(tmp_path, job=LATER, finish=False)

    assert directory.finish(ALL, {"web"}) == ("old/api",)
    assert files(tmp_path) == ["web.json"]


def test_nothing_is_removed_by_names(tmp_path: Path) -> None:
    """Whoever asks for one repository says nothing about the others."""
    taken(tmp_path, "web", "api")
    taken(tmp_path, "web", job=replace(LATER, names=("web",)))

    assert files(tmp_path) == ["api.json", "web.json"]


def test_failure_leaves_what_was_there(tmp_path: Path) -> None:
    """A file is replaced whole or not at all."""
    directory = taken(tmp_path, "web")
    before = (tmp_path / "web.json").read_text()
    directory.begin(LATER, restart=False)

    def broken() -> Iterator[dict[str, Any]]:
        yield IMAGE
        raise AwsError("no answer")

    with pytest.raises(AwsError):
        directory.write(LATER, "web", broken())
    assert (tmp_path / "web.json").read_text() == before
    assert files(tmp_path) == [".inventory/job", "web.json"]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        pytest.param(
            replace(ALL, names=("web",)),
            "an inventory of all repositories of 123456789012 in us-east-1 was interrupted there; finish it first, "
            "name another directory, or pass --restart to discard it",
            id="another job",
        ),
        pytest.param(
            replace(ALL, registry="210987654321"),
            "contains images of 123456789012 in us-east-1, but these are of 210987654321 in us-east-1; name another "
            "directory",
            id="another account",
        ),
        pytest.param(
            replace(ALL, region="eu-west-1"),
            "contains images of 123456789012 in us-east-1, but these are of 123456789012 in eu-west-1; name another "
            "directory",
            id="another Region",
        ),
    ],
)
def test_inventories_do_not_mix(tmp_path: Path, asked: Job, message: str) -> None:
    """A directory is of one registry, and of one job at a time."""
    taken(tmp_path, "web", finish=False)

    with pytest.raises(RefusedError) as caught:
        InventoryDirectory(tmp_path).begin(asked, restart=False)
    assert str(caught.value) == f"{tmp_path}: {message}"


def test_many_names_are_not_all_shown() -> None:
    """A job of many repositories names the first."""
    names = tuple(f"app-{number}" for number in range(1000))

    assert str(replace(ALL, names=names)) == "app-0, app-1, app-2 and 997 more of 123456789012 in us-east-1"


@pytest.mark.parametrize("name", ["package.json", "web.jsonl", "other/web.json"])
def test_files_of_others_are_not_touched(tmp_path: Path, name: str) -> None:
    """A directory with a file that would be taken for images, and is not ours, is refused, and stays as it is."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("{}")

    with pytest.raises(RefusedError) as caught:
        InventoryDirectory(tmp_path).begin(ALL, restart=True)
    assert str(caught.value) == (f"{tmp_path}: contains {name}, which no inventory wrote; name another directory")
    assert files(tmp_path) == [name]


def test_moved_file_is_not_ours(tmp_path: Path) -> None:
    """A file that is not where its repository's would be has been put there by somebody."""
    taken(tmp_path, "web")
    (tmp_path / "web.json").rename(tmp_path / "copy.json")

    with pytest.raises(RefusedError, match=r"contains copy\.json, which no inventory wrote"):
        InventoryDirectory(tmp_path).begin(ALL, restart=False)


@pytest.mark.parametrize("text", ["{}", "[]", "no JSON", '{"names": ["web"]}'])
def test_broken_job_is_told(tmp_path: Path, text: str) -> None:
    """A job that cannot be read is told, and how to get over it."""
    taken(tmp_path, finish=False)
    (tmp_path / ".inventory" / "job").write_text(text)

    with pytest.raises(UnreadableInputError) as caught:
        InventoryDirectory(tmp_path).begin(ALL, restart=False)
    assert str(caught.value) == (
        f"{tmp_path}/.inventory/job: not the record of an interrupted run; pass --restart to start again"
    )


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file in the way of a folder is an error with its place, not a traceback."""
    (tmp_path / "file").write_text("")
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "web").write_text("")

    with pytest.raises(UnwritableOutputError, match=r"file/\.inventory: cannot be written: not a directory"):
        InventoryDirectory(tmp_path / "file").begin(ALL, restart=False)
    with pytest.raises(UnwritableOutputError, match=r"images/web: cannot be written: file exists"):
        taken(tmp_path / "images", "web/api")


def test_what_cannot_be_removed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that has to go and cannot keeps the job unfinished."""
    taken(tmp_path, "web")
    directory = InventoryDirectory(tmp_path)
    directory.begin(LATER, restart=False)

    def refuse(self: Path) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.unlink", refuse)
    with pytest.raises(UnwritableOutputError, match=r"web\.json: cannot be written: permission denied"):
        directory.finish(LATER, set())
    assert (tmp_path / ".inventory").exists()
