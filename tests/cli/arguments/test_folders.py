"""Folders of files that commands read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.commands import run_here
from builders.datasets import place, write_dataset
from builders.inventories import image, write_images
from builders.permissions import open_directory, unprivileged

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.posix

POLICY = (
    '{"rules": [{"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", '
    '"countNumber": 1}, "action": {"type": "expire"}}]}'
)


def write_files(folder: Path) -> None:
    """Write images, tests of policies, templates and a dataset, with one part of each in a folder ``closed``."""
    write_dataset(folder / "dataset", {place("web"): [image()]})
    (folder / "policy.json").write_text(POLICY, encoding="utf-8")
    for name in ("images", "policies", "templates"):
        (folder / name / "closed").mkdir(parents=True)
    write_images(folder / "images/web.json", [image()], repository="web")
    write_images(folder / "images/closed/api.json", [image()], repository="closed/api")
    for name in ("", "closed/"):
        (folder / "templates" / f"{name}a.template.json").write_text('{"Resources": {}}', encoding="utf-8")
    (folder / "dataset/images/account=123456789012").rename(folder / "dataset/images/closed")


@pytest.mark.parametrize(
    ("command", "closed"),
    [
        pytest.param("policy preview {}/policy.json --images {}/images", "images/closed", id="images"),
        pytest.param("fleet import {}/images -o {}/new --region eu-west-1", "images/closed", id="import"),
        pytest.param("policy test {}/policies", "policies/closed", id="tests"),
        pytest.param("policy extract {}/templates -o {}/new", "templates/closed", id="templates"),
        pytest.param("fleet preview --deployed-policies --inventory {}/dataset", "dataset/images/closed", id="dataset"),
    ],
)
def test_closed_folder(
    command: str, closed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A command never leaves out a folder that it may not read: it would report less than exists."""
    with open_directory() as folder:
        write_files(folder)
        # Nobody may not import what is not imported yet.
        run_here(command.replace("{}", folder.as_posix()), monkeypatch)
        capsys.readouterr()
        (folder / closed).chmod(0)
        with unprivileged():
            code = run_here(command.replace("{}", folder.as_posix()), monkeypatch)
        (folder / closed).chmod(0o755)

    assert code == 2
    assert f"{folder}/{closed}: cannot be read: permission denied" in capsys.readouterr().err
