"""`ecrkit policy diff` and `ecrkit catalog diff`, as processes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.inventories import LIST_TYPE, NOW, image, write_images
from builders.policies import ARCHIVE, policy_text, pushed, rule, tagged, untagged
from builders.stores import make_store, publish

if TYPE_CHECKING:
    from pathlib import Path

AT = ("--now", NOW.isoformat())
IMAGES = [image("a", tags=["v2"], age_days=1), image("b", tags=["v1"], age_days=20), image("c", age_days=30)]
LONG = "A description that makes a short policy long enough for the service"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return publish(
        make_store(
            tmp_path,
            {
                "keep/v1.json": policy_text(rule(1, **tagged("v*"), countNumber=10)),
                "keep/v2.json": policy_text(
                    rule(1, **tagged("v*"), countNumber=1), rule(2, **untagged(), **pushed(14), description=LONG)
                ),
            },
        )
    )


@pytest.fixture
def images(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    return write_images(tmp_path / "images" / "my-app.json", IMAGES)


class TestPolicy:
    def test_rules(self, store: Path) -> None:
        """Without images, the rules are side by side; in a pipe they have the same width for every terminal."""
        arguments = ("policy", "diff", "keep@1", "keep@2", "--policies", store)
        results = [ecrkit(*arguments, environment={"COLUMNS": columns}) for columns in ("80", "200")]

        assert [(result.returncode, result.stderr) for result in results] == [(0, ""), (0, "")]
        assert results[0].stdout == results[1].stdout
        assert results[0].stdout.splitlines() == [
            "  OLD                                             | NEW",
            "~ 1. keep the newest 10 images tagged 'v*',       | 1. keep the newest image tagged 'v*', expire",
            "     expire the rest                              |    the rest",
            "+                                                 | 2. expire untagged images pushed more than 14",
            "                                                  |    days ago",
        ]

    def test_images(self, store: Path, images: Path) -> None:
        """With images, those with a different outcome follow, the newest first."""
        result = ecrkit("policy", "diff", "keep@1", "keep@2", "--policies", store, "--images", images, *AT)

        assert result.returncode == 0
        assert result.stdout.splitlines()[-7:] == [
            "2 images with a different outcome, 2 newly expired",
            "",
            "PUSHED      DIGEST               OLD   NEW     TAGS",
            "2026-10-12  sha256:000000000000  stay  expire  v1",
            "  rule 1 keeps 1, and this is number 2",
            "2026-10-02  sha256:000000000000  stay  expire",
            "  pushed 2026-10-02, more than 14 days ago",
        ]

    @pytest.mark.parametrize(
        ("old", "new", "code"),
        [
            pytest.param("keep@1", "keep@2", 1, id="newly expired"),
            pytest.param("keep@2", "keep@1", 0, id="more stays"),
            pytest.param("keep@1", "keep@1", 0, id="same"),
        ],
    )
    def test_exit_code(self, store: Path, images: Path, old: str, new: str, code: int) -> None:
        """--exit-code fails when an image is newly expired, and only then."""
        arguments = ("policy", "diff", old, new, "--policies", store, "--images", images, *AT, "--exit-code")

        assert ecrkit(*arguments).returncode == code

    def test_json(self, store: Path, images: Path) -> None:
        """JSON has the rules as ECR writes them, and the images with both fates."""
        arguments = ("policy", "diff", "keep@1", "keep@2", "--policies", store, "--images", images, *AT)

        document = json.loads(ecrkit(*arguments, "--output", "json").stdout)

        assert [found["change"] for found in document["rules"]] == ["changed", "added"]
        assert document["rules"][0]["new"]["selection"]["countNumber"] == 1
        assert [(found["imageTags"], found["old"], found["new"]) for found in document["images"]] == [
            (["v1"], "stay", "expire"),
            ([], "stay", "expire"),
        ]
        assert (document["repositoryName"], document["newlyExpiredImageTotalCount"]) == ("my-app", 2)

    def test_directory(self, store: Path, images: Path) -> None:
        """Of a directory, the rules come once, then a row per repository; JSON lists all, even one."""
        arguments = ("policy", "diff", "keep@1", "keep@2", "--policies", store, "--images", images.parent, *AT)
        alone = json.loads(ecrkit(*arguments, "--output", "json").stdout)
        write_images(images.with_name("other.json"), [IMAGES[1]], repository="other")
        write_images(images.with_name("z.json"), [image(tags=["v9"])], repository="z")
        images.with_name("._other.json").write_text("not images")

        result = ecrkit(*arguments)
        document = json.loads(ecrkit(*arguments, "--output", "json").stdout)

        assert [found["repositoryName"] for found in alone["diffs"]] == ["my-app"]
        assert [found["repositoryName"] for found in document["diffs"]] == ["my-app", "other", "z"]
        lines = result.stdout.splitlines()
        assert (lines[0], lines.count(lines[1])) == ("3 repositories: my-app, other, z", 1)
        assert lines[-4:] == [
            "",
            "REPOSITORY  DIFFERENT  NEWLY EXPIRED",
            "my-app      2          2",
            "2 repositories without a different outcome",
        ]
        assert result.stderr == "pass --details to list the images of every repository\n"

    def test_details_of_a_directory(self, store: Path, images: Path) -> None:
        """With --details, the images of each repository follow its row."""
        write_images(images.with_name("other.json"), [IMAGES[0], image("b", tags=["v1"], age_days=20)], repository="b")
        options = ("--policies", store, "--images", images.parent, *AT, "--details")
        result = ecrkit("policy", "diff", "keep@1", "keep@2", *options)

        assert result.stderr == ""
        assert result.stdout.splitlines()[7:] == [
            "REPOSITORY  DIFFERENT  NEWLY EXPIRED",
            "my-app      2          2",
            "b           1          1",
            "total       3          3",
            "",
            "my-app",
            "PUSHED      DIGEST               OLD   NEW     TAGS",
            "2026-10-12  sha256:000000000000  stay  expire  v1",
            "  rule 1 keeps 1, and this is number 2",
            "2026-10-02  sha256:000000000000  stay  expire",
            "  pushed 2026-10-02, more than 14 days ago",
            "",
            "b",
            "PUSHED      DIGEST               OLD   NEW     TAGS",
            "2026-10-12  sha256:000000000000  stay  expire  v1",
            "  rule 1 keeps 1, and this is number 2",
        ]

    def test_same_name_twice(self, store: Path, images: Path) -> None:
        """Repositories of the same name, as of two accounts, are told both, and the gate looks at both."""
        write_images(images.with_name("other.json"), [image(tags=["v9"])])
        options = ("--policies", store, "--images", images.parent, *AT, "--exit-code", "--output", "json")

        result = ecrkit("policy", "diff", "keep@1", "keep@2", *options)

        assert result.returncode == 1
        assert [found["newlyExpiredImageTotalCount"] for found in json.loads(result.stdout)["diffs"]] == [2, 0]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            pytest.param(("a", "b", "--exit-code"), "--exit-code needs --images", id="without images"),
            pytest.param(("a", "b", "--must-keep", "v*"), "--must-keep need --images", id="nothing to protect"),
            pytest.param(("-", "-"), "standard input (-) can be read once only", id="standard input twice"),
        ],
    )
    def test_misuse(self, arguments: tuple[str, ...], message: str) -> None:
        """What makes no sense is refused."""
        result = ecrkit("policy", "diff", *arguments)

        assert result.returncode == 2
        assert message in result.stderr


class TestProtection:
    """Images that must stay pullable fail both diffs, with or without --exit-code."""

    @pytest.fixture
    def archiving(self, store: Path) -> Path:
        text = policy_text(rule(1, **tagged("v*"), **pushed(14), action=ARCHIVE, description=LONG))
        (store / "keep" / "v3.json").write_text(text)
        return store

    @pytest.mark.parametrize(
        ("options", "because", "new"),
        [
            pytest.param(("--in-use", "in-use.txt"), "in use (in-use.txt:1)", "keep@3", id="in use"),
            pytest.param(("--pulled-within", "3d"), "pulled on 2026-10-30", "keep@3", id="pulled"),
            pytest.param(("--must-keep", "v1"), "matches 'v1'", "keep@3", id="must keep"),
            pytest.param(("--must-keep", "v1"), "matches 'v1'", "keep@2", id="expires"),
        ],
    )
    def test_policy_and_catalog(  # noqa: PLR0913 - fixtures and a table
        self, *, archiving: Path, images: Path, tmp_path: Path, options: tuple[str, str], because: str, new: str
    ) -> None:
        """A protected image that goes comes first in the text, has a list of its own in JSON, and is exit 1."""
        write_images(images, [image("a", tags=["v2"]), image("b", tags=["v1"], age_days=20, pulled_days_ago=2)])
        (tmp_path / "in-use.txt").write_text("my-app:v1\n")
        for name, reference in (("old", "keep@1"), ("new", new)):
            (tmp_path / f"{name}.yaml").write_text(f"{TestCatalog.CATALOG}  my-app: {{lifecycle: {reference}}}\n")
        common = ("--policies", archiving, "--images", images.parent, *AT, *options)
        gates: list[tuple[str | Path, ...]] = [
            ("policy", "diff", "keep@1", new, *common),
            ("catalog", "diff", tmp_path / "old.yaml", tmp_path / "new.yaml", *common),
        ]
        fate = "archive it: archived images cannot be pulled" if new == "keep@3" else "expire it"
        for gate in gates:
            result = ecrkit(*gate, cwd=tmp_path)
            [document] = json.loads(ecrkit(*gate, "--output", "json", cwd=tmp_path).stdout)["diffs"]

            first = f"error: my-app: {IMAGES[1].digest} (v1): {because}, and rule 1 would {fate}"
            assert (result.returncode, result.stdout.splitlines()[0]) == (1, first)
            assert [len(document[key]) for key in ("protectedAndExpiring", "protectedAndArchiving")] == (
                [0, 1] if new == "keep@3" else [1, 0]
            )

    def test_nothing_protected_goes(self, store: Path, images: Path) -> None:
        """Other images may go; a protection that protects nothing, and an image that is gone, are warnings."""
        in_use = images.parent.parent / "in-use.txt"
        in_use.write_text("my-app:v2 my-app:gone\n")
        options = ("--images", images, *AT, "--must-keep", "w*", "--in-use", in_use)
        result = ecrkit("policy", "diff", "keep@1", "keep@2", "--policies", store, *options)

        assert result.returncode == 0
        assert result.stderr.splitlines() == [
            "warning: no image has a tag that matches 'w*'",
            f"warning: in use, but not found: my-app:gone ({in_use}:1)",
        ]

    def test_unknown_images_are_no_pass(self, store: Path, images: Path, tmp_path: Path) -> None:
        """Where a changed repository has no list of images, nobody knows whether a protected one goes."""
        for name, version in (("old", 1), ("new", 2)):
            (tmp_path / f"{name}.yaml").write_text(f"{TestCatalog.CATALOG}  other: {{lifecycle: keep@{version}}}\n")
        catalogs = (tmp_path / "old.yaml", tmp_path / "new.yaml")
        options = ("--policies", store, "--images", images.parent, *AT, "--must-keep", "v*")
        result = ecrkit("catalog", "diff", *catalogs, *options)

        assert result.returncode == 2
        assert result.stderr == (f"error: {images.parent}: no images of other, whose policy changes; save them there\n")


class TestUnknownLists:
    """What a manifest list refers to is not known without the manifests."""

    SUMMARY = "1 image with a different outcome, 0 newly expired, and 1 more unless a manifest list refers to them"
    IMAGES = (image("a", tags=["v1"], media_type=LIST_TYPE, age_days=20), image("b", age_days=20))

    @pytest.fixture
    def images(self, tmp_path: Path) -> Path:
        (tmp_path / "images").mkdir()
        return write_images(tmp_path / "images" / "my-app.json", self.IMAGES)

    def test_is_said(self, store: Path, images: Path) -> None:
        """What may be lost is no certain loss, and fails the gate all the same."""
        arguments = ("keep@1", "keep@2", "--policies", store, "--images", images, *AT, "--exit-code")
        result = ecrkit("policy", "diff", *arguments)

        assert result.returncode == 1
        assert self.SUMMARY in result.stdout.splitlines()
        assert "note: the images of 1 manifest list are unknown" in result.stdout

    def test_is_in_json(self, store: Path, images: Path) -> None:
        """Programs get both counts, the images that may stay, and the notes."""
        arguments = ("keep@1", "keep@2", "--policies", store, "--images", images, *AT, "--output", "json")
        document = json.loads(ecrkit("policy", "diff", *arguments).stdout)

        assert document["newlyExpiredImageTotalCount"] == 0
        assert document["possiblyExpiredImageTotalCount"] == 1
        assert [found["mayStay"] for found in document["images"]] == [True]
        assert document["notes"][-1].startswith("the images of 1 manifest list are unknown")

    def test_is_said_of_a_catalog(self, store: Path, images: Path, tmp_path: Path) -> None:
        """`catalog diff` says the same, and takes manifests too."""
        for name, version in (("old", 1), ("new", 2)):
            (tmp_path / f"{name}.yaml").write_text(f"{TestCatalog.CATALOG}  my-app: {{lifecycle: keep@{version}}}\n")
        manifests = tmp_path / "manifests.json"
        index = json.dumps({"manifests": [{"digest": self.IMAGES[1].digest}]})
        found = {"imageId": {"imageDigest": self.IMAGES[0].digest}, "imageManifest": index}
        manifests.write_text(json.dumps({"images": [found]}))
        catalogs = (tmp_path / "old.yaml", tmp_path / "new.yaml")
        options = ("--images", images.parent, *AT, "--exit-code", "--policies", store)

        without = ecrkit("catalog", "diff", *catalogs, *options)
        with_them = ecrkit("catalog", "diff", *catalogs, *options, "--manifests", manifests)

        assert without.returncode == 1
        assert self.SUMMARY in without.stdout.splitlines()
        assert without.stderr == (
            "1 repository has a new policy, 0 images newly expired, and 1 more unless a manifest list refers to them\n"
            "failed: 0 images newly expired, and 1 more unless a manifest list refers to them\n"
        )
        assert (with_them.returncode, with_them.stderr) == (
            0,
            "1 repository has a new policy, 0 images newly expired\n",
        )


class TestCatalog:
    CATALOG = 'environments:\n  dev: {account: "123456789012", region: us-east-1}\nrepositories:\n'

    @pytest.fixture
    def catalogs(self, store: Path, tmp_path: Path) -> tuple[Path, Path]:
        assert store
        old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
        old.write_text(f"{self.CATALOG}  my-app: {{lifecycle: keep@1}}\n  same: {{lifecycle: keep@1}}\n  bare:\n")
        new.write_text(
            f"{self.CATALOG}  my-app: {{lifecycle: keep@2}}\n  same: {{lifecycle: keep@1}}\n"
            "  bare: {lifecycle: keep@1}\n  added: {lifecycle: keep@2}\n"
        )
        return old, new

    def test_changed_repositories(self, catalogs: tuple[Path, Path], images: Path) -> None:
        """Every repository whose policy changed is there, and one without images says so."""
        result = ecrkit("catalog", "diff", *catalogs, "--images", images.parent, *AT)

        assert result.returncode == 0
        lines = result.stdout.splitlines()
        assert [line for line in lines if line in ("my-app", "same", "bare", "added")] == ["my-app", "bare"]
        assert "2 images with a different outcome, 2 newly expired" in lines
        assert "not checked: no images of this repository in --images" in lines
        assert result.stderr == "2 repositories have a new policy, 2 images newly expired\n"

    def test_same_change_once(self, store: Path, images: Path, tmp_path: Path) -> None:
        """Repositories with the same change share a table of rules; one with a change of its own has all its images."""
        assert store
        names = ("aa", "bb", "cc", "dd", "my-app")
        for file, pins in (("old", ["keep@1"] * 4 + ["keep@2"]), ("new", ["keep@2"] * 4 + ["keep@1"])):
            listed = "".join(f"  {name}: {{lifecycle: {pin}}}\n" for name, pin in zip(names, pins, strict=True))
            (tmp_path / f"{file}.yaml").write_text(f"{self.CATALOG}{listed}")
        write_images(images.with_name("aa.json"), [image(tags=["v1"])], repository="aa")
        for name in ("bb", "cc"):
            write_images(images.with_name(f"{name}.json"), IMAGES, repository=name)
        arguments = ("catalog", "diff", tmp_path / "old.yaml", tmp_path / "new.yaml", "--images", images.parent, *AT)

        short, long = ecrkit(*arguments), ecrkit(*arguments, "--details")
        documents = json.loads(ecrkit(*arguments, "--output", "json").stdout)["diffs"]

        lines = short.stdout.splitlines()
        assert lines[0] == "4 repositories: aa, bb, cc and 1 more"
        assert [line for line in lines if line.startswith("  OLD")] == [lines[1]] * 2
        assert lines[7:13] == [
            "REPOSITORY  DIFFERENT  NEWLY EXPIRED",
            "bb          2          2",
            "cc          2          2",
            "total       4          4",
            "1 repository without a different outcome",
            "1 repository not checked: no images in --images: dd",
        ]
        assert lines[14] == "my-app"
        assert "2 images with a different outcome, 0 newly expired" in lines
        assert short.stderr.splitlines()[0] == "pass --details to list the images of every repository"
        assert [line for line in long.stdout.splitlines() if line in names] == ["bb", "cc", "my-app"]
        assert [len(document["images"]) for document in documents] == [0, 2, 2, 0, 2]

    def test_unknown_is_no_pass(self, catalogs: tuple[Path, Path], images: Path) -> None:
        """As a gate it refuses to answer without the images of a repository whose policy changes."""
        result = ecrkit("catalog", "diff", *catalogs, "--images", images.parent, *AT, "--exit-code")

        assert result.returncode == 2
        message = f"{images.parent}: no images of bare, whose policy changes; save them there"
        assert result.stderr == f"error: {message}\n"

    def test_gate(self, catalogs: tuple[Path, Path], images: Path, store: Path) -> None:
        """With all images at hand, a newly expired one fails, and none passes."""
        write_images(images.with_name("bare.json"), [], repository="bare")
        options = ("--images", images.parent, *AT, "--exit-code", "--policies", store, "--old-policies", store)

        assert ecrkit("catalog", "diff", *catalogs, *options).returncode == 1
        assert ecrkit("catalog", "diff", catalogs[0], catalogs[0], *options).returncode == 0

    def test_json(self, catalogs: tuple[Path, Path], images: Path) -> None:
        """JSON says of each repository what changes, and whether its images are known."""
        result = ecrkit("catalog", "diff", *catalogs, "--images", images.parent, *AT, "--output", "json")

        diffs = json.loads(result.stdout)["diffs"]
        assert [(found["repositoryName"], found["imagesKnown"], len(found["images"])) for found in diffs] == [
            ("my-app", True, 2),
            ("bare", False, 0),
        ]
