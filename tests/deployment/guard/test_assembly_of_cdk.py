"""Cloud assemblies that CDK itself has written, read from disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from builders.assemblies import ACCOUNT, REGION

from ecrkit.deployment.guard import read_assembly

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.node


def test_assembly_of_cdk_is_read(tmp_path: Path) -> None:
    """What CDK writes is read: names of stacks, stages, nested stacks, and the role that reads the account."""
    app = cdk.App(outdir=str(tmp_path), analytics_reporting=False, context={"aws:cdk:enable-asset-metadata": True})
    environment = cdk.Environment(account=ACCOUNT, region=REGION)
    plain = cdk.Stack(app, "Plain", stack_name="named", env=environment)
    ecr.CfnRepository(cdk.NestedStack(plain, "Inner"), "Web", repository_name="web")
    stage = cdk.Stage(app, "Prod", env=environment)
    ecr.CfnRepository(cdk.Stack(stage, "Shop"), "App", repository_name="app")
    app.synth()

    stacks = {stack.name: stack for stack in read_assembly(tmp_path)}

    assert sorted(stacks) == ["Prod-Shop", "named"]
    (inner,) = stacks["named"].resources
    assert inner.properties == {"RepositoryName": "web"}
    assert inner.logical_id.endswith("/Web")
    assert [found.logical_id for found in stacks["Prod-Shop"].resources] == ["App"]
    assert stacks["named"].lookup_role == (
        f"arn:${{AWS::Partition}}:iam::{ACCOUNT}:role/cdk-hnb659fds-lookup-role-{ACCOUNT}-{REGION}"
    )


@pytest.mark.parametrize(
    "synthesizer",
    [pytest.param(cdk.DefaultStackSynthesizer, id="default"), pytest.param(cdk.LegacyStackSynthesizer, id="legacy")],
)
def test_nested_stack_without_metadata_is_found(
    tmp_path: Path, synthesizer: type[cdk.DefaultStackSynthesizer | cdk.LegacyStackSynthesizer]
) -> None:
    """A nested stack that CDK wrote without a note of its file is found by the list of assets."""
    app = cdk.App(outdir=str(tmp_path), analytics_reporting=False, context={"aws:cdk:disable-asset-metadata": True})
    shop = cdk.Stack(app, "Shop", synthesizer=synthesizer())
    ecr.CfnRepository(cdk.NestedStack(cdk.NestedStack(shop, "Inner"), "Deeper"), "Web", repository_name="web")
    app.synth()

    ((found,),) = [stack.resources for stack in read_assembly(tmp_path)]

    assert found.properties == {"RepositoryName": "web"}
