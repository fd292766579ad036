"""The apps in examples/ run as they stand, and find what docs/tasks/share.md says is there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from builders.apps import ROOT, stacks_of
from builders.templates import template_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.node

DOCUMENT = (ROOT / "docs" / "tasks" / "share.md").read_text(encoding="utf-8")
CATALOG = """
environments:
  dev: {account: "123456789012", region: us-east-1}
repositories:
  payments/api: {exports: true, parameters: true}
  payments/worker: {exports: true, pull: {lambda: true}}
"""


def synthesized(name: str, outdir: Path) -> dict[str, Any]:
    """Run an example; give its only template."""
    run = subprocess.run(
        [sys.executable, ROOT / "examples" / name],
        env={**os.environ, "CDK_OUTDIR": str(outdir)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    [path] = outdir.glob("*.template.json")
    template: dict[str, Any] = json.loads(path.read_text())
    return template


@pytest.fixture(scope="module")
def registry() -> dict[str, Any]:
    """The template of a registry that shares what the examples use."""
    [stack] = stacks_of(CATALOG)
    return template_of(stack)


def parameters_in(template: dict[str, Any]) -> set[str]:
    return {
        resource["Properties"]["Name"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::SSM::Parameter"
    }


def exports_in(template: dict[str, Any]) -> set[str]:
    return {output["Export"]["Name"] for output in template["Outputs"].values() if "Export" in output}


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    [found] = [resource for resource in template["Resources"].values() if resource["Type"] == kind]
    return dict(found["Properties"])


def test_an_ecs_service(registry: dict[str, Any], tmp_path: Path) -> None:
    """Its image is the URI in the parameter, and its role may pull it: both parameters are those of the registry."""
    template = synthesized("ecs_service.py", tmp_path)
    read = {
        key: parameter["Default"]
        for key, parameter in template["Parameters"].items()
        if parameter["Type"] == "AWS::SSM::Parameter::Value<String>" and key != "BootstrapVersion"
    }
    [container] = of_type(template, "AWS::ECS::TaskDefinition")["ContainerDefinitions"]
    [uri] = [key for key, name in read.items() if name.endswith("/uri")]

    assert set(read.values()) == {"/ecr/payments/api/uri", "/ecr/payments/api/arn"} == parameters_in(registry)
    assert container["Image"] == {"Fn::Join": ["", [{"Ref": uri}, ":v1"]]}


def test_a_lambda_function(registry: dict[str, Any], tmp_path: Path) -> None:
    """Its image is made of the exported ARN, which is one of the registry, whose policy lets functions pull."""
    template = synthesized("lambda_image.py", tmp_path)
    function = of_type(template, "AWS::Lambda::Function")
    worker = next(
        resource["Properties"]
        for resource in registry["Resources"].values()
        if resource["Properties"].get("RepositoryName") == "payments/worker"
    )

    assert function["PackageType"] == "Image"
    assert '{"Fn::ImportValue": "ecr:PaymentsWorkerRepositoryArn"}' in json.dumps(function["Code"]["ImageUri"])
    assert "ecr:PaymentsWorkerRepositoryArn" in exports_in(registry)
    assert [statement["Sid"] for statement in worker["RepositoryPolicyText"]["Statement"]] == ["PullByLambda"]


def test_the_names_that_are_documented(registry: dict[str, Any]) -> None:
    """Every name in the table of docs/tasks/share.md is one that the registry has, and it has no other of that kind."""
    documented = set(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", DOCUMENT))
    of_api = {name for name in exports_in(registry) if "Api" in name}

    assert of_api == {"ecr:PaymentsApiRepositoryUri", "ecr:PaymentsApiRepositoryArn"}
    assert (of_api | parameters_in(registry)) <= documented
    assert {key for key in registry["Outputs"] if "Api" in key} <= documented
