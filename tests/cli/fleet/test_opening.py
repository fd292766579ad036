"""The dataset of `ecrkit fleet preview`: a folder, or S3 with either engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import pytest
from builders.commands import run_here
from builders.fleet_accounts import BUCKET, OTHER, fleet_in
from builders.sandboxes import HOME

from ecrkit.cli.fleet.opening import Size

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.aws.sandbox import Sandbox

S3 = f"s3://{BUCKET}/daily"


@pytest.mark.server
def test_engines_agree(
    ministack: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The preview of a dataset is the same from a folder, from S3, and by Athena, which reports what it scanned."""
    fleet = fleet_in(ministack, tmp_path / "home")
    fleet.enter(monkeypatch)
    monkeypatch.chdir(tmp_path)
    for destination in ("dataset", S3):
        inventory = f"fleet inventory --accounts {HOME.account},{OTHER} --role inventory -o {destination}"
        assert run_here(inventory, monkeypatch) == 0
    capsys.readouterr()
    documents = {}

    for arguments in ("dataset", S3, f"{S3} --engine athena"):
        if "athena" in arguments:
            assert run_here(f"fleet table --inventory {S3} --output json", monkeypatch) == 0
            assert {one["change"] for one in json.loads(capsys.readouterr().out)["tables"]} == {"created"}
        preview = "fleet preview --deployed-policies --now 2026-11-28T00:00:00Z --must-keep * --output json"
        assert run_here(f"{preview} --inventory {arguments}", monkeypatch) == 1
        said = capsys.readouterr()
        documents[arguments] = json.loads(said.out)

    assert documents["dataset"] == documents[S3] == documents[f"{S3} --engine athena"]
    assert [one["expiring"] for one in documents[S3]["repositories"]] == [1, 0]
    assert [one["protectedBecause"] for one in documents[S3]["protectedImages"]] == [["matches '*'"]]
    assert said.err.splitlines()[-2].startswith("Athena scanned ")


@pytest.mark.server
def test_limit_of_athena(
    ministack: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without tables there is no preview by Athena, and none that would scan more than allowed."""
    fleet = fleet_in(ministack, tmp_path / "home")
    fleet.enter(monkeypatch)
    monkeypatch.chdir(tmp_path)
    assert run_here(f"fleet inventory -o {S3}", monkeypatch) == 0
    capsys.readouterr()
    preview = f"fleet preview --deployed-policies --inventory {S3} --engine athena --max-scanned 1"

    assert run_here(preview, monkeypatch) == 2
    assert capsys.readouterr().err == (
        "error: ecrkit_fleet: tables are missing or outdated: images, repositories, preview_rules and 9 more; "
        f"run `ecrkit fleet table --inventory {S3}/`\n"
    )
    assert run_here(f"fleet table --inventory {S3}", monkeypatch) == 0
    capsys.readouterr()
    assert run_here(preview, monkeypatch) == 1
    assert "more than --max-scanned 1; raise --max-scanned, or use --engine duckdb" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "size"), [("7", 7), ("500MB", 500_000_000), ("1.5 gb", 1_500_000_000), ("2TB", 2_000_000_000_000)]
)
def test_sizes(text: str, size: int) -> None:
    """A limit is a number of bytes, or of decimal units."""
    assert Size().convert(text, None, None) == size


@pytest.mark.parametrize("text", ["", "GB", "-1", "1GiB"])
def test_no_size(text: str) -> None:
    """Other texts are refused."""
    with pytest.raises(click.BadParameter) as refused:
        Size().convert(text, None, None)

    assert refused.value.message == f"{text!r} is not a number of bytes; write it as in 500MB or 10GB."


def test_athena_reads_s3(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Athena cannot read a folder of this machine."""
    code = run_here("fleet preview --deployed-policies --inventory dataset --engine athena", monkeypatch)

    assert code == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "Error: --engine athena reads S3, got dataset; pass --inventory s3://BUCKET/PREFIX"
    )
