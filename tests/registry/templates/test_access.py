"""Repository policies and registry policies in templates, in every form that they can be written in."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders.access import OURS, allow

from ecrkit.registry.templates import ACCESS_PROPERTIES, judge_access

REASON = {"ecrkit": {"open_to_everyone": "the base images are public"}}
TYPES = [
    pytest.param("AWS::ECR::Repository", "ecr:BatchGetImage", id="repository"),
    pytest.param("AWS::ECR::RegistryPolicy", "ecr:ReplicateImage", id="registry"),
    pytest.param("AWS::ECR::RepositoryCreationTemplate", "ecr:BatchGetImage", id="creation template"),
    pytest.param("AWS::ECR::PublicRepository", "ecr-public:PutImage", id="public repository"),
]


def policy(*statements: object) -> dict[str, Any]:
    """Write a policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def codes(
    value: object,
    *,
    kind: str = "AWS::ECR::Repository",
    metadata: object = None,
    **sections: Any,  # noqa: ANN401 - any JSON
) -> list[str]:
    """Give the codes of what is found in the access policy of a resource."""
    prop = ACCESS_PROPERTIES[kind]
    resource = {"Type": kind, "Properties": {prop.name: value}, "Metadata": metadata}
    return [one.finding.code for one in judge_access(prop, resource, sections)]


@pytest.mark.parametrize(("kind", "action"), TYPES)
@pytest.mark.parametrize("write", [pytest.param(dict, id="document"), pytest.param(json.dumps, id="text")])
def test_open_policy(kind: str, action: str, write: Any) -> None:  # noqa: ANN401 - dict and dumps have no type in common
    """An open policy is an error in every resource that has one, as a document and as a text, unless acknowledged."""
    statement = allow(Action=action, **({"Resource": "*"} if "RegistryPolicy" in kind else {}))
    closed = {**statement, "Condition": {"StringEquals": {"aws:PrincipalOrgID": OURS}}}

    assert codes(write(policy(statement)), kind=kind) == ["ECR403"]
    assert codes(write(policy(statement)), kind=kind, metadata=REASON) == []
    assert codes(write(policy(closed)), kind=kind) == []


def test_reason_without_an_open_statement() -> None:
    """A reason that acknowledges nothing is a warning."""
    assert codes(policy(allow({"StringEquals": {"aws:PrincipalOrgID": OURS}})), metadata=REASON) == ["ECR427"]


@pytest.mark.parametrize("resource", [None, [], {}, {"Properties": []}, {"Properties": {"Other": 1}}])
def test_no_policy(resource: object) -> None:
    """Nothing is found where there is no policy."""
    assert judge_access(ACCESS_PROPERTIES["AWS::ECR::Repository"], resource, {}) == ()


def test_every_branch_is_judged() -> None:
    """A policy that depends on a condition is judged in both branches, wherever the condition is."""
    conditions = {"IsPublic": {"Fn::Equals": [{"Ref": "Stage"}, "public"]}}
    closed = allow({"StringEquals": {"aws:PrincipalOrgID": OURS}})
    no_value = {"Ref": "AWS::NoValue"}

    for value in (
        {"Fn::If": ["IsPublic", policy(allow()), no_value]},
        policy({"Fn::If": ["IsPublic", allow(), closed]}),
        policy(closed, {"Fn::If": ["IsPublic", allow(), no_value]}),
    ):
        assert codes(value, Conditions=conditions, Parameters={"Stage": {"Type": "String"}}) == ["ECR403"]


def test_default_of_a_parameter_is_judged() -> None:
    """A condition on an organization that a parameter names is closed; with a wildcard as default it is open."""
    for operator, default, expected in (("StringEquals", OURS, []), ("StringLike", "o-*", ["ECR403"])):
        condition = {operator: {"aws:PrincipalOrgID": {"Ref": "Organization"}}}
        parameters = {"Organization": {"Type": "String", "Default": default}}

        assert codes(policy(allow(condition)), Parameters=parameters) == expected


def test_text_that_is_known_in_part() -> None:
    """A text is judged around its unknown parts."""
    text = json.dumps(policy(allow(Principal={"AWS": "arn:PARTITION:iam::111122223333:root"}), allow()))
    written = {"Fn::Sub": text.replace("PARTITION", "${AWS::Partition}")}

    assert codes(written, kind="AWS::ECR::RepositoryCreationTemplate") == ["ECR403"]


@pytest.mark.parametrize("value", [{"Ref": "Policy"}, {"Fn::ImportValue": "x"}, "{{resolve:ssm:/policy}}"])
def test_policy_that_only_a_deploy_knows(value: object) -> None:
    """A policy that is known only at deploy is a note."""
    [judged] = judge_access(
        ACCESS_PROPERTIES["AWS::ECR::Repository"],
        {"Properties": {"RepositoryPolicyText": value}},
        {"Parameters": {"Policy": {"Type": "String"}}},
    )

    assert (judged.finding.code, judged.finding.severity.value) == ("TPL302", "note")
    assert judged.finding.message.endswith("is known only when the stack is deployed")


def test_version_without_variables() -> None:
    """Without a version, or with the old one, a variable is a text like any other."""
    statement = allow({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}})

    assert codes(policy(statement)) == ["ECR403"]
    assert codes({"Statement": [statement]}) == ["ECR426"]
