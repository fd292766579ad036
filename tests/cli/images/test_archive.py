"""`ecrkit images archive` and `ecrkit images restore`, against a proxy that has an archive."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, NamedTuple

import pytest
from builders.archives import Archive, archive_of
from builders.commands import run_here
from builders.scans import scanning_account

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builders.accounts import Account
    from builders.proxies import Proxy

pytestmark = pytest.mark.server

WARNINGS = """\
nobody can pull an archived image: pulls fail with 404, and running workloads fail when they start
restoring takes up to 20 minutes and costs $0.03 per GB; AWS charges for at least 90 days in the archive
the first 150 TB in the archive cost as much as standard storage
"""
UNCHECKED = "not checked whether an image runs; pass --in-use, with a file of `ecrkit images in-use`\n"


class Result(NamedTuple):
    """What a command said."""

    code: int
    stdout: str
    stderr: str


class Runner(NamedTuple):
    """Runs commands in this process, against an archive."""

    archive: Archive
    proxy: Proxy
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, arguments: str) -> Result:
        code = run_here(f"images {arguments}", self.monkeypatch)
        return Result(code, *self.capsys.readouterr())

    @property
    def moves(self) -> int:
        """How many images ECR was asked to move."""
        return self.proxy.actions.count("ecr:UpdateImageStorageClass")


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """An account with the repository ``web``."""
    with scanning_account() as account:
        yield account


@pytest.fixture
def run(account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Runner]:
    """An empty archive, and commands against it."""
    archive = Archive(time.time())
    with archive_of(account, archive) as proxy:
        for name, value in account.at(proxy.url).items():
            monkeypatch.setenv(name, value)
        yield Runner(archive, proxy, monkeypatch, capsys)


def test_plan_comes_first(run: Runner) -> None:
    """--dry-run shows each image, what it costs, and what was not checked; nothing moves."""
    run.archive.add("a", tags=("v1",), age_days=100)
    run.archive.add("b", tags=("v2",))

    code, stdout, stderr = run("archive web --older-than 90d --dry-run")

    assert code == 0
    assert [line.split() for line in stdout.splitlines()] == [
        ["ACTION", "DIGEST", "SIZE", "AGE", "TAGS", "WHY"],
        ["archive", "sha256:aaaaaaaaaaaa", "1.0", "GB", "100d", "v1"],
    ]
    assert stderr == f"web: 1 image to archive, 1.0 GB\n{WARNINGS}{UNCHECKED}"
    assert run.moves == 0


def test_nothing_moves_unasked(run: Runner) -> None:
    """Without a terminal and without --yes nothing is archived."""
    run.archive.add("a", tags=("v1",))

    result = run("archive web v1")

    assert result.code == 2
    assert result.stderr.endswith("Error: not a terminal, cannot ask; pass --yes to proceed\n")
    assert run.archive.statuses == {"a": "ACTIVE"}


def test_archived_and_restored(run: Runner) -> None:
    """An image goes into the archive and comes back; its status is in the JSON."""
    digest = run.archive.add("a", tags=("v1",))

    there = run("archive web v1 --yes --output json")
    back = run(f"restore web {digest} --yes --output json")

    assert json.loads(there.stdout) == {
        "registryId": "123456789012",
        "repositoryName": "web",
        "targetStorageClass": "ARCHIVE",
        "dryRun": False,
        "images": [
            {
                "imageDigest": digest,
                "imageTags": ["v1"],
                "imageSizeInBytes": 10**9,
                "action": "move",
                "reason": None,
                "imageStatus": "ARCHIVED",
            }
        ],
    }
    assert json.loads(back.stdout)["images"][0]["imageStatus"] == "ACTIVATING"
    assert back.stderr == (
        "web: 1 image to restore, 1.0 GB\n"
        "restoring takes up to 20 minutes, and costs about $0.03: 1.0 GB at $0.03 per GB\n"
        "a lifecycle policy that archived them may do so again; repair it first\n"
        "1 image restored, 1 of them on the way: ECR says ACTIVATING until they can be pulled\n"
    )


def test_image_in_use_is_refused(run: Runner, tmp_path: Path) -> None:
    """An image that runs, and what its list refers to, stay; others are archived, and the exit code is 1."""
    child = run.archive.add("a")
    digest = run.archive.add("b", tags=("v1",), children=(child,))
    run.archive.add("c", tags=("v2",))
    (tmp_path / "in-use.txt").write_text("web:v1\n")

    code, _, stderr = run(f"archive web v1 v2 {child} --in-use {tmp_path}/in-use.txt --yes")

    assert code == 1
    assert run.archive.statuses == {"a": "ACTIVE", "b": "ACTIVE", "c": "ARCHIVED"}
    assert stderr.splitlines()[-2:] == [
        f"error: web: {digest}: not archived: in use ({tmp_path}/in-use.txt:1)",
        f"web: {child}: not archived: a list refers to it: in use ({tmp_path}/in-use.txt:1)",
    ]
    assert UNCHECKED not in stderr


def test_child_of_a_list_that_stays_is_refused(run: Runner) -> None:
    """An image that an active list needs is not archived alone: pulls of the list would fail."""
    child = run.archive.add("a", age_days=100)
    run.archive.add("b", tags=("v1",), children=(child,))

    code, _, stderr = run("archive web --older-than 90d --yes")

    assert code == 1
    assert run.moves == 0
    assert stderr.splitlines()[-1] == (
        f"error: web: {child}: not archived: the list sha256:bbbbbbbbbbbb (v1) needs it; archive the list"
    )


def test_list_takes_its_images_along(run: Runner) -> None:
    """A list is archived before its images; one that has a tag, or that another list needs, stays."""
    first, shared, tagged = run.archive.add("a"), run.archive.add("b"), run.archive.add("c", tags=("arm",))
    run.archive.add("d", tags=("v1",), children=(first, shared, tagged))
    run.archive.add("e", tags=("v2",), children=(shared,))

    result = run("archive web v1 --yes")

    assert result.code == 0
    assert run.archive.statuses == {"a": "ARCHIVED", "b": "ACTIVE", "c": "ACTIVE", "d": "ARCHIVED", "e": "ACTIVE"}
    assert result.stdout.splitlines()[2].endswith("part of sha256:dddddddddddd (v1)")


def test_what_is_on_its_way_is_skipped(run: Runner) -> None:
    """A second run moves only what is left; archived and activating images are skipped with a reason."""
    run.archive.add("a", tags=("v1",), status="ARCHIVED")
    run.archive.add("b", tags=("v2",), status="ACTIVATING")
    run.archive.add("c", tags=("v3",))

    archived = run("archive web --tags v* --yes")
    restored = run("restore web --all --yes")

    assert archived.stderr.startswith("web: 1 image to archive, 1.0 GB; 2 skipped\n")
    assert archived.stdout.splitlines()[1].endswith("already archived")
    assert archived.stdout.splitlines()[2].endswith("being restored; archive it when it is active")
    assert run.archive.statuses == dict.fromkeys("abc", "ACTIVATING")
    assert restored.code == 0


def test_restore_of_what_was_archived_lately(run: Runner) -> None:
    """--archived-within undoes a mistake, and no more; what an archived list refers to is unknown."""
    run.archive.add("a", tags=("v1",), status="ARCHIVED", archived_days=30)
    run.archive.add("b", tags=("v2",), status="ARCHIVED", children=("sha256:" + "c" * 64,))

    result = run("restore web --archived-within 2d --yes")

    assert run.archive.statuses == {"a": "ARCHIVED", "b": "ACTIVATING"}
    assert (
        "1 manifest list whose images are unknown while archived; run the command again when active, to restore these "
        "too\n"
    ) in result.stderr


def test_failure_is_reported_per_image(run: Runner) -> None:
    """After a failure the others are archived; the exit code is 3, and a rerun does the rest."""
    digest = run.archive.add("a", tags=("v1",))
    run.archive.add("b", tags=("v2",))
    run.archive.refuse[digest] = "ImageStorageClassUpdateNotSupportedException"

    code, _, stderr = run("archive web v1 v2 --yes")

    assert code == 3
    assert run.archive.statuses == {"a": "ACTIVE", "b": "ARCHIVED"}
    code_of_ecr = "ImageStorageClassUpdateNotSupportedException"
    assert stderr.splitlines()[-2:] == [
        f"error: web: {digest}: not archived: UpdateImageStorageClass: {code_of_ecr}: No.",
        "1 of 2 images archived; run the command again",
    ]


def test_images_of_a_list_that_fails_stay(run: Runner) -> None:
    """If ECR does not archive a list, its images stay: pulls of the list would fail without them."""
    child, shared = run.archive.add("a"), run.archive.add("b")
    index = run.archive.add("c", tags=("v1",), children=(child, shared))
    run.archive.add("d", tags=("v2",), children=(shared,))
    run.archive.refuse[index] = "ServerException"

    code, _, stderr = run("archive web v1 v2 --yes")

    assert code == 3
    assert run.archive.statuses == {"a": "ACTIVE", "b": "ACTIVE", "c": "ACTIVE", "d": "ARCHIVED"}
    assert f"web: {child}: not archived: the list {index} needs it, and is still active" in stderr.splitlines()
    assert stderr.splitlines()[-1] == "1 of 4 images archived; run the command again"


def test_restore_shows_what_is_in_the_archive(run: Runner) -> None:
    """--all and --tags choose archived images only; an active image that is named is skipped with the reason."""
    run.archive.add("a", tags=("v1",), status="ARCHIVED")
    run.archive.add("b", tags=("v2",))

    chosen = [run(f"restore web {option} --dry-run").stdout.splitlines()[1:] for option in ("--all", "--tags v*", "v2")]

    assert [[line.split()[0] for line in lines] for lines in chosen] == [["restore"], ["restore"], ["skip"]]
    assert chosen[2][0].endswith("already active")


def test_list_that_was_not_read_protects_untagged_images(run: Runner) -> None:
    """If manifest lists may not be read, an untagged image is not archived, because a list may refer to it."""
    run.archive.add("a", age_days=100)
    run.archive.add("b", tags=("v1",), children=("sha256:" + "a" * 64,))
    run.proxy.faults.insert(0, run.archive.policy_that_counts_pulls())

    refused = run("archive web --older-than 90d --yes")
    told = run("archive web --older-than 90d --yes --no-children")

    assert refused.code == 1
    assert refused.stderr == (
        "error: web: 1 manifest list not read, which may refer to untagged images: ECR counts reading them as a pull; "
        "pass --children to read them anyway, or --no-children to archive 1 untagged image unchecked\n"
    )
    assert told.code == 0
    assert run.archive.statuses == {"a": "ARCHIVED", "b": "ACTIVE"}


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        pytest.param(
            "archive web",
            2,
            "Error: name images, or pass --tags, --older-than or --not-pulled-for",
            id="archive nothing",
        ),
        pytest.param(
            "restore web", 2, "Error: name images, or pass --tags, --archived-within or --all", id="restore nothing"
        ),
        pytest.param("archive web a/b", 2, "Error: a/b: name a tag or a digest of the repository", id="no image"),
        pytest.param(
            "restore web v9", 3, "error: web: no image 'v9'; run `ecrkit images list web` to list the images", id="gone"
        ),
    ],
)
def test_what_cannot_be_moved_is_one_line(run: Runner, arguments: str, code: int, line: str) -> None:
    """What is wrong is the last line, and nothing moves."""
    result = run(arguments)

    assert result.code == code
    assert result.stderr.splitlines()[-1] == line
    assert run.moves == 0
