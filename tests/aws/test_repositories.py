"""The repository that a reference means: in the registry of the credentials, whatever its host is called."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ecrkit.aws.repositories import repository_of
from ecrkit.errors import RefusedError
from ecrkit.images.references import ImageReference

if TYPE_CHECKING:
    from botocore.stub import Stubber
    from mypy_boto3_ecr import ECRClient

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


def answer(stub: Stubber) -> None:
    description = {
        "repositoryName": "acme/api",
        "repositoryUri": f"{HOST}/acme/api",
        "repositoryArn": "arn:aws:ecr:us-east-1:123456789012:repository/acme/api",
        "registryId": "123456789012",
        "createdAt": datetime(2026, 11, 1, tzinfo=UTC),
        "imageTagMutability": "IMMUTABLE",
        "imageScanningConfiguration": {"scanOnPush": True},
        "encryptionConfiguration": {"encryptionType": "AES256"},
    }
    stub.add_response("describe_repositories", {"repositories": [description]}, {"repositoryNames": ["acme/api"]})


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("", id="none"),
        pytest.param(f"{HOST}/", id="of the URI"),
        pytest.param(f"{HOST}:443/", id="with its port"),
        pytest.param("123456789012.dkr-ecr.us-east-1.on.aws/", id="dual stack"),
        pytest.param("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/", id="FIPS"),
    ],
)
def test_every_host_of_the_registry(client: ECRClient, stub: Stubber, host: str) -> None:
    """A repository is found by every host that its registry has."""
    answer(stub)

    assert repository_of(client, ImageReference.parse(f"{host}acme/api")).name == "acme/api"


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("210987654321.dkr.ecr.us-east-1.amazonaws.com", id="account"),
        pytest.param("123456789012.dkr-ecr.eu-west-1.on.aws", id="Region"),
        pytest.param("localhost:4566", id="local"),
    ],
)
def test_another_registry_is_refused(client: ECRClient, stub: Stubber, host: str) -> None:
    """A repository of the same name in another registry is not the one that is meant."""
    answer(stub)

    with pytest.raises(RefusedError) as refused:
        repository_of(client, ImageReference.parse(f"{host}/acme/api"))

    assert str(refused.value) == (
        f"{host}: not the registry of the credentials, {HOST}; change --profile or --region, or omit the host"
    )


@pytest.mark.parametrize("host", ["ghcr.io", "docker.io", f"{HOST}.example.com"])
@pytest.mark.usefixtures("stub")
def test_foreign_host_is_no_repository(client: ECRClient, host: str) -> None:
    """A foreign host is never the beginning of a repository's name, and AWS is not asked."""
    with pytest.raises(RefusedError) as refused:
        repository_of(client, ImageReference.parse(f"{host}/acme/api"))

    assert str(refused.value) == (
        f"{host}: not a private registry of ECR; if a repository's own name begins with it, write "
        f"'ACCOUNT.dkr.ecr.REGION.amazonaws.com/{host}/acme/api'"
    )


@pytest.mark.parametrize("host", ["public.ecr.aws", "ecr-public.aws.com"])
@pytest.mark.usefixtures("stub")
def test_public_repository_is_refused(client: ECRClient, host: str) -> None:
    """Commands work with private repositories, and say so of a public one; AWS is not asked."""
    with pytest.raises(RefusedError) as refused:
        repository_of(client, ImageReference.parse(f"{host}/a1b2c3d4/cli"))

    assert str(refused.value) == (
        f"{host}: a public registry, but ecrkit's commands work with private repositories only; use a container tool "
        "or 'aws ecr-public'"
    )
