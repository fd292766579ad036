from __future__ import annotations

import pytest

from ecrkit.cdk.grants import declaration_of, needs_of, unmet
from ecrkit.registry.access import Access, Grantees, policy_statements

OTHER = "210987654321"
ROOT = f"arn:aws:iam::{OTHER}:root"
ROLE = f"arn:aws:iam::{OTHER}:role/ci"
PULL = ["ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"]
PUSH = [*PULL, "ecr:PutImage", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload"]
LAMBDA = {"Service": "lambda.amazonaws.com"}
HOME = {"account": "123456789012", "region": "us-east-1", "partition": "aws"}


def statement(principal: object, actions: list[str] = PULL, **more: object) -> dict[str, object]:
    return {"Effect": "Allow", "Principal": principal, "Action": actions, **more}


def declared(access: Access) -> list[dict[str, object]]:
    return policy_statements(access, **HOME)


def is_met(asked: dict[str, object], policy: list[dict[str, object]]) -> bool:
    return unmet(needs_of(asked, partition="aws"), policy, partition="aws") == []


@pytest.mark.parametrize(
    ("asked", "access"),
    [
        pytest.param({"AWS": ROOT}, Access(pull=Grantees(accounts=(OTHER,))), id="account"),
        pytest.param({"AWS": OTHER}, Access(pull=Grantees(accounts=(OTHER,))), id="account-by-number"),
        pytest.param({"AWS": ROLE}, Access(pull=Grantees(accounts=(OTHER,))), id="role-of-account"),
        pytest.param({"AWS": ROLE}, Access(pull=Grantees(principals=(ROLE,))), id="role"),
        pytest.param({"AWS": [ROLE, ROOT]}, Access(pull=Grantees(accounts=(OTHER,))), id="several"),
        pytest.param({"AWS": ROOT}, Access(push=Grantees(accounts=(OTHER,))), id="push-implies-pull"),
        pytest.param({"AWS": ROOT}, Access(pull=Grantees(organizations=("o-a1b2c3d4e5",))), id="organization"),
        pytest.param(LAMBDA, Access(pull=Grantees(lambda_functions=True)), id="lambda"),
        pytest.param(
            {"AWS": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":iam::{OTHER}:root"]]}},
            Access(pull=Grantees(accounts=(OTHER,))),
            id="partition-of-the-stack",
        ),
    ],
)
def test_met(asked: dict[str, object], access: Access) -> None:
    """What the catalog declares already meets the need of a grant."""
    assert is_met(statement(asked), declared(access))


@pytest.mark.parametrize("action", ["ecr:*", "ECR:*", "ecr:batch*", "*"])
def test_actions_match_as_in_iam(action: str) -> None:
    """Case makes no difference in the actions that a policy allows."""
    asked = statement({"AWS": ROOT}, ["ecr:BatchGetImage"])

    assert is_met(asked, [statement({"AWS": ROOT}, [action])])


@pytest.mark.parametrize(
    ("asked", "access"),
    [
        pytest.param(statement({"AWS": ROOT}), Access(), id="nothing-declared"),
        pytest.param(statement({"AWS": ROOT}), Access(pull=Grantees(accounts=("1" * 12,))), id="other-account"),
        pytest.param(statement({"AWS": ROOT}), Access(pull=Grantees(principals=(ROLE,))), id="only-a-role"),
        pytest.param(statement({"AWS": ROOT}, PUSH), Access(pull=Grantees(accounts=(OTHER,))), id="only-pull"),
        pytest.param(statement(LAMBDA), Access(pull=Grantees(accounts=(OTHER,))), id="no-lambda"),
        pytest.param(statement("*"), Access(pull=Grantees(organizations=("o-a1b2c3d4e5",))), id="everyone"),
        pytest.param(
            statement({"AWS": {"Fn::GetAtt": ["Role", "Arn"]}}), Access(pull=Grantees(accounts=(OTHER,))), id="unknown"
        ),
    ],
)
def test_unmet(asked: dict[str, object], access: Access) -> None:
    """A statement that the catalog does not declare, or only in part, is not met."""
    assert not is_met(asked, declared(access))


def test_denied() -> None:
    """A statement that denies lets nobody in."""
    assert not is_met(statement({"AWS": ROOT}), [{**statement({"AWS": ROOT}), "Effect": "Deny"}])


def test_wildcard() -> None:
    """A declared action may have wildcards."""
    assert is_met(statement({"AWS": ROOT}), [statement({"AWS": ROOT}, ["ecr:*"])])


@pytest.mark.parametrize(
    ("asked", "declaration"),
    [
        pytest.param(statement({"AWS": ROOT}), f"""'pull: {{accounts: ["{OTHER}"]}}'""", id="account"),
        pytest.param(statement({"AWS": ROOT}, PUSH), f"""'push: {{accounts: ["{OTHER}"]}}'""", id="push"),
        pytest.param(statement({"AWS": ROLE}), f"""'pull: {{principals: ["{ROLE}"]}}'""", id="role"),
        pytest.param(statement(LAMBDA), "'pull: {lambda: true}'", id="lambda"),
        pytest.param(
            statement({"Service": "codebuild.amazonaws.com"}, ["ecr:BatchGetImage"]),
            "a statement of 'statements:' for ecr:BatchGetImage",
            id="service",
        ),
        pytest.param(
            statement({"AWS": ROOT}, ["ecr:DescribeImages"]),
            "a statement of 'statements:' for ecr:DescribeImages",
            id="other-action",
        ),
    ],
)
def test_declaration(asked: dict[str, object], declaration: str) -> None:
    """The catalog can declare each need, and what it then declares meets it."""
    [need] = needs_of(asked, partition="aws")

    assert declaration_of(need, **HOME) == declaration
