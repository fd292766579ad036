"""
The permissions that each command needs: the least IAM policy, as ``docs/reference/iam.md`` has it.

A test compares this table with the page, and another runs each command and compares the page with its calls.

Source: Service Authorization Reference, Amazon ECR, AWS CloudFormation, Amazon ECS, AWS Lambda, Amazon Inspector, AWS
STS, AWS Organizations, Amazon S3, AWS Glue and Amazon Athena; Athena user guide, "Configure access to databases and
tables in the AWS Glue Data Catalog" (read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["COMMANDS", "Permission", "Scope", "statements_of"]


class Scope(StrEnum):
    """The resources that a permission covers."""

    REPOSITORY = "repository"
    """The repositories that the command is given."""

    REPOSITORIES = "repositories"
    """All repositories of the account and Region."""

    STACKS = "stacks"
    """All stacks of the account and Region."""

    BOOTSTRAP = "bootstrap"
    """The stack of ``cdk bootstrap`` in the account and Region."""

    ROLES = "roles"
    """The role of an inventory, in every account."""

    BUCKET = "bucket"
    """The bucket of a fleet's dataset."""

    OBJECTS = "objects"
    """The objects in that bucket."""

    TABLES = "tables"
    """The Glue database of a fleet, and its tables."""

    WORKGROUP = "workgroup"
    """The Athena workgroup."""

    EVERYTHING = "everything"
    """``*``: the actions have no resource, or it is not known before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """
    Actions on resources.

    Attributes:
        on: The resources.
        actions: The actions, as in ``ecr:DescribeImages``, sorted.
    """

    on: Scope
    actions: tuple[str, ...]


_LOGIN = Permission(on=Scope.EVERYTHING, actions=("ecr:GetAuthorizationToken",))
_STACKED = Permission(on=Scope.STACKS, actions=("cloudformation:ListStackResources",))
_TEMPLATES = Permission(on=Scope.STACKS, actions=("cloudformation:DescribeStacks", "cloudformation:GetTemplate"))
_STORAGE_CLASSES = Permission(
    on=Scope.REPOSITORY,
    actions=(
        "ecr:BatchGetImage",
        "ecr:DescribeImages",
        "ecr:DescribeRepositories",
        "ecr:GetLifecyclePolicy",
        "ecr:UpdateImageStorageClass",
    ),
)
_REPLICATION = Permission(on=Scope.EVERYTHING, actions=("ecr:DescribeRegistry",))
_REGISTRY = Permission(
    on=Scope.EVERYTHING,
    actions=(
        "ecr:DescribePullThroughCacheRules",
        "ecr:DescribeRegistry",
        "ecr:DescribeRepositoryCreationTemplates",
        "ecr:GetAccountSetting",
        "ecr:GetRegistryPolicy",
        "ecr:GetRegistryScanningConfiguration",
        "ecr:GetSigningConfiguration",
        "ecr:ListPullTimeUpdateExclusions",
    ),
)
_SETTINGS = Permission(
    on=Scope.REPOSITORIES,
    actions=(
        "ecr:DescribeRepositories",
        "ecr:GetLifecyclePolicy",
        "ecr:GetRepositoryPolicy",
        "ecr:ListTagsForResource",
    ),
)

COMMANDS: Mapping[str, tuple[Permission, ...]] = {
    "adopt": (
        _SETTINGS,
        _STACKED,
        Permission(on=Scope.STACKS, actions=("cloudformation:DescribeStackResources",)),
        _REGISTRY,
    ),
    "audit": (
        _SETTINGS,
        Permission(on=Scope.REPOSITORIES, actions=("ecr:DescribeImageScanFindings", "ecr:DescribeImages")),
        _STACKED,
        _TEMPLATES,
        _REGISTRY,
    ),
    "doctor": (Permission(on=Scope.BOOTSTRAP, actions=("cloudformation:DescribeStacks",)),),
    "fleet inventory": (
        Permission(
            on=Scope.REPOSITORIES,
            actions=(
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
                "ecr:ListTagsForResource",
            ),
        ),
        Permission(on=Scope.ROLES, actions=("sts:AssumeRole",)),
        Permission(on=Scope.BUCKET, actions=("s3:ListBucket",)),
        Permission(on=Scope.OBJECTS, actions=("s3:DeleteObject", "s3:GetObject", "s3:PutObject")),
        Permission(
            on=Scope.EVERYTHING,
            actions=("organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"),
        ),
    ),
    "fleet diff": (
        Permission(on=Scope.BUCKET, actions=("s3:ListBucket",)),
        Permission(on=Scope.OBJECTS, actions=("s3:GetObject",)),
    ),
    "fleet preview": (
        Permission(on=Scope.BUCKET, actions=("s3:ListBucket",)),
        Permission(on=Scope.OBJECTS, actions=("s3:GetObject",)),
    ),
    "fleet preview --write": (
        Permission(on=Scope.BUCKET, actions=("s3:ListBucket",)),
        Permission(on=Scope.OBJECTS, actions=("s3:GetObject", "s3:PutObject")),
    ),
    "fleet preview --engine athena": (
        Permission(on=Scope.BUCKET, actions=("s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads")),
        Permission(
            on=Scope.OBJECTS,
            actions=(
                "s3:AbortMultipartUpload",
                "s3:DeleteObject",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:PutObject",
            ),
        ),
        Permission(on=Scope.TABLES, actions=("glue:GetDatabase", "glue:GetPartitions", "glue:GetTable")),
        Permission(
            on=Scope.WORKGROUP,
            actions=(
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:GetWorkGroup",
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
            ),
        ),
    ),
    "fleet table": (
        Permission(on=Scope.BUCKET, actions=("s3:ListBucket",)),
        Permission(on=Scope.OBJECTS, actions=("s3:GetObject",)),
        Permission(
            on=Scope.TABLES,
            actions=(
                "glue:CreateDatabase",
                "glue:CreateTable",
                "glue:GetDatabase",
                "glue:GetTable",
                "glue:UpdateTable",
            ),
        ),
    ),
    "guard --deployed": (
        Permission(
            on=Scope.STACKS,
            actions=(
                "cloudformation:DescribeStackResource",
                "cloudformation:DescribeStacks",
                "cloudformation:GetTemplate",
            ),
        ),
        Permission(on=Scope.EVERYTHING, actions=("cloudformation:ListStacks",)),
    ),
    "images archive": (_STORAGE_CLASSES,),
    "images copy": (
        _LOGIN,
        Permission(
            on=Scope.REPOSITORY,
            actions=(
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetDownloadUrlForLayer",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ),
        ),
    ),
    "images in-use": (
        Permission(on=Scope.REPOSITORIES, actions=("ecr:DescribeImages",)),
        Permission(
            on=Scope.EVERYTHING,
            actions=(
                "ecs:DescribeServiceRevisions",
                "ecs:DescribeServices",
                "ecs:DescribeTaskDefinition",
                "ecs:DescribeTasks",
                "ecs:ListClusters",
                "ecs:ListServices",
                "ecs:ListTasks",
                "lambda:GetFunction",
                "lambda:ListFunctions",
            ),
        ),
    ),
    "images in-use --inspector": (
        Permission(
            on=Scope.EVERYTHING,
            actions=(
                "inspector2:BatchGetAccountStatus",
                "inspector2:GetClustersForImage",
                "inspector2:ListCoverage",
            ),
        ),
    ),
    "images inventory": (
        Permission(
            on=Scope.REPOSITORIES,
            actions=(
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
            ),
        ),
    ),
    "images list": (
        Permission(
            on=Scope.REPOSITORY,
            actions=(
                "ecr:BatchGetImage",
                "ecr:DescribeImageScanFindings",
                "ecr:DescribeImages",
                "ecr:GetDownloadUrlForLayer",
                "ecr:GetLifecyclePolicy",
            ),
        ),
    ),
    "images pull": (
        _LOGIN,
        Permission(
            on=Scope.REPOSITORY,
            actions=(
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetDownloadUrlForLayer",
            ),
        ),
    ),
    "images push": (
        _LOGIN,
        Permission(
            on=Scope.REPOSITORY,
            actions=(
                "ecr:BatchCheckLayerAvailability",
                "ecr:CompleteLayerUpload",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ),
        ),
    ),
    "images restore": (_STORAGE_CLASSES,),
    "init": (Permission(on=Scope.REPOSITORIES, actions=("ecr:DescribeRepositories",)),),
    "login": (_LOGIN,),
    "policy preview": (
        Permission(
            on=Scope.REPOSITORY,
            actions=(
                "ecr:BatchGetImage",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
                "ecr:GetLifecyclePolicyPreview",
                "ecr:StartLifecyclePolicyPreview",
            ),
        ),
        _REPLICATION,
    ),
    "policy resume": (
        Permission(
            on=Scope.REPOSITORY,
            actions=(
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
                "ecr:ListTagsForResource",
                "ecr:PutLifecyclePolicy",
            ),
        ),
        _STACKED,
        _TEMPLATES,
    ),
    "policy suspend": (
        Permission(
            on=Scope.REPOSITORY,
            actions=("ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:PutLifecyclePolicy"),
        ),
    ),
    "repos delete": (
        Permission(
            on=Scope.REPOSITORY,
            actions=(
                "ecr:DeleteRepository",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
                "ecr:ListTagsForResource",
            ),
        ),
        Permission(
            on=Scope.STACKS, actions=("cloudformation:DescribeStackResources", "cloudformation:ListStackResources")
        ),
    ),
    "repos list": (
        Permission(
            on=Scope.REPOSITORIES,
            actions=(
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
                "ecr:ListTagsForResource",
            ),
        ),
        _STACKED,
    ),
    "scan findings": (
        Permission(
            on=Scope.REPOSITORY,
            actions=("ecr:BatchGetImage", "ecr:DescribeImageScanFindings", "ecr:DescribeImages"),
        ),
    ),
    "scan gate": (
        Permission(
            on=Scope.REPOSITORY,
            actions=(
                "ecr:BatchGetImage",
                "ecr:DescribeImageScanFindings",
                "ecr:DescribeImages",
                "ecr:StartImageScan",
            ),
        ),
    ),
    "scan gate --require-signature": (
        _LOGIN,
        Permission(on=Scope.REPOSITORY, actions=("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")),
    ),
    "scan start": (
        Permission(
            on=Scope.REPOSITORY,
            actions=("ecr:BatchGetImage", "ecr:DescribeImages", "ecr:StartImageScan"),
        ),
    ),
    "scan summary": (
        Permission(
            on=Scope.REPOSITORIES,
            actions=(
                "ecr:BatchGetImage",
                "ecr:DescribeImageScanFindings",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
            ),
        ),
    ),
}
"""The permissions of each command that calls AWS, by its name without ``ecrkit``."""


def statements_of(
    permissions: Iterable[Permission],
    *,
    partition: str,
    account: str,
    region: str,
    repositories: Iterable[str] = (),
) -> list[dict[str, object]]:
    """
    Write the statements of an IAM policy.

    Args:
        permissions: The permissions; actions on the same resources become one statement.
        partition: The partition of the account.
        account: The account ID.
        region: The Region.
        repositories: ARNs of the repositories that ``Scope.REPOSITORY`` covers.

    Returns:
        A statement for each scope, in the order of :class:`Scope`, with sorted actions.
    """
    place = f"{region}:{account}"
    resources = {
        Scope.REPOSITORY: list(repositories),
        Scope.REPOSITORIES: [f"arn:{partition}:ecr:{place}:repository/*"],
        Scope.STACKS: [f"arn:{partition}:cloudformation:{place}:stack/*"],
        Scope.BOOTSTRAP: [f"arn:{partition}:cloudformation:{place}:stack/CDKToolkit/*"],
        Scope.ROLES: [f"arn:{partition}:iam::*:role/ecrkit-inventory"],
        Scope.BUCKET: [f"arn:{partition}:s3:::my-fleet"],
        Scope.OBJECTS: [f"arn:{partition}:s3:::my-fleet/*"],
        Scope.TABLES: [
            f"arn:{partition}:glue:{place}:catalog",
            f"arn:{partition}:glue:{place}:database/ecrkit_fleet",
            f"arn:{partition}:glue:{place}:table/ecrkit_fleet/*",
        ],
        Scope.WORKGROUP: [f"arn:{partition}:athena:{place}:workgroup/primary"],
        Scope.EVERYTHING: ["*"],
    }
    actions: dict[Scope, set[str]] = {}
    for permission in permissions:
        actions.setdefault(permission.on, set()).update(permission.actions)
    return [
        {"Effect": "Allow", "Action": sorted(actions[scope]), "Resource": resources[scope]}
        for scope in Scope
        if scope in actions
    ]
