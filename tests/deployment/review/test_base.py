"""What a review compares with: folders, commits, and what is neither."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders.reviews import ENVIRONMENTS, git, make_repository, write_folder

from ecrkit.deployment.review import opened_base
from ecrkit.errors import UnreadableInputError


def names(text: str, *, catalog: str = "repositories.yaml", policies: str = "policies/lifecycle") -> list[str] | None:
    """Read the names of the repositories that a base declares."""
    with opened_base(text, catalog=Path(catalog), policies=Path(policies)) as base:
        read = base.read()
        return [str(entry.name) for entry in read[0].repositories] if read else None


def problem(text: str, **paths: str) -> str:
    with pytest.raises(UnreadableInputError) as caught:
        names(text, **paths)
    return str(caught.value)


@pytest.fixture
def head(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with `old` on the branch main, and `new` in the work tree, which is the working directory."""
    head = write_folder(tmp_path / "head", {"old": {"lifecycle": "keep@1"}})
    make_repository(head)
    write_folder(head, {"new": {"lifecycle": "keep@2"}})
    monkeypatch.chdir(head)
    return head


def test_reference(head: Path) -> None:
    """A git reference is the catalog as committed, with its policies and their lock."""
    assert names("main") == names("HEAD") == names(git(head, "rev-parse", "main")) == ["old"]


def test_reference_from_a_folder(head: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalog in a folder of the repository has its counterpart in the same folder, wherever the command runs."""
    write_folder(head / "registries" / "eu", {"mine": {}})
    git(head, "add", "--all")
    git(head, "commit", "--quiet", "--message=Another")
    monkeypatch.chdir(head / "policies")
    folder = "../registries/eu"

    assert names("main", catalog=f"{folder}/repositories.yaml", policies=f"{folder}/policies/lifecycle") == ["mine"]


def test_folder(head: Path, tmp_path: Path) -> None:
    """A folder has the catalog where the head has it."""
    write_folder(tmp_path / "base" / "eu", {"theirs": {}})
    write_folder(head / "eu", {"ours": {}})

    assert names("../base", catalog="eu/repositories.yaml", policies="eu/policies/lifecycle") == ["theirs"]


def test_folder_for_a_catalog_elsewhere(head: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalog outside of the working directory has its counterpart directly in the base."""
    write_folder(tmp_path / "base", {"theirs": {}})
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    found = names("../base", catalog=str(head / "repositories.yaml"), policies=str(head / "policies" / "lifecycle"))
    assert found == ["theirs"]


@pytest.mark.parametrize("base", ["empty", "HEAD"])
def test_no_catalog(head: Path, base: str) -> None:
    """A base without a catalog declares nothing."""
    (head / "empty").mkdir()
    (head / "other.yaml").write_text("")

    assert names(base, catalog="other.yaml") is None


def test_temporary_folder_is_removed(head: Path) -> None:
    """What git has is written to a folder that is gone afterwards."""
    with opened_base("main", catalog=head / "repositories.yaml", policies=head / "policies" / "lifecycle") as base:
        assert base.catalog.is_file()

    assert not base.root.exists()


def test_ambiguous(head: Path) -> None:
    """A name of a folder and of a branch is refused; each can be said."""
    (head / "main").mkdir()

    assert problem("main") == (
        "main: is a folder and a git ref; write './main' for the folder, or a full name as in 'refs/heads/main' for "
        "the ref"
    )
    assert names("./main") is None
    assert names("refs/heads/main") == ["old"]


def test_invalid_base_is_named(head: Path) -> None:
    """An error in a commit names the commit and the file, not a temporary folder."""
    (head / "repositories.yaml").write_text("repositories: {}\n")
    git(head, "commit", "--quiet", "--all", "--message=Break")

    assert problem("HEAD").splitlines()[0].startswith("HEAD:repositories.yaml:1:1: ")
    assert problem("HEAD").splitlines()[-1] == (
        "HEAD: the base must be valid for a comparison; fix it there, or pass another with --base"
    )


def test_missing_policy_is_named(head: Path) -> None:
    """So does one about a policy."""
    write_folder(head, {"old": {"lifecycle": "gone@1"}})
    git(head, "commit", "--quiet", "--all", "--message=Break")

    assert "HEAD:policies/lifecycle" in problem("HEAD")
    assert "/tmp" not in problem("HEAD")  # noqa: S108 - what must not be said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("", "the base is empty; pass a folder or a git ref", id="empty"),
        pytest.param("./x", "./x: is not a folder; pass a folder or a git ref", id="path"),
        pytest.param(".", ".: is the folder of the head itself; pass another folder", id="head"),
        pytest.param(
            "a\nb",
            "a\\nb: is not a folder, and git does not know it; fetch it with 'git fetch --depth=1 origin "
            "a\\nb:refs/remotes/origin/a\\nb' and pass 'origin/a\\nb', or pass a folder",
            id="line-end",
        ),
    ],
)
@pytest.mark.usefixtures("head")
def test_no_base(text: str, said: str) -> None:
    """What is no base is refused with what to do."""
    assert problem(text) == said


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside of git only a folder can be a base."""
    write_folder(tmp_path, {"web": {}})
    monkeypatch.chdir(tmp_path)

    assert problem("main") == f"main: is not a folder, and {tmp_path} is not in a git repository; pass a folder"


@pytest.mark.usefixtures("head")
def test_policies_elsewhere(tmp_path: Path) -> None:
    """A policy store outside of the repository has no counterpart in a commit."""
    store = write_folder(tmp_path / "shared", {}) / "policies"

    assert problem("main", policies=str(store)) == (
        f"{store}: is outside of {tmp_path / 'head'}, so the base has no counterpart; pass one inside"
    )


def test_a_folder_whose_catalog_has_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalog that had another path in the folder is no first deploy; with that path it is compared."""
    write_folder(tmp_path / "base" / "registry", {"old": {}})
    write_folder(tmp_path / "head", {"new": {}})
    monkeypatch.chdir(tmp_path / "head")

    assert problem("../base") == (
        "../base: has no repositories.yaml, and its catalog registry/repositories.yaml is gone; pass --base-catalog"
        " registry/repositories.yaml to compare with it"
    )
    there = {"catalog": "registry/repositories.yaml", "policies": "registry/policies/lifecycle"}
    assert names("../base", **there) == ["old"]


def test_included_files_are_those_of_the_base(head: Path) -> None:
    """A commit has its own files of teams, those that the work tree changed or removed, too."""
    text = f"include: ['teams/**/*.yaml']\nenvironments: {json.dumps(ENVIRONMENTS)}\n"
    (head / "repositories.yaml").write_text(text)
    (head / "teams" / "eu").mkdir(parents=True)
    (head / "teams" / "web.yaml").write_text("repositories: {web: , api: }\n")
    (head / "teams" / "eu" / "shop.yaml").write_text("repositories: {shop: }\n")
    git(head, "add", "--all")
    git(head, "commit", "--quiet", "--message=Teams")
    (head / "teams" / "web.yaml").write_text("repositories: {other: }\n")
    (head / "teams" / "eu" / "shop.yaml").unlink()

    assert names("HEAD") == ["shop", "web", "api"]


def test_errors_of_included_files_name_the_base(head: Path) -> None:
    """They are places in the commit, not in a temporary folder."""
    (head / "repositories.yaml").write_text(f"include: [web.yaml]\nenvironments: {json.dumps(ENVIRONMENTS)}\n")
    (head / "web.yaml").write_text("repositories: {web: 1}\n")
    git(head, "add", "--all")
    git(head, "commit", "--quiet", "--message=Broken")

    assert problem("HEAD").startswith("HEAD:web.yaml:1:21: repositories.web: must be a mapping, got an integer")
