"""`ecrkit review`, as a process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.assemblies import repository, write_assembly
from builders.commands import ecrkit, ecrkit_on_terminal
from builders.reviews import AT, commit, make_repository, write_folder, write_inventories

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

KEEP_THREE = {"lifecycle": "keep@1"}
KEEP_ONE = {"lifecycle": "keep@2"}
WEB_IN_USE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:v1\n"


@pytest.fixture
def head(tmp_path: Path) -> Path:
    """A repository of git whose work tree gives `web` a policy that keeps less, and removes `old`."""
    head = write_folder(tmp_path / "head", {"web": KEEP_THREE, "old": KEEP_THREE})
    make_repository(head)
    return write_folder(head, {"web": KEEP_ONE})


@pytest.fixture
def images(tmp_path: Path) -> Path:
    return write_inventories(tmp_path / "images", ["web", "old"])


def review(head: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return ecrkit("review", "--base", "main", *arguments, cwd=head)


def test_text(head: Path, images: Path) -> None:
    """People see what is wrong, what changes, and in the last line what it comes to."""
    result = review(head, "--images", images, *AT)

    lines = [line for line in result.stdout.splitlines() if ": warning: " not in line]

    assert result.returncode == 1
    assert result.stderr == (
        "failed: 1 repository would lose images, 1 deploy problem; to accept intended changes, pass --allow web "
        "--allow old\n"
    )
    assert lines[0].startswith("Repositories-dev/old")
    assert lines[0].endswith("delete the repository by hand when nothing pulls from it [GRD111]")
    assert lines[1:-1] == [
        "POLICY           REPOSITORY  IN   EXPIRE  ARCHIVE  SIZE    A MONTH  SUCH AS",
        "keep@1 → keep@2  web         dev  2       0        5.0 GB  $0.50    v2, v1",
        "CHANGE              IN   COUNT  SUCH AS",
        "repository removed  dev  1      old",
        "checks: 3 policies and the catalog checked, 1 test run: 1 warning",
        "images: 2 images would newly expire (5.0 GB, $0.50 a month)",
        "deploy: repository is removed from its stack (1)",
        "other stacks: not checked",
    ]
    said = "refused: 1 repository would lose images, 1 deploy problem"
    assert lines[-1] == f"{said}; to accept intended changes, pass --allow web --allow old"


@pytest.mark.posix
def test_terminal_shows_the_result_once(head: Path, images: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person at a terminal, who sees both streams, does not read the last line twice."""
    monkeypatch.chdir(head)
    shown = ecrkit_on_terminal("review", "--base", "main", "--images", images, *AT)

    assert shown.count("1 repository would lose images, 1 deploy problem;") == 1
    assert "failed: " not in shown


def test_allowed(head: Path, images: Path) -> None:
    """When every loss is named, the review passes and still shows them."""
    result = review(head, "--images", images, "--allow", "w*", "--allow", "old", *AT)

    assert result.returncode == 0
    assert result.stdout.endswith("passed: all losses are allowed\n")
    assert "[GRD111] (allowed)" in result.stdout


def test_unused_name(head: Path, images: Path) -> None:
    """A name that nothing has is a warning with the nearest name."""
    result = review(head, "--images", images, "--allow", "webb", "--allow", "old", "--allow", "nothing-like-it", *AT)

    assert result.returncode == 1
    assert result.stderr == (
        "warning: --allow webb: no finding has that name; did you mean web?\n"
        "warning: --allow nothing-like-it: no finding has that name; remove it\n"
        "failed: 1 repository would lose images; to accept intended changes, pass --allow web\n"
    )


def test_an_allowance_that_has_ended(head: Path, images: Path) -> None:
    """It allows nothing any more, and a warning says when it ended and whose it was."""
    ended = "web,until=2026-10-31,owner=payments"
    result = review(head, "--images", images, "--allow", ended, "--allow", "old,until=2026-11-01", *AT)

    assert result.returncode == 1
    assert result.stderr.startswith(
        "warning: --allow web: expired on 2026-10-31 (owner: payments); fix the cause, or pass a later day\n"
    )


def test_without_images(head: Path) -> None:
    """Without images a changed policy is not checked, and that alone fails nothing."""
    result = review(head, "--allow", "old")

    assert result.returncode == 0
    assert "images: not checked: 1 changed policy; pass --images\n" in result.stdout


def test_first_deploy(head: Path, tmp_path: Path) -> None:
    """A base without a catalog is a first deploy."""
    (tmp_path / "empty").mkdir()
    result = ecrkit("review", "--base", "../empty", cwd=head)

    assert result.returncode == 0
    assert result.stdout.endswith("passed: first deploy: everything is new\n")


def test_first_deploy_with_an_error(head: Path, tmp_path: Path) -> None:
    """Its checks count as always."""
    (tmp_path / "empty").mkdir()
    write_folder(head, {"web": {"lifecycle": "keep@9"}})

    assert ecrkit("review", "--base", "../empty", cwd=head).returncode == 1


def test_errors_of_checks(head: Path) -> None:
    """An error of the checks is exit code 1, whatever is allowed."""
    write_folder(head, {"web": {"lifecycle": "keep@9"}})
    result = review(head, "--allow", "*")

    assert result.returncode == 1
    assert result.stdout.splitlines()[-4:] == [
        "images: not checked: the catalog has errors",
        "deploy: not checked: the catalog has errors",
        "other stacks: not checked",
        "failed: 1 error to fix",
    ]


def test_image_in_use(head: Path, images: Path, tmp_path: Path) -> None:
    """An image in use that would expire is named with the line that lists it."""
    (tmp_path / "in-use.txt").write_text(WEB_IN_USE)
    result = review(head, "--images", images, "--in-use", "../in-use.txt", *AT)

    assert result.returncode == 1
    assert "(v1): in use (../in-use.txt:1), and rule 1 would expire it\n" in result.stdout


def test_other_stacks(head: Path, tmp_path: Path) -> None:
    """With both assemblies the other stacks of the app are compared."""
    old = write_assembly(tmp_path / "old", {"Shop": {"Db": repository("db")}})
    new = write_assembly(tmp_path / "new", {"Shop": {}})
    result = review(head, "--assembly", new, "--base-assembly", old, "--allow", "old")

    assert result.returncode == 1
    assert "Shop/Db: error: 'db' leaves the stack" in result.stdout
    assert "other stacks: checked\n" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(["--assembly", "x"], "pass '--assembly' and '--base-assembly' together", id="one-assembly"),
        pytest.param(
            ["--in-use", "x"], "'--in-use', '--pulled-within' and '--must-keep' need '--images'", id="no-images"
        ),
        pytest.param(
            ["--images", "x"], "'--images' must be a directory with a file per repository, got 'x'", id="no-directory"
        ),
    ],
)
def test_usage(head: Path, arguments: list[str], said: str) -> None:
    """What cannot be meant is a usage error."""
    result = review(head, *arguments)

    assert result.returncode == 2
    assert result.stderr.endswith(f"Error: {said}\n")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--base", "nope"], id="base"),
        pytest.param(["--base", "main", "--catalog", "nope.yaml"], id="catalog"),
        pytest.param(["--base", "main", "--images", "../empty"], id="images"),
        pytest.param(["--base", "main", "--images", "../images", "--in-use", "nope"], id="in-use"),
        pytest.param(["--base", "main", "--assembly", "nope", "--base-assembly", "nope"], id="assembly"),
    ],
)
@pytest.mark.usefixtures("images")
def test_unreadable(head: Path, tmp_path: Path, arguments: list[str]) -> None:
    """What cannot be read is exit code 2, in one line."""
    (tmp_path / "empty").mkdir()
    result = ecrkit("review", *arguments, cwd=head)

    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1


def test_work_tree_stays_as_it_is(head: Path) -> None:
    """A review changes nothing in the repository."""
    before = {path: path.read_bytes() for path in head.rglob("*") if path.is_file()}
    review(head)

    assert {path: path.read_bytes() for path in head.rglob("*") if path.is_file()} == before


def test_steps_on_a_terminal(head: Path) -> None:
    """A person at a terminal sees what is done."""
    shown = ecrkit_on_terminal("review", "--base", "main", "--catalog", head / "repositories.yaml")

    assert "checking policies and catalog" in shown
    assert "comparing templates" in shown


class TestJson:
    def test_document(self, head: Path, images: Path) -> None:
        """The shape is that of docs/reference/review.md."""
        result = review(head, "--images", images, "--allow", "old", "--allow", "webb", "--output", "json", *AT)
        document = json.loads(result.stdout)

        assert result.returncode == 1
        assert (document["decision"], document["compared"], document["images"]) == ("refused", True, "checked")
        assert document["base"].keys() == {"name", "commit", "hasCatalog"}
        assert document["checks"].keys() == {"findings", "failedTests", "policyCount", "testCount"}
        assert document["changes"] == [{"what": "repository removed", "environments": ["dev"], "names": ["old"]}]
        assert [(found["repository"], found["allowed"]) for found in document["guard"]] == [("old", True)]
        assert document["otherStacks"] == "not checked"
        assert document["toAllow"] == ["web"]
        assert document["unusedAllowances"] == [{"name": "webb", "nearest": "web"}]

    def test_policy(self, head: Path, images: Path) -> None:
        """Each repository whose policy changes is an object with counts, bytes and dollars."""
        result = review(head, "--images", images, "--output", "json", *AT)
        [policy] = json.loads(result.stdout)["policies"]
        rules = policy.pop("rules")

        assert policy == {
            "repositoryName": "web",
            "environments": ["dev"],
            "stacks": ["Repositories-dev"],
            "old": "keep@1",
            "new": "keep@2",
            "imagesKnown": True,
            "newlyExpiredImageTotalCount": 2,
            "possiblyExpiredImageTotalCount": 0,
            "newlyArchivedImageTotalCount": 0,
            "sparedImageTotalCount": 0,
            "newlyExpiredSizeInBytes": 5_000_000_000,
            "newlyArchivedSizeInBytes": 0,
            "imagesWithoutSize": 0,
            "layers": None,
            "monthlyStorageInDollars": 0.5,
            "protectedAndExpiring": [],
            "protectedAndArchiving": [],
            "examples": ["v2", "v1"],
            "notes": [],
            "allowed": False,
        }
        assert [rule["change"] for rule in rules] == ["changed"]

    def test_images_not_checked(self, head: Path) -> None:
        """Without images the document says so."""
        assert json.loads(review(head, "--output", "json").stdout)["images"] == "not checked"


class TestRequiredImages:
    REQUIRED = ("--require-images", "--allow", "old", *AT)

    @pytest.mark.parametrize("others", [False, True], ids=["none", "of-others"])
    def test_missing(self, head: Path, tmp_path: Path, others: bool) -> None:  # noqa: FBT001 - a case
        """Images that must be known, and are not, are refused."""
        given = ("--images", write_inventories(tmp_path / "others", ["other"])) if others else ()
        result = review(head, *given, *self.REQUIRED)

        said = "refused: images of 1 repository not checked"
        assert result.returncode == 1
        assert result.stdout.splitlines()[-1] == f"{said}; to accept intended changes, pass --allow web"

    def test_allowed(self, head: Path) -> None:
        """A person may take the risk."""
        result = review(head, "--allow", "web", *self.REQUIRED)

        assert (result.returncode, result.stderr) == (0, "")
        assert (
            "keep@1 → keep@2  web         dev  ?       ?        ?     ?        not checked (allowed)" in result.stdout
        )

    def test_known(self, head: Path, images: Path) -> None:
        """Known images are reviewed as without the option."""
        result = review(head, "--images", images, *self.REQUIRED)

        assert result.stdout.splitlines()[-1].startswith("refused: 1 repository would lose images;")


class TestMovedCatalog:
    @pytest.fixture
    def moved(self, head: Path) -> Path:
        """A work tree whose catalog and policies have moved into a folder, and lose a repository on the way."""
        (head / "registry").mkdir()
        for name in ("repositories.yaml", "policies"):
            (head / name).rename(head / "registry" / name)
        return head

    def test_not_first(self, moved: Path) -> None:
        """A catalog that moves is no first deploy, for which everything would be new."""
        result = review(moved, "--catalog", "registry/repositories.yaml")

        assert (result.returncode, result.stdout) == (2, "")
        assert result.stderr == (
            "error: main: has no registry/repositories.yaml, and its catalog repositories.yaml is gone; pass "
            "--base-catalog repositories.yaml to compare with it\n"
        )

    def test_compared(self, moved: Path) -> None:
        """It is compared with what it was."""
        paths = ("--catalog", "registry/repositories.yaml", "--base-catalog", "repositories.yaml")
        result = review(moved, *paths, *AT)

        assert result.returncode == 1
        assert result.stdout.splitlines()[-1].startswith("refused: 1 deploy problem;")

    def test_folder_that_is_gone(self, moved: Path) -> None:
        """A catalog may leave a folder that is gone."""
        commit(moved)
        (moved / "registry").rename(moved / "new")
        paths = ("--catalog", "new/repositories.yaml", "--base-catalog", "registry/repositories.yaml")
        result = ecrkit("review", "--base", "HEAD", *paths, cwd=moved)

        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.splitlines()[-1] == "passed: nothing would be lost"

    def test_other_yaml(self, head: Path) -> None:
        """Another YAML file that is gone is no catalog."""
        (head / "repositories.yaml").rename(head.parent / "kept.yaml")
        (head / "values.yaml").write_text("environments: {}\n")
        commit(head)
        (head / "values.yaml").unlink()
        (head.parent / "kept.yaml").rename(head / "repositories.yaml")
        result = ecrkit("review", "--base", "HEAD", cwd=head)

        assert result.stdout.splitlines()[-1] == "passed: first deploy: everything is new"
