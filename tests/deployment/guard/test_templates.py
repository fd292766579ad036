"""Templates as CloudFormation gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.assemblies import repository

from ecrkit.deployment.guard import Resource, parse_template, stack_of
from ecrkit.errors import InvalidAssemblyError

if TYPE_CHECKING:
    from collections.abc import Mapping

YAML = """
AWSTemplateFormatVersion: 2010-09-09
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  It:
    Type: AWS::ECR::Repository
    Condition: IsProd
    DeletionPolicy: Retain
    Properties:
      RepositoryName: !Sub "web-${Stage}"
      EncryptionConfiguration:
        EncryptionType: KMS
        KmsKey: !GetAtt Key.Arn
      Tags: !Transform {Name: Tags}
"""


def pick(template: Mapping[str, object]) -> tuple[Resource, ...]:
    return stack_of(template, name="Shop", nested=lambda *_: "is elsewhere").resources


def test_yaml_is_read_as_json_is() -> None:
    """A template in YAML, short forms of functions included, is the one in JSON."""
    key = {"Fn::GetAtt": ["Key", "Arn"]}
    long_form = {
        "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
        "Resources": {
            "It": {
                "Type": "AWS::ECR::Repository",
                "Condition": "IsProd",
                "DeletionPolicy": "Retain",
                "Properties": {
                    "RepositoryName": {"Fn::Sub": "web-${Stage}"},
                    "EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": key},
                    "Tags": {"Fn::Transform": {"Name": "Tags"}},
                },
            }
        },
    }

    assert pick(parse_template(YAML, name="Shop")) == pick(parse_template(long_form, name="Shop"))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        pytest.param("{[", "Shop: its template is neither JSON nor YAML", id="no YAML"),
        pytest.param("words", "Shop: its template must be a mapping, got str", id="words"),
        pytest.param(None, "Shop: its template must be a mapping, got NoneType", id="nothing"),
    ],
)
def test_no_template_is_told(body: object, message: str) -> None:
    """What is no template is told with its stack."""
    with pytest.raises(InvalidAssemblyError) as told:
        parse_template(body, name="Shop")

    assert str(told.value) == message


@pytest.mark.parametrize(
    "template",
    [
        pytest.param({}, id="empty"),
        pytest.param({"Resources": []}, id="resources in a list"),
        pytest.param({"Resources": {"Fn::ForEach::All": ["Name", ["a"], {}]}}, id="loop"),
        pytest.param({"Resources": {"It": {}}}, id="no type"),
    ],
)
def test_what_is_no_resource_is_passed_over(template: Mapping[str, object]) -> None:
    """What is not a resource of ECR is not the guard's."""
    assert pick(template) == ()


def test_resource_without_policies_is_deleted() -> None:
    """CloudFormation deletes what has no policy."""
    (found,) = pick({"Resources": {"It": {"Type": "AWS::ECR::Repository"}}})

    assert (found.deletion_policy, found.update_replace_policy) == ("Delete", "Delete")
    assert not found.outlives_its_stack
    assert not found.outlives_replacement


def test_order_is_that_of_the_template() -> None:
    """Resources come in the order written."""
    found = pick({"Resources": {"B": repository("b"), "A": repository("a")}})

    assert [resource.logical_id for resource in found] == ["B", "A"]
