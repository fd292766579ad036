"""From the L2 of aws-cdk to the construct, as docs/tasks/migrate.md says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_kms as kms
from builders.templates import stack, template_of

from ecrkit.cdk import Repository
from ecrkit.deployment.extraction.plan import plan_extraction, write_extraction
from ecrkit.deployment.extraction.templates import find_policies, template_files
from ecrkit.lifecycle import parse_policy
from ecrkit.policies.store import PolicyStore, UnpublishedPolicyWarning

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.node

CREATE_ONLY = ("RepositoryName", "EncryptionConfiguration")
"""Source: CloudFormation schema of AWS::ECR::Repository, createOnlyProperties."""

KEY = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"


def key(scope: cdk.Stack) -> kms.IKey:
    return kms.Key.from_key_arn(scope, "Key", KEY)


MOVES: dict[str, tuple[Callable[[cdk.Stack], object], Callable[[cdk.Stack], object]]] = {
    "named": (
        lambda scope: ecr.Repository(scope, "App", repository_name="shop/app"),
        lambda scope: Repository(scope, "App", repository_name="shop/app", encryption="omit"),
    ),
    "unnamed": (
        lambda scope: ecr.Repository(scope, "App"),
        lambda scope: Repository(scope, "App", encryption="omit"),
    ),
    "KMS": (
        lambda scope: ecr.Repository(scope, "App", encryption=ecr.RepositoryEncryption.KMS),
        lambda scope: Repository(scope, "App", encryption="KMS"),
    ),
    "AES_256": (
        lambda scope: ecr.Repository(scope, "App", encryption=ecr.RepositoryEncryption.AES_256),
        lambda scope: Repository(scope, "App", encryption="omit"),
    ),
    "CDK's KMS": (
        lambda scope: ecr.Repository(scope, "App", encryption=ecr.RepositoryEncryption.KMS),
        lambda scope: Repository(scope, "App", encryption=ecr.RepositoryEncryption.KMS),
    ),
    "key": (
        lambda scope: ecr.Repository(scope, "App", encryption_key=key(scope)),
        lambda scope: Repository(scope, "App", encryption_key=key(scope)),
    ),
}


def made(make: Callable[[cdk.Stack], object]) -> dict[str, dict[str, Any]]:
    """Give the resources of a stack in which *make* was called."""
    scope = stack()
    make(scope)
    resources: dict[str, dict[str, Any]] = template_of(scope)["Resources"]
    return resources


@pytest.mark.parametrize(("before", "after"), [pytest.param(*move, id=name) for name, move in MOVES.items()])
def test_nothing_is_replaced(before: Callable[[cdk.Stack], object], after: Callable[[cdk.Stack], object]) -> None:
    """The logical id is the same, and so is every property that CloudFormation would replace a repository for."""
    [(old_id, old)], [(new_id, new)] = made(before).items(), made(after).items()

    assert new_id == old_id
    assert [new["Properties"].get(name) for name in CREATE_ONLY] == [
        old.get("Properties", {}).get(name) for name in CREATE_ONLY
    ]


def test_extracted_policies(tmp_path: Path) -> None:
    """The policies that `ecrkit policy extract` writes mean what the rules of the L2 did."""
    app = cdk.App(outdir=str(tmp_path / "cdk.out"), analytics_reporting=False)
    old = ecr.Repository(stack(scope=app), "App", repository_name="shop/app")
    old.add_lifecycle_rule(max_image_count=10)
    old.add_lifecycle_rule(tag_status=ecr.TagStatus.UNTAGGED, max_image_age=cdk.Duration.days(2), rule_priority=1)
    app.synth()
    write_extraction(plan_extraction(find_policies(template_files(tmp_path / "cdk.out")), store=tmp_path / "store"))
    with pytest.warns(UnpublishedPolicyWarning):
        policy = PolicyStore(tmp_path / "store")["shop-app@1"]
    [new] = made(lambda scope: Repository(scope, "App", lifecycle=policy)).values()
    [template] = (tmp_path / "cdk.out").glob("*.template.json")
    [text] = [
        resource["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"]
        for resource in json.loads(template.read_text())["Resources"].values()
        if resource["Type"] == "AWS::ECR::Repository"
    ]

    assert parse_policy(text, file="old") == parse_policy(
        new["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"], file="new"
    )


def test_what_changes() -> None:
    """The rest is changed in place: scanning and mutability of the tags; a repository is kept as before, or longer."""
    before, after = MOVES["named"]
    [old], [new] = made(before).values(), made(after).values()

    assert old == {
        "Type": "AWS::ECR::Repository",
        "Properties": {"RepositoryName": "shop/app"},
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
    }
    assert new == {
        "Type": "AWS::ECR::Repository",
        "Properties": {
            "RepositoryName": "shop/app",
            "ImageScanningConfiguration": {"ScanOnPush": True},
            "ImageTagMutability": "IMMUTABLE",
        },
        "DeletionPolicy": "RetainExceptOnCreate",
        "UpdateReplacePolicy": "Retain",
    }


def test_without_omit_it_would_be_replaced() -> None:
    """That is why `omit` is there: the default writes a create-only property where the L2 has none."""
    [old] = made(lambda scope: ecr.Repository(scope, "App")).values()
    [new] = made(lambda scope: Repository(scope, "App")).values()

    assert "Properties" not in old
    assert new["Properties"]["EncryptionConfiguration"] == {"EncryptionType": "AES256"}
