"""`ecrkit catalog pin`, as a process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.commands import ecrkit
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from pathlib import Path

CATALOG = """\
environments:
  dev: {account: "123456789012", region: us-east-1}
  prod: {account: "210987654321", region: us-east-1}
defaults: {lifecycle: web@1}  # everywhere
repositories:
  api:
    lifecycle: [untagged@1, web@1]
  cache: {}
"""
AT = "repositories.yaml"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A catalog, and a store with two versions of a policy."""
    publish(
        make_store(
            tmp_path,
            {
                "web/v1.json": policy_text(),
                "web/v2.json": policy_text(keep=20),
                "untagged/v1.json": policy_text(tag_status="untagged"),
            },
        )
    )
    (tmp_path / "repositories.yaml").write_text(CATALOG)
    return tmp_path


def test_pins_are_shown_and_written(directory: Path) -> None:
    """Every change is a line, and only the versions in the file change."""
    result = ecrkit("catalog", "pin", "web@2", "--yes", cwd=directory)

    assert (result.returncode, result.stdout) == (
        0,
        f"{AT}:4:23: defaults.lifecycle: web@1 -> web@2\n{AT}:7:16: repositories.api.lifecycle: web@1 -> web@2\n",
    )
    assert result.stderr.splitlines()[-1] == f"{AT}: 2 pins changed"
    assert (directory / "repositories.yaml").read_text() == CATALOG.replace("web@1", "web@2")


def test_added_pins_name_what_stays(directory: Path) -> None:
    """Where an environment gets a value of its own, the line names the one that stays; --dry-run writes nothing."""
    result = ecrkit("catalog", "pin", "web@2", "--environment", "dev", "--dry-run", cwd=directory)

    assert result.stdout == (
        f"{AT}:4:23: environments.dev.defaults.lifecycle: web@1 -> web@2 (new; defaults.lifecycle stays)\n"
        f"{AT}:7:16: environments.dev.repositories.api.lifecycle: web@1 -> web@2 "
        "(new; repositories.api.lifecycle stays)\n"
    )
    assert result.stderr.splitlines()[-1] == f"{AT}: 2 pins would change"
    assert (directory / "repositories.yaml").read_text() == CATALOG


def test_nobody_to_ask(directory: Path) -> None:
    """Without a terminal and without --yes, nothing is written."""
    result = ecrkit("catalog", "pin", "web@2", cwd=directory)

    assert result.returncode == 2
    assert "pass --yes" in result.stderr
    assert (directory / "repositories.yaml").read_text() == CATALOG


def test_result_that_does_not_pass_is_not_written(directory: Path) -> None:
    """A version that ECR rejects is an error, and the catalog stays as it is."""
    (directory / "policies" / "lifecycle" / "web" / "v3.json").write_text(policy_text(keep=0))

    result = ecrkit("catalog", "pin", "web@3", "--yes", cwd=directory)

    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == f"{AT}: the result does not pass 'ecrkit catalog check'; nothing written"
    assert (directory / "repositories.yaml").read_text() == CATALOG


def test_old_findings(directory: Path) -> None:
    """Warnings of the catalog as it is are not repeated; its errors are, at their place in the file as it is."""
    added = ecrkit("catalog", "pin", "web@2", "--where", "cache", "--dry-run", cwd=directory)
    (directory / "repositories.yaml").write_text(f"{CATALOG}  later: {{colour: red}}\n")
    refused = ecrkit("catalog", "pin", "web@2", "--where", "cache", "--yes", cwd=directory)

    assert "[ECR213]" in ecrkit("catalog", "check", cwd=directory).stdout
    assert added.stderr == f"{AT}: 1 pin would change\n"
    assert refused.stderr == (
        f"{AT}:9:11: error: repositories.later.colour: unknown key 'colour'; "
        + refused.stderr.partition("unknown key 'colour'; ")[2]
    )
    assert refused.stderr.endswith(f"{AT}: the result does not pass 'ecrkit catalog check'; nothing written\n")


def test_added_warnings(directory: Path) -> None:
    """A warning that the new version brings is shown before the question."""
    (directory / "policies" / "lifecycle" / "web" / "v3.json").write_text(policy_text(tag_status="untagged"))
    publish(directory / "policies" / "lifecycle")

    result = ecrkit("catalog", "pin", "web@3", "--where", "cache", "--dry-run", cwd=directory)

    assert "repositories.cache" in result.stderr


def test_catalog_that_pins_a_version_that_is_gone(directory: Path) -> None:
    """A catalog that is invalid because of its pins can be repaired."""
    (directory / "repositories.yaml").write_text(CATALOG.replace("web@1", "web@7"))

    result = ecrkit("catalog", "pin", "web@2", "--yes", cwd=directory)

    assert result.returncode == 0
    assert (directory / "repositories.yaml").read_text() == CATALOG.replace("web@1", "web@2")


def test_json(directory: Path) -> None:
    """As JSON, every change has its place and both versions."""
    result = ecrkit("catalog", "pin", "web@2", "--where", "api", "--yes", "--output", "json", cwd=directory)

    assert json.loads(result.stdout) == {
        "changes": [
            {
                "file": AT,
                "line": 7,
                "column": 16,
                "pointer": "/repositories/api/lifecycle",
                "old": "web@1",
                "new": "web@2",
                "added": False,
            }
        ],
        "written": True,
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["web@3"], "the policy 'web' has no version 3; it has web@1, web@2", id="version"),
        pytest.param(["wep@2"], "no policy 'wep' in policies/lifecycle; did you mean web@1, web@2?", id="name"),
        pytest.param(["web"], "the policy 'web' is named without a version; pin one, as in 'web@1'", id="no version"),
        pytest.param(
            ["web@2", "--where", "app"], "--where: no repository matches 'app'; did you mean 'api'?", id="where"
        ),
        pytest.param(
            ["web@2", "--environment", "prd"], "the catalog has no environment 'prd'; did you mean prod?", id="where in"
        ),
    ],
)
def test_selection_of_nothing_is_an_error(directory: Path, arguments: list[str], message: str) -> None:
    """What does not exist is exit 2, with what may have been meant."""
    result = ecrkit("catalog", "pin", *arguments, cwd=directory)

    assert result.returncode == 2
    assert message in result.stderr


def test_nothing_to_change(directory: Path) -> None:
    """A catalog that pins the version already is fine."""
    result = ecrkit("catalog", "pin", "web@1", cwd=directory)

    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "nothing to change: no other version of 'web' is pinned here\n"
