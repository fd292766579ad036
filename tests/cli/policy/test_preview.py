"""`ecrkit policy preview`, as a process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.commands import ecrkit, ecrkit_on_terminal
from builders.inventories import LIST_TYPE, NOW, digest, image, write_images
from builders.policies import ARCHIVE, policy_text, pushed, rule, tagged, untagged
from builders.stores import make_store

if TYPE_CHECKING:
    from pathlib import Path

AT = ("--now", NOW.isoformat())
GB = 1_000_000_000
IMAGES = [
    image("a", tags=["prod-2"], age_days=1, size_bytes=GB),
    image("b", tags=["prod-1"], age_days=20, size_bytes=2 * GB, pulled_days_ago=2),
    image("c", age_days=30, size_bytes=3 * GB),
    image("d", tags=["x"], age_days=2),
]


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Keep one of prod, expire untagged images after 14 days."""
    path = tmp_path / "policy.json"
    rules = [rule(1, **tagged("prod*"), countNumber=1), rule(2, **untagged(), **pushed(14))]
    path.write_text(policy_text(*rules))
    return path


@pytest.fixture
def images(tmp_path: Path) -> Path:
    return write_images(tmp_path / "images.json", IMAGES)


def preview(*arguments: str | Path) -> dict[str, Any]:
    result = ecrkit("policy", "preview", *arguments, *AT, "--output", "json")
    assert result.returncode in (0, 1), result.stderr
    return dict(json.loads(result.stdout))


def test_text(policy: Path, images: Path) -> None:
    """The summary, a line per rule, then every image, newest first, with the reason."""
    result = ecrkit("policy", "preview", policy, "--images", images, *AT)

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "my-app at 2026-11-01T12:00:00+00:00",
        "4 images: 2 expire, 0 archive, 2 stay",
        "frees up to 5.0 GB: layers shared with images that stay are not freed",
        "saves up to $0.50 a month, at $0.10 per GB and month",
        "price: Amazon ECR pricing, US East (N. Virginia), read 2026-11",
        "insight: rule 2 protected nothing: it acted on every image that it claimed",
        "",
        "RULE  EXPIRE  ARCHIVE  STAY  FREED   WHAT IT DOES",
        "1     1       0        1     2.0 GB  keep the newest image tagged 'prod*', expire the rest",
        "2     1       0        0     3.0 GB  expire untagged images pushed more than 14 days ago",
        "-     0       0        1     0 B     no rule matches",
        "",
        "PUSHED      DIGEST               FATE    RULE  TAGS    WHY",
        "2026-10-31  sha256:000000000000  stay    1     prod-2  rule 1 keeps 1, and this is number 1",
        "2026-10-30  sha256:000000000000  stay    -     x       no rule matches",
        "2026-10-12  sha256:000000000000  expire  1     prod-1  rule 1 keeps 1, and this is number 2",
        "2026-10-02  sha256:000000000000  expire  2             pushed 2026-10-02, more than 14 days ago",
    ]


@pytest.mark.posix
def test_narrow_terminal(policy: Path, images: Path) -> None:
    """On a terminal of 80 columns no line is longer, and the reasons have lines of their own."""
    shown = ecrkit_on_terminal(
        "policy", "preview", policy, "--images", images, *AT, environment={"COLUMNS": "80", "NO_COLOR": "1"}
    )

    lines = shown.replace("\r\n", "\n").splitlines()
    assert max(map(len, lines)) <= 80
    assert "  rule 1 keeps 1, and this is number 2" in lines


def test_json_has_the_shape_of_the_service(policy: Path, images: Path) -> None:
    """JSON lists the images that something happens to, with the keys of GetLifecyclePolicyPreview and the reason."""
    document = preview(policy, "--images", images)

    assert document["previewResults"] == [
        {
            "imageDigest": digest("b"),
            "imageTags": ["prod-1"],
            "imagePushedAt": "2026-10-12T12:00:00+00:00",
            "storageClass": "STANDARD",
            "action": {"type": "EXPIRE"},
            "appliedRulePriority": 1,
            "reason": "rule 1 keeps 1, and this is number 2",
        },
        {
            "imageDigest": digest("c"),
            "imagePushedAt": "2026-10-02T12:00:00+00:00",
            "storageClass": "STANDARD",
            "action": {"type": "EXPIRE"},
            "appliedRulePriority": 2,
            "reason": "pushed 2026-10-02, more than 14 days ago",
        },
    ]
    assert document["summary"]["expiringImageTotalCount"] == 2
    assert document["summary"]["transitioningImageTotalCounts"] == [
        {"targetStorageClass": "ARCHIVE", "imageTotalCount": 0}
    ]
    assert document["summary"]["savingPerMonth"]["amount"] == 0.5
    assert json.loads(document["lifecyclePolicyText"])["rules"][0]["rulePriority"] == 1
    assert (document["registryId"], document["repositoryName"], document["status"]) == (
        "123456789012",
        "my-app",
        "COMPLETE",
    )


def test_json_of_all(policy: Path, images: Path) -> None:
    """With --all the images that stay are listed too, without an action."""
    results = preview(policy, "--images", images, "--all")["previewResults"]

    assert [(result["action"] is None, result["appliedRulePriority"]) for result in results] == [
        (True, 1),
        (False, 1),
        (False, 2),
        (True, None),
    ]


def test_ahead(policy: Path, images: Path) -> None:
    """--in shows what is gone by then."""
    path = write_images(images, [image("a", age_days=5)])

    assert preview(policy, "--images", path)["summary"]["expiringImageTotalCount"] == 0
    assert preview(policy, "--images", path, "--in", "2w")["summary"]["expiringImageTotalCount"] == 1


def test_directory(policy: Path, tmp_path: Path) -> None:
    """A directory has a file per repository, and the totals are those of all."""
    directory = tmp_path / "images"
    (directory / "team").mkdir(parents=True)
    write_images(directory / "my-app.json", IMAGES)
    lines = [{"imageDigest": digest("a"), "imagePushedAt": 0}]
    (directory / "team" / "other.jsonl").write_text("".join(map(json.dumps, lines)))

    document = preview(policy, "--images", directory)

    assert [found["repositoryName"] for found in document["previews"]] == ["my-app", "team/other"]
    assert document["summary"]["expiringImageTotalCount"] == 3
    text = ecrkit("policy", "preview", policy, "--images", directory, *AT).stdout.splitlines()
    assert text[:2] == ["2 repositories", "5 images: 3 expire, 0 archive, 2 stay"]


def test_standard_input_and_composition(images: Path, tmp_path: Path) -> None:
    """Images come from standard input; policies are named and composed."""
    store = make_store(
        tmp_path,
        {
            "untagged/v1.json": policy_text(rule(1, **untagged(), **pushed(14), description="Untagged images go")),
            "prod/v1.json": policy_text(rule(1, **tagged("prod*"), countNumber=1)),
        },
    )
    arguments = ("policy", "preview", "untagged@1", "prod@1", "--policies", store, "--images", "-", *AT)

    result = ecrkit(*arguments, "--output", "json", given=images.read_bytes())

    assert [found["appliedRulePriority"] for found in json.loads(result.stdout)["previewResults"]] == [2, 1]


def test_bundled_policies(images: Path, tmp_path: Path) -> None:
    """Where there is no store, the policies of ecrkit are at hand."""
    result = ecrkit("policy", "preview", "expire-untagged@1", "--images", images, *AT, cwd=tmp_path)

    assert result.returncode == 0
    assert "4 images: 1 expire, 0 archive, 3 stay" in result.stdout


@pytest.mark.parametrize(
    ("option", "because"),
    [
        pytest.param(("--in-use", "in-use.txt"), "in use (in-use.txt:2)", id="in use"),
        pytest.param(("--pulled-within", "3d"), "pulled on 2026-10-30", id="pulled"),
        pytest.param(("--must-keep", "*-1"), "matches '*-1'", id="must keep"),
    ],
)
def test_protection(policy: Path, images: Path, tmp_path: Path, option: tuple[str, ...], because: str) -> None:
    """A protected image that would expire comes first, and the exit code is 1."""
    (tmp_path / "in-use.txt").write_text("my-app:x\nmy-app:prod-1\n")

    result = ecrkit("policy", "preview", policy, "--images", images, *AT, *option, cwd=tmp_path)

    assert result.returncode == 1
    first = f"error: my-app: {digest('b')} (prod-1): {because}, and rule 1 would expire it"
    assert result.stdout.splitlines()[0] == first


def test_protection_in_json(policy: Path, images: Path, tmp_path: Path) -> None:
    """JSON names protected images first, and what is in use and gone last."""
    (tmp_path / "in-use.txt").write_text("my-app:prod-1\nmy-app:gone\n")
    document = preview(policy, "--images", images, "--in-use", tmp_path / "in-use.txt")

    assert list(document)[:2] == ["protectedAndExpiring", "protectedAndArchiving"]
    assert document["protectedAndArchiving"] == []
    assert document["protectedAndExpiring"] == [
        {
            "imageDigest": digest("b"),
            "imageTags": ["prod-1"],
            "appliedRulePriority": 1,
            "protectedBecause": [f"in use ({tmp_path / 'in-use.txt'}:1)"],
        }
    ]
    assert document["inUseAndMissing"] == [f"my-app:gone ({tmp_path / 'in-use.txt'}:2)"]


def test_protected_means_pullable(images: Path, tmp_path: Path) -> None:
    """A protected image that would be archived fails as one that would expire does; JSON keeps the two apart."""
    archiving = tmp_path / "archive.json"
    archiving.write_text(policy_text(rule(1, **tagged("prod*"), **pushed(1), action=ARCHIVE)))
    arguments = ("policy", "preview", archiving, "--images", images, *AT, "--must-keep", "*-1")

    result = ecrkit(*arguments)
    document = json.loads(ecrkit(*arguments, "--output", "json").stdout)

    assert result.returncode == 1
    assert result.stdout.splitlines()[0] == (
        f"error: my-app: {digest('b')} (prod-1): matches '*-1', and rule 1 would archive it: archived images"
        " cannot be pulled"
    )
    assert document["protectedAndExpiring"] == []
    assert [found["imageTags"] for found in document["protectedAndArchiving"]] == [["prod-1"]]


def test_missing_in_text(policy: Path, images: Path, tmp_path: Path) -> None:
    """What is in use and not there is a warning: nothing that the policy did."""
    (tmp_path / "in-use.txt").write_text("my-app:gone\n")

    result = ecrkit("policy", "preview", policy, "--images", images, *AT, "--in-use", "in-use.txt", cwd=tmp_path)

    assert result.returncode == 0
    assert result.stdout.splitlines()[0] == "warning: in use, but not found: my-app:gone (in-use.txt:1)"


def test_idle_protection(policy: Path, images: Path) -> None:
    """A pattern that matches no tag is warned of, on standard error."""
    result = ecrkit("policy", "preview", policy, "--images", images, *AT, "--must-keep", "relase-*")

    assert (result.returncode, result.stderr) == (0, "warning: no image has a tag that matches 'relase-*'\n")


def test_own_price(policy: Path, images: Path) -> None:
    """A price of one's own is not passed off as that of AWS."""
    saving = preview(policy, "--images", images, "--price", "0.05")["summary"]["savingPerMonth"]

    assert (saving["pricePerGigabyteMonth"], saving["source"]) == (0.05, "as given")


def test_manifests(policy: Path, tmp_path: Path) -> None:
    """With the manifests of lists at hand, what a list refers to stays with it."""
    images = write_images(
        tmp_path / "images.json",
        [image("a", tags=["x"], age_days=30, media_type=LIST_TYPE), image("b", age_days=30)],
    )
    manifest = json.dumps({"manifests": [{"digest": digest("b")}]})
    response = {"images": [{"imageId": {"imageDigest": digest("a")}, "imageManifest": manifest}]}
    (tmp_path / "manifests.json").write_text(json.dumps(response))

    assert len(preview(policy, "--images", images)["previewResults"]) == 1
    assert preview(policy, "--images", images, "--manifests", tmp_path / "manifests.json")["previewResults"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ("{policy}", "--images", "{images}", "--now", "2026-11-01T00:00:00"),
            "must have an offset from UTC, got '2026-11-01T00:00:00'; append 'Z' if it is UTC",
            id="naive now",
        ),
        pytest.param(
            ("{policy}", "--images", "{images}", "--now", "today"),
            "must be a time in ISO 8601 as in '2026-11-01T12:00:00Z', got 'today'",
            id="no time",
        ),
        pytest.param(
            ("{policy}", "--images", "{images}", "--in", "30"),
            "must be hours, days or weeks as in '12h', '30d' or '2w', got '30'",
            id="no unit",
        ),
        pytest.param(("-", "--images", "-"), "standard input (-) can be read once only", id="standard input twice"),
        pytest.param(("{policy}", "--images", "absent.json"), "absent.json: cannot be read: no such file", id="absent"),
        pytest.param(("{images}", "--images", "{images}"), "images.json:1:1: ", id="no policy"),
        pytest.param(("{policy}", "--images", "{policy}"), "policy.json:1:1: not a list of images", id="no images"),
        pytest.param(("{policy}", "--images", "{empty}"), "has no file of images; save one", id="nothing there"),
        pytest.param(("web@1", "--images", "{images}"), "no policy 'web' in ", id="unknown policy"),
        pytest.param(
            ("{policy}", "--images", "{images}", "--in-use", "{images}"),
            "images.json:1:1: must be an image",
            id="in use",
        ),
        pytest.param(
            ("{policy}", "--images", "{images}", "--must-keep", ""),
            "must be a tag, or a pattern of tags as in 'release-*', got ''",
            id="an empty pattern",
        ),
        pytest.param(("{policy}", "--images", "{images}", "--price", "nan"), "must be a number", id="no price"),
    ],
)
def test_bad_input_exits_2(
    policy: Path, images: Path, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    """What cannot be read, and what makes no sense, is said on standard error, with the place."""
    (tmp_path / "empty").mkdir()
    filled = [found.format(policy=policy, images=images, empty=tmp_path / "empty") for found in arguments]

    result = ecrkit("policy", "preview", *filled, cwd=tmp_path)

    assert (result.returncode, result.stdout) == (2, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.posix
def test_a_bar_for_long_work(policy: Path, tmp_path: Path) -> None:
    """On a terminal, a bar shows how far reading a large file has come."""
    line = json.dumps({"imageDigest": "{}", "imagePushedAt": 0, "padding": "x" * 20_000})
    path = tmp_path / "images.jsonl"
    path.write_text("".join(f"{line}\n".replace("{}", digest(format(number, "x"))) for number in range(1_100)))

    shown = ecrkit_on_terminal("policy", "preview", policy, "--images", path, *AT, "--output", "json")

    assert "reading images" in shown
    assert "100%" in shown


def test_loads_nothing_heavy(policy: Path, images: Path) -> None:
    """A preview loads neither CDK, boto3 nor a YAML reader."""
    shown = ecrkit("policy", "preview", policy, "--images", images, environment={"PYTHONPROFILEIMPORTTIME": "1"}).stderr

    assert not any(f" {name}\n" in shown for name in ("aws_cdk", "jsii", "boto3", "botocore", "yaml"))
