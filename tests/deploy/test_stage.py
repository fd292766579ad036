"""The stacks of a catalog, deployed from an app and then from a stage: nothing is replaced."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from builders.sandboxes import REGION, ROOT, deploy_target

from ecrkit.aws.sandbox import find_cdk

if TYPE_CHECKING:
    from pathlib import Path

    from builders.sandboxes import DeployTarget

pytestmark = pytest.mark.server

PROGRAM = """\
import sys
from ecrkit.cdk import catalog_stacks, synthesize
import aws_cdk as cdk

app = cdk.App()
catalog_stacks(cdk.Stage(app, "Prod") if "stage" in sys.argv else app)
synthesize(app)
"""
REPOSITORIES = "  my-app: {parameters: true}\n  payments/api: {encryption: KMS, exports: true}\n"


def test_app_then_stage(tmp_path: Path) -> None:
    """A stage deploys to the same stacks: every resource stays, and so do the repositories with their dates."""
    with deploy_target(tmp_path) as target:
        target.declare(REPOSITORIES)
        (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
        first = deploy(target, tmp_path, "--all")
        before = state_of(target)
        second = deploy(target, tmp_path, "Prod/*", program="program.py stage")

        assert first.returncode == 0, first.stdout
        assert second.returncode == 0, second.stdout
        assert state_of(target) == before


def deploy(
    target: DeployTarget, directory: Path, *stacks: str, program: str = "program.py"
) -> subprocess.CompletedProcess[str]:
    """Run ``cdk deploy`` over *program* in *directory*; both streams are in ``stdout``."""
    environment = target.environment()
    cdk = find_cdk(ROOT, search_path=environment["PATH"])
    context = ["--context", f"policies={ROOT / 'policies' / 'lifecycle'}"]
    return subprocess.run(
        [cdk, "deploy", *stacks, *context, "--app", f"{sys.executable} {program}", "--require-approval", "never"],
        cwd=directory,
        env={**os.environ, **environment},
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
    )


def state_of(target: DeployTarget) -> object:
    """Give the stacks with their resources, and when each repository was created."""
    client = target.cloudformation(REGION)
    stacks = [stack["StackName"] for stack in client.describe_stacks()["Stacks"] if stack["StackName"] != "CDKToolkit"]
    return (
        {
            stack: {
                resource["LogicalResourceId"]: resource["PhysicalResourceId"]
                for resource in client.list_stack_resources(StackName=stack)["StackResourceSummaries"]
            }
            for stack in stacks
        },
        {
            repository["repositoryName"]: repository["createdAt"]
            for repository in target.ecr().describe_repositories()["repositories"]
        },
    )
