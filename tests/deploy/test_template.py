"""A template of `ecrkit catalog template`, deployed as it is, without CDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from builders.accounts import REGISTRY, account_in
from builders.apps import POLICIES, ROOT
from builders.commands import ecrkit

from ecrkit.lifecycle import render

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.aws.sandbox import Sandbox

pytestmark = pytest.mark.server

CATALOG = """\
environments: {dev: {account: "123456789012", region: us-east-1}}
repositories:
  my-app: {lifecycle: keep-last-10@1, tags: {team: web}}
  payments/api: {encryption: KMS, exports: true, parameters: true}
"""


def test_deploys_as_it_is(ministack: Sandbox, tmp_path: Path) -> None:
    """CloudFormation creates the stack, its repositories are as declared, and its outputs are their URIs."""
    account = account_in(ministack, tmp_path)
    path = tmp_path / "repositories.yaml"
    path.write_text(CATALOG, encoding="utf-8")
    rendered = ecrkit("catalog", "template", path, "--policies", ROOT / "policies" / "lifecycle")
    account.cloudformation.create_stack(StackName="Repositories-dev", TemplateBody=rendered.stdout)
    account.cloudformation.get_waiter("stack_create_complete").wait(
        StackName="Repositories-dev", WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )
    [stack] = account.cloudformation.describe_stacks(StackName="Repositories-dev")["Stacks"]

    assert stack["Description"] == "Container repositories of the environment dev"
    assert {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]} == {
        "MyAppRepositoryUri": f"{REGISTRY}/my-app",
        "PaymentsApiRepositoryUri": f"{REGISTRY}/payments/api",
        "PaymentsApiRepositoryArn": "arn:aws:ecr:us-east-1:123456789012:repository/payments/api",
    }
    policy = account.ecr.get_lifecycle_policy(repositoryName="my-app")["lifecyclePolicyText"]
    assert policy == render(POLICIES["keep-last-10@1"])
