"""Lifecycle policies that functions write, and what is said of what only a deploy knows."""

from __future__ import annotations

from typing import Any

import pytest
from builders.policies import policy_text, rule, tagged, untagged

from ecrkit.lifecycle.properties import POLICY_PROPERTIES
from ecrkit.registry.templates import judge_policy

GOOD = policy_text(rule(1, **tagged("prod-*")), rule(2, **untagged()), rule(3))
BAD = GOOD.replace('"countNumber": 10', '"countNumber": 0', 1)
PROP = POLICY_PROPERTIES["AWS::ECR::Repository"]
NOTE = "not checked{}: {} is known only when the stack is deployed"


def judged(text: object, **sections: Any) -> list[str]:  # noqa: ANN401 - any sections of a template
    """Give code and message of everything that is found in a policy."""
    properties = {"LifecyclePolicy": {"LifecyclePolicyText": text}}
    return [f"{one.finding.code} {one.finding.message}" for one in judge_policy(PROP, properties, sections)]


def test_literal_text_is_the_object_of_the_template() -> None:
    """A text that is written out is judged itself, with the place that a reader gave it."""
    [found] = judge_policy(PROP, {"LifecyclePolicy": {"LifecyclePolicyText": BAD}}, {})

    assert found.text is BAD
    assert found.finding.code == "ECR112"


def test_every_allowed_value_is_judged() -> None:
    """A parameter may be any value that it allows."""
    parameters = {"Days": {"Type": "Number", "Default": 10, "AllowedValues": [10, 0]}}
    text = {"Fn::Sub": GOOD.replace('"countNumber": 10', '"countNumber": ${Days}', 1)}

    assert judged(text, Parameters=parameters) == ["ECR112 must be 1 or more, got 0"]


def test_conditions_are_decided_together() -> None:
    """Two functions on one condition are never judged with one true and the other false."""
    unit = {"Fn::If": ["C", '"countUnit": "days", ', ""]}
    kind = {"Fn::If": ["C", "sinceImagePushed", "imageCountMoreThan"]}
    count = '"countType": "imageCountMoreThan"'
    tagged_rule, untagged_rule, any_rule, end = GOOD.split(count)
    parts = [tagged_rule, count, untagged_rule, unit, '"countType": "', kind, '"', any_rule, count, end]
    text = {"Fn::Join": ["", parts]}

    assert judged(text) == []
    assert judged(text, Conditions={"C": {"Fn::Equals": [{"Ref": "A"}, {"Ref": "B"}]}}) == []


def test_condition_that_is_decided_has_one_form() -> None:
    """What a condition never chooses is not judged."""
    never = {"C": {"Fn::Equals": ["a", "b"]}}

    assert judged({"Fn::If": ["C", BAD, GOOD]}, Conditions=never) == []
    assert judged({"Fn::If": ["C", GOOD, BAD]}, Conditions=never) == ["ECR112 must be 1 or more, got 0"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('"countNumber": 10', '"countNumber": ${P}', id="number"),
        pytest.param('"imageCountMoreThan"', "${P}", id="text with its quotes"),
        pytest.param('"imageCountMoreThan"', '"${P}"', id="text"),
        pytest.param("prod-*", "${P}", id="pattern"),
        pytest.param("prod", "${P}", id="part of a pattern"),
        pytest.param('"tagStatus": "untagged"', '"tagStatus": "${P}"', id="kind of tags"),
        pytest.param('"rulePriority": 2', '"rulePriority": ${P}', id="priority"),
        pytest.param(GOOD, '{"rules": ${P}}', id="rules"),
    ],
)
def test_unknown_part_makes_no_finding(old: str, new: str) -> None:
    """Nothing is said that only holds for what stands in for an unknown part."""
    assert judged({"Fn::Sub": GOOD.replace(old, new, 1)}) == [
        f"TPL301 {NOTE.format(' where the text depends on it', repr('P'))}"
    ]


def test_what_holds_whatever_a_part_is_is_found() -> None:
    """A fault around an unknown part is found."""
    text = {"Fn::Sub": BAD.replace("prod", "${Stage}")}

    assert judged(text) == [
        "ECR112 must be 1 or more, got 0",
        f"TPL301 {NOTE.format(' where the text depends on it', repr('Stage'))}",
    ]


@pytest.mark.parametrize(
    ("value", "what"),
    [
        pytest.param({"Ref": "P"}, "'P'", id="parameter"),
        pytest.param({"Fn::ImportValue": "p"}, "Fn::ImportValue", id="import"),
        pytest.param({"Fn::GetAtt": ["A", "B"]}, "Fn::GetAtt", id="attribute"),
        pytest.param({"Fn::Transform": {"Name": "AWS::Include"}}, "Fn::Transform", id="macro"),
        pytest.param("{{resolve:ssm:p}}", "{{resolve:ssm:p}}", id="dynamic reference"),
    ],
)
def test_what_only_a_deploy_knows_is_not_checked(value: object, what: str) -> None:
    """What only a deploy knows is said not to be checked, with what makes it."""
    assert judged(value) == [f"TPL301 {NOTE.format('', what)}"]


def test_property_that_only_a_deploy_knows_is_not_checked() -> None:
    """So is the whole property."""
    [found] = judge_policy(PROP, {"LifecyclePolicy": {"Fn::ImportValue": "p"}}, {})

    assert found.finding.message == NOTE.format("", "Fn::ImportValue")


def test_what_is_nested_too_deeply_is_not_checked() -> None:
    """A value deeper than CloudFormation takes is said not to be checked."""
    deep: object = GOOD
    for _ in range(200):
        deep = {"Fn::Sub": ["${A}", {"A": deep}]}

    assert judged(deep) == [f"TPL301 {NOTE.format('', 'what is nested this deeply')}"]


@pytest.mark.parametrize("value", [{"Ref": "AWS::NoValue"}, None, [GOOD], {"rules": []}])
def test_where_no_text_is_nothing_is_said(value: object) -> None:
    """A property that is left out has no policy, and a wrong type is for others to find."""
    assert judged(value) == []
