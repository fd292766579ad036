"""The plugin, in a pytest of its own."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from builders.policies import policy_text, rule, tagged
from builders.stores import make_store, publish

if TYPE_CHECKING:
    from pathlib import Path

POLICY = policy_text(rule(1, **tagged("v*"), countNumber=2))
TESTS = """\
the newest two stay:
  images:
    - {count: 2, tags: [v2], pushed_days_ago: 1, expect: stay}
three stay:
  images:
    - {count: 3, tags: [v2], pushed_days_ago: 1, expect: stay}
"""


def run(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


def test_every_case_is_a_test(tmp_path: Path) -> None:
    """Each case is a test with its name, and a failure is what the command would say."""
    make_store(tmp_path, {"web/v1.json": POLICY, "web/v1.test.yaml": TESTS})

    result = run(tmp_path, "-v")

    assert result.returncode == 1
    assert "policies/lifecycle/web/v1.test.yaml::the newest two stay PASSED" in result.stdout
    assert "policies/lifecycle/web/v1.test.yaml::three stay FAILED" in result.stdout
    message = "v1.test.yaml:6: expected all 3 to stay, got 2 stay, 1 expire: rule 1 keeps 2, and this is number 3"
    assert message in result.stdout
    assert "Traceback" not in result.stdout


def test_invalid_tests_are_errors(tmp_path: Path) -> None:
    """Tests that cannot be read stop the run, with the place."""
    make_store(tmp_path, {"web/v1.json": POLICY, "web/v1.test.yaml": "x: 1\n"})

    result = run(tmp_path)

    assert result.returncode == 2
    assert "v1.test.yaml:1:4: x: must be" in result.stdout


def test_vanished_policy_is_an_error(tmp_path: Path) -> None:
    """Tests whose policy was published and is gone do not pass in silence."""
    store = publish(make_store(tmp_path, {"web/v1.json": POLICY, "web/v1.test.yaml": TESTS}))
    (store / "web" / "v1.json").unlink()

    result = run(tmp_path)

    assert result.returncode == 2
    assert "web@1 is published, but its file is missing" in result.stdout


def test_unpublished_policy_is_a_warning(tmp_path: Path) -> None:
    """Tests of a policy that may still change run, with a warning."""
    store = publish(make_store(tmp_path, {"api/v1.json": POLICY}))
    make_store(tmp_path, {"web/v1.json": POLICY, "web/v1.test.yaml": TESTS.partition("three")[0]})

    result = run(tmp_path)

    assert result.returncode == 0
    assert f"UnpublishedPolicyWarning: {store}/web/v1.json:1:1: web@1 is not published" in result.stdout


def test_hostile_name_does_not_act(tmp_path: Path) -> None:
    """The name of a test is shown, and that is all."""
    make_store(tmp_path, {"web/v1.json": POLICY, "web/v1.test.yaml": f'"a\\u001b[31m":{TESTS.partition(":")[2]}'})

    result = run(tmp_path, "-v")

    assert "a\\x1b[31m PASSED" in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("name", ["v1.test.yaml", "settings.test.yaml"])
def test_other_files_are_left_alone(tmp_path: Path, name: str) -> None:
    """A file without a policy beside it is somebody else's."""
    (tmp_path / name).write_text("x: 1\n")

    assert run(tmp_path).returncode == pytest.ExitCode.NO_TESTS_COLLECTED
