"""`ecrkit policy copy`, and the advice to run it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit, run_here
from builders.inventories import NOW, image, write_images
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from pathlib import Path

FILES = (
    "policies/lifecycle/keep-last-10/v1.json",
    "policies/lifecycle/keep-last-10/v1.test.yaml",
    "policies/lifecycle.lock.json",
)
CATALOG = """\
environments: {dev: {account: "123456789012", region: us-east-1}}
repositories: {web: {lifecycle: keep-last-10@1}}
"""
ADVICE = "no policy 'keep-last-10' in policies/lifecycle; ecrkit ships it: run `ecrkit policy copy keep-last-10@1`"


def test_copies_to_the_store(tmp_path: Path) -> None:
    """It lists the files that it writes; the copy is published, and its tests pass."""
    result = ecrkit("policy", "copy", "keep-last-10", cwd=tmp_path)

    assert (result.returncode, result.stdout.splitlines()) == (0, list(FILES))
    assert result.stderr == "3 files written; pin keep-last-10@1 in the catalog\n"
    assert ecrkit("policy", "check", "--strict", cwd=tmp_path).stderr == "1 policy checked: nothing wrong\n"
    assert ecrkit("policy", "test", cwd=tmp_path).stderr == "6 cases of 1 policy: all passed\n"


def test_dry_run_writes_nothing(tmp_path: Path) -> None:
    """It lists what would be written."""
    result = ecrkit("policy", "copy", "keep-last-10@1", "--dry-run", cwd=tmp_path)

    assert (result.returncode, result.stdout.splitlines()) == (0, list(FILES))
    assert result.stderr == "3 files would be written; pin keep-last-10@1 in the catalog\n"
    assert list(tmp_path.iterdir()) == []


def test_json(tmp_path: Path) -> None:
    """A program gets the version to pin, too."""
    result = ecrkit("policy", "copy", "keep-last-10", "--as", "mine", "--output", "json", cwd=tmp_path)

    files = [name.replace("keep-last-10", "mine") for name in FILES]
    assert json.loads(result.stdout) == {"policies": ["mine@1"], "files": files, "dry_run": False}


def test_a_second_copy_has_nothing_to_do(tmp_path: Path) -> None:
    """It is no error."""
    ecrkit("policy", "copy", "keep-last-10", cwd=tmp_path)

    result = ecrkit("policy", "copy", "keep-last-10", cwd=tmp_path)

    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "policies/lifecycle has keep-last-10@1 already, nothing to copy\n"


def test_another_store(tmp_path: Path) -> None:
    """--policies names it."""
    result = ecrkit("policy", "copy", "keep-last-10", "--policies", "shared", cwd=tmp_path)

    assert result.stdout.splitlines() == [
        "shared/keep-last-10/v1.json",
        "shared/keep-last-10/v1.test.yaml",
        "shared.lock.json",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        pytest.param("keep-last-10", 1, "pass --as NAME to copy it under another name", id="another of that name"),
        pytest.param("nothing", 2, "error: ecrkit ships no policy 'nothing'; run `ecrkit policy list`", id="unknown"),
        pytest.param("keep-last-10 --as mine@1", 2, "--as: must be a name without a version, in lower case", id="as"),
    ],
)
def test_refusals(arguments: str, code: int, says: str, tmp_path: Path) -> None:
    """Nothing is written then."""
    store = publish(make_store(tmp_path, {"keep-last-10/v1.json": policy_text(keep=7)}))
    before = sorted(tmp_path.rglob("*"))

    result = ecrkit("policy", "copy", *arguments.split(), cwd=tmp_path)

    assert (result.returncode, result.stdout) == (code, "")
    assert says in result.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert (store / "keep-last-10" / "v1.json").read_text() == policy_text(keep=7)


@pytest.mark.parametrize(
    ("command", "code"),
    [
        pytest.param("policy preview keep-last-10@1 --images images.json {at}", 2, id="preview"),
        pytest.param("policy diff web@1 keep-last-10@1", 2, id="diff"),
        pytest.param("catalog check", 1, id="catalog check"),
        pytest.param("catalog template", 1, id="template"),
        pytest.param("catalog diff old.yaml repositories.yaml --images images.json {at}", 2, id="catalog diff"),
    ],
)
def test_a_pin_that_only_ecrkit_has_is_to_be_copied(
    command: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command that resolves pins says so, and looks nowhere else."""
    publish(make_store(tmp_path, {"web/v1.json": policy_text()}))
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    (tmp_path / "old.yaml").write_text(CATALOG.replace("keep-last-10", "web"))
    write_images(tmp_path / "images.json", [image("a", tags=["v1"], age_days=1)], repository="web")
    monkeypatch.chdir(tmp_path)

    assert run_here(command.format(at=f"--now {NOW.isoformat()}"), monkeypatch) == code
    assert ADVICE in "".join(capsys.readouterr())
