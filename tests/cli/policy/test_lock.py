"""`ecrkit policy lock`, and what `policy check` makes of a store and its lock."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import ECRKIT, ecrkit, shell
from builders.stores import make_store, policy_text

if TYPE_CHECKING:
    from pathlib import Path

STORE = "policies/lifecycle"
LOCK = "policies/lifecycle.lock.json"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose store has one published version, web@1."""
    make_store(tmp_path, {"web/v1.json": policy_text()})
    ecrkit("policy", "lock", cwd=tmp_path)
    return tmp_path


def test_lock_publishes(tmp_path: Path) -> None:
    """New versions enter the lock, in order, and are named."""
    make_store(tmp_path, {"web/v1.json": policy_text(), "api/v1.json": policy_text(keep=5)})

    result = ecrkit("policy", "lock", cwd=tmp_path)

    assert result.returncode == 0
    assert result.stdout == "api@1\nweb@1\n"
    assert result.stderr == f"2 versions published in {LOCK}\n"
    lock = json.loads((tmp_path / LOCK).read_text())
    assert list(lock["policies"]) == ["api@1", "web@1"]
    assert all(digest.startswith("sha256:") for digest in lock["policies"].values())


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    """--dry-run tells what would be published."""
    make_store(tmp_path, {"web/v1.json": policy_text()})

    result = ecrkit("policy", "lock", "--dry-run", cwd=tmp_path)

    assert result.stdout == "web@1\n"
    assert not (tmp_path / LOCK).exists()


def test_lock_runs_the_tests_of_what_it_publishes(project: Path) -> None:
    """A version whose tests fail is not published, nor is another; the failures are listed."""
    failing = "keeps two:\n  images:\n    - {count: 20, pushed_days_ago: 1, expect: stay}\n"
    make_store(project, {"web/v2.json": policy_text(), "web/v2.test.yaml": failing, "api/v1.json": policy_text()})
    before = (project / LOCK).read_bytes()

    result = ecrkit("policy", "lock", cwd=project)

    assert result.returncode == 1
    assert result.stdout.startswith(f"{STORE}/web/v2.test.yaml:3:7: keeps two: expected all 20 to stay, got ")
    assert result.stderr == "1 failure in policy tests; nothing published\n"
    assert (project / LOCK).read_bytes() == before


def test_lock_runs_no_tests_of_what_is_published(project: Path) -> None:
    """Tests that are added later do not stop another version."""
    failing = "expires:\n  images: [{pushed_days_ago: 1, expect: expire}]\n"
    make_store(project, {"web/v1.test.yaml": failing, "web/v2.json": policy_text(keep=3)})

    result = ecrkit("policy", "lock", cwd=project)

    assert result.returncode == 0
    assert result.stdout == "web@2\n"


def test_lock_twice_publishes_once(project: Path) -> None:
    """Publishing again changes nothing."""
    before = (project / LOCK).read_bytes()

    result = ecrkit("policy", "lock", cwd=project)

    assert result.stdout == ""
    assert result.stderr == f"0 versions published in {LOCK}\n"
    assert (project / LOCK).read_bytes() == before


def test_reformatting_is_no_change(project: Path) -> None:
    """Spaces, the order of keys and of rules are not what a version means."""
    document = json.loads(policy_text())
    document["rules"][0] = dict(reversed(document["rules"][0].items()))
    make_store(project, {"web/v1.json": json.dumps(document, indent=8)})

    result = ecrkit("policy", "check", cwd=project)

    assert result.returncode == 0
    assert result.stdout == ""


def test_changed_version_is_refused(project: Path) -> None:
    """A published version whose meaning changed is an error that tells the way out."""
    make_store(project, {"web/v1.json": policy_text(keep=3)})

    check = ecrkit("policy", "check", cwd=project)
    lock = ecrkit("policy", "lock", cwd=project)

    line = (
        f"{STORE}/web/v1.json:1:1: error: web@1 is published, but its meaning has changed; "
        "restore it, and add the new text as v2.json [STO110]\n"
    )
    assert check.returncode == lock.returncode == 1
    assert check.stdout == lock.stdout == line
    assert lock.stderr.endswith("nothing published\n")


def test_vanished_version_is_refused(project: Path) -> None:
    """A published version that is gone is an error at its line of the lock."""
    make_store(project, {"web/v2.json": policy_text(keep=3)})
    (project / STORE / "web" / "v1.json").unlink()

    result = ecrkit("policy", "check", cwd=project)

    assert result.returncode == 1
    assert (
        f'{LOCK}:4:14: error: policies["web@1"]: web@1 is published, but its file is missing; '
        f"restore {STORE}/web/v1.json, and add your changes as v3.json [STO111]"
    ) in result.stdout.splitlines()


def test_lock_warns_of_what_it_publishes(project: Path) -> None:
    """A dangerous policy is published with a word, unless the store silences it; what is published already without."""
    by_age = policy_text().replace('"imageCountMoreThan"', '"sinceImagePushed", "countUnit": "days"')
    make_store(project, {"a/v1.json": by_age, "b/v1.json": by_age, "silenced.yaml": "b@1: {ECR205: A test.}\n"})

    first, second = (ecrkit("policy", "lock", cwd=project) for _ in range(2))

    [warning, summary] = first.stderr.splitlines()
    assert warning.startswith(f"{STORE}/a/v1.json:")
    assert warning.endswith("[ECR205]")
    assert summary == f"2 versions published in {LOCK}"
    assert second.stderr == f"0 versions published in {LOCK}\n"


def test_unpublished_version_is_a_warning(tmp_path: Path) -> None:
    """A version that is not in the lock may still change, which is said."""
    make_store(tmp_path, {"web/v1.json": policy_text()})

    result = ecrkit("policy", "check", cwd=tmp_path)

    assert result.returncode == 0
    assert result.stdout == (
        f"{STORE}/web/v1.json:1:1: warning: web@1 is not published, so it can still change; "
        f"run `ecrkit policy lock` and commit {LOCK} [STO112]\n"
    )


@pytest.mark.parametrize(
    ("files", "line"),
    [
        pytest.param(
            {"web/v1.json": policy_text(), "web/v3.json": policy_text(keep=3)},
            f"{STORE}/web/v3.json:1:1: error: version 3 exists, but version 2 does not; "
            "renumber it to 2, or restore the missing version [STO105]",
            id="gap",
        ),
        pytest.param(
            {"web/v1.json": policy_text(), "web/v01.json": policy_text()},
            f"{STORE}/web/v01.json:1:1: error: a version's file is v1.json; "
            "rename it, or remove it if that file exists [STO104]",
            id="duplicate",
        ),
        pytest.param(
            {"web/v1.json": policy_text(), "web/notes.txt": ""},
            f"{STORE}/web/notes.txt:1:1: error: not a version of a policy; "
            "a version is <name>/v<N>.json, its tests are <name>/v<N>.test.yaml; move this elsewhere [STO102]",
            id="stray file in a policy",
        ),
        pytest.param(
            {"web/v1.json": policy_text(), "loose.json": policy_text()},
            f"{STORE}/loose.json:1:1: error: not a version of a policy; "
            "a version is <name>/v<N>.json, its tests are <name>/v<N>.test.yaml; move this elsewhere [STO102]",
            id="stray file in the store",
        ),
        pytest.param(
            {"Web App/v1.json": policy_text()},
            f"{STORE}/Web App:1:1: error: not a valid policy name: 'Web App'; "
            "use lower-case letters and digits, joined by '-', '.' or '_' [STO101]",
            id="wrong name",
        ),
        pytest.param(
            {"web/v1.json": policy_text(), "empty/.keep": ""},
            f"{STORE}/empty:1:1: error: the policy 'empty' has no version; "
            "add v1.json, or remove the directory [STO106]",
            id="no version",
        ),
        pytest.param(
            {"web/v1.json": policy_text(), "silenced.yaml": "web@1: {ECR205: Old.}\nweb@7: {ECR203: Gone.}\n"},
            f"{STORE}/silenced.yaml:1:1: warning: web@1 has no warning ECR205 to silence; remove the entry [STO114]",
            id="silenced nothing",
        ),
        pytest.param(
            {"web/v1.json": policy_text(), "silenced.yaml": "web@7: {ECR203: Gone.}\n"},
            f"{STORE}/silenced.yaml:1:1: warning: web@7 does not exist, so no warning is silenced; remove the entry "
            "[STO115]",
            id="silenced nobody",
        ),
        pytest.param(
            {"web/v1.json": policy_text(), "silenced.yaml": "web@1: {ECR205: ''}\n"},
            f"{STORE}/silenced.yaml:1:17: error: web@1.ECR205: must say why ECR205 is silenced, got nothing [STO122]",
            id="silenced without a reason",
        ),
    ],
)
def test_store_is_in_order(tmp_path: Path, files: dict[str, str], line: str) -> None:
    """Names, numbers and strays of a store are findings."""
    make_store(tmp_path, files)

    result = ecrkit("policy", "check", cwd=tmp_path)

    assert line in result.stdout.splitlines()


def test_store_can_be_the_current_folder(project: Path) -> None:
    """Within a store, `.` is the store, and its lock is beside it."""
    result = ecrkit("policy", "check", ".", cwd=project / STORE)

    assert result.returncode == 0
    assert result.stdout == ""


def test_file_alone_is_judged_by_its_content(tmp_path: Path) -> None:
    """A single file has no name to keep and no lock."""
    path = tmp_path / "Any Name.txt"
    path.write_text(policy_text())

    result = ecrkit("policy", "check", path)

    assert result.returncode == 0
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("[]", "has something else where a mapping is expected", id="list"),
        pytest.param('{"format": 2, "policies": {}}', "has a format other than 1; update ecrkit", id="newer"),
        pytest.param('{"format": 1, "policies": {"web": "x"}}', "has 'web' where 'name@N' is expected", id="unpinned"),
        pytest.param(
            '{"format": 1, "policies": {"web@1": 3}}',
            "has something else where a digest is expected",
            id="no digest",
        ),
        pytest.param("<<<<<<< HEAD", 'has "<<<<<<<" where no such word is allowed', id="merge conflict"),
    ],
)
def test_broken_lock_is_said(project: Path, text: str, problem: str) -> None:
    """A lock that nobody can have written is an error, and no version counts as published."""
    (project / LOCK).write_text(text)

    result = ecrkit("policy", "check", cwd=project)

    assert result.returncode == 1
    assert f"error: not a valid lock: the text {problem}" in result.stdout


@pytest.mark.posix
def test_lock_that_cannot_be_written_keeps_what_was(project: Path) -> None:
    """A disk that takes no more is said in one line, and the old lock is still whole."""
    make_store(project, {"web/v2.json": policy_text(keep=3)})
    before = (project / LOCK).read_bytes()

    # Permissions would not stop root, which tests run as in a container; a limit on file sizes does.
    result = shell('cd "$1" && ulimit -f 0 && "$0" policy lock', ECRKIT, project)

    assert result.returncode == 2
    assert result.stderr.splitlines()[0] == f"error: {LOCK}: cannot be written: file too large"
    assert (project / LOCK).read_bytes() == before
    assert sorted(path.name for path in (project / "policies").iterdir()) == ["lifecycle", "lifecycle.lock.json"]
