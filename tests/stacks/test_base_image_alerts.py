from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from aws_cdk.assertions import Match, Template
from builders.apps import quiet_app, run_app, stacks_by_environment, templates_in
from builders.gates import app_of
from builders.linting import cfn_lint
from builders.snapshots import TemplateSnapshot
from builders.templates import template_of

from stacks.base_image_alerts import BaseImageAlertsStack, alert_on_base_image

if TYPE_CHECKING:
    from pathlib import Path

    import aws_cdk as cdk
    from syrupy.assertion import SnapshotAssertion

pytestmark = pytest.mark.node

CATALOG = """
environments:
  dev: {account: "123456789012", region: us-east-1}
  prod: {account: "210987654321", region: eu-west-1, shards: 4}
repositories:
  base-images/python:
  my-app: {only: [dev]}
"""
WITHOUT = """
environments: {dev: {account: "123456789012", region: us-east-1}}
repositories: {base-images/pyhton: }
"""


def alerts_of(catalog: str) -> list[BaseImageAlertsStack]:
    app = quiet_app()
    alert_on_base_image(app, stacks_by_environment(catalog, scope=app))
    return [child for child in app.node.children if isinstance(child, BaseImageAlertsStack)]


@pytest.fixture(scope="module")
def stack() -> BaseImageAlertsStack:
    return alerts_of(CATALOG)[0]


def test_template(stack: BaseImageAlertsStack, snapshot: SnapshotAssertion) -> None:
    """What is deployed changes only where somebody reviews it."""
    assert template_of(stack) == snapshot(extension_class=TemplateSnapshot)


def test_rule(stack: BaseImageAlertsStack) -> None:
    """The rule matches scans of the repository with critical findings, and sends them to the topic."""
    template = Template.from_stack(stack)
    [topic] = template.find_resources("AWS::SNS::Topic")

    template.has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventPattern": {
                "source": ["aws.ecr"],
                "detail-type": ["ECR Image Scan"],
                "detail": {
                    "repository-name": ["base-images/python"],
                    "finding-severity-counts": {"CRITICAL": [{"numeric": [">", 0]}]},
                },
            },
            "Targets": [Match.object_like({"Arn": {"Ref": topic}})],
        },
    )


def test_cfn_lint(stack: BaseImageAlertsStack) -> None:
    """cfn-lint finds nothing."""
    assert cfn_lint(json.dumps(template_of(stack))) == []


def test_environments() -> None:
    """Each environment that declares the repository has a stack in its account and Region, after the repository's."""
    found = {stack.stack_name: (stack.environment, dependencies_of(stack)) for stack in synthesized(alerts_of(CATALOG))}

    assert found == {
        "BaseImageAlerts-dev": ("aws://123456789012/us-east-1", ["Repositories-dev"]),
        "BaseImageAlerts-prod": ("aws://210987654321/eu-west-1", ["Repositories-prod-3"]),
    }


def synthesized(stacks: list[BaseImageAlertsStack]) -> list[BaseImageAlertsStack]:
    app_of(stacks[0]).synth()
    return stacks


def dependencies_of(stack: cdk.Stack) -> list[str]:
    return [other.stack_name for other in stack.dependencies]


def test_no_repository() -> None:
    """A catalog that does not declare the repository has no such stack."""
    assert alerts_of(WITHOUT) == []


def test_nothing_else_changes(tmp_path: Path) -> None:
    """The stack adds nothing to the templates of the repositories; the output with the URI is as before."""
    run_app(tmp_path / "out").check_returncode()
    templates = templates_in(tmp_path / "out")

    assert list(templates) == ["BaseImageAlerts-dev", "Repositories-dev"]
    outputs = json.loads(templates["Repositories-dev"])["Outputs"]
    assert outputs["BaseImagesPythonRepositoryUri"] == {
        "Value": {"Fn::GetAtt": ["baseimagespythonB7539FAE", "RepositoryUri"]}
    }
    assert all(list(output) == ["Value"] for output in outputs.values())
