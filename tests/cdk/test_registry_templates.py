from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam
from aws_cdk.assertions import Annotations, Match
from builders.apps import findings_in
from builders.templates import ACCOUNT, OTHER_ACCOUNT, properties_in, stack

from ecrkit import PolicyStore
from ecrkit.cdk import LifecyclePolicyValidation, Registry
from ecrkit.lifecycle import compose, render
from ecrkit.registry.access import Access, Grantees, policy_statements
from ecrkit.registry.properties import Mutability
from ecrkit.registry.settings import AppliedFor, CreationTemplate, TemplateEncryption

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.node

POLICIES = PolicyStore.bundled()
ROLE = f"arn:aws:iam::{ACCOUNT}:role/ecr-templates"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
CACHE = CreationTemplate(applied_for=(AppliedFor.PULL_THROUGH_CACHE,), mutability=Mutability.MUTABLE)


def template(settings: CreationTemplate) -> Mapping[str, Any]:
    """Give the properties of a creation template for ``docker-hub``."""
    properties: Mapping[str, Any] = properties_in(
        Registry(stack(), "Registry", creation_templates={"docker-hub": settings})
    )
    return properties


def test_defaults() -> None:
    """By default what ECR creates is encrypted and immutable, and no image of it expires."""
    assert template(CreationTemplate(applied_for=(AppliedFor.REPLICATION,))) == {
        "Prefix": "docker-hub",
        "AppliedFor": ["REPLICATION"],
        "EncryptionConfiguration": {"EncryptionType": "AES256"},
        "ImageTagMutability": "IMMUTABLE",
    }


def test_everything() -> None:
    """With every property given, the template has these and no others."""
    settings = CreationTemplate(
        applied_for=(AppliedFor.PULL_THROUGH_CACHE, AppliedFor.CREATE_ON_PUSH),
        lifecycle=(POLICIES["keep-last-10@1"], POLICIES["expire-untagged@1"]),
        encryption=TemplateEncryption.KMS_DSSE,
        key=KEY,
        mutability=Mutability.MUTABLE,
        immutable_tags=("v*",),
        tags={"team": "platform", "managed-by": "ecrkit"},
        description="Images of Docker Hub",
        role=ROLE,
    )

    assert template(settings) == {
        "Prefix": "docker-hub",
        "AppliedFor": ["PULL_THROUGH_CACHE", "CREATE_ON_PUSH"],
        "Description": "Images of Docker Hub",
        "EncryptionConfiguration": {"EncryptionType": "KMS_DSSE", "KmsKey": KEY},
        "ImageTagMutability": "MUTABLE_WITH_EXCLUSION",
        "ImageTagMutabilityExclusionFilters": [
            {
                "ImageTagMutabilityExclusionFilterType": "WILDCARD",
                "ImageTagMutabilityExclusionFilterValue": "v*",
            }
        ],
        "LifecyclePolicy": render(compose([POLICIES["keep-last-10@1"], POLICIES["expire-untagged@1"]])),
        "ResourceTags": [{"Key": "managed-by", "Value": "ecrkit"}, {"Key": "team", "Value": "platform"}],
        "CustomRoleArn": ROLE,
    }


def test_access() -> None:
    """Who may pull and push has the policy that a repository would have, as the text that a template takes."""
    access = Access(
        pull=Grantees(organizations=("o-a1b2c3d4e5",), lambda_functions=True),
        push=Grantees(accounts=(OTHER_ACCOUNT,)),
    )
    text = template(CreationTemplate(applied_for=(AppliedFor.REPLICATION,), access=access))["RepositoryPolicy"]

    assert json.loads(text) == {
        "Version": "2012-10-17",
        "Statement": policy_statements(access, partition="aws", region="us-east-1", account=ACCOUNT),
    }


def test_mutable_tags() -> None:
    """Tags that may be overwritten are exceptions of an immutable template."""
    settings = CreationTemplate(applied_for=(AppliedFor.REPLICATION,), mutable_tags=("latest",))

    assert template(settings)["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    assert len(template(settings)["ImageTagMutabilityExclusionFilters"]) == 1


def test_lifecycle_is_that_of_a_repository() -> None:
    """The text of the policies is the one that a repository with the same policies has."""
    policies = (POLICIES["keep-five-prod@1"], POLICIES["keep-last-10@1"])
    text = template(CreationTemplate(applied_for=(AppliedFor.REPLICATION,), lifecycle=policies))["LifecyclePolicy"]

    assert json.loads(text) == json.loads(render(compose(policies)))


def test_role_that_is_not_there_yet() -> None:
    """A role of the same app can be the template's."""
    scope = stack()
    role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("ecr.amazonaws.com"))
    settings = CreationTemplate(applied_for=(AppliedFor.REPLICATION,), tags={"team": "platform"}, role=role.role_arn)
    registry = Registry(scope, "Registry", creation_templates={"a": settings})

    assert set(cdk.Stack.of(registry).resolve(registry.creation_templates["a"].custom_role_arn)) == {"Fn::GetAtt"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param(
            CACHE,
            [
                (
                    'creation_templates["docker-hub"]: no rule for untagged images, so they stay forever;'
                    " add a policy for them [ECR211]"
                ),
                (
                    'creation_templates["docker-hub"]: no rule for every tagged image, so their number grows '
                    "forever; add a policy with an 'any' rule, or with the pattern '*' [ECR212]"
                ),
            ],
            id="no-policy",
        ),
        pytest.param(
            CreationTemplate(
                applied_for=(AppliedFor.PULL_THROUGH_CACHE,),
                lifecycle=(POLICIES["expire-untagged@1"],),
                silence={"ECR212": "They are cached again."},
            ),
            [
                (
                    'creation_templates["docker-hub"]: a cached tag never gets updates, because tags are '
                    "immutable; write 'mutability: MUTABLE', or list the tags that move in mutable_tags [CAT267]"
                )
            ],
            id="immutable-cache",
        ),
    ],
)
def test_warnings(settings: CreationTemplate, said: list[str]) -> None:
    """What its repositories would lack is a warning of the synth, once, save where somebody silenced it."""
    scope = stack()
    Registry(scope, "Registry", creation_templates={"docker-hub": settings})
    warnings = Annotations.from_stack(scope).find_warning("*", Match.any_value())

    assert sorted(str(warning.entry.data).partition(" [ack")[0] for warning in warnings) == sorted(said)


def test_warnings_are_not_told_twice() -> None:
    """The validation plugin leaves to the construct what that has told already."""
    app = cdk.App(analytics_reporting=False)
    Registry(stack(scope=app), "Registry", creation_templates={"docker-hub": CACHE})
    cdk.Validations.of(app).add_plugins(LifecyclePolicyValidation())

    # What a construct tells is not in this report.
    assert findings_in(app.synth()) == []
