"""The validation plugin judges the access policies of all resources, whatever construct wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from builders.access import OURS, allow

from ecrkit.cdk import LifecyclePolicyValidation, Repository

pytestmark = pytest.mark.node

REASON = {"open_to_everyone": "the base images are public"}
CLOSED = {"StringEquals": {"aws:PrincipalOrgID": OURS}}


def policy(*statements: object) -> dict[str, Any]:
    """Write a policy."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def made() -> cdk.Stack:
    """Make a stack of an app with the plugin, whose synthesis ends well whatever is found."""
    settings = {"@aws-cdk/core:failSynthOnValidationErrors": False}
    app = cdk.App(analytics_reporting=False, context=settings)
    cdk.Validations.of(app).add_plugins(LifecyclePolicyValidation())
    return cdk.Stack(app, "Registry")


def found(scope: cdk.Stack) -> dict[str, str]:
    """Synthesize; give the description of each violation about access, by its code."""
    assembly = scope.node.root.synth()  # type: ignore[attr-defined] # the root is an app
    text = Path(assembly.directory, "validation-report.json").read_text(encoding="utf-8")
    violations = [each for one in json.loads(text)["pluginReports"] for each in one["violations"]]
    return {each["ruleName"]: each["description"] for each in violations if each["ruleName"].startswith("ECR4")}


def test_plain_repository() -> None:
    """A repository of the L2 that everybody may pull from is an error."""
    scope = made()
    ecr.Repository(scope, "App").add_to_resource_policy(
        iam.PolicyStatement(principals=[iam.AnyPrincipal()], actions=["ecr:BatchGetImages"])
    )

    errors = found(scope)
    assert list(errors) == ["ECR421", "ECR403"]
    assert errors["ECR403"].startswith(
        "RepositoryPolicyText: Statement[0].Principal: lets everyone in: it has the Principal '*' and no condition"
    )


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("AWS::ECR::RegistryPolicy", "PolicyText"),
        ("AWS::ECR::RepositoryCreationTemplate", "RepositoryPolicy"),
        ("AWS::ECR::PublicRepository", "RepositoryPolicyText"),
    ],
)
def test_other_resources(kind: str, key: str) -> None:
    """The policy of a registry, of a creation template and of a public repository are judged too."""
    action = "ecr-public:PutImage" if "Public" in kind else "ecr:ReplicateImage"
    resource = {"Resource": "*"} if "Registry" in kind else {}
    document = policy(allow(Action=action, **resource))
    text = json.dumps(document) if "Template" in kind else document

    for metadata, expected in ((None, ["ECR403"]), (REASON, [])):
        scope = made()
        made_resource = cdk.CfnResource(scope, "App", type=kind, properties={key: text})
        if metadata:
            made_resource.add_metadata("ecrkit", metadata)

        assert list(found(scope)) == expected


def test_construct_has_warned_already() -> None:
    """What the construct of ecrkit warns of is not reported a second time; a reason for nothing is."""
    scope = made()
    Repository(scope, "Typo", statements=[allow(CLOSED, Action="ecr:BatchGetImages")])
    Repository(scope, "Closed", statements=[allow(CLOSED)], open_to_everyone="the base images are public")

    assert list(found(scope)) == ["ECR427"]


def test_macro_is_said_not_to_be_checked() -> None:
    """What a macro of the stack writes is informational, and stops nothing."""
    scope = made()
    scope.template_options.transforms = ["Ours"]
    cdk.CfnWaitConditionHandle(scope, "Any")
    assembly = scope.node.root.synth()  # type: ignore[attr-defined] # the root is an app
    report = json.loads(Path(assembly.directory, "validation-report.json").read_text(encoding="utf-8"))
    violations = [each for one in report["pluginReports"] for each in one["violations"]]

    assert [(each["ruleName"], each["severity"], each["description"]) for each in violations] == [
        (
            "TPL301",
            "info",
            "not checked: what the macro under Transform writes is known only when the stack is deployed",
        )
    ]
