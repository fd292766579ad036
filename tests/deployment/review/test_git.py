"""Files of a commit, read from real repositories of git."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from builders.reviews import commit, git, make_repository

from ecrkit.deployment.review.git import GitRepository, NoRepositoryError
from ecrkit.errors import UnreadableInputError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "policies").mkdir(parents=True)
    (root / "a.yaml").write_text("one\n")
    (root / "policies" / "v1.json").write_bytes(b"\r\n\xff")
    return make_repository(root)


def test_root(root: Path) -> None:
    """The repository is found from any folder in it."""
    assert GitRepository.holding(root / "policies").root == root.resolve()


def test_files_are_those_of_the_commit(root: Path) -> None:
    """What was changed later, in the work tree or in the index, does not count."""
    (root / "a.yaml").write_text("two\n")
    (root / "b.yaml").write_text("new\n")
    git(root, "add", "b.yaml")
    repository = GitRepository.holding(root)

    files = repository.files(str(repository.commit("main")), [PurePosixPath("a.yaml"), PurePosixPath("policies")])

    assert files == {PurePosixPath("a.yaml"): b"one\n", PurePosixPath("policies/v1.json"): b"\r\n\xff"}


def test_attributes_change_nothing(root: Path) -> None:
    """Files are as committed, also those that `git archive` would leave out or rewrite."""
    (root / ".gitattributes").write_text("* export-ignore export-subst text eol=crlf\n")
    (root / "a.yaml").write_text("$Format:%H$\n")
    commit(root)
    repository = GitRepository.holding(root)

    files = repository.files(str(repository.commit("HEAD")), [PurePosixPath("a.yaml")])

    assert files == {PurePosixPath("a.yaml"): b"$Format:%H$\n"}


def test_missing_file_is_left_out(root: Path) -> None:
    """A path that the commit does not have gives nothing; one with the characters of a pattern is no pattern."""
    repository = GitRepository.holding(root)

    assert repository.files(str(repository.commit("main")), [PurePosixPath("*"), PurePosixPath("c.yaml")]) == {}


def test_work_tree_stays_as_it_is(root: Path) -> None:
    """Reading changes neither the work tree nor the index."""
    (root / "a.yaml").write_text("two\n")
    before = git(root, "status", "--porcelain")
    repository = GitRepository.holding(root)
    repository.files(str(repository.commit("main")), [PurePosixPath("a.yaml")])

    assert git(root, "status", "--porcelain") == before
    assert (root / "a.yaml").read_text() == "two\n"


@pytest.mark.parametrize("reference", ["", "-x", "--all", "nope", "a\0b", "HEAD:a.yaml", "main..HEAD"])
def test_no_commit(root: Path, reference: str) -> None:
    """What is no commit is none, whatever it looks like to git."""
    assert GitRepository.holding(root).commit(reference) is None


@pytest.mark.parametrize("reference", ["main", "HEAD", "refs/heads/main", "v1", "main^{commit}"])
def test_commit(root: Path, reference: str) -> None:
    """A branch, a tag and an expression of git are the commit that they lead to."""
    git(root, "tag", "--annotate", "--message=One", "v1")

    assert GitRepository.holding(root).commit(reference) == git(root, "rev-parse", "HEAD")


def test_no_repository(tmp_path: Path) -> None:
    """A folder outside of any repository is an error that says so."""
    with pytest.raises(NoRepositoryError) as caught:
        GitRepository.holding(tmp_path)

    assert str(caught.value) == f"{tmp_path} is not in a git repository"


def test_no_git(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git an error says that."""
    monkeypatch.setenv("PATH", str(root))

    with pytest.raises(NoRepositoryError, match=r"^git is not installed$"):
        GitRepository.holding(root)


def test_variables_of_a_hook(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook of another repository does not lead git elsewhere."""
    monkeypatch.setenv("GIT_DIR", str(tmp_path))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))

    assert GitRepository.holding(root).root == root.resolve()


def test_link_is_refused(root: Path) -> None:
    """A symbolic link that a commit has in place of a file is not followed."""
    (root / "link.yaml").symlink_to("/etc/passwd")
    head = commit(root)

    with pytest.raises(UnreadableInputError) as caught:
        GitRepository.holding(root).files(head, [PurePosixPath("link.yaml")])

    assert str(caught.value) == "link.yaml: is a symbolic link; pass the base as a folder"


def test_submodule_is_refused(root: Path, tmp_path: Path) -> None:
    """What is in a submodule is not in the commit."""
    other = tmp_path / "other"
    other.mkdir()
    make_repository(other)
    git(root, "submodule", "--quiet", "add", str(other), "shared")
    head = commit(root)

    with pytest.raises(UnreadableInputError) as caught:
        GitRepository.holding(root).files(head, [PurePosixPath("shared")])

    assert str(caught.value) == "shared: is a submodule; pass the base as a folder"


@pytest.mark.parametrize(
    ("reference", "advice"),
    [
        pytest.param(
            "origin/main",
            "fetch it with 'git fetch --depth=1 origin main:refs/remotes/origin/main', or pass a folder",
            id="remote-branch",
        ),
        pytest.param(
            "release",
            "fetch it with 'git fetch --depth=1 origin release:refs/remotes/origin/release' and pass "
            "'origin/release', or pass a folder",
            id="branch",
        ),
        pytest.param(
            "0123456789ab", "fetch it with 'git fetch --depth=1 origin 0123456789ab', or pass a folder", id="hash"
        ),
        pytest.param(
            "mian",
            "did you mean 'main'? if not, fetch it with 'git fetch --depth=1 origin mian:refs/remotes/origin/mian' and "
            "pass 'origin/mian', or pass a folder",
            id="misspelled",
        ),
        pytest.param("HEAD~9", "fetch more commits with 'git fetch --deepen=100', or pass a folder", id="shallow"),
    ],
)
def test_advice(root: Path, reference: str, advice: str) -> None:
    """What git does not know comes with the command that fetches it."""
    git(root, "remote", "add", "origin", "https://git.example.com/registry.git")
    git(root, "branch", "other")

    assert GitRepository.holding(root).unknown(reference) == advice


def test_advised_fetch_helps(root: Path, tmp_path: Path) -> None:
    """In a shallow clone of another branch, the command of the advice makes the base known."""
    git(root, "checkout", "--quiet", "-b", "feature")
    commit(root)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=feature", f"file://{root}", str(clone))
    repository = GitRepository.holding(clone)
    advice = repository.unknown("origin/main")
    command = advice.split("'")[1]
    before = repository.commit("origin/main")
    git(clone, *command.split()[1:])

    assert (before, advice.startswith("fetch it with ")) == (None, True)
    assert repository.commit("origin/main") == git(root, "rev-parse", "main")
