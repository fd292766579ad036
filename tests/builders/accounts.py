"""An account in a local AWS, for tests of commands that work on what is deployed."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import boto3
from builders.sandboxes import HOME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_lambda import LambdaClient

    from ecrkit.aws.sandbox import Sandbox

__all__ = ["REGISTRY", "Account", "account_in", "manifest_text"]

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"

REGISTRY = f"{HOME.account}.dkr.ecr.{HOME.region}.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Account:
    """
    An empty account to begin with.

    Attributes:
        url: where it answers, the registry too.
        environment: variables that lead a command there.
        sandbox: that it is in; ``None`` for moto's.
    """

    url: str
    environment: Mapping[str, str]
    sandbox: Sandbox | None = None

    @property
    def ecr(self) -> ECRClient:
        """A client for ECR."""
        return self._session().client("ecr", endpoint_url=self.url)

    @property
    def ecs(self) -> ECSClient:
        """A client for ECS."""
        return self._session().client("ecs", endpoint_url=self.url)

    @property
    def functions(self) -> LambdaClient:
        """A client for Lambda."""
        return self._session().client("lambda", endpoint_url=self.url)

    @property
    def cloudformation(self) -> CloudFormationClient:
        """A client for CloudFormation."""
        return self._session().client("cloudformation", endpoint_url=self.url)

    def at(self, url: str) -> dict[str, str]:
        """Give the environment with another endpoint, a proxy's."""
        return {**self.environment, "AWS_ENDPOINT_URL": url}

    def tags(self, repository: str) -> list[str]:
        """Give the tags that are in a repository, in order."""
        images = self.ecr.describe_images(repositoryName=repository)["imageDetails"]
        return sorted(tag for image in images for tag in image.get("imageTags", []))

    def put_image(self, repository: str, tag: str, *, text: str | None = None) -> str:
        """Put a manifest without layers; gives its digest."""
        manifest = text or manifest_text(tag)
        answer = self.ecr.put_image(
            repositoryName=repository,
            imageTag=tag,
            imageManifest=manifest,
            imageManifestMediaType=_MANIFEST,
            # Of a manifest without layers moto makes up a digest, one of a hundred.
            imageDigest=f"sha256:{sha256(manifest.encode()).hexdigest()}",
        )
        return answer["image"]["imageId"]["imageDigest"]

    def _session(self) -> boto3.Session:
        return boto3.Session(aws_access_key_id=HOME.account, aws_secret_access_key="sandbox", region_name=HOME.region)


def manifest_text(distinction: str) -> str:
    """Write the manifest of an artifact, another one for each *distinction*."""
    configuration = {"mediaType": "application/vnd.oci.empty.v1+json", "annotations": {"is": distinction}}
    return json.dumps({"schemaVersion": 2, "mediaType": _MANIFEST, "config": configuration})


def account_in(sandbox: Sandbox, directory: Path) -> Account:
    """
    Empty a local AWS, and give the account in it.

    Args:
        sandbox: that tests share, one after the other.
        directory: of the container tools, which would keep passwords in the home directory of whoever runs the tests.
    """
    request = urllib.request.Request(f"{sandbox.endpoint_url}/_ministack/reset", method="POST")  # noqa: S310 - this machine
    with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - as above
        response.read()
    tools = {
        "HOME": str(directory),
        "DOCKER_CONFIG": str(directory / "docker"),
        "REGISTRY_AUTH_FILE": str(directory / "auth.json"),
    }
    return Account(sandbox.endpoint_url, {**sandbox.settings(HOME), **tools}, sandbox)
