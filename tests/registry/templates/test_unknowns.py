"""What only a deploy knows of an access policy: "not checked" where it may let everyone in, and only there."""

from __future__ import annotations

from typing import Any

import pytest

from ecrkit.lifecycle.properties import POLICY_PROPERTIES
from ecrkit.registry.templates import ACCESS_PROPERTIES, judge_access, judge_policy

KIND = "AWS::ECR::Repository"
PARAMETER = {"Ref": "Who"}
IMPORT = {"Fn::ImportValue": "who"}
SECTIONS: dict[str, Any] = {
    "Parameters": {"Who": {"Type": "String"}},
    "Resources": {
        "Role": {"Type": "AWS::IAM::Role"},
        "Made": {"Type": "Custom::Anything"},
        "Inner": {"Type": "AWS::CloudFormation::Stack"},
    },
}
ALLOW = {"Effect": "Allow", "Action": "ecr:BatchGetImage"}


def messages(properties: object) -> list[tuple[str, str]]:
    """Give code and message of what is found in the access policy of a repository."""
    resource = {"Type": KIND, "Properties": properties}
    found = judge_access(ACCESS_PROPERTIES[KIND], resource, SECTIONS)
    return [(one.finding.code, one.finding.message) for one in found]


def not_checked(source: str) -> list[tuple[str, str]]:
    """Write what is expected of a policy that a source may open."""
    where = "not checked whether it lets everyone in"
    return [("TPL302", f"{where}: {source} is known only when the stack is deployed")]


def policy(statement: object) -> dict[str, object]:
    """Write a policy of one statement."""
    return {"Version": "2012-10-17", "Statement": statement}


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        pytest.param(PARAMETER, "'Who'", id="all statements"),
        pytest.param([IMPORT], "Fn::ImportValue", id="statement"),
        pytest.param([{**ALLOW, "Principal": PARAMETER}], "'Who'", id="principal"),
        pytest.param([{**ALLOW, "Principal": {"AWS": PARAMETER}}], "'Who'", id="principal of AWS"),
        pytest.param([{**ALLOW, "Principal": {"AWS": ["123456789012", IMPORT]}}], "Fn::ImportValue", id="one of many"),
        pytest.param([{**ALLOW, "Principal": {"AWS": "{{resolve:ssm:/who}}"}}], "{{resolve:ssm:/who}}", id="dynamic"),
        pytest.param([{**ALLOW, "Principal": {"AWS": {"Fn::GetAtt": ["Made", "Arn"]}}}], "Fn::GetAtt", id="custom"),
        pytest.param([{**ALLOW, "Principal": {"AWS": {"Fn::GetAtt": ["Inner", "Arn"]}}}], "Fn::GetAtt", id="stack"),
        pytest.param([{**ALLOW, "Effect": PARAMETER, "Principal": "*"}], "'Who'", id="effect"),
        pytest.param(
            [{**ALLOW, "Principal": "*", "Condition": {"StringLike": {"aws:PrincipalArn": PARAMETER}}}],
            "'Who'",
            id="pattern",
        ),
        pytest.param(
            [{**ALLOW, "Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": {"Fn::Sub": "${Who}/0"}}}}],
            "'Who'",
            id="network",
        ),
    ],
)
def test_what_may_open_a_policy(statement: object, source: str) -> None:
    """Whatever may let everyone in when it is deployed is named, in a document and in a text that functions write."""
    document = policy(statement)

    assert messages({"RepositoryPolicyText": document}) == not_checked(source)
    assert messages({"RepositoryPolicyText": {"Fn::ToJsonString": document}}) == not_checked(source)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param({**ALLOW, "Principal": {"AWS": {"Fn::GetAtt": ["Role", "Arn"]}}}, id="role of the template"),
        pytest.param({**ALLOW, "Principal": {"AWS": {"Ref": "AWS::AccountId"}}}, id="own account"),
        pytest.param({**ALLOW, "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${Who}:root"}}}, id="some account"),
        pytest.param(
            {**ALLOW, "Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": PARAMETER}}},
            id="some organization",
        ),
        pytest.param(
            {**ALLOW, "Principal": "*", "Condition": {"StringLike": {"aws:PrincipalArn": {"Fn::Sub": "${Role.Arn}"}}}},
            id="pattern of the template",
        ),
        pytest.param({**ALLOW, "Effect": "Deny", "Principal": PARAMETER}, id="deny"),
        pytest.param({**ALLOW, "Principal": {"AWS": "123456789012"}, "Action": PARAMETER}, id="action"),
    ],
)
def test_what_cannot_open_a_policy(statement: object) -> None:
    """What names someone whatever it becomes is no finding."""
    assert messages({"RepositoryPolicyText": policy([statement])}) == []
    assert messages({"RepositoryPolicyText": {"Fn::ToJsonString": policy([statement])}}) == []


def test_open_policy_is_an_error_alone() -> None:
    """What is open already is an error, and nothing else is said of it."""
    found = messages({"RepositoryPolicyText": policy([{**ALLOW, "Principal": {"AWS": ["*", PARAMETER]}}])})

    assert [code for code, _ in found] == ["ECR403"]


MACRO = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3://bucket/part"}}}


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param(MACRO, id="all properties"),
        pytest.param({"RepositoryName": "app", **MACRO}, id="some properties"),
        pytest.param({"RepositoryPolicyText": MACRO, "LifecyclePolicy": MACRO}, id="property"),
        pytest.param({"Fn::If": ["IsBig", MACRO, {"Ref": "AWS::NoValue"}]}, id="one branch"),
    ],
)
def test_what_a_macro_writes(properties: object) -> None:
    """A macro that may write a policy is said not to be checked, wherever it stands."""
    lifecycle = judge_policy(POLICY_PROPERTIES[KIND], properties, SECTIONS)

    assert messages(properties) == [("TPL302", "not checked: Fn::Transform is known only when the stack is deployed")]
    assert [one.finding.message for one in lifecycle] == [
        "not checked: Fn::Transform is known only when the stack is deployed"
    ]


def test_condition_around_all_properties() -> None:
    """Both branches of a condition around the properties are checked."""
    open_policy = {"RepositoryPolicyText": policy([{**ALLOW, "Principal": "*"}])}

    assert [code for code, _ in messages({"Fn::If": ["IsBig", open_policy, {}]})] == ["ECR403"]
    assert [code for code, _ in messages({"Fn::If": ["IsBig", {}, open_policy]})] == ["ECR403"]


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"Stage": {"Type": "String", "AllowedValues": ["dev", "prod"]}}, id="allowed values"),
        pytest.param({"Stage": {"Type": "String"}}, id="keys of the mapping"),
    ],
)
def test_every_value_is_known(parameters: dict[str, object]) -> None:
    """A parameter without a default that can only be one of several values leaves nothing unchecked."""
    who = {"Fn::FindInMap": ["Accounts", {"Ref": "Stage"}, "id"]}
    statement = {**ALLOW, "Principal": {"AWS": who}}
    accounts = {"dev": {"id": "123456789012"}, "prod": {"id": "210987654321"}}
    sections = {"Parameters": parameters, "Mappings": {"Accounts": accounts}}
    resource = {"Type": KIND, "Properties": {"RepositoryPolicyText": policy([statement])}}

    assert judge_access(ACCESS_PROPERTIES[KIND], resource, sections) == ()
