"""The facts that the guard goes by, and their documentation."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from ecrkit.deployment.guard import GUARD_RULEBOOK
from ecrkit.deployment.guard.settings import SETTINGS
from ecrkit.deployment.guard.values import EVENT_RULE

PAGE = (Path(__file__).parents[3] / "docs" / "concepts" / "guard.md").read_text()
# cfn-lint has the schemas of CloudFormation, and no types.
SCHEMAS = import_module("cfnlint.schema.manager").PROVIDER_SCHEMA_MANAGER


def test_every_code_is_given_once() -> None:
    """No two checks share a code, and they come in order."""
    codes = [check.code for check in GUARD_RULEBOOK]

    assert codes == sorted(set(codes))


def test_every_check_is_in_the_table() -> None:
    """The ranges of codes on the page of the guard are those of the rulebook."""
    documented = set()
    for first, last in re.findall(r"(GRD\d+)(?: to (GRD\d+))? \|$", PAGE, re.MULTILINE):
        documented |= {f"GRD{number}" for number in range(int(first[3:]), int((last or first)[3:]) + 1)}

    assert documented == {check.code for check in GUARD_RULEBOOK}


@pytest.mark.parametrize("kind", sorted(SETTINGS))
def test_create_only_properties_are_those_of_the_schema(kind: str) -> None:
    """What replaces a setting is what CloudFormation's own schema says."""
    schema = SCHEMAS.get_resource_schema("us-east-1", kind).schema

    create_only = {path.removeprefix("/properties/") for path in schema.get("createOnlyProperties", [])}
    assert set(SETTINGS[kind].create_only) == create_only


def test_create_only_properties_of_a_repository_are_those_that_are_compared() -> None:
    """A repository is replaced by its name and its encryption, and by nothing else."""
    schema = SCHEMAS.get_resource_schema("us-east-1", "AWS::ECR::Repository").schema

    create_only = {path.split("/")[2] for path in schema["createOnlyProperties"]}
    assert create_only == {"RepositoryName", "EncryptionConfiguration"}


def test_every_setting_of_a_registry_is_guarded() -> None:
    """Every type of ECR that is no repository is a setting that the guard knows."""
    types = SCHEMAS.get_resource_types("us-east-1")

    found = {kind for kind in types if kind.startswith("AWS::ECR::")}
    others = {"AWS::ECR::Repository", "AWS::ECR::PublicRepository"}
    assert found == {*SETTINGS, *others} - {EVENT_RULE}
