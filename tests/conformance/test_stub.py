"""The stub of ECR knows the documentation only, and the cases do no harm."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from builders.conformance import ACCOUNT
from conformance.access_cases import access_cases
from conformance.cleanup import is_ours, new_prefix
from conformance.lifecycle_cases import lifecycle_cases
from conformance.replay import verdict_now
from conformance.scenarios import scenarios
from conformance.texts import ACCEPTED, REJECTED, access_verdict, lifecycle_verdict

from ecrkit.lifecycle import RULEBOOK

HERE = Path(__file__).parent
STUB = sorted((HERE / "stub").glob("*.py"))
CASES = HERE.parent / "data" / "conformance"

STANDARD = {
    "__future__", "base64", "collections", "contextlib", "dataclasses", "hashlib", "http", "json", "re", "threading",
    "typing", "urllib", "xml",
}  # fmt: skip


def imported(source: str) -> set[str]:
    """Give the modules that a source imports, anywhere in it; of those here, with the package."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(f"{'.' * node.level}{node.module or ''}")
        elif isinstance(node, ast.Name) and node.id in {"__import__", "exec", "eval"}:
            found.add(node.id)
    return found


@pytest.mark.parametrize("path", STUB, ids=lambda path: path.name)
def test_stub_is_independent(path: Path) -> None:
    """A module of the stub imports the standard library and the stub: neither ecrkit nor what calls it."""
    modules = imported(path.read_text(encoding="utf-8"))
    others = {name for name in modules if not name.startswith("conformance.stub.")}

    assert {name.partition(".")[0] for name in others} - STANDARD == set()


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import ecrkit.lifecycle", id="plain"),
        pytest.param("def f():\n    from ecrkit.lifecycle import evaluate", id="in-a-function"),
        pytest.param("from conformance.texts import access_verdict", id="by-the-kit"),
        pytest.param("from ..texts import access_verdict", id="relative"),
        pytest.param("__import__('ecrkit')", id="by-name"),
    ],
)
def test_dependence_is_found(source: str) -> None:
    """An import of ecrkit, direct or by the kit, is seen."""
    modules = {name for name in imported(source) if not name.startswith("conformance.stub.")}

    assert {name.partition(".")[0] for name in modules} - STANDARD != set()


def test_lifecycle_cases() -> None:
    """The texts include the example of every check, and some that ECR accepts."""
    cases = lifecycle_cases()

    assert {check.code for check in RULEBOOK} <= {name.partition(":")[0] for name in cases}
    assert {lifecycle_verdict(text) for text in cases.values()} == {ACCEPTED, REJECTED}


def test_access_cases_name_only_the_account() -> None:
    """No text asks ECR about the principals of others; what is in a condition is not looked up."""
    for text in access_cases(ACCOUNT).values():
        if access_verdict(text) == ACCEPTED:
            principals = [str(one.get("Principal")) for one in _statements(text)]
            assert all(ACCOUNT in one or "*" in one or "amazonaws.com" in one for one in principals)


def test_access_cases_lock_nobody_out() -> None:
    """No text denies what it takes to delete the repository or its policy."""
    denied = [
        one.get("Action")
        for text in access_cases(ACCOUNT).values()
        if access_verdict(text) == ACCEPTED
        for one in _statements(text)
        if one.get("Effect") == "Deny"
    ]

    assert denied == ["ecr:BatchDeleteImage"]


def _statements(text: str) -> list[dict[str, object]]:
    statements = json.loads(text)["Statement"]
    return statements if isinstance(statements, list) else [statements]


def test_scenarios_are_the_same_for_a_seed() -> None:
    """A seed of a report gives the same images and policies again."""
    assert list(scenarios(7)) == list(scenarios(7))
    assert list(scenarios(7)) != list(scenarios(8))


@pytest.mark.parametrize(
    ("name", "is_it"),
    [
        pytest.param(f"{new_prefix()}/tags", True, id="repository"),
        pytest.param(new_prefix(), True, id="stack"),
        pytest.param("ecrkit-conformance-report/web", False, id="longer"),
        pytest.param("team/ecrkit-conformance-0123abcd/web", False, id="inside"),
        pytest.param("web", False, id="other"),
    ],
)
def test_only_what_runs_created_is_removed(name: str, is_it: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A repository or stack is removed only if its name begins as the kit names them."""
    assert is_ours(name) is is_it
    assert not is_ours(name, "ecrkit-conformance-00000000")


def test_replay() -> None:
    """Every case in which ECR once differed has the verdict of ECR today."""
    for path in sorted(CASES.glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))

        assert verdict_now(case) == case["ecr"], path.name
