"""Broken assemblies: whatever is in them, the guard ends in findings or in one line."""

from __future__ import annotations

import json
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from builders.assemblies import repository, setting
from hypothesis import example, given
from hypothesis import strategies as st

from ecrkit.deployment.guard import compare, parse_template, read_assembly, stack_of
from ecrkit.errors import EcrkitError, InvalidAssemblyError

if TYPE_CHECKING:
    from collections.abc import Mapping

WHOLE: dict[str, dict[str, Any]] = {
    "manifest.json": {
        "version": "55.0.0",
        "artifacts": {
            "Shop": {
                "type": "aws:cloudformation:stack",
                "environment": "aws://123456789012/us-east-1",
                "properties": {"templateFile": "Shop.template.json", "stackName": "Shop", "lookupRole": {"arn": "a"}},
            },
            "Prod": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "prod"}},
        },
    },
    "Shop.template.json": {
        "Metadata": {"ecrkit:shards": 2},
        "Parameters": {"Stage": {"Type": "String", "Default": "dev", "AllowedValues": ["dev", "prod"]}},
        "Mappings": {"M": {"dev": {"name": "web"}, "prod": {"name": "shop"}}},
        "Conditions": {
            "P": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
            "Q": {"Fn::Or": [{"Condition": "P"}, {"Fn::Not": [{"Condition": "P"}]}]},
        },
        "Resources": {
            "It": {**repository(RepositoryName={"Fn::FindInMap": ["M", {"Ref": "Stage"}, "name"]}), "Condition": "P"},
            "Sub": repository(
                RepositoryName={"Fn::Sub": ["${A}-${AWS::Region}", {"A": {"Fn::Join": ["", ["a", "b"]]}}]}
            ),
            "Policy": setting(PolicyText={"Fn::ToJsonString": {"a": {"Fn::If": ["Q", 1, {"Ref": "AWS::NoValue"}]}}}),
            "Fn::ForEach::L": ["N", ["a", "b"], {"R${N}": repository(RepositoryName={"Fn::Select": [0, ["${N}"]]})}],
            "Inner": {
                "Type": "AWS::CloudFormation::Stack",
                "Condition": "Q",
                "Properties": {"Parameters": {"S": {"Ref": "Stage"}}, "TemplateURL": "inner.yaml"},
                "Metadata": {"aws:asset:path": "Inner.nested.template.json"},
            },
        },
    },
    "Inner.nested.template.json": {
        "Parameters": {"S": {"Type": "CommaDelimitedList"}},
        "Resources": {"It": repository(RepositoryName={"Fn::Select": [0, {"Ref": "S"}]})},
    },
    "prod/manifest.json": {"version": "55.0.0", "artifacts": {}},
}

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", "It", "Stage", "P", "Q", ".", "\0", "${Stage}", "..", "AWS::NoValue"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Ref",
                    "Fn::If",
                    "Fn::Sub",
                    "Fn::Join",
                    "Fn::ForEach::X",
                    "Fn::FindInMap",
                    "Fn::Select",
                    "Condition",
                    "Type",
                ]
            ),
            inner,
            max_size=2,
        )
    ),
    max_leaves=6,
)


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every place in a document."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in members for found in places(item, (*path, key)))]


def written(files: Mapping[str, object], directory: Path) -> Path:
    (directory / "prod").mkdir(parents=True)
    for name, content in files.items():
        (directory / name).write_text(json.dumps(content))
    return directory


def broken(file: str, path: tuple[Any, ...], value: object) -> dict[str, Any]:
    """The whole assembly, with one place of one file replaced."""
    files: dict[str, Any] = deepcopy(WHOLE)
    if not path:
        return {**files, file: value}
    holder = files[file]
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    return files


def breaks() -> st.SearchStrategy[dict[str, Any]]:
    spots = [(file, path) for file, content in WHOLE.items() for path in places(content)]
    return st.builds(lambda spot, value: broken(spot[0], spot[1], value), st.sampled_from(spots), JSON)


@given(breaks(), st.sampled_from(["old", "new"]))
@example(broken("manifest.json", ("artifacts", "Prod", "properties", "directoryName"), "\0"), "new")
@example(broken("manifest.json", ("artifacts", "Shop", "properties", "stackName"), ["a"]), "new")
@example(broken("Shop.template.json", ("Resources", "It", "Type"), ["AWS::ECR::Repository"]), "new")
@example(
    broken("Shop.template.json", ("Resources", "Inner", "Metadata", "aws:asset:path"), "Shop.template.json"), "new"
)
@example(broken("Shop.template.json", ("Conditions", "P"), {"Fn::Not": [{"Condition": "Q"}]}), "new")
@example(broken("Shop.template.json", ("Resources", "It", "Properties"), [{"a": "b"}]), "old")
def test_any_assembly_ends_in_findings_or_one_line(files: dict[str, Any], side: str) -> None:
    """Whatever one place of an assembly has, on either side, is compared or refused in one line."""
    with tempfile.TemporaryDirectory() as directory:
        whole, other = written(WHOLE, Path(directory, "whole")), written(files, Path(directory, "other"))
        old, new = (whole, other) if side == "new" else (other, whole)
        try:
            lines = [one.text for one in compare(read_assembly(old), read_assembly(new))]
        except EcrkitError as error:
            lines = [str(error)]

    assert not any("\n" in line for line in lines)


def test_whole_assembly_has_no_findings(tmp_path: Path) -> None:
    """What the test above breaks is whole before, and has something of everything."""
    stacks = read_assembly(written(WHOLE, tmp_path / "whole"))

    assert compare(stacks, stacks) == ()
    assert [one.logical_id for one in stacks[0].resources] == ["Sub", "Policy", "Ra", "Rb", "Inner/It"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A: 2010-13-45", id="date of no calendar"),
        pytest.param("A: 2012-10-17", id="date"),
        pytest.param("A: !!timestamp 2012-10-17", id="marked as a date"),
    ],
)
def test_date_is_a_text(text: str) -> None:
    """A date in YAML is the text that is written, also one that no calendar has."""
    assert parse_template(text, name="Shop") == {"A": text.rpartition(" ")[2]}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("? [a]\n: b", id="list as a key"),
        pytest.param("A: !!int x", id="number that is none"),
        pytest.param("A: !!binary \xe9", id="no binary"),
        pytest.param("A: \0", id="NUL"),
        pytest.param("A: *b", id="alias of nothing"),
    ],
)
def test_broken_yaml_is_told(text: str) -> None:
    """YAML that no value can be made of is one line."""
    with pytest.raises(InvalidAssemblyError) as told:
        parse_template(text, name="Shop")

    assert str(told.value) == "Shop: its template is neither JSON nor YAML"


@pytest.mark.parametrize("use", ["[*a8]", "{<<: [*m, *m]}"], ids=["aliases", "merge keys"])
def test_aliases_that_stand_for_too_much_are_told(use: str) -> None:
    """A few lines that stand for billions of values are one line, at once."""
    nine = ", ".join(["{}"] * 9)
    lines = [
        "a0: &a0 [1]",
        *(f"a{n}: &a{n} [{nine.replace('{}', f'*a{n - 1}')}]" for n in range(1, 9)),
        "m: &m {x: *a8}",
    ]

    with pytest.raises(InvalidAssemblyError) as told:
        parse_template("\n".join([*lines, f"Resources: {use}"]), name="Shop")

    problem = "has aliases that add more than 100,000 values; write them out, or fewer of them"
    assert str(told.value) == f"Shop: its template {problem}"


def test_deep_template_is_told() -> None:
    """A value that is nested deeper than CloudFormation takes is one line."""
    deep: object = "web"
    for _ in range(500):
        deep = [deep]

    with pytest.raises(InvalidAssemblyError) as told:
        stack_of({"Resources": {"It": repository(Tags=deep)}}, name="Shop", nested=lambda *_: {})

    assert str(told.value) == "Shop: the template nests values more than 100 levels deep"


def test_endless_loop_is_told() -> None:
    """Loops in loops that make more than any template takes are one line."""
    block: dict[str, Any] = {"R${A}${B}${C}": repository()}
    for name in "ABC":
        block = {f"Fn::ForEach::{name}": [name, [str(number) for number in range(100)], block]}

    with pytest.raises(InvalidAssemblyError) as told:
        stack_of({"Resources": block}, name="Shop", nested=lambda *_: {})

    assert str(told.value) == "Shop: the loops of the template make more than 10,000 entries"
