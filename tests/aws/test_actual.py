"""What no local AWS keeps of a repository: exceptions of mutability, two layers of encryption, what ECR refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber
from builders.actual import ACCOUNT, actual, iam, statement
from builders.stores import make_store, policy_text

from ecrkit import PolicyStore
from ecrkit.aws.actual import actual_repositories
from ecrkit.aws.repositories import deployed_repositories
from ecrkit.aws.stacks import StackFinder
from ecrkit.catalog import check_catalog
from ecrkit.deployment.adoption import Adopter
from ecrkit.deployment.audit import drift
from ecrkit.errors import AwsError, Location

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_ecr import ECRClient

ARN = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/web"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
DESCRIBED: dict[str, Any] = {
    "repositoryArn": ARN,
    "registryId": ACCOUNT,
    "repositoryName": "web",
    "repositoryUri": f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/web",
    "createdAt": datetime(2026, 11, 1, tzinfo=UTC),
    "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
    "imageTagMutabilityExclusionFilters": [
        {"filterType": "WILDCARD", "filter": "latest"},
        {"filterType": "WILDCARD", "filter": "dev-*"},
    ],
    "imageScanningConfiguration": {"scanOnPush": False},
    "encryptionConfiguration": {"encryptionType": "KMS_DSSE", "kmsKey": KEY},
}
TAGS = [{"Key": "team", "Value": "web"}, {"Key": "aws:cloudformation:stack-name", "Value": "Gone"}]


@pytest.fixture
def stubbed() -> Iterator[tuple[ECRClient, Stubber]]:
    """A client that reaches nobody, and has described one repository with its tags."""
    client = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1").client("ecr")
    with Stubber(client) as stubber:
        stubber.add_response("describe_repositories", {"repositories": [DESCRIBED]})
        stubber.add_response("list_tags_for_resource", {"tags": TAGS}, {"resourceArn": ARN})
        yield client, stubber


def read(client: ECRClient) -> Any:  # noqa: ANN401 - a value of ours
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1")
    stacks = StackFinder(session.client("cloudformation"))
    [found] = actual_repositories(client, deployed_repositories(client), stacks=stacks)
    return found


def test_everything_that_a_catalog_can_say_is_read(stubbed: tuple[ECRClient, Stubber]) -> None:
    """Exceptions, encryption, both policies and the tags that a person set come as they are."""
    client, stubber = stubbed
    stubber.add_response("get_repository_policy", {"policyText": iam(statement())}, {"repositoryName": "web"})
    stubber.add_response("get_lifecycle_policy", {"lifecyclePolicyText": policy_text()}, {"repositoryName": "web"})

    assert replace(read(client), created_at=None) == actual(
        scan_on_push=False,
        encryption="KMS_DSSE",
        encryption_key=KEY,
        mutability="IMMUTABLE",
        exceptions=("latest", "dev-*"),
        repository_policy_text=iam(statement()),
        tags={"team": "web"},
    )


def test_it_is_adopted_and_has_not_drifted(stubbed: tuple[ECRClient, Stubber], tmp_path: Path) -> None:
    """From the service's own answers to an entry of the catalog, and an audit that finds nothing."""
    client, stubber = stubbed
    stubber.add_response("get_repository_policy", {"policyText": json.dumps(json.loads(iam(statement())), indent=2)})
    stubber.add_response("get_lifecycle_policy", {"lifecyclePolicyText": policy_text()})
    there = read(client)
    policies = PolicyStore(make_store(tmp_path, {"ten/v1.json": policy_text()}))
    catalog = f'environments: {{dev: {{account: "{ACCOUNT}", region: us-east-1}}}}\nrepositories: {{}}\n'

    adopted = Adopter(catalog, file="x", policies=policies, environment="dev").adopt([there])

    checked = check_catalog(adopted.after, file="x", policies=policies)
    assert checked.catalog
    [environment] = checked.catalog.environments
    [entry] = environment.repositories
    assert (entry.properties.encryption, entry.properties.encryption_key) == ("KMS_DSSE", KEY)
    assert entry.properties.mutable_tags == ("latest", "dev-*")
    where = Location("x", 1, 1)
    policy = policies.compose(entry.lifecycle)
    assert list(drift(entry, there, policy=policy, environment=environment, location=where)) == []


def test_no_policies_are_none(stubbed: tuple[ECRClient, Stubber]) -> None:
    """Where there is no policy, that is what is there, and no failure."""
    client, stubber = stubbed
    stubber.add_client_error("get_repository_policy", "RepositoryPolicyNotFoundException")
    stubber.add_client_error("get_lifecycle_policy", "LifecyclePolicyNotFoundException")

    found = read(client)
    assert (found.repository_policy_text, found.lifecycle_policy_text) == (None, None)


def test_repository_that_vanished_is_told(stubbed: tuple[ECRClient, Stubber]) -> None:
    """What is deleted while it is read ends in one clear line."""
    client, stubber = stubbed
    stubber.add_client_error("get_repository_policy", "RepositoryNotFoundException", "The repository is gone.")

    with pytest.raises(
        AwsError, match=r"GetRepositoryPolicy: The repository is gone.; run `ecrkit repos list` to list"
    ):
        read(client)
