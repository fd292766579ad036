"""The facts that the guard goes by, and their documentation."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path

import pytest
from builders.assemblies import repository, stack

from ecrkit.deployment.guard import GUARD_RULEBOOK, compare
from ecrkit.deployment.guard.settings import SETTINGS

PAGE = (Path(__file__).parents[3] / "docs" / "concepts" / "guard.md").read_text()
# cfn-lint has the schemas of CloudFormation, and no types.
SCHEMAS = import_module("cfnlint.schema.manager").PROVIDER_SCHEMA_MANAGER


def test_every_code_is_given_once() -> None:
    """No two checks share a code, and they come in order."""
    codes = [check.code for check in GUARD_RULEBOOK]

    assert codes == sorted(set(codes))


def test_every_check_is_documented() -> None:
    """The table of the documentation has every check, with its title."""
    rows = dict(re.findall(r"^\| (GRD\d+) \| (.+?) \|", PAGE, re.MULTILINE))

    assert rows == {check.code: check.title for check in GUARD_RULEBOOK}


def test_shown_finding_is_the_real_one() -> None:
    """The JSON of the documentation is what the removal of that repository gives."""
    (shown,) = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])["findings"]
    before = stack({shown["logical_id"]: repository(shown["repository"])}, name=shown["stack"])

    (found,) = compare([before], [stack({}, name=shown["stack"])])

    assert shown == {**{key: getattr(found, key) for key in shown if key != "allowed"}, "allowed": True}


def test_shown_line_is_the_real_one() -> None:
    """The line of the documentation is what that change of encryption gives."""
    kms, aes256 = [repository("payments/api", EncryptionConfiguration={"EncryptionType": k}) for k in ("KMS", "AES256")]

    (found,) = compare([stack({"paymentsapiEF2B18AC": kms})], [stack({"paymentsapiEF2B18AC": aes256})])

    assert f"Repositories-dev/paymentsapiEF2B18AC: error: {found.text} [GRD102]\n" in PAGE


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
    assert found == {*SETTINGS, "AWS::ECR::Repository", "AWS::ECR::PublicRepository"}
