"""What `aws ecr get-lifecycle-policy` prints, at every command that takes a policy file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.commands import run_here
from builders.inventories import NOW, image, write_images
from builders.stores import make_store, policy_text, publish

if TYPE_CHECKING:
    from collections.abc import Callable

AT = f"--now {NOW.isoformat()}"
COMMAND = (
    "run `aws ecr get-lifecycle-policy --repository-name web --query lifecyclePolicyText --output text"
    " > policies/lifecycle/web/v2.json`"
)

COMMANDS = {
    "check": "policy check {}",
    "preview": f"policy preview {{}} --images images.json {AT}",
    "diff, old": f"policy diff {{}} web@1 --images images.json {AT}",
    "diff, new": f"policy diff web@1 {{}} --images images.json {AT}",
    "test": "policy test {}",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in order, which is the working directory, and what a command printed next to the policy alone."""
    publish(make_store(tmp_path, {"web/v1.json": policy_text()}))
    write_images(tmp_path / "images.json", [image("a", tags=["v1"], age_days=1)])
    for name, text in {"plain": policy_text(), "printed": printed()}.items():
        (tmp_path / f"{name}.json").write_text(text)
        (tmp_path / f"{name}.test.yaml").write_text("one image: {images: [{pushed_days_ago: 1, expect: stay}]}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def printed() -> str:
    return json.dumps(
        {
            "registryId": "123456789012",
            "repositoryName": "web",
            "lifecyclePolicyText": policy_text(),
            "lastEvaluatedAt": "1970-01-01T00:00:00+00:00",
        },
        indent=4,
    )


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[[str], tuple[int, str, str]]:
    """Run a command in this process; gives its exit code and both streams."""

    def run(arguments: str) -> tuple[int, str, str]:
        code = run_here(arguments, monkeypatch)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("command", [pytest.param(command, id=name) for name, command in COMMANDS.items()])
def test_what_was_printed_is_as_good_as_the_policy(command: str, run: Callable[[str], tuple[int, str, str]]) -> None:
    """The commands do the same with both."""
    assert run(command.format("printed.json")) == run(command.format("plain.json"))


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    "command",
    [
        pytest.param("policy check", id="store"),
        pytest.param("policy check policies/lifecycle/web/v2.json", id="file in it"),
        pytest.param(f"policy preview web@2 --images images.json {AT}", id="reference"),
        pytest.param(f"policy preview policies/lifecycle/web/v2.json --images images.json {AT}", id="path"),
    ],
)
def test_a_store_takes_the_policy_alone(command: str, run: Callable[[str], tuple[int, str, str]]) -> None:
    """In a store it is one error, with the command that extracts the text over the file."""
    Path("policies/lifecycle/web/v2.json").write_text(printed())

    code, out, err = run(command)

    (error,) = [line for line in (out + err).splitlines() if "[ECR" in line]
    assert error.replace("error: ", "") == (
        "policies/lifecycle/web/v2.json:4:28: lifecyclePolicyText: must be a policy, got a document that contains a "
        f"policy in a string; save only the policy: {COMMAND} [ECR150]"
    )
    assert code == (2 if "preview" in command else 1)
