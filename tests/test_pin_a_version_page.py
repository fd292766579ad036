"""docs/tasks/pin-a-version.md shows what the commands print for an extended copy of the shipped catalog."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from builders.commands import ecrkit
from builders.stores import publish

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "tasks" / "pin-a-version.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"```console\n\$ ecrkit ([^\n]+)\n(.*?)```", PAGE, re.DOTALL))
PROD = 'prod: {account: "210987654321", region: us-east-1}'


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The shipped catalog, and its store with a second version of a policy."""
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    shutil.copy(ROOT / "repositories.yaml", tmp_path)
    return tmp_path


def add_version(directory: Path) -> None:
    store = directory / "policies" / "lifecycle"
    text = (store / "keep-last-10" / "v1.json").read_text()
    (store / "keep-last-10" / "v2.json").write_text(text.replace("10", "12"))
    publish(store)


def test_usage(directory: Path) -> None:
    """The listing of the page is that of the shipped catalog."""
    result = ecrkit("policy", "usage", "keep-last-10", cwd=directory)

    assert result.stdout + result.stderr == SHOWN["policy usage keep-last-10"]


def test_pin(directory: Path) -> None:
    """The changes of the page are those of the shipped catalog; the answer is given by --yes here."""
    add_version(directory)

    result = ecrkit("catalog", "pin", "keep-last-10@2", "--yes", cwd=directory)

    shown = [line for line in SHOWN["catalog pin keep-last-10@2"].splitlines() if not line.startswith("Write ")]
    assert [*result.stdout.splitlines(), result.stderr.splitlines()[-1]] == shown


def test_pin_of_one_environment(directory: Path) -> None:
    """Where there are two environments, the values that the one gets are as shown."""
    add_version(directory)
    catalog = directory / "repositories.yaml"
    text = catalog.read_text()
    # On the line of the other environment, so that the places are those of the page.
    catalog.write_text(re.sub(r"  (dev: \{[^\n]*\})\n", rf"  {{{PROD}, \1}}\n", text))

    result = ecrkit("catalog", "pin", "keep-last-10@2", "--environment", "dev", "--yes", cwd=directory)

    shown = SHOWN["catalog pin keep-last-10@2 --environment dev --yes"].splitlines()
    assert [*result.stdout.splitlines(), result.stderr.splitlines()[-1]] == shown
