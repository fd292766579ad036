"""A command that fails a pipeline says why on standard error, whatever its output."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from builders.assemblies import repository, write_assembly
from builders.commands import run_here
from builders.datasets import place, write_dataset
from builders.inventories import image
from builders.reviews import AT, make_repository, write_folder, write_inventories
from builders.stores import policy_text
from builders.walking import commands, outputs_of

from ecrkit.cli.console.endings import consent_hint

if TYPE_CHECKING:
    from collections.abc import Iterator

CLI = Path(__file__).parents[3] / "constructs" / "ecrkit" / "cli"
NOW = " ".join(AT)
EXITS_WITH_1 = re.compile(r"[Ee]xits with[^.]*\b1\b")

GATES = {
    "policy check": ("bad.json", "1 error|rules[0].selection.countNumber: must be 1 or more, got 0"),
    "policy list": ("--policies bad", "1 version with errors; run `ecrkit policy check bad`"),
    "policy lock": ("bad", "nothing published"),
    "policy test": ("keep.test.yaml", "1 failed|keeps all: "),
    "policy preview": (
        f"keep@2 --images images/web.json --must-keep v1 {NOW}",
        "1 protected image|(v1): matches 'v1', and rule 1 would expire it",
    ),
    "policy diff": (f"keep@1 keep@2 --images images/web.json --exit-code {NOW}", "2 images newly expired"),
    "policy extract": ("deploy --dry-run", "not extracted: deploy/Shop.template.json"),
    "catalog check": ("bad.yaml", "1 error|CAT103"),
    "catalog diff": (f"old.yaml repositories.yaml --images images --exit-code {NOW}", "2 images newly expired"),
    "catalog template": ("bad.yaml", "CAT103"),
    "catalog pin": ("keep@2 --catalog bad.yaml --yes", "the result does not pass 'ecrkit catalog check'"),
    "fleet preview": (
        f"repositories.yaml --inventory dataset --must-keep v1 {NOW}",
        "1 protected image|(v1): matches 'v1', and rule 1 would expire it",
    ),
    "fleet diff": (
        f"old.yaml repositories.yaml --inventory dataset --exit-code {NOW}",
        "2 images newly expired",
    ),
    "guard": ("new --baseline old", "1 error; to accept intended changes, pass --allow web"),
    "review": (f"--base main --images images {NOW}", "1 repository would lose images, 1 deploy problem"),
}
"""Arguments with which each command fails, and the reason that it must name, in one format or another."""

ELSEWHERE = {
    "audit",
    "adopt",
    "doctor",
    "images inventory",
    "policy copy",
    "policy resume",
    "repos delete",
    "scan gate",
    "scan summary",
}
"""These have such a test next to their others; ``policy copy`` refuses with an error."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which every gate fails."""
    folder = write_folder(
        tmp_path_factory.mktemp("project"), {"web": {"lifecycle": "keep@1"}, "old": {"lifecycle": "keep@1"}}
    )
    make_repository(folder)
    (folder / "old.yaml").write_bytes((folder / "repositories.yaml").read_bytes())
    write_folder(folder, {"web": {"lifecycle": "keep@2"}})
    write_inventories(folder / "images", ["web"])
    images = [image(tags=[f"v{4 - age}"], age_days=age) for age in (1, 2, 3)]
    write_dataset(folder / "dataset", {place("web", region="us-east-1"): images})
    invalid = policy_text(keep=0)
    (folder / "bad.json").write_text(invalid)
    (folder / "bad" / "web").mkdir(parents=True)
    (folder / "bad" / "web" / "v1.json").write_text(invalid)
    (folder / "keep.json").write_text(policy_text(keep=1))
    cases = [{"pushed_days_ago": age, "expect": "stay"} for age in (0, 1)]
    (folder / "keep.test.yaml").write_text(json.dumps({"keeps all": {"images": cases}}))
    catalog = json.loads((folder / "old.yaml").read_text())
    (folder / "bad.yaml").write_text(json.dumps({**catalog, "colour": "red"}, indent=1))
    write_assembly(folder / "old", {"Shop": {"Web": repository("web")}})
    write_assembly(folder / "new", {"Shop": {}})
    write_assembly(
        folder / "deploy",
        {"Shop": {"Web": repository("web", LifecyclePolicy={"LifecyclePolicyText": {"Ref": "Text"}})}},
    )
    return folder


def runs() -> Iterator[tuple[str, str]]:
    by_name = dict(commands())
    for name in GATES:
        for output in outputs_of(by_name[name]) or [""]:
            yield name, output


@pytest.mark.parametrize(("name", "output"), list(runs()))
def test_failing_gate_says_why(
    name: str, output: str, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1 comes with its reason on standard error, in every format, and also if the result goes to a file."""
    monkeypatch.chdir(project)
    arguments, reasons = GATES[name]
    formatted = f"{name} {arguments}" + (f" --output {output}" if output else "")

    code = run_here(formatted, monkeypatch)
    said = capsys.readouterr()

    assert code == 1
    assert any(reason in said.err for reason in reasons.split("|")), said.err
    if not output or name == "policy extract":
        # These write files of their own.
        return
    code = run_here(f"{formatted} -o result.txt", monkeypatch)
    to_file = capsys.readouterr()

    assert (code, to_file.out) == (1, "")
    assert Path("result.txt").read_text(encoding="utf-8") == said.out
    assert to_file.err.startswith(said.err.splitlines()[0])


def test_every_gate_is_tested() -> None:
    """The commands above are all whose help says that they exit with 1."""
    gates = {name for name, command in commands() if EXITS_WITH_1.search(" ".join((command.help or "").split()))}

    assert gates == {*GATES, *ELSEWHERE}


def test_one_way_to_fail() -> None:
    """Commands exit with 1 only through the module that prints the reason."""
    found = [
        f"{path.relative_to(CLI)}:{node.lineno}"
        for path in CLI.rglob("*.py")
        if path.name != "endings.py"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in {"sys.exit", "ctx.exit", "click.exceptions.Exit", "SystemExit"}
        and any(
            isinstance(part, ast.Constant) and part.value == 1 for argument in node.args for part in ast.walk(argument)
        )
    ]

    assert found == []


def test_many_reasons_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the first few reasons are lines; standard error is no second report."""
    for number in range(5):
        (tmp_path / f"{number}.json").write_text("[]")
    paths = " ".join(str(path) for path in sorted(tmp_path.glob("*.json")))

    run_here(f"policy check {paths} --output json", monkeypatch)
    lines = capsys.readouterr().err.splitlines()

    assert len(lines) == 4
    assert lines[0].startswith(f"failed: {tmp_path / '0.json'}:1:1: error: ")
    assert lines[3] == "failed: 7 more findings"


@pytest.mark.parametrize(
    ("names", "options"),
    [
        (["web"], "--allow web"),
        (["web", "team/api"], "--allow web --allow team/api"),
        (["a", "b", "c", "d", "e"], "--allow a --allow b --allow c and 2 more"),
    ],
)
def test_every_loss_is_named(names: list[str], options: str) -> None:
    """Who accepts several losses can copy an option for each of the first."""
    assert consent_hint(names) == f"to accept intended changes, pass {options}"
