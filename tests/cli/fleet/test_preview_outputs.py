"""`ecrkit fleet preview`: what it prints, writes and explains, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from builders.commands import run_here
from builders.datasets import DEV, PROD, write_dataset, write_fleet
from builders.inventories import NOW, digest, image

from ecrkit.preview.fleet.dataset import DatasetRecord, Failure, write_record

if TYPE_CHECKING:
    from collections.abc import Callable

PREVIEW = f"fleet preview repositories.yaml --inventory dataset --now {NOW.isoformat()}"
A5 = digest("a5")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fleet(tmp_path_factory.mktemp("fleet"))


@pytest.fixture
def run(
    fleet: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[str], tuple[int, str, str]]:
    """Run a command in the folder of the fleet; gives its exit code and what it printed."""
    monkeypatch.chdir(fleet)

    def run(arguments: str) -> tuple[int, str, str]:
        code = run_here(arguments, monkeypatch)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def document(text: str) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(text)


def test_text(run: Callable[[str], tuple[int, str, str]]) -> None:
    """The totals come first, then accounts, Regions, teams, and the repositories by the bytes that they free."""
    code, out, err = run(PREVIEW)

    assert code == 0
    assert out == (
        "5 repositories of 2 accounts in 2 Regions at 2026-11-01T12:00:00+00:00\n"
        "15 images: 6 expire, 0 archive, 9 stay\n"
        "frees up to 23.0 GB, saves up to $2.30 a month, at $0.10 per GB and month\n"
        "price: Amazon ECR pricing, US East (N. Virginia), read 2026-11\n"
        "\n"
        "ACCOUNT       REPOSITORIES  IMAGES  EXPIRE  ARCHIVE  STAY  FREED    A MONTH\n"
        "111111111111  2             8       4       0        4     14.0 GB  $1.40\n"
        "222222222222  3             7       2       0        5     9.0 GB   $0.90\n"
        "\n"
        "REGION     REPOSITORIES  IMAGES  EXPIRE  ARCHIVE  STAY  FREED    A MONTH\n"
        "eu-west-1  2             8       4       0        4     14.0 GB  $1.40\n"
        "us-east-1  3             7       2       0        5     9.0 GB   $0.90\n"
        "\n"
        "TEAM  REPOSITORIES  IMAGES  EXPIRE  ARCHIVE  STAY  FREED    A MONTH\n"
        "shop  2             10      4       0        6     18.0 GB  $1.80\n"
        "-     3             5       2       0        3     5.0 GB   $0.50\n"
        "\n"
        "ACCOUNT       REGION     REPOSITORY  IMAGES  EXPIRE  ARCHIVE  STAY  FREED   A MONTH\n"
        "111111111111  eu-west-1  web         5       2       0        3     9.0 GB  $0.90\n"
        "222222222222  us-east-1  web         5       2       0        3     9.0 GB  $0.90\n"
        "111111111111  eu-west-1  api         3       2       0        1     5.0 GB  $0.50\n"
    )
    assert err == (
        "note: not in the catalog, so without a policy: 222222222222 us-east-1 empty\n"
        "note: in the catalog, but not in the dataset: 111111111111 eu-west-1 base, 222222222222 us-east-1 api\n"
        "2 more repositories; pass --details to show all\n"
    )


def test_json(run: Callable[[str], tuple[int, str, str]]) -> None:
    """JSON has a summary, a row for each account, Region and team, and one for each repository."""
    _, out, _ = run(f"{PREVIEW} --output json --price 0.2")
    found = document(out)

    assert list(found) == [
        "summary",
        "accounts",
        "regions",
        "teams",
        "repositories",
        "protectedImages",
        "inUseAndMissing",
    ]
    assert found["summary"] == {
        "now": NOW.isoformat(),
        "complete": True,
        "repositories": 5,
        "repositoriesWithoutPolicy": 2,
        "images": 15,
        "expiring": 6,
        "transitioning": 0,
        "staying": 9,
        "bytes": 39_000_000_000,
        "freedBytes": 23_000_000_000,
        "archivedBytes": 0,
        "protectedAndExpiring": 0,
        "protectedAndArchiving": 0,
        "imagesOfUnknownSize": 0,
        "monthlySavings": 4.6,
        "failures": [],
    }
    assert [(one["registryId"], one["monthlySavings"]) for one in found["accounts"]] == [
        (DEV.account, 2.8),
        (PROD.account, 1.8),
    ]
    assert [(one["tagKey"], one["tagValue"], one["images"]) for one in found["teams"]] == [
        ("team", "shop", 10),
        ("team", None, 5),
    ]
    assert [(one["region"], one["repositoryName"], one["team"], one["expiring"]) for one in found["repositories"]] == [
        ("eu-west-1", "api", None, 2),
        ("eu-west-1", "web", "shop", 2),
        ("us-east-1", "base", None, 0),
        ("us-east-1", "empty", None, 0),
        ("us-east-1", "web", "shop", 2),
    ]


def test_markdown(run: Callable[[str], tuple[int, str, str]]) -> None:
    """A comment has the totals, tables of groups, and the repositories that lose images."""
    code, out, _ = run(f"{PREVIEW} --must-keep v5 --output markdown")

    assert code == 1
    assert out.startswith("<!-- ecrkit:fleet-preview -->\n## 🛑 6 images would expire\n")
    assert "### 2 protected images would expire or be archived" in out
    assert "| <code>shop</code> | 2 | 10 | 4 | 0 | 6 | 18.0 GB | $1.80 | 2 |" in out
    assert "<details><summary>3 repositories with images that expire or are archived</summary>" in out
    assert "| <code>111111111111</code> | eu-west-1 | <code>api</code> | 3 | 2 | 0 | 1 | 5.0 GB | $0.50 | 0 |\n" in out


def test_protected(run: Callable[[str], tuple[int, str, str]]) -> None:
    """Protected images that would go are named with their reasons, and fail the command in every format."""
    Path("running.txt").write_text(
        f"{DEV.account}.dkr.ecr.eu-west-1.amazonaws.com/web:v4\n{A5}\nweb@{digest('dead')}\napi:v1\n"
    )
    options = "--in-use running.txt --must-keep v5 --must-keep v9"
    code, out, err = run(f"{PREVIEW} {options}")
    lines = out.splitlines()

    assert code == 1
    assert lines[:4] == [
        f"error: 111111111111 eu-west-1 web: {digest('a4')} (v4): in use (running.txt:1), and rule 1 would expire it",
        *(
            f"error: {name} web: {A5} (v5): in use (running.txt:2) and matches 'v5', and rule 1 would expire it"
            for name in ("111111111111 eu-west-1", "222222222222 us-east-1")
        ),
        f"warning: in use, but not found: web@{digest('dead')} (running.txt:3)",
    ]
    assert lines[9].endswith("A MONTH  PROTECTED")
    assert "warning: no image has a tag that matches 'v9'\n" in err
    assert err.endswith("failed: 3 protected images would expire or be archived\n")

    code, out, _ = run(f"{PREVIEW} {options} --output json")
    found = document(out)

    assert code == 1
    assert found["summary"]["protectedAndExpiring"] == 3
    assert found["inUseAndMissing"] == [f"web@{digest('dead')} (running.txt:3)"]
    assert found["protectedImages"][1] == {
        "registryId": DEV.account,
        "region": "eu-west-1",
        "repositoryName": "web",
        "imageDigest": A5,
        "imageTags": ["v5"],
        "action": {"type": "EXPIRE"},
        "appliedRulePriority": 1,
        "protectedBecause": ["in use (running.txt:2)", "matches 'v5'"],
    }


def test_nothing_in_use_belongs_here(run: Callable[[str], tuple[int, str, str]]) -> None:
    """Images in use of other registries protect nothing, and that is said."""
    Path("others.txt").write_text("333333333333.dkr.ecr.eu-west-1.amazonaws.com/web:v4\n")

    code, _, err = run(f"{PREVIEW} --in-use others.txt")

    assert code == 0
    assert "warning: no image in use belongs to these repositories\n" in err


def test_few_lines_of_many_protected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Text lists ten protected images and counts the others; JSON lists all."""
    monkeypatch.chdir(write_fleet(tmp_path))
    images = [image(tags=[f"old-{number}"], age_days=number) for number in range(16)]
    write_dataset(tmp_path / "many", {DEV._replace(repository="web"): images})
    command = f"{PREVIEW.replace('dataset', 'many')} --must-keep old-*"

    assert run_here(command, monkeypatch) == 1
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("error: 111111111111 eu-west-1 web: ") for line in lines) == 10
    assert lines[10] == "error: 3 more protected images would expire or be archived; pass --details to list them"
    assert run_here(f"{command} --output json", monkeypatch) == 1
    said = capsys.readouterr()
    assert len(json.loads(said.out)["protectedImages"]) == 13
    assert said.err.splitlines()[-1] == "failed: 10 more protected images"


@pytest.mark.parametrize("name", [f"web@{A5}", "web:v5"])
def test_explain(run: Callable[[str], tuple[int, str, str]], name: str) -> None:
    """An image is explained with the reasons of the evaluation, in every account and Region that has it."""
    code, out, err = run(f"{PREVIEW} --explain {name}")

    assert code == 0
    assert err == "note: 2 repositories have this image: 111111111111 eu-west-1, 222222222222 us-east-1\n"
    assert out.split("\n\n")[0] == (
        f"111111111111 eu-west-1 web@{A5} at 2026-11-01T12:00:00+00:00\n"
        "expire  rule 1 keeps 3, and this is number 5\n"
        "rule 1  keep the newest 3 images, expire the rest\n"
        "tags    v5\n"
        "pushed  2026-10-27T12:00:00+00:00\n"
        "pulled  never\n"
        "size    5.0 GB"
    )


def test_explain_in_one_account(run: Callable[[str], tuple[int, str, str]]) -> None:
    """A URI names the account and Region; JSON has the keys of ECR, and a protected image that would go fails."""
    uri = f"{PROD.account}.dkr.ecr.us-east-1.amazonaws.com/web@{A5}"
    code, out, err = run(f"{PREVIEW} --explain {uri} --must-keep v5 --output json")
    [found] = document(out)["explanations"]

    assert code == 1
    assert err == ("failed: 222222222222 us-east-1 web: matches 'v5', and rule 1 keeps 3, and this is number 5\n")
    assert found["registryId"] == PROD.account
    assert (found["action"], found["appliedRulePriority"]) == ({"type": "EXPIRE"}, 1)
    assert found["reason"] == "rule 1 keeps 3, and this is number 5"
    assert found["rule"]["selection"]["countNumber"] == 3
    assert found["protectedBecause"] == ["matches 'v5'"]


def test_explain_without_policy(run: Callable[[str], tuple[int, str, str]]) -> None:
    """An image of a repository without a policy stays for that reason."""
    code, out, _ = run(f"{PREVIEW} --explain base:v1")

    assert code == 0
    assert out.splitlines()[1] == "stay    no lifecycle policy was given for the repository"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--explain web:v9", "--explain: web:v9: no such image in 111111111111 eu-west-1, 222222222222 us-east-1"),
        ("--explain wob:v9", "--explain: wob:v9: the dataset has no such repository; did you mean web?"),
        ("--explain web", "Invalid value for --explain: web: names no image; write REPOSITORY@sha256:…"),
        ("--explain web:v1 --write v", "--explain excludes --write, and needs --output text or json"),
        ("--explain web:v1 --output markdown", "--explain excludes --write, and needs --output text or json"),
        ("--write v --engine athena", "--explain and --write need --engine duckdb"),
    ],
)
def test_usage(run: Callable[[str], tuple[int, str, str]], options: str, message: str) -> None:
    """What cannot be explained or written is refused before anything is read."""
    code, _, err = run(f"{PREVIEW} {options}")

    assert code == 2
    assert err.splitlines()[-1] == f"Error: {message}"


def test_write(run: Callable[[str], tuple[int, str, str]], tmp_path: Path) -> None:
    """The verdict on every image is written as Parquet, partitioned as the dataset, and never over something else."""
    folder = tmp_path / "verdicts"
    code, out, err = run(f"{PREVIEW} --must-keep v5 --write {folder} --output json")
    rows = (
        duckdb.connect()
        .execute(
            f"SELECT account, region, repository, digest, action, rule_priority, cause, protected "  # noqa: S608 - a test
            f"FROM read_parquet('{folder}/*/*/*.parquet', hive_types = {{account: VARCHAR}}) ORDER BY ALL"
        )
        .fetchall()
    )

    assert code == 1
    assert f"verdicts written to {folder}\n" in err
    assert len(rows) == document(out)["summary"]["images"]
    assert (*DEV._replace(repository="web"), A5, "expire", 1, "PAST_THE_COUNT", True) in rows
    assert (*PROD._replace(repository="base"), digest("c1"), None, None, "NO_RULE", False) in rows

    code, out, err = run(f"{PREVIEW} --write {folder}")

    assert (code, out) == (1, "")
    assert err.splitlines()[-1] == f"error: {folder}: is not empty; name another place with --write"


@pytest.mark.parametrize(
    ("dataset", "folder"),
    [
        ("dataset", "dataset/images/account=1/v"),
        ("./dataset/", "dataset/repositories/v"),
        ("s3://fleet/daily/", "s3://fleet/daily/images/v"),
        ("s3://fleet", "s3://fleet/repositories/v/"),
    ],
)
def test_write_into_a_table(dataset: str, folder: str, run: Callable[[str], tuple[int, str, str]]) -> None:
    """Verdicts in a table of the dataset would be read as images, so they are refused before the work begins."""
    code, out, err = run(f"fleet preview repositories.yaml --inventory {dataset} --write {folder}")

    assert (code, out) == (1, "")
    assert err == f"error: {folder}: is in a table of the dataset; name another place with --write\n"


def test_incomplete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An incomplete dataset gives no verdict unless it is allowed, and every format says so then."""
    monkeypatch.chdir(write_fleet(tmp_path))
    failure = Failure(registry="333333333333", region="eu-west-1", error="AccessDenied")
    write_record(
        tmp_path / "dataset", DatasetRecord(begun_at="2026-11-01T12:00:00+00:00", complete=False, failures=(failure,))
    )
    said = "dataset: incomplete: 333333333333 eu-west-1: AccessDenied"

    for command in (PREVIEW, f"{PREVIEW} --explain web:v1", "fleet diff keep@1 keep@2 --inventory dataset"):
        assert run_here(command, monkeypatch) == 3
        assert capsys.readouterr().err == (
            f"error: {said}; complete it, or pass --allow-incomplete to preview what it has\n"
        )
    assert run_here(f"{PREVIEW} --allow-incomplete --output json", monkeypatch) == 0
    printed = capsys.readouterr()
    assert printed.err.startswith(f"warning: {said}\n")
    assert json.loads(printed.out)["summary"]["complete"] is False
    assert run_here(f"{PREVIEW} --allow-incomplete --output markdown", monkeypatch) == 0
    assert "⚠️ The dataset is incomplete." in capsys.readouterr().out
