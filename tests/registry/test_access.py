"""Who may pull and push, as statements of a repository policy."""

from __future__ import annotations

import pytest

from ecrkit.errors import InvalidNameError
from ecrkit.registry.access import Access, Grantees, policy_statements

PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


def statements(access: Access) -> list[dict[str, object]]:
    return policy_statements(access, partition="aws", region="us-east-1", account="123456789012")


def test_nobody_gives_no_statement() -> None:
    """Without anybody to let in there is no policy."""
    assert not Access()
    assert statements(Access()) == []


def test_accounts_and_principals_share_a_statement() -> None:
    """What needs no condition is one statement, sorted, each named once."""
    role = "arn:aws:iam::333333333333:role/ci"
    grantees = Grantees(accounts=("222222222222", "111111111111", "222222222222"), principals=(role,))

    assert statements(Access(pull=grantees)) == [
        {
            "Sid": "PullByPrincipal",
            "Effect": "Allow",
            "Principal": {
                "AWS": ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root", role],
            },
            "Action": PULL,
        }
    ]


@pytest.mark.parametrize(
    ("grantees", "sid", "condition"),
    [
        pytest.param(
            Grantees(organizations=("o-a1b2c3d4e5",)),
            "PullByOrganization",
            {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}},
            id="organization",
        ),
        pytest.param(
            Grantees(units=("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*",)),
            "PullByUnit",
            {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*"]}},
            id="unit",
        ),
    ],
)
def test_everybody_has_a_condition(grantees: Grantees, sid: str, condition: dict[str, object]) -> None:
    """The principal * stands only beside a condition that narrows it."""
    [statement] = statements(Access(pull=grantees))

    assert statement == {"Sid": sid, "Effect": "Allow", "Principal": "*", "Action": PULL, "Condition": condition}


def test_lambda_is_narrowed_to_functions() -> None:
    """Lambda pulls for the functions of the repository's account and of the accounts that may pull."""
    access = Access(pull=Grantees(accounts=("210987654321",), lambda_functions=True))

    assert statements(access)[-1] == {
        "Sid": "PullByLambda",
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        "Condition": {
            "StringLike": {
                "aws:sourceArn": [
                    "arn:aws:lambda:us-east-1:123456789012:function:*",
                    "arn:aws:lambda:us-east-1:210987654321:function:*",
                ]
            }
        },
    }


def test_push_can_pull() -> None:
    """Who may push has all that `docker push` asks for."""
    [statement] = statements(Access(push=Grantees(accounts=("210987654321",))))

    assert statement["Sid"] == "PushByPrincipal"
    assert statement["Principal"] == {"AWS": "arn:aws:iam::210987654321:root"}
    assert statement["Action"] == [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:CompleteLayerUpload",
        "ecr:GetDownloadUrlForLayer",
        "ecr:InitiateLayerUpload",
        "ecr:PutImage",
        "ecr:UploadLayerPart",
    ]


@pytest.mark.parametrize(
    ("grantees", "message"),
    [
        pytest.param({"accounts": ("123",)}, "must be an account of 12 digits, got '123'", id="account"),
        pytest.param({"principals": ("*",)}, "must be the ARN of a role or user, got '*'", id="principal"),
        pytest.param(
            {"organizations": ("o-x",)},
            "must be the id of an organization, as in 'o-a1b2c3d4e5', got 'o-x'",
            id="organization",
        ),
        pytest.param(
            {"units": ("*",)},
            "must be a path of organizational units that ends in '/', '/*' or '/ou-*', as in"
            " 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*', got '*'",
            id="unit",
        ),
    ],
)
def test_anybody_else_is_refused(grantees: dict[str, tuple[str, ...]], message: str) -> None:
    """An account, principal, organization or unit that is none is said."""
    with pytest.raises(InvalidNameError) as caught:
        Grantees(**grantees)  # type: ignore[arg-type] # the last field is no tuple, and not among these

    assert str(caught.value) == message


def test_lambda_does_not_push() -> None:
    """Functions are only pulled."""
    with pytest.raises(InvalidNameError, match="only pull"):
        statements(Access(push=Grantees(lambda_functions=True)))
