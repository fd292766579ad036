"""Apps with the validation plugin, and what it reports of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from builders.policies import policy_text, rule, tagged, untagged

from ecrkit.cdk import LifecyclePolicyValidation

if TYPE_CHECKING:
    from constructs import Construct

__all__ = [
    "ALL_OF",
    "ALL_OF_FOUND",
    "BAD",
    "GOOD",
    "INCOMPLETE",
    "TOO_LOW",
    "UNPROTECTED",
    "app_with_plugin",
    "creation_template",
    "l1",
    "plain_app",
    "report",
    "reported",
]

GOOD = policy_text(rule(1, **tagged("prod-*")), rule(2, **untagged()), rule(3))
BAD = GOOD.replace('"countNumber": 10', '"countNumber": 0', 1)
TOO_LOW = "LifecyclePolicyText:8:24: rules[0].selection.countNumber: must be 1 or more, got 0"
INCOMPLETE = policy_text(rule(1))
UNPROTECTED = "LifecyclePolicyText:1:1: any image can expire, because no rule protects any tagged images"
ALL_OF = policy_text(rule(1, **tagged("a*", "b*")), rule(2, **untagged()), rule(3))

ALL_OF_FOUND = (
    "LifecyclePolicyText:{}: rules[0].selection.tagPatternList: 2 entries select the images that match all of them,"
    " not any"
)


def plain_app(**context: object) -> cdk.App:
    """Make an app without the plugin, whose synthesis ends well whatever is found."""
    settings = {"@aws-cdk/core:failSynthOnValidationErrors": False, **context}
    return cdk.App(analytics_reporting=False, context=settings)


def app_with_plugin(**context: object) -> cdk.App:
    app = plain_app(**context)
    cdk.Validations.of(app).add_plugins(LifecyclePolicyValidation())
    return app


def l1(scope: Construct, construct_id: str, text: str = BAD) -> ecr.CfnRepository:
    lifecycle = ecr.CfnRepository.LifecyclePolicyProperty(lifecycle_policy_text=text)
    return ecr.CfnRepository(scope, construct_id, lifecycle_policy=lifecycle)


def creation_template(scope: Construct, construct_id: str, text: str = BAD) -> ecr.CfnRepositoryCreationTemplate:
    return ecr.CfnRepositoryCreationTemplate(
        scope, construct_id, applied_for=["PULL_THROUGH_CACHE"], prefix=construct_id.lower(), lifecycle_policy=text
    )


def report(app: cdk.App) -> dict[str, Any]:
    """Synthesize *app*; give the plugin's part of CDK's report, an empty one when nothing is wrong."""
    path = Path(app.synth().directory, "validation-report.json")
    plugins = json.loads(path.read_text(encoding="utf-8"))["pluginReports"] if path.exists() else []
    nothing = {"conclusion": "success", "violations": []}
    return next((plugin for plugin in plugins if plugin["pluginName"] == "ecrkit"), nothing)


def reported(app: cdk.App) -> list[str]:
    """Synthesize *app*; give each finding of the plugin with the path of its construct, by that path."""
    return sorted(
        f"{construct['constructPath']}: {violation['ruleName']} {violation['description']}"
        for violation in report(app)["violations"]
        for construct in violation["violatingConstructs"]
    )
