from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ecrkit.registry.permissions import COMMANDS, statements_of

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "iam.md").read_text(encoding="utf-8")
POLICIES = dict(re.findall(r"^## `ecrkit ([a-z -]+)`\n.*?```json\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE))
PLACE = {"partition": "aws", "account": "123456789012", "region": "us-east-1"}
MY_APP = "arn:aws:ecr:us-east-1:123456789012:repository/my-app"


def in_order(statements: list[dict[str, Any]]) -> list[str]:
    """Write statements as lines, in one order, a single resource as a list of one."""
    return sorted(
        json.dumps({**statement, "Resource": [statement["Resource"]]})
        if isinstance(statement["Resource"], str)
        else json.dumps(statement)
        for statement in statements
    )


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_permissions_are_those_of_the_page(command: str) -> None:
    """The table has the statements that docs/reference/iam.md shows for the command."""
    statements = statements_of(COMMANDS[command], **PLACE, repositories=[MY_APP])

    assert in_order(statements) == in_order(json.loads(POLICIES[command])["Statement"])


def test_every_policy_of_the_page_is_in_the_table() -> None:
    """The table has every command that the page has, and no other."""
    assert set(COMMANDS) == set(POLICIES)


def test_permissions_on_the_same_resources_are_one_statement() -> None:
    """Several commands share a statement for each scope, with each action once."""
    statements = statements_of([*COMMANDS["audit"], *COMMANDS["images inventory"]], **PLACE)

    assert statements == [
        {
            "Effect": "Allow",
            "Action": [
                "ecr:BatchGetImage",
                "ecr:DescribeImageScanFindings",
                "ecr:DescribeImages",
                "ecr:DescribeRepositories",
                "ecr:GetLifecyclePolicy",
                "ecr:GetRepositoryPolicy",
                "ecr:ListTagsForResource",
            ],
            "Resource": ["arn:aws:ecr:us-east-1:123456789012:repository/*"],
        },
        {
            "Effect": "Allow",
            "Action": [
                "cloudformation:DescribeStacks",
                "cloudformation:GetTemplate",
                "cloudformation:ListStackResources",
            ],
            "Resource": ["arn:aws:cloudformation:us-east-1:123456789012:stack/*"],
        },
        {
            "Effect": "Allow",
            "Action": [
                "ecr:DescribePullThroughCacheRules",
                "ecr:DescribeRegistry",
                "ecr:DescribeRepositoryCreationTemplates",
                "ecr:GetAccountSetting",
                "ecr:GetRegistryPolicy",
                "ecr:GetRegistryScanningConfiguration",
                "ecr:GetSigningConfiguration",
                "ecr:ListPullTimeUpdateExclusions",
            ],
            "Resource": ["*"],
        },
    ]
