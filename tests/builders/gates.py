"""Those who look at templates before they are deployed: cfn-lint, cdk-nag, and CloudFormation's own validator."""

from __future__ import annotations

import aws_cdk as cdk
from builders.apps import findings_in
from cdk_nag import AwsSolutionsChecks
from cfnlint.api import lint  # type: ignore[import-untyped] # it ships no types

__all__ = ["app_of", "cfn_lint", "validation"]


def cfn_lint(template: str) -> list[str]:
    """Let cfn-lint look at *template*; give its errors and warnings."""
    return [f"{match.rule.id}: {match.message}" for match in lint(template)]


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
