"""`ecrkit fleet preview` on a dataset in a folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from builders.commands import run_here
from builders.datasets import ACCOUNT, REGION, place, write_dataset
from builders.inventories import NOW, image
from builders.policies import document, pushed, rule

from ecrkit.preview.fleet.dataset import DatasetRecord, Failure, write_record

CATALOG = f"""
environments:
  dev: {{account: "{ACCOUNT}", region: {REGION}}}
repositories:
  web: {{lifecycle: old@1}}
  absent: {{}}
"""
DEPLOYED = json.dumps(document(rule(1, tagStatus="any", **pushed(5))))
NOW_TEXT = NOW.isoformat()


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalog with one policy, and a dataset of two repositories, one of which it declares."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "repositories.yaml").write_text(CATALOG, encoding="utf-8")
    version = tmp_path / "policies/lifecycle/old/v1.json"
    version.parent.mkdir(parents=True)
    version.write_text(DEPLOYED, encoding="utf-8")
    images = [image("a", age_days=9, tags=["prod-1"]), image("b", age_days=1)]
    write_dataset(
        tmp_path / "dataset",
        {place("web"): images, place("other"): images},
        policies={place("other"): DEPLOYED},
    )
    return tmp_path


def test_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has the totals, and a row for each repository."""
    command = f"fleet preview repositories.yaml --inventory dataset --now {NOW_TEXT} --output json"

    assert run_here(command, monkeypatch) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert found["summary"] == {
        "now": NOW_TEXT,
        "complete": True,
        "repositories": 2,
        "repositoriesWithoutPolicy": 1,
        "images": 4,
        "expiring": 1,
        "transitioning": 0,
        "staying": 3,
        "bytes": 4_000_000,
        "freedBytes": 1_000_000,
        "archivedBytes": 0,
        "protectedAndExpiring": 0,
        "protectedAndArchiving": 0,
        "imagesOfUnknownSize": 0,
        "monthlySavings": 0.0,
        "failures": [],
    }
    assert [
        (one["registryId"], one["region"], one["repositoryName"], one["expiring"]) for one in found["repositories"]
    ] == [
        (ACCOUNT, REGION, "other", 0),
        (ACCOUNT, REGION, "web", 1),
    ]
    assert said.err.splitlines()[-2:] == [
        f"note: not in the catalog, so without a policy: {ACCOUNT} {REGION} other",
        f"note: in the catalog, but not in the dataset: {ACCOUNT} {REGION} absent",
    ]


def test_text(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """People get the totals, and the repositories that free most first."""
    assert run_here(f"fleet preview repositories.yaml --inventory dataset --now {NOW_TEXT}", monkeypatch) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2 repositories of 1 account in 1 Region at 2026-11-01T12:00:00+00:00",
        "4 images: 1 expire, 0 archive, 3 stay",
        "frees up to 1.0 MB, saves up to $0.00 a month, at $0.10 per GB and month",
        "price: Amazon ECR pricing, US East (N. Virginia), read 2026-11",
        "",
        "ACCOUNT       REGION     REPOSITORY  IMAGES  EXPIRE  ARCHIVE  STAY  FREED   A MONTH",
        "123456789012  eu-west-1  web         2       1       0        1     1.0 MB  $0.00",
    ]


def test_details(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Repositories that lose no image are shown on request only."""
    command = f"fleet preview repositories.yaml --inventory dataset --now {NOW_TEXT}"

    assert run_here(command, monkeypatch) == 0
    assert capsys.readouterr().err.splitlines()[-1] == "1 more repository; pass --details to show all"
    assert run_here(f"{command} --details", monkeypatch) == 0
    assert capsys.readouterr().out.splitlines()[-1].split()[2:] == ["other", "2", "0", "0", "2", "0", "B", "$0.00"]


def test_nothing_is_lost(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a repository that loses an image, there is no table of zeros."""
    command = "fleet preview repositories.yaml --inventory dataset --now 2026-10-25T00:00:00Z"

    assert run_here(command, monkeypatch) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[1:] == ["4 images: 0 expire, 0 archive, 4 stay"]
    assert said.err.splitlines()[-1] == "no repository loses an image; pass --details to show all"


def test_protected(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A protected image that would go fails the command."""
    command = f"fleet preview repositories.yaml --inventory dataset --now {NOW_TEXT} --must-keep prod-*"

    assert run_here(command, monkeypatch) == 1
    said = capsys.readouterr()
    assert said.err.splitlines()[-1] == "failed: 1 protected image would expire or be archived"
    assert said.out.splitlines()[-1].split()[-1] == "1"


def test_deployed_policies(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The policies in the dataset take the place of a catalog."""
    command = f"fleet preview --deployed-policies --inventory dataset --now {NOW_TEXT} --output json"

    assert run_here(command, monkeypatch) == 0
    assert [one["expiring"] for one in json.loads(capsys.readouterr().out)["repositories"]] == [1, 0]


@pytest.mark.parametrize(
    ("accounts", "code", "said"),
    [
        pytest.param(
            (),
            3,
            "error: dataset: has no deployed policies, because `ecrkit fleet import` saves none; write the dataset "
            "with `ecrkit fleet inventory`, or name a catalog",
            id="import",
        ),
        pytest.param((ACCOUNT,), 0, "note: dataset: no repository has a deployed policy", id="inventory"),
    ],
)
def test_no_deployed_policies(
    accounts: tuple[str, ...],
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A dataset without policies is no proof that all images stay."""
    write_dataset(Path("dataset"), {place("web"): [image()], place("other"): [image()]})
    write_record(Path("dataset"), DatasetRecord(begun_at=NOW_TEXT, complete=True, accounts=accounts))

    assert run_here("fleet preview --deployed-policies --inventory dataset", monkeypatch) == code
    assert said in capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param("", "Error: name a catalog, as in repositories.yaml, or pass --deployed-policies", id="none"),
        pytest.param(
            "repositories.yaml --deployed-policies",
            "Error: --deployed-policies takes the place of a catalog; omit it, or repositories.yaml",
            id="both",
        ),
    ],
)
def test_one_source(
    arguments: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Policies come from a catalog or from the dataset."""
    assert run_here(f"fleet preview {arguments} --inventory dataset", monkeypatch) == 2
    assert capsys.readouterr().err.splitlines()[-1] == said


@pytest.mark.parametrize("option", ["--max-scanned 10GB", "--workgroup ecr", "--database fleet", "--timeout 60"])
def test_options_of_athena(option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """An option that DuckDB would ignore is refused."""
    assert run_here(f"fleet preview repositories.yaml --inventory dataset {option}", monkeypatch) == 2
    name = option.split(maxsplit=1)[0]
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"Error: {name} needs --engine athena; omit it, or pass --engine athena"
    )


class TestIncomplete:
    @pytest.fixture(autouse=True)
    def incomplete(self, project: Path) -> None:
        failure = Failure(registry="999999999999", region="eu-west-1", error="access denied")
        write_record(project / "dataset", DatasetRecord(begun_at=NOW_TEXT, complete=False, failures=(failure,)))

    def test_refused(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """An incomplete dataset has no result, and the error names what is missing."""
        assert run_here("fleet preview --deployed-policies --inventory dataset", monkeypatch) == 3
        assert capsys.readouterr().err == (
            "error: dataset: incomplete: 999999999999 eu-west-1: access denied; complete it, or pass "
            "--allow-incomplete to preview what it has\n"
        )

    def test_allowed(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        """If asked for, it has a result that says that it is incomplete."""
        command = "fleet preview --deployed-policies --inventory dataset --allow-incomplete --output json"

        assert run_here(command, monkeypatch) == 0
        said = capsys.readouterr()
        summary = json.loads(said.out)["summary"]
        assert (summary["complete"], summary["failures"]) == (
            False,
            [{"registryId": "999999999999", "region": "eu-west-1", "error": "access denied"}],
        )
        assert said.err == "warning: dataset: incomplete: 999999999999 eu-west-1: access denied\n"
