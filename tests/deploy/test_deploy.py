"""The catalog deployed by the real CDK command line into a local AWS, and looked at with boto3."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from builders.assemblies import synthesize
from builders.commands import ecrkit
from builders.sandboxes import ACCOUNT, REGION, ROOT, deploy_target

from ecrkit import PolicyStore
from ecrkit.lifecycle import render
from ecrkit.registry.cloudformation import shard_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from builders.sandboxes import DeployTarget
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import RepositoryTypeDef

pytestmark = pytest.mark.server

POLICIES = PolicyStore(ROOT / "policies" / "lifecycle")
MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json"

TWO_REPOSITORIES = """
  my-app:
    lifecycle: keep-last-10@1
    tags: {team: web}
  payments/api:
    lifecycle: keep-five-prod@1
    encryption: KMS
"""


ELSEWHERE = "eu-west-1"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:images"
TWO_ENVIRONMENTS = f"""
environments:
  dev:
    account: "{ACCOUNT}"
    region: {REGION}
    events:
      - {{when: [push], repositories: [payments/*], to: "{QUEUE}"}}
      - {{when: [finding], severity: HIGH, to: "{QUEUE}"}}
  prod: {{account: "{ACCOUNT}", region: {ELSEWHERE}, shards: 2, defaults: {{mutability: MUTABLE}}}}
defaults:
  tags: {{managed-by: ecrkit}}
repositories:
  my-app:
    lifecycle: keep-last-10@1
    tags: {{team: web}}
  payments/api:
    lifecycle: keep-five-prod@1
    encryption: KMS
    exports: true
    parameters: true
    pull: {{accounts: ["210987654321"], organization: o-a1b2c3d4e5, lambda: true}}
    push: {{principals: ["arn:aws:iam::{ACCOUNT}:role/ci"]}}
  docs: {{only: [prod]}}
"""


def sent(source: str, detail_type: str, detail: dict[str, Any]) -> dict[str, Any]:
    """Give an event as a service sends it; the local AWS sends none itself."""
    about = {"id": "1", "account": ACCOUNT, "time": "2026-11-28T00:00:00Z", "region": REGION, "resources": []}
    return {**about, "source": source, "detail-type": detail_type, "detail": detail}


def pushed(repository: str) -> dict[str, Any]:
    detail = {"result": "SUCCESS", "repository-name": repository, "action-type": "PUSH", "image-tag": "v1"}
    return sent("aws.ecr", "ECR Image Action", detail)


def scanned(counts: dict[str, int]) -> dict[str, Any]:
    detail = {"scan-status": "COMPLETE", "repository-name": "my-app", "finding-severity-counts": counts}
    return sent("aws.ecr", "ECR Image Scan", detail)


def finding(severity: str) -> dict[str, Any]:
    image = {"type": "AWS_ECR_CONTAINER_IMAGE", "details": {"awsEcrContainerImage": {"repositoryName": "my-app"}}}
    detail = {"severity": severity, "status": "ACTIVE", "resources": [image]}
    return sent("aws.inspector2", "Inspector2 Finding", detail)


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DeployTarget, str]]:
    """Two environments deployed, one of them over two stacks, for tests that only look; with what was printed."""
    with deploy_target(tmp_path_factory.mktemp("deployed"), regions=[REGION, ELSEWHERE]) as target:
        target.catalog.write_text(TWO_ENVIRONMENTS)
        result = target.deploy()
        assert result.returncode == 0, result.stdout
        yield target, result.stdout


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[DeployTarget]:
    """An empty account, for tests that change what is deployed."""
    with deploy_target(tmp_path) as target:
        yield target


def test_service_reports_declared_settings(deployed: tuple[DeployTarget, str]) -> None:
    """What the service says of a repository is what the catalog says."""
    target, _ = deployed

    my_app = described(target.ecr(), "my-app")
    payments = described(target.ecr(), "payments/api")

    assert my_app["imageScanningConfiguration"] == {"scanOnPush": True}
    assert my_app["encryptionConfiguration"] == {"encryptionType": "AES256"}
    assert my_app["imageTagMutability"] == "IMMUTABLE"
    assert payments["encryptionConfiguration"]["encryptionType"] == "KMS"


def test_service_holds_rendered_policy(deployed: tuple[DeployTarget, str]) -> None:
    """The lifecycle policy arrives as the text that the file renders to."""
    target, _ = deployed

    text = target.ecr().get_lifecycle_policy(repositoryName="payments/api")["lifecyclePolicyText"]

    assert text == render(POLICIES["keep-five-prod@1"])


def test_service_holds_tags(deployed: tuple[DeployTarget, str]) -> None:
    """The tags of the catalog are on the resource."""
    target, _ = deployed
    arn = described(target.ecr(), "my-app")["repositoryArn"]

    tags = {tag["Key"]: tag["Value"] for tag in target.ecr().list_tags_for_resource(resourceArn=arn)["tags"]}

    assert tags["team"] == "web"
    assert tags["managed-by"] == "ecrkit"


def test_service_holds_the_policy_of_a_repository(deployed: tuple[DeployTarget, str]) -> None:
    """Who may pull and push is as the template of the assembly says."""
    target, _ = deployed
    [declared] = [
        properties for properties in declared_in(target, "Repositories-dev") if "RepositoryPolicyText" in properties
    ]

    held = json.loads(target.ecr().get_repository_policy(repositoryName="payments/api")["policyText"])

    assert held == declared["RepositoryPolicyText"]
    assert {statement["Sid"] for statement in held["Statement"]} >= {"PullByLambda"}
    with pytest.raises(ClientError, match="RepositoryPolicyNotFoundException"):
        target.ecr().get_repository_policy(repositoryName="my-app")


def test_others_find_a_repository(deployed: tuple[DeployTarget, str]) -> None:
    """The URI and the ARN of a repository are in SSM and in the exports, under the names that are documented."""
    target, _ = deployed
    api = described(target.ecr(), "payments/api")

    exports = {export["Name"]: export["Value"] for export in target.cloudformation().list_exports()["Exports"]}

    assert target.parameter("/ecr/payments/api/uri") == api["repositoryUri"]
    assert target.parameter("/ecr/payments/api/arn") == api["repositoryArn"]
    assert exports["ecr:PaymentsApiRepositoryUri"] == api["repositoryUri"]
    assert exports["ecr:PaymentsApiRepositoryArn"] == api["repositoryArn"]


def test_environments_differ(deployed: tuple[DeployTarget, str]) -> None:
    """Each Region has the repositories of its environment, with the settings that hold there."""
    target, _ = deployed

    here, there = (
        {
            one["repositoryName"]: one["imageTagMutability"]
            for one in client.describe_repositories()["repositories"]
            if not one["repositoryName"].startswith("cdk-")  # made by the bootstrap
        }
        for client in (target.ecr(), target.ecr(ELSEWHERE))
    )

    assert here == {"my-app": "IMMUTABLE", "payments/api": "IMMUTABLE"}
    assert there == {"docs": "MUTABLE", "my-app": "MUTABLE", "payments/api": "MUTABLE"}


def test_shards_hold_their_own(deployed: tuple[DeployTarget, str]) -> None:
    """Each repository is in the stack that follows from its name, and its output with it."""
    target, _ = deployed

    held = {
        f"Repositories-prod-{shard}": stack_repositories(target, f"Repositories-prod-{shard}", region=ELSEWHERE)
        for shard in range(2)
    }

    assert {name: sorted(names) for name, names in held.items()} == {
        f"Repositories-prod-{shard}": sorted(
            name for name in ("docs", "my-app", "payments/api") if shard_of(name, 2) == shard
        )
        for shard in range(2)
    }
    assert all(held.values())


def test_changed_number_of_shards_is_seen(deployed: tuple[DeployTarget, str], tmp_path: Path) -> None:
    """The guard reads the number from what is deployed, and refuses another."""
    target, _ = deployed
    place = {"prod": f"{ELSEWHERE}, shards: 4"}
    assembly = synthesize(tmp_path, "  docs: {mutability: MUTABLE, tags: {managed-by: ecrkit}}\n", environments=place)

    result = ecrkit("guard", assembly, "--deployed", "--output", "json", environment=target.environment())

    found = [(one["stack"], one["repository"], one["code"]) for one in json.loads(result.stdout)["findings"]]
    assert ("Repositories-prod-1", "", "GRD124") in found
    assert result.returncode == 1


def test_deploy_prints_repository_uris(deployed: tuple[DeployTarget, str]) -> None:
    """`cdk deploy` ends with the URI of each repository under a readable key."""
    target, printed = deployed

    uri = described(target.ecr(), "my-app")["repositoryUri"]

    assert f"Repositories-dev.MyAppRepositoryUri = {uri}\n" in printed
    assert "Repositories-dev.PaymentsApiRepositoryUri = " in printed


def test_second_deploy_changes_nothing(deployed: tuple[DeployTarget, str]) -> None:
    """A catalog that is deployed already deploys again as no change."""
    target, _ = deployed

    result = target.deploy()

    assert result.returncode == 0, result.stdout
    assert "(no changes)" in result.stdout


def test_policy_change_is_in_place(fresh: DeployTarget) -> None:
    """Another pin changes the policy of the same repository, and its images stay."""
    fresh.declare("  my-app: {lifecycle: keep-last-10@1}\n")
    fresh.deploy()
    before = created_at(fresh.ecr(), "my-app")
    digest = push(fresh.ecr(), "my-app", tag="v1")

    fresh.declare("  my-app: {lifecycle: expire-untagged@1}\n")
    result = fresh.deploy()

    assert result.returncode == 0, result.stdout
    text = fresh.ecr().get_lifecycle_policy(repositoryName="my-app")["lifecyclePolicyText"]
    assert text == render(POLICIES["expire-untagged@1"])
    assert created_at(fresh.ecr(), "my-app") == before
    assert digests(fresh.ecr(), "my-app") == [digest]


def test_encryption_change_is_refused(fresh: DeployTarget) -> None:
    """A change of encryption, which would replace the repository, fails, and loses nothing."""
    fresh.declare("  my-app: {}\n")
    fresh.deploy()
    digest = push(fresh.ecr(), "my-app", tag="v1")

    fresh.declare("  my-app: {encryption: KMS}\n")
    result = fresh.deploy()

    assert result.returncode == 1
    assert "CloudFormation cannot update a stack when a custom-named resource requires replacing" in result.stdout
    assert described(fresh.ecr(), "my-app")["encryptionConfiguration"] == {"encryptionType": "AES256"}
    assert digests(fresh.ecr(), "my-app") == [digest]


def test_undeclared_repository_is_kept(fresh: DeployTarget) -> None:
    """A repository that leaves the catalog leaves its stack, and stays with its images."""
    fresh.declare(TWO_REPOSITORIES)
    fresh.deploy()
    digest = push(fresh.ecr(), "my-app", tag="v1")

    fresh.declare("  payments/api: {lifecycle: keep-five-prod@1, encryption: KMS}\n")
    result = fresh.deploy()

    assert result.returncode == 0, result.stdout
    assert stack_repositories(fresh) == ["payments/api"]
    assert digests(fresh.ecr(), "my-app") == [digest]


def test_destroy_keeps_what_is_not_to_be_destroyed(fresh: DeployTarget) -> None:
    """`cdk destroy` deletes the repositories that say so, with their images, and keeps the others with theirs."""
    fresh.declare("  kept: {}\n  scratch: {removal: destroy, empty_on_delete: true}\n")
    fresh.deploy()
    digest = push(fresh.ecr(), "kept", tag="v1")
    push(fresh.ecr(), "scratch", tag="v1")

    result = fresh.cdk("destroy", "--all", "--force")

    assert result.returncode == 0, result.stdout
    assert digests(fresh.ecr(), "kept") == [digest]
    with pytest.raises(ClientError, match="RepositoryNotFoundException"):
        described(fresh.ecr(), "scratch")
    with pytest.raises(ClientError, match="does not exist"):
        fresh.cloudformation().describe_stacks(StackName="Repositories-dev")


def described(client: ECRClient, name: str) -> RepositoryTypeDef:
    (repository,) = client.describe_repositories(repositoryNames=[name])["repositories"]
    return repository


def created_at(client: ECRClient, name: str) -> datetime:
    return described(client, name)["createdAt"]


def digests(client: ECRClient, name: str) -> list[str]:
    return [image["imageDigest"] for image in client.describe_images(repositoryName=name)["imageDetails"]]


def push(client: ECRClient, name: str, *, tag: str) -> str:
    """Put an image of no layers."""
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "size": 2, "digest": sha256("{}")}
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MEDIA_TYPE, "config": config, "layers": []})
    client.put_image(repositoryName=name, imageManifest=manifest, imageManifestMediaType=MEDIA_TYPE, imageTag=tag)
    return sha256(manifest)


def sha256(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def test_events_have_rules(deployed: tuple[DeployTarget, str]) -> None:
    """The rules send to the queue, each with the role of the target in this stack."""
    target, _ = deployed
    events = target.client("events")

    names = [rule["Name"] for rule in events.list_rules(NamePrefix="ecr-")["Rules"]]
    sent_to = [events.list_targets_by_rule(Rule=name)["Targets"] for name in names]

    assert sorted(name.split("-")[2] for name in names) == ["Findings", "Images", "Scans"]
    assert {each["Arn"] for [each] in sent_to} == {QUEUE}
    assert [each["RoleArn"].split("/")[-1].startswith("Events-dev-Role") for [each] in sent_to] == [True] * 3


@pytest.mark.parametrize(
    ("event", "matched"),
    [
        pytest.param(pushed("payments/api"), ["Images"], id="push"),
        pytest.param(pushed("my-app"), [], id="push to another repository"),
        pytest.param(scanned({"CRITICAL": 1, "LOW": 2}), ["Scans"], id="scan"),
        pytest.param(scanned({"LOW": 2}), [], id="scan without grave findings"),
        pytest.param(finding("HIGH"), ["Findings"], id="finding"),
        pytest.param(finding("MEDIUM"), [], id="finding that is not grave"),
    ],
)
def test_events_match(deployed: tuple[DeployTarget, str], event: dict[str, Any], matched: list[str]) -> None:
    """The deployed event patterns match what the services send, as the local EventBridge matches it."""
    target, _ = deployed
    events = target.client("events")

    rules = events.list_rules(NamePrefix="ecr-")["Rules"]
    answers = {
        rule["Name"].split("-")[2]: events.test_event_pattern(
            EventPattern=rule["EventPattern"], Event=json.dumps(event)
        )["Result"]
        for rule in rules
    }

    assert [name for name, is_matched in answers.items() if is_matched] == matched


def declared_in(target: DeployTarget, stack: str) -> list[dict[str, Any]]:
    template = json.loads((target.catalog.with_name("cdk.out") / f"{stack}.template.json").read_text())
    return [resource["Properties"] for resource in template["Resources"].values()]


def stack_repositories(target: DeployTarget, stack: str = "Repositories-dev", *, region: str = REGION) -> list[str]:
    resources = target.cloudformation(region).list_stack_resources(StackName=stack)["StackResourceSummaries"]
    return [
        resource["PhysicalResourceId"] for resource in resources if resource["ResourceType"] == "AWS::ECR::Repository"
    ]
