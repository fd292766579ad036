"""What the guard says of a resource that stays in its place, to the letter."""

from __future__ import annotations

from typing import Any

import pytest
from builders.assemblies import destroyed, repository, setting, stack

from ecrkit.deployment.guard import GuardFinding, compare
from ecrkit.errors import Severity

AES256 = {"EncryptionType": "AES256"}
KMS = {"EncryptionType": "KMS", "KmsKey": {"Fn::GetAtt": ["Key", "Arn"]}}
REFUSED = "CloudFormation does not replace a named resource, so the deploy fails"
RULE = {"EcrRepositoryPrefix": "hub", "UpstreamRegistryUrl": "registry-1.docker.io"}


def changed(before: dict[str, Any], now: dict[str, Any]) -> list[GuardFinding]:
    """Compare two states of a stack of one resource."""
    return list(compare([stack({"It": before})], [stack({"It": now})]))


def bare(declared: dict[str, Any]) -> dict[str, Any]:
    """Leave out the encryption."""
    properties = {key: value for key, value in declared["Properties"].items() if key != "EncryptionConfiguration"}
    return {**declared, "Properties": properties}


@pytest.mark.parametrize(
    ("before", "now", "code", "message", "remedy"),
    [
        pytest.param(
            repository("web"),
            repository("shop"),
            "GRD101",
            "'web' is renamed to 'shop': CloudFormation would create another repository, empty, and keep the old one "
            "with its images, but no stack manages it any more",
            "keep the name; or add a second repository, copy the images, and remove 'web' when nothing pulls from it",
            id="renamed",
        ),
        pytest.param(
            {**repository("web"), "UpdateReplacePolicy": "Delete"},
            repository("shop"),
            "GRD101",
            "'web' is renamed to 'shop': CloudFormation would create another repository, empty, and delete the old "
            "one if it is empty, and fail to while it has images",
            "keep the name; or add a second repository, copy the images, and remove 'web' when nothing pulls from it",
            id="renamed, the weaker policy of both",
        ),
        pytest.param(
            repository("web"),
            repository(None),
            "GRD101",
            "'web' is renamed to a name that CloudFormation makes up: CloudFormation would create another repository, "
            "empty, and keep the old one with its images, but no stack manages it any more",
            "keep the name; or add a second repository, copy the images, and remove 'web' when nothing pulls from it",
            id="name left out",
        ),
        pytest.param(
            repository(EncryptionConfiguration=AES256),
            repository(EncryptionConfiguration=KMS),
            "GRD102",
            "the create-only EncryptionConfiguration of 'web' changes from "
            '{"EncryptionType": "AES256"} to {"EncryptionType": "KMS", "KmsKey": {"Fn::GetAtt": ["Key", "Arn"]}}: '
            f"{REFUSED}",
            'keep {"EncryptionType": "AES256"}; to change the encryption, add a repository with another name and '
            "copy the images",
            id="encryption",
        ),
        pytest.param(
            repository(None, EncryptionConfiguration=AES256),
            repository(None, EncryptionConfiguration={"EncryptionType": "KMS"}),
            "GRD102",
            'the create-only EncryptionConfiguration of the repository changes from {"EncryptionType": "AES256"} to '
            '{"EncryptionType": "KMS"}: CloudFormation would create another repository, empty, and keep the old one '
            "with its images, but no stack manages it any more",
            'keep {"EncryptionType": "AES256"}; to change the encryption, add a repository with another name and '
            "copy the images",
            id="encryption without a name",
        ),
        pytest.param(
            bare(repository()),
            repository(),
            "GRD103",
            f'\'web\' gains the create-only EncryptionConfiguration {{"EncryptionType": "AES256"}}: {REFUSED}',
            "leave the property out ('encryption: omit'); without it images are encrypted with AES256",
            id="encryption added, of the default",
        ),
        pytest.param(
            repository(),
            bare(repository()),
            "GRD104",
            f'\'web\' loses its create-only EncryptionConfiguration {{"EncryptionType": "AES256"}}: {REFUSED}',
            'write out the deployed value: {"EncryptionType": "AES256"}',
            id="encryption removed",
        ),
        pytest.param(
            repository(),
            {**repository(), "Condition": "IsLarge"},
            "GRD114",
            "'web' exists only under the new or changed condition IsLarge: where that is false, it leaves the stack",
            "declare it without a condition",
            id="condition",
        ),
        pytest.param(
            repository(),
            {**repository(), "DeletionPolicy": "Delete"},
            "GRD131",
            "the DeletionPolicy of 'web' is weakened from RetainExceptOnCreate to Delete: when it leaves the stack, "
            "or the stack is deleted, CloudFormation would delete it if it is empty, and fail to while it has images",
            "keep RetainExceptOnCreate ('removal: retain')",
            id="deletion policy",
        ),
        pytest.param(
            {**setting(), "DeletionPolicy": "Retain"},
            setting(),
            "GRD131",
            "the DeletionPolicy of the registry policy is weakened from Retain to Delete: when it leaves the stack, "
            "or the stack is deleted, CloudFormation would delete it, and other accounts lose the access that it "
            "grants",
            "keep Retain ('removal: retain')",
            id="deletion policy of a setting",
        ),
        pytest.param(
            repository(),
            {**repository(), "DeletionPolicy": {"Fn::If": ["IsProd", "Retain", "Delete"]}},
            "GRD131",
            "the DeletionPolicy of 'web' is weakened from RetainExceptOnCreate to "
            '{"Fn::If": ["IsProd", "Retain", "Delete"]}: when it leaves the stack, or the stack is deleted, '
            "CloudFormation would delete it if it is empty, and fail to while it has images",
            "keep RetainExceptOnCreate ('removal: retain')",
            id="deletion policy that depends",
        ),
        pytest.param(
            repository(EmptyOnDelete=True),
            {**repository(EmptyOnDelete=True), "UpdateReplacePolicy": "Delete"},
            "GRD132",
            "the UpdateReplacePolicy of 'web' is weakened from Retain to Delete: when it is replaced, CloudFormation "
            "would delete it with every image in it",
            "keep Retain ('removal: retain')",
            id="replace policy",
        ),
        pytest.param(
            repository(),
            repository(EmptyOnDelete="true"),
            "GRD133",
            "EmptyOnDelete of 'web' is turned on: when CloudFormation deletes it, its images no longer prevent that, "
            "and are deleted too",
            "leave it off ('empty_on_delete: false'), and expire images with a lifecycle policy",
            id="emptied",
        ),
        pytest.param(
            setting("PullThroughCacheRule", **RULE),
            setting("PullThroughCacheRule", **RULE, CredentialArn="arn:1"),
            "GRD153",
            "CredentialArn of the pull-through cache rule 'hub', create-only, changes from nothing to arn:1: "
            f"{REFUSED}",
            "keep it as it is; or take the pull-through cache rule 'hub' out, delete it by hand where it is kept, and "
            "add it again",
            id="setting",
        ),
        pytest.param(
            setting("RepositoryCreationTemplate", Prefix="ROOT"),
            setting("RepositoryCreationTemplate", Prefix="team"),
            "GRD153",
            "Prefix of the repository creation template 'ROOT', create-only, changes from ROOT to team: "
            "CloudFormation would create another one, and delete the old one, and repositories that ECR creates no "
            "longer get its settings",
            "keep it as it is; or take the repository creation template 'ROOT' out, delete it by hand where it is "
            "kept, and add it again",
            id="setting of another name",
        ),
    ],
)
def test_change_is_found(before: dict[str, Any], now: dict[str, Any], code: str, message: str, remedy: str) -> None:
    """A change that loses images, or would later, is told with what CloudFormation would do and the safe way."""
    (found,) = changed(before, now)

    is_repository = before["Type"] == "AWS::ECR::Repository"
    assert found == GuardFinding(
        stack="Shop",
        logical_id="It",
        repository=before["Properties"].get("RepositoryName", "") if is_repository else "",
        code=code,
        severity=Severity.ERROR,
        message=message,
        remedy=remedy,
    )


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(repository(), repository(ImageTagMutability="IMMUTABLE"), id="mutability"),
        pytest.param(
            repository(LifecyclePolicy={"LifecyclePolicyText": "{}"}),
            repository(LifecyclePolicy={"LifecyclePolicyText": "{ }"}),
            id="lifecycle policy",
        ),
        pytest.param(repository(EmptyOnDelete=True), repository(EmptyOnDelete="true"), id="emptied as before"),
        pytest.param(repository(), repository(EmptyOnDelete=False), id="not emptied"),
        pytest.param({**repository(), "DeletionPolicy": "Retain"}, repository(), id="Retain to RetainExceptOnCreate"),
        pytest.param(destroyed(repository()), repository(), id="stronger"),
        pytest.param({**repository(), "Condition": "IsLarge"}, repository(), id="no condition any more"),
        pytest.param(
            bare(repository()),
            repository(EncryptionConfiguration={"Ref": "AWS::NoValue"}),
            id="no value is no property",
        ),
        pytest.param(
            setting("PullThroughCacheRule", **RULE), setting("PullThroughCacheRule", **RULE), id="setting in place"
        ),
    ],
)
def test_change_in_place_is_silent(before: dict[str, Any], now: dict[str, Any]) -> None:
    """What CloudFormation changes in place, or what makes a loss less likely, is no finding."""
    assert changed(before, now) == []


def test_changes_of_one_resource_are_all_told() -> None:
    """One resource may have several findings, by code."""
    found = changed(repository(), destroyed(repository(EmptyOnDelete=True, EncryptionConfiguration=KMS)))

    assert [one.code for one in found] == ["GRD102", "GRD131", "GRD132", "GRD133"]


def test_encryption_of_renamed_repository_is_not_told() -> None:
    """A repository of another name is another one, which may be encrypted in any way."""
    found = changed(repository("web"), repository("shop", EncryptionConfiguration=KMS))

    assert [one.code for one in found] == ["GRD101"]


def test_changed_condition_is_found() -> None:
    """A condition of the same name with another definition is another condition."""
    resources = {"It": {**repository(), "Condition": "IsLarge"}}
    before = stack(resources, Conditions={"IsLarge": {"Fn::Equals": [{"Ref": "Size"}, "L"]}})
    now = stack(resources, Conditions={"IsLarge": {"Fn::Equals": [{"Ref": "Size"}, "XL"]}})

    assert [one.code for one in compare([before], [now])] == ["GRD114"]
