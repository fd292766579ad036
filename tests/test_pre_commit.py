"""The hooks for pre-commit: which files set them off, and what they run, as pre-commit would."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from builders.commands import ecrkit
from builders.policies import edited

ROOT = Path(__file__).parents[1]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make the checkout of somebody who uses the hooks, in order as it is."""
    shutil.copytree(ROOT / "policies", tmp_path / "policies")
    shutil.copy(ROOT / "repositories.yaml", tmp_path)
    return tmp_path


def run(hook_id: str, checkout: Path) -> tuple[int, str]:
    """Run a hook as pre-commit does, without the names of files; gives the exit code and the result."""
    program, *arguments = shlex.split(HOOKS[hook_id]["entry"])
    assert program == "ecrkit"
    result = ecrkit(*arguments, cwd=checkout)
    return result.returncode, result.stdout


def test_there_is_a_hook_for_each_kind_of_file() -> None:
    """One looks at policies, one at the catalog; both names are what users write into their configuration."""
    assert list(HOOKS) == ["ecrkit-policy-check", "ecrkit-catalog-check"]


@pytest.mark.parametrize("hook_id", HOOKS)
def test_pre_commit_can_install_it(hook_id: str) -> None:
    """A hook in Python runs a console script of the package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert HOOKS[hook_id]["language"] == "python"
    assert shlex.split(HOOKS[hook_id]["entry"])[0] in project["scripts"]


@pytest.mark.parametrize("hook_id", HOOKS)
def test_it_names_no_files(hook_id: str) -> None:
    """What belongs together is looked at together: a lock, a store, a catalog with its policies."""
    assert HOOKS[hook_id]["pass_filenames"] is False


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("policies/lifecycle/web/v1.json", ["ecrkit-policy-check", "ecrkit-catalog-check"], id="policy"),
        pytest.param(
            "policies/lifecycle/web/v1.test.yaml", ["ecrkit-policy-check", "ecrkit-catalog-check"], id="tests"
        ),
        pytest.param(
            "policies/lifecycle/silenced.yaml", ["ecrkit-policy-check", "ecrkit-catalog-check"], id="silenced"
        ),
        pytest.param("policies/lifecycle.lock.json", ["ecrkit-policy-check", "ecrkit-catalog-check"], id="lock"),
        pytest.param("repositories.yaml", ["ecrkit-catalog-check"], id="catalog"),
        pytest.param("docs/repositories.yaml", [], id="another file of that name"),
        pytest.param("repositories.yaml.orig", [], id="a file beside it"),
        pytest.param("src/policies/web.json", [], id="another folder of that name"),
        pytest.param("README.md", [], id="anything else"),
    ],
)
def test_files_that_set_it_off(path: str, expected: list[str]) -> None:
    """A commit that touches what a hook looks at runs it, any other does not."""
    assert [hook_id for hook_id, hook in HOOKS.items() if re.search(hook["files"], path)] == expected


@pytest.mark.parametrize("hook_id", HOOKS)
def test_it_passes_where_all_is_in_order(hook_id: str, checkout: Path) -> None:
    """Where nothing is wrong, a commit goes through."""
    code, _ = run(hook_id, checkout)

    assert code == 0


def test_a_changed_version_stops_the_commit(checkout: Path) -> None:
    """The hook for policies knows what is published, which no single file tells."""
    path = checkout / "policies" / "lifecycle" / "keep-last-10" / "v1.json"
    path.write_text(edited(path.read_text(), ('"countNumber": 10', '"countNumber": 11')))

    code, result = run("ecrkit-policy-check", checkout)

    assert code == 1
    expected = (
        "policies/lifecycle/keep-last-10/v1.json:1:1: error: keep-last-10@1 is published, but its meaning has changed;"
        " restore it, and add the new text as v2.json [STO110]"
    )
    assert [line for line in result.splitlines() if "(silenced: " not in line] == [expected]


def test_a_policy_that_is_not_there_stops_the_commit(checkout: Path) -> None:
    """The hook for the catalog knows what the store has."""
    path = checkout / "repositories.yaml"
    path.write_text(edited(path.read_text(), ("lifecycle: keep-last-10@1", "lifecycle: keep-last-11@1")))

    code, result = run("ecrkit-catalog-check", checkout)

    assert code == 1
    assert result.splitlines()[0] == (
        "repositories.yaml:7:14: error: defaults.lifecycle: no policy 'keep-last-11' in policies/lifecycle;"
        " did you mean keep-last-10@1? [CAT121]"
    )
