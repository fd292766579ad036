"""docs/reference/coverage.md covers the API of ECR as the installed packages know it, and what it names exists."""

from __future__ import annotations

import ast
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import pytest
from botocore import xform_name

from docs.coverage import PAGE, coverage_page, members_of, read_entries
from docs.service_model import CLOUDFORMATION, RECORDS, SERVICES, properties, record, service_model
from ecrkit.cli import cli
from ecrkit.images.scans import ScanStatus, Severity
from ecrkit.registry.actions import OPERATIONS_WITHOUT_ACTION
from ecrkit.registry.settings.values import AppliedFor, ScanType, TemplateEncryption

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "constructs" / "ecrkit"
ENTRIES = read_entries()
WHOLE = "DescribeImageScanFindings"
"""An answer that a command prints whole, whatever it has."""

PLACES = {place for entries in ENTRIES.values() for entry in entries.values() for place in entry.where}


@pytest.mark.parametrize("name", [*SERVICES, CLOUDFORMATION])
def test_model_is_the_recorded_one(name: str) -> None:
    """An update of botocore or cfn-lint that adds or removes something fails, and names it."""
    recorded = set((RECORDS / f"{name}.txt").read_text(encoding="utf-8").splitlines())
    installed = set(record(name))

    new, gone = sorted(installed - recorded), sorted(recorded - installed)
    assert not new + gone, (
        f"{name}: the installed package has new: {'; '.join(new) or 'nothing'}; gone: {'; '.join(gone) or 'nothing'}; "
        "decide what ecrkit does with each in docs/coverage.yaml, then run `python docs/service_model.py` and "
        "`python docs/coverage.py`"
    )


def test_page_is_up_to_date() -> None:
    """The page is what `python docs/coverage.py` writes."""
    assert PAGE.read_text(encoding="utf-8") == coverage_page(), "run `python docs/coverage.py`"


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_an_entry(service: str) -> None:
    """Nothing is missing, and nothing is stale."""
    members = {f"{name}.{member}" for name, members, _ in members_of(service) for member in members}

    assert sorted(ENTRIES[service]) == sorted(service_model(service).operation_names)
    assert ENTRIES[f"{service} members"].keys() <= members


def test_every_property_has_an_entry() -> None:
    """The same for CloudFormation's types, whose properties have the entry of their type or one of their own."""
    found = properties()

    assert sorted(ENTRIES[CLOUDFORMATION]) == sorted(found)
    assert ENTRIES[f"{CLOUDFORMATION} members"].keys() <= {f"{kind}.{path}" for kind in found for path in found[kind]}


def test_entry_says_where_or_why_not() -> None:
    """Each entry names a place, or a reason without one."""
    undecided = [
        name for entries in ENTRIES.values() for name, entry in entries.items() if bool(entry.where) == bool(entry.why)
    ]

    assert undecided == []


@pytest.mark.parametrize("place", sorted(PLACES))
def test_place_exists(place: str) -> None:
    """A command, a key of the catalog or a module that the page names exists."""
    kind, _, rest = place.partition(" ")

    if kind == "ecrkit":
        assert is_command(rest.split()), place
    elif kind == "catalog":
        assert is_key(rest.split(".")), place
    else:
        assert find_spec(place), place


@pytest.mark.parametrize(
    ("operation", "place"),
    [
        (name, place)
        for name, entry in ENTRIES["ecr"].items()
        if name not in OPERATIONS_WITHOUT_ACTION
        for place in entry.where
        if place.startswith("ecrkit ")
    ],
)
def test_command_has_the_permission(operation: str, place: str) -> None:
    """A command that calls an operation is on the page of IAM policies with the action of this operation."""
    page = (ROOT / "docs" / "reference" / "iam.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## `{place}`\n")[2].partition("\n## ")[0]

    assert f'"ecr:{operation}"' in section


@pytest.mark.parametrize("service", SERVICES)
def test_member_that_nothing_reads_has_an_entry(service: str) -> None:
    """A member of an operation that ecrkit calls is named somewhere in its source, or has an entry of its own."""
    called = {name for name in ENTRIES[service] if xform_name(name) in words() and ENTRIES[service][name].where}
    unread = [
        f"{name}.{member}"
        for name, members, operations in members_of(service)
        if set(operations) & called - {WHOLE}
        for member in members
        if member not in words() and f"{name}.{member}" not in ENTRIES[f"{service} members"]
    ]

    assert [each for each in unread if not each.startswith("ImageScanFindingsSummary.")] == []


@pytest.mark.parametrize(
    ("shape", "words_of_ours"),
    [
        pytest.param("ScanStatus", ScanStatus, id="scan status"),
        pytest.param("FindingSeverity", Severity, id="severity"),
        pytest.param("EncryptionType", TemplateEncryption, id="encryption"),
        pytest.param("ScanType", ScanType, id="scan type"),
        pytest.param("RCTAppliedFor", AppliedFor, id="occasion of creation"),
    ],
)
def test_words_are_those_of_the_model(shape: str, words_of_ours: Any) -> None:  # noqa: ANN401 - any enumeration
    """Every value that ECR knows is a value of ecrkit, so that no answer is unknown and no setting impossible."""
    of_model = set(service_model("ecr").shape_for(shape).enum)  # type: ignore[attr-defined] # a string has values

    assert {word.value for word in words_of_ours} == of_model


def is_command(path: list[str]) -> bool:
    """Whether there is a command of that path."""
    command: click.Command | None = cli
    context = click.Context(cli)
    for name in path:
        command = command.get_command(context, name) if isinstance(command, click.Group) else None
    return command is not None


def is_key(path: list[str]) -> bool:
    """Whether the schema of the catalog has that path of keys somewhere."""

    def below(part: object, rest: list[str]) -> bool:
        if isinstance(part, list):
            return any(below(each, rest) for each in part)
        if not isinstance(part, dict):
            return False
        own = part.get("properties", {}).get(rest[0], part)
        if own is not part and (len(rest) == 1 or below(own, rest[1:])):
            return True
        return any(below(value, rest) for value in part.values())

    return below(json.loads((ROOT / "schemas" / "catalog.schema.json").read_text(encoding="utf-8")), path)


@cache
def words() -> frozenset[str]:
    """Collect every text, keyword and attribute in the source."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Constant(value=str(text)) | ast.keyword(arg=str(text)) | ast.Attribute(attr=text):
                    found.add(text)
    return frozenset(found)
