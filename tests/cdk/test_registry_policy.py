from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
import pytest
from builders.templates import ACCOUNT, OTHER_ACCOUNT, properties_in, stack, template_of

from ecrkit.cdk import Registry
from ecrkit.registry.settings import PullThroughCacheRule, RegistryPolicy, ReplicationSource

if TYPE_CHECKING:
    from constructs import IConstruct

pytestmark = pytest.mark.node

REPOSITORIES = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository"


def statements_in(construct: IConstruct, logical_id: str = "Policy") -> list[dict[str, Any]]:
    """Give the statements of the registry's policy."""
    resources = template_of(construct)["Resources"]
    [policy] = [found for key, found in resources.items() if key.startswith(f"Registry{logical_id}")]
    return list(policy["Properties"]["PolicyText"]["Statement"])


def test_replication_from() -> None:
    """Accounts with the same prefixes share a statement, sorted."""
    policy = RegistryPolicy(
        replication_from=(
            ReplicationSource(account="444444444444"),
            ReplicationSource(account="333333333333", repositories=("prod/", "base/")),
            ReplicationSource(account=OTHER_ACCOUNT),
        )
    )
    actions = ["ecr:CreateRepository", "ecr:ReplicateImage"]

    assert properties_in(Registry(stack(), "Registry", policy=policy)) == {
        "PolicyText": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Replication1",
                    "Effect": "Allow",
                    "Principal": {"AWS": ["arn:aws:iam::210987654321:root", "arn:aws:iam::444444444444:root"]},
                    "Action": actions,
                    "Resource": [f"{REPOSITORIES}/*"],
                },
                {
                    "Sid": "Replication2",
                    "Effect": "Allow",
                    "Principal": {"AWS": ["arn:aws:iam::333333333333:root"]},
                    "Action": actions,
                    "Resource": [f"{REPOSITORIES}/base/*", f"{REPOSITORIES}/prod/*"],
                },
            ],
        }
    }


def test_pull_through() -> None:
    """Who may pull through may do so in the repositories of the caches, and no others."""
    registry = Registry(
        stack(),
        "Registry",
        policy=RegistryPolicy(pull_through_by=(OTHER_ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/ci")),
        pull_through_cache={
            "quay": PullThroughCacheRule(upstream="quay.io"),
            "k8s/": PullThroughCacheRule(upstream="registry.k8s.io"),
        },
    )

    assert statements_in(registry) == [
        {
            "Sid": "PullThrough",
            "Effect": "Allow",
            "Principal": {"AWS": [f"arn:aws:iam::{ACCOUNT}:role/ci", f"arn:aws:iam::{OTHER_ACCOUNT}:root"]},
            "Action": ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
            "Resource": [f"{REPOSITORIES}/k8s/*", f"{REPOSITORIES}/quay/*"],
        }
    ]


def test_pull_through_everywhere() -> None:
    """A cache of the prefix ROOT is every repository."""
    registry = Registry(
        stack(),
        "Registry",
        policy=RegistryPolicy(pull_through_by=(OTHER_ACCOUNT,)),
        pull_through_cache={
            "quay": PullThroughCacheRule(upstream="quay.io"),
            "ROOT": PullThroughCacheRule(upstream="public.ecr.aws"),
        },
    )

    assert [statement["Resource"] for statement in statements_in(registry)] == [[f"{REPOSITORIES}/*"]]


def test_statements() -> None:
    """A statement that is given is the template's, as it is, behind those that were made."""
    given = {
        "Sid": "Mine",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "ecr:ReplicateImage",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    }
    policy = RegistryPolicy(replication_from=(ReplicationSource(account=OTHER_ACCOUNT),), statements=(given,))
    statements = statements_in(Registry(stack(), "Registry", policy=policy))

    assert [statement["Sid"] for statement in statements] == ["Replication", "Mine"]
    assert statements[1] == given


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        pytest.param("cn-north-1", "aws-cn", id="China"),
        pytest.param("us-gov-west-1", "aws-us-gov", id="GovCloud"),
    ],
)
def test_partition(region: str, partition: str) -> None:
    """ARNs are those of the registry's partition."""
    policy = RegistryPolicy(replication_from=(ReplicationSource(account=OTHER_ACCOUNT),))
    [statement] = statements_in(Registry(stack(region=region), "Registry", policy=policy))

    assert statement["Principal"] == {"AWS": [f"arn:{partition}:iam::{OTHER_ACCOUNT}:root"]}
    assert statement["Resource"] == [f"arn:{partition}:ecr:{region}:{ACCOUNT}:repository/*"]


def test_anywhere() -> None:
    """A stack that may go anywhere says so in the ARNs."""
    anywhere = cdk.Stack(cdk.App(analytics_reporting=False), "Registry")
    policy = RegistryPolicy(replication_from=(ReplicationSource(account=OTHER_ACCOUNT),))
    [statement] = statements_in(Registry(anywhere, "Registry", policy=policy))

    assert statement["Resource"] == [
        {
            "Fn::Join": [
                "",
                [
                    "arn:",
                    {"Ref": "AWS::Partition"},
                    ":ecr:",
                    {"Ref": "AWS::Region"},
                    ":",
                    {"Ref": "AWS::AccountId"},
                    ":repository/*",
                ],
            ]
        }
    ]
