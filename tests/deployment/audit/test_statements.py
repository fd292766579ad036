"""Repository policies are compared by what they mean."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from builders.actual import ACCOUNT, iam, statement
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.deployment.audit.statements import is_written_by_lambda, policy_difference, statement_name
from ecrkit.registry.access import Access, Grantees, policy_statements
from ecrkit.registry.access_policy import judge_statements
from ecrkit.registry.statements import PolicyKind

if TYPE_CHECKING:
    from random import Random

BY_LAMBDA: dict[str, Any] = {
    "Sid": "LambdaECRImageRetrievalPolicy",
    "Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"},
    "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    "Condition": {"StringLike": {"aws:sourceArn": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:*"}},
}
BY_FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"
CONDITION = {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}, "Bool": {"aws:SecureTransport": "true"}}


def difference(declared: dict[str, object], there: dict[str, object], **document: str) -> str:
    return policy_difference([declared], iam(there, **document), account=ACCOUNT)


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(statement(Principal={"AWS": "arn:aws:iam::210987654321:root"}), id="root of the account"),
        pytest.param(statement(Principal={"AWS": ["210987654321"]}), id="list of one principal"),
        pytest.param(statement(Action="ecr:BatchGetImage"), id="one action"),
        pytest.param(statement(Action="ECR:batchgetimage"), id="case of an action"),
        pytest.param(statement(Action=["ecr:BatchGetImage", "ecr:BatchGetImage"]), id="action twice"),
        pytest.param(statement(Condition={}), id="empty condition"),
        pytest.param(dict(reversed(statement().items())), id="order of elements"),
    ],
)
def test_other_words_are_no_difference(same: dict[str, object]) -> None:
    """What IAM takes for the same is the same, both ways."""
    assert difference(statement(), same) == ""
    assert difference(same, statement()) == ""


def test_condition_in_other_words_is_no_difference() -> None:
    """Neither the case of a key nor a single value or a truth value in a condition makes a difference."""
    other = {"Bool": {"aws:securetransport": True}, "StringEquals": {"AWS:PrincipalOrgID": "o-a1b2c3d4e5"}}

    assert (
        difference(statement(Principal="*", Condition=CONDITION), statement(Principal={"AWS": "*"}, Condition=other))
        == ""
    )


def test_formatting_is_no_difference() -> None:
    """Line ends, an id and the order of statements mean nothing."""
    first, second = statement(), statement(Sid="Other")
    text = json.dumps({"Id": "x", "Version": "2012-10-17", "Statement": [second, first]}, indent=4)

    assert policy_difference([first, second], text, account=ACCOUNT) == ""


@pytest.mark.parametrize(
    ("there", "words"),
    [
        pytest.param(statement(Effect="Deny"), "statement 'Ci' has a different Effect", id="effect"),
        pytest.param(
            statement(Principal={"AWS": "111111111111"}, Action="ecr:*"),
            "statement 'Ci' has a different Action and a different Principal",
            id="principal and action",
        ),
        pytest.param(statement(Condition=CONDITION), "statement 'Ci' has a different Condition", id="condition"),
        pytest.param(
            statement(Sid="Cd"), "statement 'Cd' is not declared; statement 'Ci' is missing", id="another statement"
        ),
    ],
)
def test_difference_is_named(there: dict[str, object], words: str) -> None:
    """What somebody changed by hand is told by statement and element."""
    assert difference(statement(), there) == words


def test_statement_without_a_sid_is_named_so() -> None:
    """What has no name is told nevertheless."""
    anonymous = {key: value for key, value in statement().items() if key != "Sid"}

    assert policy_difference([], iam(anonymous), account=ACCOUNT) == "a statement without a Sid is not declared"


def test_old_version_differs_only_where_it_means_something_else() -> None:
    """A policy of 2008 knows no variables: without one in it, it means the same as one of 2012."""
    variable = statement(Condition={"StringEquals": {"aws:PrincipalTag/team": "${aws:username}"}})

    assert difference(statement(), statement(), version="2008-10-17") == ""
    assert difference(variable, variable, version="2008-10-17") == (
        "it has variables, and the version 2008-10-17 without them"
    )


@pytest.mark.parametrize("text", ["", "[]", '{"Statement": ["x"]}'])
def test_what_is_no_policy_differs(text: str) -> None:
    """A text that is none is told, and raises nothing."""
    assert policy_difference([statement()], text, account=ACCOUNT) == "it cannot be read"


def test_what_lambda_wrote_is_no_difference() -> None:
    """The statement that Lambda adds is not declared, and not told; that it is declared and missing is."""
    assert policy_difference([statement()], iam(statement(), BY_LAMBDA), account=ACCOUNT) == ""
    assert policy_difference([], iam(BY_LAMBDA), account=ACCOUNT) == ""
    assert policy_difference([BY_LAMBDA], None, account=ACCOUNT) == "none is deployed"


def test_what_lambda_writes_anew_is_no_difference() -> None:
    """Lambda's statement, declared as it was once, is no difference where it says something else by now."""
    before = {**BY_LAMBDA, "Condition": {"StringLike": {"aws:sourceArn": [BY_FUNCTION]}}}

    assert policy_difference([before], iam(BY_LAMBDA), account=ACCOUNT) == ""
    assert policy_difference([before, statement()], iam(BY_LAMBDA), account=ACCOUNT) == "statement 'Ci' is missing"
    assert policy_difference([before], iam(statement()), account=ACCOUNT) == (
        "statement 'Ci' is not declared; statement 'LambdaECRImageRetrievalPolicy' is missing"
    )


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param({"Principal": "*"}, id="everybody"),
        pytest.param({"Action": ["ecr:BatchGetImage", "ecr:PutImage"]}, id="push"),
        pytest.param({"Condition": {}}, id="no condition"),
        pytest.param(
            {"Condition": {"StringLike": {"aws:sourceArn": "arn:aws:lambda:us-east-1:666666666666:function:*"}}},
            id="another account",
        ),
        pytest.param({"Condition": {**BY_LAMBDA["Condition"], "Bool": {"a:b": "c"}}}, id="more"),
        pytest.param({"Condition": {"StringLike": "anything"}}, id="no condition of IAM's"),
        pytest.param({"Sid": "Other"}, id="another name"),
    ],
)
def test_what_only_has_the_name_of_lambdas_is_told(forged: dict[str, object]) -> None:
    """A statement under Lambda's name that lets in anybody else is a difference."""
    assert not is_written_by_lambda({**BY_LAMBDA, **forged}, account=ACCOUNT)
    assert policy_difference([], iam({**BY_LAMBDA, **forged}), account=ACCOUNT).endswith("is not declared")


def test_statement_name() -> None:
    """A statement is called by its Sid, or else by its number."""
    assert statement_name(statement(), 2) == "statement 'Ci'"
    assert statement_name({"Effect": "Allow"}, 2) == "statement 2"


@given(
    st.builds(
        Grantees,
        accounts=st.lists(st.sampled_from(["111111111111", "222222222222"]), unique=True).map(tuple),
        principals=st.lists(st.sampled_from(["arn:aws:iam::333333333333:role/ci"]), unique=True).map(tuple),
        organizations=st.lists(st.sampled_from(["o-a1b2c3d4e5", "o-b1b2c3d4e5"]), unique=True).map(tuple),
        units=st.lists(st.sampled_from(["o-a1b2c3d4e5/*", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"])).map(tuple),
        lambda_functions=st.booleans(),
    ),
    st.randoms(use_true_random=False),
)
def test_what_is_declared_is_never_a_difference_nor_open(pull: Grantees, random: Random) -> None:
    """Whatever the catalog writes, in whatever order it comes back, is no difference and never lets everyone in."""
    statements = policy_statements(Access(pull=pull), partition="aws", region="us-east-1", account=ACCOUNT)
    shuffled = json.loads(json.dumps(statements))
    random.shuffle(shuffled)

    assert policy_difference(statements, iam(*shuffled), account=ACCOUNT) == ""
    assert list(judge_statements(shuffled, kind=PolicyKind.REPOSITORY, partition="aws")) == []
