"""The methods for events that the construct has from CDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns
from builders.apps import quiet_app
from builders.templates import template_of

from ecrkit.cdk import Repository

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.node

ARN = "arn:aws:sns:us-east-1:123456789012:images"


def rule_of(add: Callable[[Repository, targets.SnsTopic], object]) -> dict[str, Any]:
    """Give the properties of the only rule in the stack of a repository."""
    stack = cdk.Stack(quiet_app(), "App", env=cdk.Environment(account="123456789012", region="us-east-1"))
    repository = Repository(stack, "Web", repository_name="a__b")
    add(repository, targets.SnsTopic(sns.Topic.from_topic_arn(stack, "Topic", ARN)))
    rules: list[dict[str, Any]] = [
        resource["Properties"]
        for resource in template_of(stack)["Resources"].values()
        if resource["Type"] == "AWS::Events::Rule"
    ]
    [rule] = rules
    return rule


@pytest.mark.parametrize(
    ("add", "pattern"),
    [
        pytest.param(
            lambda repository, topic: repository.on_event("Rule", target=topic),
            {"source": ["aws.ecr"], "detail": {"repository-name": [{"Ref": "Web5B17EC6A"}]}},
            id="on_event",
        ),
        pytest.param(
            lambda repository, topic: repository.on_image_scan_completed("Rule", target=topic),
            {
                "source": ["aws.ecr"],
                "detail-type": ["ECR Image Scan"],
                "detail": {"repository-name": [{"Ref": "Web5B17EC6A"}], "scan-status": ["COMPLETE"]},
            },
            id="on_image_scan_completed",
        ),
        pytest.param(
            lambda repository, topic: repository.on_cloud_trail_image_pushed("Rule", target=topic, image_tag="v1"),
            {
                "source": ["aws.ecr"],
                "detail-type": ["AWS API Call via CloudTrail"],
                "detail": {
                    "eventName": ["PutImage"],
                    "requestParameters": {"repositoryName": [{"Ref": "Web5B17EC6A"}], "imageTag": ["v1"]},
                },
            },
            id="on_cloud_trail_image_pushed",
        ),
    ],
)
def test_rule(add: Callable[[Repository, targets.SnsTopic], object], pattern: dict[str, Any]) -> None:
    """Each method adds a rule for this repository, also for a name that CDK itself would refuse."""
    rule = rule_of(add)

    matched = {**rule["EventPattern"], "detail": dict(rule["EventPattern"]["detail"])}
    matched["detail"].pop("eventSource", None)
    assert without_hash(matched) == without_hash(pattern)
    assert [target["Arn"] for target in rule["Targets"]] == [ARN]


def without_hash(value: Any) -> Any:  # noqa: ANN401 - a value of a template
    """Leave out the digits that CDK appends to a logical ID."""
    if isinstance(value, dict):
        return {"Ref": "Web"} if "Ref" in value else {key: without_hash(part) for key, part in value.items()}
    return [without_hash(part) for part in value] if isinstance(value, list) else value
