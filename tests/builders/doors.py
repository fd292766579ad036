"""
Ways of an input into ecrkit: the columns of the matrix "same input, every door".

Every door takes the same project, in which a kind is wrong: a catalog with the repository ``web``, which pins
``web@1``.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from builders.assemblies import repository, write_assembly
from builders.commands import run_here
from builders.inventories import LIST_TYPE, NOW, image, write_images
from builders.kinds import GOOD, LOCK, VERSION
from builders.policies import policy_text, rule
from builders.stores import make_store, publish
from cfnlint.api import lint  # type: ignore[import-untyped] # it ships no types
from cfnlint.config import ManualArgs  # type: ignore[import-untyped] # it ships no types

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pytest
    from builders.kinds import Kind

    Door: TypeAlias = Callable[[Kind, pytest.MonkeyPatch, pytest.CaptureFixture[str]], "Answer"]

__all__ = ["CORE_DOORS", "ENVIRONMENTS", "Answer", "command", "template_of", "write_catalog", "write_project"]

ENVIRONMENTS = {"dev": {"account": "123456789012", "region": "us-east-1"}}
_TESTS = "keeps one:\n  images: [{pushed_days_ago: 0, expect: stay}]\n"
_AT = f"--now {NOW.isoformat()}"


class Answer(NamedTuple):
    """What a door says, and whether it refuses."""

    text: str
    is_refusal: bool


def write_project(directory: Path, kind: Kind) -> None:
    """Write a project of a kind to the working directory; it is in order but for that."""
    files = {"web/v1.json": GOOD, "web/v1.test.yaml": _TESTS, "old/v1.json": policy_text(rule(1, tagStatus="untagged"))}
    store = make_store(directory, files)
    (directory / VERSION).write_text(kind.policy, encoding="utf-8")
    publish(store)
    write_catalog(directory / "old.yaml", {"web": {"lifecycle": "old@1"}})
    write_catalog(directory / "repositories.yaml", {"web": {"lifecycle": "web@1", **_settings(kind)}})
    images = [
        image("a", tags=["v1"], age_days=90, media_type=LIST_TYPE if kind.children else None),
        image("b", age_days=90),
    ]
    (directory / "images").mkdir()
    write_images(directory / "images" / "web.json", images, repository="web")
    (directory / "in-use.txt").write_text(f"{kind.in_use}\n")
    kind.change()


def write_catalog(path: Path, repositories: Mapping[str, object]) -> None:
    """Write a catalog of one environment."""
    path.write_text(json.dumps({"environments": ENVIRONMENTS, "repositories": repositories}, indent=1))


def _settings(kind: Kind) -> dict[str, object]:
    acknowledged = {"open_to_everyone": kind.acknowledged} if kind.acknowledged else {}
    return {"statements": kind.statements, **acknowledged} if kind.statements else {}


def _resource_of(kind: Kind) -> dict[str, Any]:
    """Declare the repository as a template does."""
    policy: object = {"Ref": "Late"} if kind.late else kind.policy
    properties: dict[str, object] = {"LifecyclePolicy": {"LifecyclePolicyText": policy}}
    if kind.statements or kind.late:
        statements = {"Version": "2012-10-17", "Statement": list(kind.statements)}
        properties["RepositoryPolicyText"] = {"Ref": "Late"} if kind.late else statements
    metadata = {"Metadata": {"ecrkit": {"open_to_everyone": kind.acknowledged}}} if kind.acknowledged else {}
    return {**repository("web", **properties), **metadata}


def template_of(kind: Kind) -> dict[str, Any]:
    """Write a template with the repository."""
    parameters = {"Parameters": {"Late": {"Type": "String"}}} if kind.late else {}
    return {**parameters, "Resources": {"Web": _resource_of(kind)}}


def _command(arguments: str) -> Door:
    def run(kind: Kind, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
        protected = " --in-use in-use.txt" if kind.in_use and "--images" in arguments else ""
        return command(arguments + protected, monkeypatch, capsys)

    return run


def command(arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
    """Run the command line in this process."""
    # Commands that read much switch the collector off for good.
    monkeypatch.setattr("gc.disable", lambda: None)
    code = run_here(arguments, monkeypatch)
    return Answer("".join(capsys.readouterr()), is_refusal=code != 0)


def _lock(kind: Kind, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
    if kind.about == "policy":
        LOCK.unlink()  # What is published already is not published again.
    return command("policy lock --dry-run", monkeypatch, capsys)


def _guard(kind: Kind, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
    before = repository("web", LifecyclePolicy={"LifecyclePolicyText": GOOD})
    write_assembly(Path("old"), {"Shop": {"Web": before}})
    write_assembly(Path("new"), {"Shop": template_of(kind)})
    return command("guard new --baseline old", monkeypatch, capsys)


def _cfn_lint(kind: Kind, *_: object) -> Answer:
    config = ManualArgs(append_rules=["ecrkit.cfnlint"], include_checks=["I"])
    found = [match for match in lint(json.dumps(template_of(kind)), config=config) if match.rule.id[1] == "9"]
    lines = [f"{match.rule.id} {match.message}" for match in found]
    return Answer("\n".join(lines), is_refusal=any(line.startswith("E") for line in lines))


def _pytest(*_: object) -> Answer:
    arguments = ["-m", "pytest", "-v", "-p", "no:cacheprovider", "policies"]
    result = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
    return Answer(result.stdout + result.stderr, is_refusal=result.returncode != 0)


CORE_DOORS: Mapping[str, Door] = {
    "policy check": _command("policy check"),
    "policy preview": _command(f"policy preview web@1 --images images/web.json {_AT}"),
    "policy diff": _command(f"policy diff old@1 web@1 --images images/web.json {_AT}"),
    "policy test": _command("policy test"),
    "policy lock": _lock,
    "catalog check": _command("catalog check"),
    "catalog diff": _command(f"catalog diff old.yaml repositories.yaml --images images {_AT}"),
    "catalog template": _command("catalog template"),
    "guard": _guard,
    "cfn-lint": _cfn_lint,
    "pytest plugin": _pytest,
}
"""Those that need neither Node nor a server."""
