"""`ecrkit catalog check`, as a process."""

from __future__ import annotations

import json
from pathlib import Path

from builders.commands import ecrkit
from builders.stores import make_store, policy_text, publish

ROOT = Path(__file__).parents[3]
ENVIRONMENTS = 'environments: {dev: {account: "123456789012", region: us-east-1}}\n'


def catalog(directory: Path, repositories: str) -> Path:
    publish(make_store(directory, {"web/v1.json": policy_text()}))
    path = directory / "repositories.yaml"
    path.write_text(f"{ENVIRONMENTS}repositories:\n{repositories}")
    return path


def test_shipped_catalog_is_in_order() -> None:
    """The catalog of this project has no error, and no warning that nobody silenced."""
    result = ecrkit("catalog", "check", "--strict", cwd=ROOT)

    assert result.returncode == 0
    assert result.stderr == "1 catalog checked: nothing wrong, 3 warnings silenced\n"


def test_everything_wrong_is_told(tmp_path: Path) -> None:
    """Every error of the catalog is a line, in file order, and the exit code is 1."""
    path = catalog(tmp_path, "  Web: {}\n  api: {lifecycle: web@2, colour: red}\n")

    result = ecrkit("catalog", "check", path)

    assert result.returncode == 1
    assert [line.partition(": ")[0] for line in result.stdout.splitlines() if ": error: " in line] == [
        f"{path}:3:3",
        f"{path}:4:20",
        f"{path}:4:27",
    ]


def test_repository_warnings_fail_only_when_strict(tmp_path: Path) -> None:
    """What a repository ends up with is a warning at the line that says so."""
    path = catalog(tmp_path, "  api: {lifecycle: web@1}\n")

    lenient = ecrkit("catalog", "check", path)
    strict = ecrkit("catalog", "check", path, "--strict")

    assert (lenient.returncode, strict.returncode) == (0, 1)
    assert lenient.stdout == strict.stdout
    assert lenient.stdout == (
        f"{path}:3:20: warning: repositories.api.lifecycle: any image can expire, because no rule protects any tagged "
        "images; put a rule above it for the deployed tags [ECR213]\n"
    )


def test_store_can_be_elsewhere(tmp_path: Path) -> None:
    """--policies names another store than the one beside the catalog."""
    path = catalog(tmp_path / "here", "  api: {lifecycle: other@1}\n")
    store = publish(make_store(tmp_path / "there", {"other/v1.json": policy_text()}))

    result = ecrkit("catalog", "check", path, "--policies", store, "--output", "json")

    assert result.returncode == 0
    assert [found["code"] for found in json.loads(result.stdout)["findings"]] == ["ECR213"]


def test_missing_catalog_exits_2(tmp_path: Path) -> None:
    """A catalog that is not there is said in one line."""
    result = ecrkit("catalog", "check", cwd=tmp_path)

    assert result.returncode == 2
    assert result.stderr == "error: repositories.yaml: cannot be read: no such file or directory\n"


def test_store_is_in_order_too(tmp_path: Path) -> None:
    """What is wrong with the store is reported, though the catalog pins none of it; what is not published is not."""
    catalog(tmp_path, "  api: {lifecycle: web@1}\n")
    make_store(tmp_path, {"web/v3.json": policy_text(keep=3), "notes.txt": ""})

    result = ecrkit("catalog", "check", cwd=tmp_path)

    assert result.returncode == 1
    assert [line.rpartition(" [")[2] for line in result.stdout.splitlines()] == ["STO102]", "STO105]", "ECR213]"]
