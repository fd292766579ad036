"""Accounts of a fleet in a local AWS: repositories with images, a bucket for the dataset, and roles."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from builders.accounts import account_in, manifest_text
from builders.inventories import LIST_TYPE
from builders.policies import policy_text, rule
from builders.sandboxes import HOME

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pytest

    from ecrkit.aws.sandbox import Sandbox

__all__ = ["BUCKET", "OTHER", "Fleet", "fleet_in"]

OTHER = "210987654321"
"""A second account."""

BUCKET = "fleet"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@dataclass(frozen=True, slots=True)
class Fleet:
    """
    Two accounts of a local AWS, and two Regions of the second.

    Attributes:
        sandbox: the local AWS.
        environment: variables that lead a command to the first account.
    """

    sandbox: Sandbox
    environment: Mapping[str, str]

    def client(self, service: str, *, account: str = HOME.account, region: str = HOME.region) -> Any:  # noqa: ANN401 - any service
        """Make a client."""
        session = boto3.Session(aws_access_key_id=account, aws_secret_access_key="sandbox", region_name=region)
        return session.client(service, endpoint_url=self.sandbox.endpoint_url)  # type: ignore[call-overload] # any

    def add(self, repository: str, tags: list[str], *, account: str, region: str, **settings: str) -> None:
        """Create a repository with an image for each of *tags*, tagged with its team."""
        ecr = self.client("ecr", account=account, region=region)
        ecr.create_repository(repositoryName=repository, tags=[{"Key": "team", "Value": settings.get("team", "shop")}])
        if "policy" in settings:
            ecr.put_lifecycle_policy(repositoryName=repository, lifecyclePolicyText=settings["policy"])
        for tag in tags:
            text = manifest_text(f"{account}/{region}/{repository}/{tag}")
            ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=text, imageManifestMediaType=_MANIFEST)

    def add_list(self, repository: str, tag: str, *, account: str, region: str) -> None:
        """Put a manifest list with one image, which has no tag."""
        ecr = self.client("ecr", account=account, region=region)
        child = manifest_text(f"{repository}/{tag}/linux")
        put = ecr.put_image(repositoryName=repository, imageManifest=child, imageManifestMediaType=_MANIFEST)
        digest = put["image"]["imageId"]["imageDigest"]
        entry = {"mediaType": _MANIFEST, "digest": digest, "size": len(child)}
        text = json.dumps({"schemaVersion": 2, "mediaType": LIST_TYPE, "manifests": [entry]})
        ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=text, imageManifestMediaType=LIST_TYPE)

    def enter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lead the commands of this process to the first account."""
        for name, value in self.environment.items():
            monkeypatch.setenv(name, value)

    def objects(self) -> list[str]:
        """List the keys in the bucket."""
        answer = self.client("s3").list_objects_v2(Bucket=BUCKET)
        return sorted(found["Key"] for found in answer.get("Contents", ()))


def fleet_in(sandbox: Sandbox, directory: Path) -> Fleet:
    """Empty a local AWS, and make two accounts with repositories and a bucket in it."""
    account = account_in(sandbox, directory)
    fleet = Fleet(sandbox, account.environment)
    fleet.client("s3").create_bucket(Bucket=BUCKET)
    keep = policy_text(rule(countNumber=1))
    fleet.add("web", ["v1", "v2"], account=HOME.account, region="us-east-1", policy=keep)
    fleet.add("web", ["v1", "v2", "v3"], account=OTHER, region="us-east-1", team="pay")
    fleet.add("api", ["v1"], account=OTHER, region="eu-west-1")
    fleet.add("empty", [], account=OTHER, region="eu-west-1")
    return fleet
