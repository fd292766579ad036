"""A local AWS and the real CDK command line, for tests that deploy."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from ecrkit.aws.sandbox import Sandbox, Target, bootstrap, find_cdk, running_sandbox
from ecrkit.cdk.node import bundled_node

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_ecr import ECRClient

ROOT = Path(__file__).parents[2]
ACCOUNT = "123456789012"
REGION = "us-east-1"
HOME = Target(account=ACCOUNT, region=REGION)

_VENV_BIN = Path(sys.executable).parent
_TIMEOUT_SECONDS = 120


@dataclass(frozen=True, slots=True)
class DeployTarget:
    """
    A bootstrapped sandbox, and a catalog that is deployed into it.

    Attributes:
        sandbox: the running one.
        catalog: path of the catalog; write it before deploying.
    """

    sandbox: Sandbox
    catalog: Path

    def declare(self, repositories: str) -> None:
        """Write a catalog of one environment, ``dev``, and the repositories given as YAML, two columns in."""
        environments = f'environments:\n  dev: {{account: "{ACCOUNT}", region: {REGION}}}\n'
        self.catalog.write_text(f"{environments}repositories:\n{repositories}")

    def cdk(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the real CDK command line over this project's app; both streams are in ``stdout``."""
        environment = self.environment()
        cdk = find_cdk(ROOT, search_path=environment["PATH"])
        output = ["--output", str(self.catalog.with_name("cdk.out"))]
        context = ["--context", f"catalog={self.catalog}"]
        return subprocess.run(
            [cdk, *arguments, *context, *output],
            cwd=ROOT,
            env=environment,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_TIMEOUT_SECONDS,
        )

    def deploy(self) -> subprocess.CompletedProcess[str]:
        """Run ``cdk deploy --all``, and leave the verdict to the caller."""
        return self.cdk("deploy", "--all", "--require-approval", "never", "--progress", "events")

    def environment(self) -> dict[str, str]:
        """Give the environment that a command has in this sandbox."""
        environment = self.sandbox.environment(HOME)
        return {**environment, "PATH": os.pathsep.join([str(_VENV_BIN), environment["PATH"]])}

    def ecr(self, region: str = REGION) -> ECRClient:
        """Make a client for ECR."""
        return self._session(region).client("ecr", endpoint_url=self.sandbox.endpoint_url)

    def cloudformation(self, region: str = REGION) -> CloudFormationClient:
        """Make a client for CloudFormation."""
        return self._session(region).client("cloudformation", endpoint_url=self.sandbox.endpoint_url)

    def client(self, service: str) -> Any:  # noqa: ANN401 - there are no stubs for these services
        """Make a client for a service that is not ECR's."""
        # Its name decides its type.
        sessions: Any = self._session(REGION)
        return sessions.client(service, endpoint_url=self.sandbox.endpoint_url)

    def parameter(self, name: str) -> str:
        """Read an SSM parameter."""
        return str(self.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])

    def _session(self, region: str) -> boto3.Session:
        return boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="sandbox", region_name=region)


@contextmanager
def deploy_target(directory: Path, *, regions: Sequence[str] = (REGION,)) -> Iterator[DeployTarget]:
    """Start a sandbox, bootstrap it in each Region, and stop it in the end."""
    targets = [Target(account=ACCOUNT, region=region) for region in regions]
    with running_sandbox(HOME, environ=os.environ) as sandbox:
        bootstrap(sandbox, targets, cdk=find_cdk(ROOT, search_path=os.environ["PATH"]), node=bundled_node())
        yield DeployTarget(sandbox, directory / "repositories.yaml")
