"""`ecrkit fleet diff`: what a change of policies changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import run_here
from builders.datasets import DEV, write_dataset, write_fleet
from builders.inventories import NOW, image

if TYPE_CHECKING:
    from pathlib import Path

OVER = f"--inventory dataset --now {NOW.isoformat()}"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fleet, with a catalog that keeps fewer images, and one that archives."""
    folder = write_fleet(tmp_path_factory.mktemp("fleet"))
    catalog = json.loads((folder / "repositories.yaml").read_text())
    for name, policies in (("new", ["keep@2", "keep@1"]), ("archiving", ["idle@1", "keep@2"])):
        catalog["repositories"]["web"]["lifecycle"], catalog["repositories"]["api"]["lifecycle"] = policies
        (folder / f"{name}.yaml").write_text(json.dumps(catalog))
    return folder


def test_text(fleet: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Repositories with newly expired images come first; bytes and dollars say what the change saves."""
    monkeypatch.chdir(fleet)

    code = run_here(f"fleet diff repositories.yaml new.yaml {OVER}", monkeypatch)
    said = capsys.readouterr()

    assert code == 0
    assert said.out == (
        "5 repositories at 2026-11-01T12:00:00+00:00, 3 with another policy\n"
        "6 images with a different outcome: 4 newly expired, 0 newly archived, 2 newly staying\n"
        "frees up to 10.0 GB more and 5.0 GB less, saves up to $0.50 a month more\n"
        "\n"
        "ACCOUNT       REGION     REPOSITORY  NEWLY EXPIRED  NEWLY ARCHIVED  NEWLY STAYING  NEWLY FREED  "
        "NO LONGER FREED\n"
        "111111111111  eu-west-1  web         2              0               0              5.0 GB       0 B\n"
        "222222222222  us-east-1  web         2              0               0              5.0 GB       0 B\n"
        "111111111111  eu-west-1  api         0              0               2              0 B          5.0 GB\n"
    )
    assert said.err.startswith("note: not in OLD, so without a policy: 222222222222 us-east-1 empty\n")


def test_json(fleet: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """JSON sums up the changes, and has a row for each repository in which images have another fate."""
    monkeypatch.chdir(fleet)

    code = run_here(f"fleet diff repositories.yaml archiving.yaml {OVER} --in 40d --output json", monkeypatch)
    found = json.loads(capsys.readouterr().out)

    assert code == 0
    assert {key: found["summary"][key] for key in list(found["summary"])[2:]} == {
        "repositories": 5,
        "repositoriesWithOtherPolicy": 2,
        "repositoriesWithOtherFates": 2,
        "newlyExpiredImageTotalCount": 0,
        "newlyArchivedImageTotalCount": 10,
        "newlyStayingImageTotalCount": 0,
        "newlyFreedBytes": 0,
        "noLongerFreedBytes": 18_000_000_000,
        "monthlySavingsDifference": -1.8,
        "protectedAndExpiring": 0,
        "protectedAndArchiving": 0,
        "failures": [],
    }
    assert found["repositories"][0] == {
        "registryId": "111111111111",
        "region": "eu-west-1",
        "repositoryName": "web",
        "newlyExpired": 0,
        "newlyArchived": 5,
        "newlyStaying": 0,
        "newlyFreedBytes": 0,
        "noLongerFreedBytes": 9_000_000_000,
    }


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("--exit-code", "failed: 7 images newly expired\n"),
        ("--must-keep v2", "failed: 4 protected images would expire or be archived\n"),
    ],
)
def test_gates(
    fleet: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: str, reason: str
) -> None:
    """Newly expired images fail on request, and protected images that would go always do."""
    monkeypatch.chdir(fleet)

    code = run_here(f"fleet diff keep@1 policies/lifecycle/keep/v2.json {OVER} {options}", monkeypatch)

    assert code == 1
    assert capsys.readouterr().err.endswith(reason)


def test_same(fleet: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a difference there is no table, and nothing fails."""
    monkeypatch.chdir(fleet)

    code = run_here(f"fleet diff keep@1 keep@1 {OVER} --exit-code", monkeypatch)

    assert code == 0
    assert capsys.readouterr().out == (
        "5 repositories at 2026-11-01T12:00:00+00:00, 0 with another policy\n"
        "0 images with a different outcome: 0 newly expired, 0 newly archived, 0 newly staying\n"
    )


def test_deployed_policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The deployed policies can be what a catalog is compared with, also where images refer to each other."""
    project = write_fleet(tmp_path)
    monkeypatch.chdir(project)
    web = DEV._replace(repository="web")
    text = (project / "policies/lifecycle/keep/v2.json").read_text()
    images = [image("a"), image("b", age_days=2), image("c", age_days=3, subject="b")]
    write_dataset(tmp_path / "deployed", {web: images}, policies={web: text})
    over = OVER.replace("dataset", "deployed")

    code = run_here(f"fleet diff --deployed-policies repositories.yaml {over} --output json", monkeypatch)
    found = json.loads(capsys.readouterr().out)

    assert code == 0
    assert found["summary"]["newlyStayingImageTotalCount"] == 2
    assert run_here(f"fleet diff --deployed-policies repositories.yaml {OVER}", monkeypatch) == 3
    assert capsys.readouterr().err.startswith("error: dataset: has no deployed policies, because `ecrkit fleet import`")
    assert run_here(f"fleet diff --deployed-policies old.yaml new.yaml {over}", monkeypatch) == 2
    assert capsys.readouterr().err.endswith("Error: name OLD and NEW, or NEW and --deployed-policies\n")
