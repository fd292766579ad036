"""Commands that read a catalog with files of teams."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import run_here
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = """\
include: ["teams/*.yaml"]
environments:
  dev: {account: "123456789012", region: us-east-1}
  prod: {account: "210987654321", region: us-east-1}
defaults: {lifecycle: web@1}
"""
PAYMENTS = "repositories:\n  payments/api: {lifecycle: web@1}  # pinned\n"
SEARCH = "repositories:\n  search/api:\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalog with two files of teams, in the working directory."""
    store = {"web/v1.json": policy_text(), "web/v2.json": policy_text(keep=20)}
    publish(make_store(tmp_path, store))
    (tmp_path / "teams").mkdir()
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    (tmp_path / "teams" / "payments.yaml").write_text(PAYMENTS)
    (tmp_path / "teams" / "search.yaml").write_text(SEARCH)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_pin_changes_the_file_that_has_it(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each change names its file, and only files with changes are written."""
    code = run_here("catalog pin web@2 --where payments/* --yes", monkeypatch)

    printed = capsys.readouterr()
    assert (code, printed.out) == (
        0,
        'teams/payments.yaml:2:29: repositories["payments/api"].lifecycle: web@1 -> web@2\n',
    )
    assert printed.err.splitlines()[-1] == "teams/payments.yaml: 1 pin changed"
    assert (project / "teams" / "payments.yaml").read_text() == PAYMENTS.replace("web@1", "web@2")
    assert (project / "repositories.yaml").read_text() == CATALOG


def test_findings_point_into_the_file_of_the_team(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """SARIF and annotations of GitHub have the file of the team, so that code scanning shows them there."""
    (project / "teams" / "search.yaml").write_text("repositories:\n  search/api: {mutability: immutable}\n")

    assert run_here("catalog check --output sarif", monkeypatch) == 1
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    where = [one["locations"][0]["physicalLocation"] for one in results if one["ruleId"] == "CAT106"]
    assert where == [{"artifactLocation": {"uri": "teams/search.yaml"}, "region": {"startLine": 2, "startColumn": 28}}]
    assert run_here("catalog check --output github", monkeypatch) == 1
    assert "::error file=teams/search.yaml,line=2,col=28,title=CAT106::" in capsys.readouterr().out


def test_moving_a_repository_between_files_is_no_change(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The templates have the same resources, wherever a repository is declared."""
    assert run_here("catalog template -o before", monkeypatch) == 0
    (project / "teams" / "payments.yaml").unlink()
    (project / "teams" / "search.yaml").write_text(SEARCH + PAYMENTS.removeprefix("repositories:\n"))
    assert run_here("catalog template -o after", monkeypatch) == 0
    capsys.readouterr()

    for path in (project / "before").iterdir():
        assert json.loads(path.read_text()) == json.loads((project / "after" / path.name).read_text())


def test_usage_names_the_file_of_the_team(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A pin of a team is in its file, and one of the defaults in the catalog."""
    assert project
    assert run_here("policy usage web --output json", monkeypatch) == 0

    uses = json.loads(capsys.readouterr().out)["uses"]
    assert {one["repositoryName"]: one["pinnedBy"]["file"] for one in uses} == {
        "payments/api": "teams/payments.yaml",
        "search/api": "repositories.yaml",
    }
