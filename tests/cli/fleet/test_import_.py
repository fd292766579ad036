"""`ecrkit fleet import` in a folder."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import run_here
from builders.inventories import image, write_images

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with the images of two repositories."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images/team").mkdir(parents=True)
    write_images(tmp_path / "images/web.json", [image(), image()], repository="web")
    write_images(tmp_path / "images/team/api.json", [image()], repository="team/api")


def test_text(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says what it imported."""
    assert run_here("fleet import images -o dataset --region eu-west-1", monkeypatch) == 0
    assert capsys.readouterr().out == "dataset: 2 repositories, 3 images of 123456789012 eu-west-1\n"


def test_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """So it does for programs; a file that does not say whose images it has none of is skipped."""
    (tmp_path / "images/none.json").write_text('{"imageDetails": []}', encoding="utf-8")

    assert run_here("fleet import images -o dataset --region eu-west-1 --output json", monkeypatch) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {
        "dataset": "dataset",
        "partitions": [{"registryId": "123456789012", "region": "eu-west-1"}],
        "repositoryCount": 2,
        "imageCount": 3,
    }
    assert said.err == "skipped: images/none.json has no images and no account\n"


def test_unknown_region(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A Region that is unknown is an error, whatever the environment says."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")

    assert run_here("fleet import images -o dataset", monkeypatch) == 2
    assert capsys.readouterr().err == (
        "error: images/team/api.json, images/web.json: do not name their Region; pass --region\n"
    )


@pytest.mark.parametrize("region", ["", " --region eu-west-1"])
def test_no_such_folder(region: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that does not exist is not one of files without a Region."""
    assert run_here(f"fleet import imagse -o dataset{region}", monkeypatch) == 2
    assert capsys.readouterr().err.startswith("error: imagse: cannot be read: ")


def test_s3(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A dataset in S3 is refused: it would become a folder of that name."""
    assert run_here("fleet import images -o s3://bucket/daily --region eu-west-1", monkeypatch) == 2
    assert capsys.readouterr().err.endswith(
        "must be a folder, got an URI of S3; import into a folder and copy that with `aws s3 sync`\n"
    )
    assert not (tmp_path / "s3:").exists()
