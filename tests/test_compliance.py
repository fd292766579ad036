"""docs/reference/compliance.md, row by row: the property that meets a control is in the template."""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path
from typing import Any

import cdk_nag
import pytest
from builders.apps import ROOT, stacks_of
from builders.gates import app_of, validation
from builders.templates import repository_in, template_of

pytestmark = pytest.mark.node

DOCUMENT = (ROOT / "docs" / "reference" / "compliance.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in DOCUMENT.partition("## Settings that fail")[0].splitlines()
    if re.match(r"\| (Security Hub|Control Tower|cdk-nag|checkov) ", line)
]
HEAD = 'environments: {dev: {account: "123456789012", region: us-east-1}}\n'


def properties(settings: str) -> dict[str, Any]:
    """Give the properties of a repository by its settings in the catalog."""
    [stack] = stacks_of(f"{HEAD}repositories: {{web: {{{settings}}}}}\n")
    found: dict[str, Any] = repository_in(template_of(stack))["Properties"]
    return found


def setting_of(cell: str) -> str:
    """Read the setting that a row names; nothing for a default."""
    return "" if cell == "default" else cell.removeprefix("setting: ").strip("`")


def is_there(claim: str, found: dict[str, Any]) -> bool:
    """Tell whether *found* is as a row says."""
    path, _, value = claim.removeprefix("no ").strip("`").partition(": ")
    for key in path.split("."):
        if key not in found:
            return claim.startswith("no ")
        found = found[key]
    return not claim.startswith("no ") and (not value or json.dumps(found).strip('"') == value)


@pytest.mark.parametrize("row", [pytest.param(row, id=row[0]) for row in ROWS])
def test_the_property_is_in_the_template(row: list[str]) -> None:
    """Each control is met by what its row says, by default or with the setting that it names."""
    _, _, met_by, claim = row

    assert is_there(claim, properties(setting_of(met_by)))


@pytest.mark.parametrize("row", [pytest.param(row, id=row[0]) for row in ROWS if setting_of(row[2])])
def test_the_setting_is_needed(row: list[str]) -> None:
    """What a setting meets the defaults do not: the table claims no less than is true."""
    assert not is_there(row[3], properties(""))


def test_every_control_has_a_row() -> None:
    """Those that the organizations who use ECR are asked about."""
    assert [row[0] for row in ROWS] == [
        *[f"Security Hub ECR.{number}" for number in (1, 2, 3, 5)],
        *[f"Control Tower CT.ECR.PR.{number}" for number in (1, 2, 3)],
        "cdk-nag AwsSolutions-ECR1",
        *[f"checkov CKV_AWS_{number}" for number in (32, 51, 136, 163)],
    ]


@pytest.mark.parametrize(
    ("settings", "prop", "value"),
    [
        pytest.param("mutable_tags: [latest]", "ImageTagMutability", "IMMUTABLE_WITH_EXCLUSION", id="mutable_tags"),
        pytest.param("mutability: MUTABLE", "ImageTagMutability", "MUTABLE", id="mutability"),
    ],
)
def test_what_a_setting_gives_up(settings: str, prop: str, value: str) -> None:
    """With some settings the property is another one than the controls compare with."""
    assert properties(settings)[prop] == value


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        pytest.param("", [], id="default"),
        pytest.param('pull: {accounts: ["210987654321"], lambda: true}', [], id="accounts"),
        pytest.param("pull: {organization: o-a1b2c3d4e5}", ["AwsSolutions-ECR1"], id="organization"),
        pytest.param("push: {units: [o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/]}", ["AwsSolutions-ECR1"], id="units"),
    ],
)
def test_cdk_nag_says_so(settings: str, found: list[str]) -> None:
    """cdk-nag passes the default, and reports a principal of everybody though it has a condition."""
    [stack] = stacks_of(f"{HEAD}repositories: {{web: {{{settings}}}}}\n")

    assert [line.split()[0] for line in validation(app_of(stack))] == found


def test_cdk_nag_has_one_rule_for_ecr() -> None:
    """The rule in the table is all that its packs say of repositories."""
    [archive] = Path(str(cdk_nag.__file__)).parent.glob("_jsii/*.tgz")
    with tarfile.open(archive) as packed:
        packs = [name for name in packed.getnames() if re.fullmatch(r"package/lib/packs/[a-z0-9-]+\.js", name)]
        rules = {name: packed.extractfile(name).read().count(b"rule: ecr_1.") for name in packs}  # type: ignore[union-attr] # files

    assert sum(rules.values()) == 1
    assert rules["package/lib/packs/aws-solutions.js"] == 1


def test_an_organization_is_everybody_with_a_condition() -> None:
    """What cdk-nag and checkov report is no open door: the condition names the organization."""
    [statement] = properties("pull: {organization: o-a1b2c3d4e5}")["RepositoryPolicyText"]["Statement"]

    assert statement["Principal"] == "*"
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}}
