"""Standard input in place of a file, at every command where a file can be `-`."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest
from builders.commands import run_here
from builders.inventories import NOW, image, write_images
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from pathlib import Path

AT = f"--now {NOW.isoformat()}"
CATALOG = """\
environments: {dev: {account: "123456789012", region: us-east-1}}
repositories: {web: {lifecycle: web@1}}
"""

READERS = {
    "policy check": ("policy check {}", "policy.json"),
    "policy preview": (f"policy preview {{}} --images images.json {AT}", "policy.json"),
    "policy diff": (f"policy diff {{}} web@1 --images images.json {AT}", "policy.json"),
    "images": (f"policy preview web@1 --images {{}} {AT}", "images.json"),
    "manifests": (f"policy preview web@1 --images images.json --manifests {{}} {AT}", "manifests.json"),
    "in use": (f"policy preview web@1 --images images.json --in-use {{}} {AT}", "used.txt"),
    "catalog check": ("catalog check {}", "repositories.yaml"),
    "catalog template": ("catalog template {}", "repositories.yaml"),
    "catalog diff, old": (f"catalog diff {{}} repositories.yaml --images images {AT}", "repositories.yaml"),
    "catalog diff, new": (f"catalog diff repositories.yaml {{}} --images images {AT}", "repositories.yaml"),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in order; it is the working directory."""
    publish(make_store(tmp_path, {"web/v1.json": policy_text()}))
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    (tmp_path / "policy.json").write_text(policy_text(keep=0))
    (tmp_path / "used.txt").write_text("sha256:0123\n")
    (tmp_path / "manifests.json").write_text('{"images": []}')
    write_images(tmp_path / "images.json", [image("a", tags=["v1"])])
    (tmp_path / "images").mkdir()
    write_images(tmp_path / "images" / "web.json", [image("a", tags=["v1"])])
    monkeypatch.chdir(tmp_path)
    return tmp_path


def give(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


@pytest.mark.parametrize(("command", "file"), [pytest.param(*reader, id=name) for name, reader in READERS.items()])
def test_standard_input_is_as_good_as_the_file(
    command: str,
    file: str,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The command does the same, and calls it <stdin> where it would name the file."""
    code = run_here(command.format(file), monkeypatch)
    expected = [text.replace(file, "<stdin>") for text in capsys.readouterr()]
    give(monkeypatch, (project / file).read_bytes())

    assert run_here(command.format("-"), monkeypatch) == code
    got = [text.replace(file, "<stdin>") for text in capsys.readouterr()]
    assert got == expected


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "command",
    [
        "policy check - -",
        f"policy preview - --images - {AT}",
        f"policy preview web@1 --images - --in-use - {AT}",
        f"policy preview web@1 --images images.json --in-use - --in-use - {AT}",
        f"policy diff - - {AT}",
        "catalog diff - - --images images",
        "catalog diff - repositories.yaml --images images --in-use -",
        "review --base policies --images images --in-use - --in-use -",
    ],
)
def test_standard_input_is_read_once(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second - is a usage error."""
    give(monkeypatch, b"")

    assert run_here(command, monkeypatch) == 2
    assert "standard input (-) can be read once only; name a file for the others" in capsys.readouterr().err


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "command",
    [
        "catalog check --policies {}",
        "catalog template --policies {}",
        f"policy preview web@1 --images images.json --policies {{}} {AT}",
        "policy list --policies {}",
        "policy check {}",
        "policy lock {} --dry-run",
        f"catalog diff repositories.yaml repositories.yaml --images images --policies {{}} {AT}",
    ],
)
def test_the_folder_of_a_store_stands_for_it(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder that has the store as lifecycle is taken for the store."""
    code = run_here(command.format("policies/lifecycle"), monkeypatch)
    expected = capsys.readouterr()

    assert run_here(command.format("policies"), monkeypatch) == code
    assert capsys.readouterr() == expected
