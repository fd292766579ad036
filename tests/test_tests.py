"""The tests: where a file of them is, how long it may be, and that each test says what it claims."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROOT = TESTS.parent
FILES = sorted(path.relative_to(TESTS).as_posix() for path in TESTS.rglob("*.py"))
IN_PACKAGES = [name for name in FILES if "/" in name and Path(name).name.startswith("test_")]

MAX_LINES = 400

TABLES = {
    "builders/registries.py": "what may be wrong with a registry, check by check",
    "builders/schema_cases.py": "texts that a schema accepts or refuses, check by check",
    "catalog/test_rulebook.py": "what may be wrong with a catalog, check by check",
}
"""Files that are longer, and what each row of them is."""

WHOLE_PACKAGES = {
    "aws/test_pages.py": "answers that no local AWS gives, for every module that reads them",
    "aws/test_reliability.py": "networks and credentials that fail, for every command",
    "cli/test_help.py": "the help of every command",
    "cli/test_hostile_text.py": "control characters, for every command",
    "cli/test_hostile_answers.py": "what every command prints of the answers of AWS",
    "cli/test_inputs.py": "files that are none or too large, for every command",
    "cli/test_main.py": "what every command has in common",
    "cli/console/test_one_place.py": "tables and progress, for every command",
    "cli/arguments/test_folders.py": "folders that cannot be read, for every command",
    "cli/arguments/test_regions.py": "the Region, for every command that calls AWS",
    "cli/test_terminal_width.py": "tables at 80 columns, for every command",
    "cli/test_terminal_width_of_aws.py": "the tables of what is deployed, for every command that lists it",
    "preview/report/test_browser.py": "the report as a browser shows it",
    "cli/test_published.py": "versions that are not as published, for every command",
    "lifecycle/test_laws.py": "properties of every policy",
    "stacks/test_same_as_template.py": "all stacks of a catalog, with and without CDK",
}
"""Files about no single module, and what they are about."""

OF_NO_PACKAGE = {"conformance", "deploy"}
"""Folders of tests that deploy this project as a whole, or compare it with AWS."""


def lines_of(name: str) -> int:
    return len((TESTS / name).read_text(encoding="utf-8").splitlines())


def package_of(name: str) -> Path:
    """Give the folder of the package that a file of tests is about."""
    folder = Path(name).parent
    return ROOT / folder if folder.parts[0] == "stacks" else ROOT / "constructs" / "ecrkit" / folder


def has_module(name: str) -> bool:
    """Tell whether a file of tests has the name of a module or package in its folder's twin, maybe with a topic."""
    package = package_of(name)
    modules = {path.stem for path in package.glob("*.py")} | {
        path.parent.name for path in package.glob("*/__init__.py")
    }
    subject = Path(name).stem.removeprefix("test_")
    return any(f"{subject}_".startswith(f"{module}_") for module in {*modules, package.name} - {"__init__", "__main__"})


def unclaimed(source: str) -> list[str]:
    """Give the names of the tests in *source* that have no docstring."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]


@pytest.mark.parametrize("name", [name for name in FILES if Path(name).name.startswith("test_")])
def test_claims(name: str) -> None:
    """Every test has a docstring, its claim."""
    assert unclaimed((TESTS / name).read_text(encoding="utf-8")) == []


def test_claim_that_is_missing_is_found() -> None:
    """A test without a docstring is found, in a class too."""
    source = 'class TestIt:\n    def test_a(self): ...\ndef test_b():\n    """It is so."""\n'

    assert unclaimed(source) == ["test_a"]


@pytest.mark.parametrize("name", [name for name in FILES if name not in TABLES])
def test_length(name: str) -> None:
    """A file that is no table has at most 400 lines."""
    assert lines_of(name) <= MAX_LINES, "split it by topic"


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_long(name: str) -> None:
    """A table that fits into 400 lines is in no list."""
    assert lines_of(name) > MAX_LINES


@pytest.mark.parametrize("name", [name for name in IN_PACKAGES if name.partition("/")[0] not in OF_NO_PACKAGE])
def test_mirror(name: str) -> None:
    """A file of tests is beside its module: ``test_<module>.py``, or ``test_<module>_<topic>.py``."""
    assert has_module(name) is (name not in WHOLE_PACKAGES)


def test_lists_are_of_files_that_exist() -> None:
    """No list here names a file that has gone."""
    assert {*TABLES, *WHOLE_PACKAGES} - set(FILES) == set()
