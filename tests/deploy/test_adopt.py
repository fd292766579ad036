"""Repositories made by hand, adopted, synthesized by the real CDK command line, deployed and audited."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from builders.commands import ecrkit
from builders.sandboxes import ACCOUNT, REGION, deploy_target

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from builders.sandboxes import DeployTarget
    from mypy_boto3_ecr import ECRClient

pytestmark = pytest.mark.server

CATALOG = f"""\
# The registries of the organization.
environments:
  dev: {{account: "{ACCOUNT}", region: {REGION}}}  # for now
defaults:
  encryption: KMS
  tags: {{managed-by: ecrkit}}
  removal: destroy
repositories:

  ci/cache:  # rebuilt by every pipeline
    # Nothing in it is worth keeping.
    empty_on_delete: true
  # Others follow.
"""
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
# In an order that ECR does not keep, with a default written out.
LIFECYCLE = {
    "rules": [
        {
            "rulePriority": 20,
            "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 50},
            "action": {"type": "expire"},
        },
        {
            "rulePriority": 3,
            "description": "Untagged images",
            "selection": {
                "tagStatus": "untagged",
                "storageClass": "standard",
                "countType": "sinceImagePushed",
                "countUnit": "days",
                "countNumber": 14,
            },
            "action": {"type": "expire"},
        },
    ]
}
STATEMENTS = [
    {
        "Sid": "Partners",
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{account}:root" for account in ("210987654321", "333333333333")]},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:ListImages"],
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    },
    {
        "Sid": "LambdaECRImageRetrievalPolicy",
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": {"StringLike": {"aws:sourceArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:*"}},
    },
]
NAMES = ("legacy-api", "legacy/api", "payments", "plain")


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployTarget]:
    """Repositories with every setting that the local AWS keeps, made by hand, one with an image."""
    with deploy_target(tmp_path_factory.mktemp("adopted")) as target:
        target.catalog.write_text(CATALOG)
        make_by_hand(target.ecr())
        yield target


@pytest.fixture(scope="module")
def adopted(target: DeployTarget) -> subprocess.CompletedProcess[str]:
    """What `ecrkit adopt` said of them."""
    return ecrkit("adopt", "--all", "--yes", "--catalog", target.catalog, environment=target.environment())


@pytest.fixture(scope="module")
def template(target: DeployTarget, adopted: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The template that the catalog synthesizes to."""
    assert adopted.returncode == 0, adopted.stderr
    store = target.catalog.parent / "policies" / "lifecycle"
    result = target.cdk("synth", "--quiet", "--context", f"policies={store}")
    assert result.returncode == 0, result.stdout
    path = target.catalog.parent / "cdk.out" / "Repositories-dev.template.json"
    return dict(json.loads(path.read_text()))


def make_by_hand(client: ECRClient) -> None:
    client.create_repository(repositoryName="plain")
    client.create_repository(
        repositoryName="legacy/api",
        imageTagMutability="MUTABLE",
        tags=[{"Key": "team", "Value": "Straße 1"}, {"Key": "managed-by", "Value": "hand"}],
    )
    client.put_lifecycle_policy(repositoryName="legacy/api", lifecyclePolicyText=json.dumps(LIFECYCLE))
    client.set_repository_policy(
        repositoryName="legacy/api", policyText=json.dumps({"Version": "2012-10-17", "Statement": STATEMENTS}, indent=2)
    )
    client.create_repository(
        repositoryName="legacy-api",
        imageTagMutability="IMMUTABLE",
        imageScanningConfiguration={"scanOnPush": True},
        encryptionConfiguration={"encryptionType": "KMS", "kmsKey": KEY},
    )
    client.put_lifecycle_policy(repositoryName="legacy-api", lifecyclePolicyText=json.dumps(LIFECYCLE, indent=1))
    client.create_repository(repositoryName="payments", encryptionConfiguration={"encryptionType": "KMS"})
    client.put_image(repositoryName="plain", imageManifest='{"schemaVersion": 2}', imageTag="v1")


def cdk(target: DeployTarget, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the CDK command line over what was synthesized."""
    return target.cdk(*arguments, "--app", str(target.catalog.with_name("cdk.out")))


def audit(target: DeployTarget) -> subprocess.CompletedProcess[str]:
    return ecrkit("audit", "--drift-only", "--catalog", target.catalog, environment=target.environment())


def there(client: ECRClient, name: str) -> dict[str, Any]:
    """Describe a repository in CloudFormation's words."""
    [found] = client.describe_repositories(repositoryNames=[name])["repositories"]
    key = found["encryptionConfiguration"].get("kmsKey")
    tags = client.list_tags_for_resource(resourceArn=found["repositoryArn"])["tags"]
    return {
        "RepositoryName": name,
        "EncryptionConfiguration": {
            "EncryptionType": found["encryptionConfiguration"]["encryptionType"],
            **({"KmsKey": key} if key else {}),
        },
        "ImageScanningConfiguration": {"ScanOnPush": found["imageScanningConfiguration"]["scanOnPush"]},
        "ImageTagMutability": found["imageTagMutability"],
        **lifecycle(client, name),
        **policy(client, name),
        **({"Tags": sorted(tags, key=lambda tag: tag["Key"])} if tags else {}),
    }


def lifecycle(client: ECRClient, name: str) -> dict[str, Any]:
    try:
        document = json.loads(client.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"])
    except ClientError:
        return {}
    for rule in document["rules"]:
        rule["selection"].pop("storageClass", None)
    return {"LifecyclePolicy": sorted(document["rules"], key=lambda rule: int(rule["rulePriority"]))}


def policy(client: ECRClient, name: str) -> dict[str, Any]:
    try:
        return {"RepositoryPolicyText": json.loads(client.get_repository_policy(repositoryName=name)["policyText"])}
    except ClientError:
        return {}


def test_everything_is_adopted(adopted: subprocess.CompletedProcess[str]) -> None:
    """Each repository that no stack has is adopted, whatever its settings; the one of CDK itself is left alone."""
    assert adopted.returncode == 0, adopted.stderr
    assert adopted.stderr == (
        f"cdk-hnb659fds-container-assets-{ACCOUNT}-{REGION}: in another stack, skipped\n"
        "4 repositories adopted into dev, 1 in other stacks skipped\n"
    )


def test_what_was_there_stays(target: DeployTarget, adopted: subprocess.CompletedProcess[str]) -> None:
    """The catalog begins with what a person wrote, to the letter, comments too; entries follow."""
    assert adopted.returncode == 0

    text = target.catalog.read_text()
    assert text.startswith(CATALOG)
    assert [name for name in NAMES if f"\n  {name}:" in text[len(CATALOG) - 1 :]] == list(NAMES)


def test_shared_policy_is_one_version(target: DeployTarget, adopted: subprocess.CompletedProcess[str]) -> None:
    """Two repositories with the same lifecycle policy, differently laid out, share a version, which is locked."""
    assert adopted.returncode == 0

    store = target.catalog.parent / "policies" / "lifecycle"
    assert len(list(store.glob("*/v1.json"))) == 1
    assert ecrkit("policy", "check", store, "--output", "json").returncode == 0
    assert "is not published" not in ecrkit("policy", "check", store).stdout


@pytest.mark.parametrize("name", NAMES)
def test_template_is_what_is_there(target: DeployTarget, template: dict[str, Any], name: str) -> None:
    """What the real app synthesizes for a repository equals what is live, property by property."""
    [resource] = [
        resource for resource in template["Resources"].values() if resource["Properties"].get("RepositoryName") == name
    ]

    properties = dict(resource["Properties"])
    if "LifecyclePolicy" in properties:
        properties["LifecyclePolicy"] = json.loads(properties["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]
    assert properties == there(target.ecr(), name)
    # CloudFormation imports nothing else.
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.usefixtures("template")
def test_cdk_takes_the_mapping(target: DeployTarget) -> None:
    """The real `cdk import` finds every repository in the resource mapping, and nothing that it does not know."""
    mapping = target.catalog.parent / "cdk-import" / "Repositories-dev.json"
    taken = target.catalog.parent / "taken.json"

    result = cdk(
        target,
        "import",
        "Repositories-dev",
        "--resource-mapping",
        str(mapping),
        "--record-resource-mapping",
        str(taken),
    )

    assert result.returncode == 0, result.stdout
    assert "Unrecognized" not in result.stdout
    assert json.loads(taken.read_text()) == json.loads(mapping.read_text())
    assert sorted(one["RepositoryName"] for one in json.loads(taken.read_text()).values()) == list(NAMES)


@pytest.mark.usefixtures("template")
def test_audit_says_no_drift_until_somebody_changes_something(target: DeployTarget) -> None:
    """What is adopted has not drifted; one setting that is changed by hand is named, and nothing else."""
    before = audit(target)
    target.ecr().put_image_tag_mutability(repositoryName="legacy/api", imageTagMutability="IMMUTABLE")
    changed = audit(target)
    target.ecr().put_image_tag_mutability(repositoryName="legacy/api", imageTagMutability="MUTABLE")

    missing = 'repositories["ci/cache"]: is declared, but not deployed in'
    assert [line for line in before.stdout.splitlines() if missing not in line] == []
    [line] = [line for line in changed.stdout.splitlines() if missing not in line]
    assert 'repositories["legacy/api"]: the mutability of its tags is IMMUTABLE, declared MUTABLE; ' in line
    assert changed.returncode == 1


@pytest.mark.usefixtures("template")
def test_deploy_changes_nothing(target: DeployTarget) -> None:
    """A deploy that imports leaves settings and images as they are, and the next audit is content."""
    before = [there(target.ecr(), name) for name in NAMES]

    result = cdk(
        target, "deploy", "--all", "--require-approval", "never", "--import-existing-resources", "--progress", "events"
    )

    assert result.returncode == 0, result.stdout
    after = [there(target.ecr(), name) for name in NAMES]
    for described in after:
        described["Tags"] = [tag for tag in described.get("Tags", []) if not tag["Key"].startswith("aws:")]
    assert after == [{**described, "Tags": described.get("Tags", [])} for described in before]
    assert [image["imageTags"] for image in target.ecr().describe_images(repositoryName="plain")["imageDetails"]] == [
        ["v1"]
    ]
    assert audit(target).stdout == ""


@pytest.mark.usefixtures("template")
def test_second_run_finds_nothing_to_do(target: DeployTarget) -> None:
    """What is declared is left alone, and said so."""
    text = target.catalog.read_text()

    result = ecrkit("adopt", "plain", "--yes", "--catalog", target.catalog, environment=target.environment())

    assert result.returncode == 0
    assert result.stderr == "plain: already declared\n0 repositories adopted into dev, 1 already declared\n"
    assert target.catalog.read_text() == text
