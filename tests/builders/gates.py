"""Those who look at templates of CDK before they are deployed: cdk-nag and CloudFormation's own validator."""

from __future__ import annotations

import aws_cdk as cdk
from builders.apps import findings_in
from cdk_nag import AwsSolutionsChecks

__all__ = ["app_of", "validation"]


def validation(app: cdk.App) -> list[str]:
    """Let cdk-nag and CloudFormation's validator look at *app*; give what is broken, and the path of what breaks it."""
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return [
        f"{finding['ruleName']} {construct['constructPath']}"
        for finding in findings_in(app.synth())
        for construct in finding["violatingConstructs"]
    ]


def app_of(stack: cdk.Stack) -> cdk.App:
    root = stack.node.root
    assert isinstance(root, cdk.App)
    return root
