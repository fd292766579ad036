"""One predicate decides whether a statement lets everyone in."""

from __future__ import annotations

import json

import pytest
from builders.actual import statement
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.registry.openness import opening

CONDITION = {"StringEquals": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5"]}, "Bool": {"aws:SecureTransport": "true"}}
OPENINGS = {
    "any ARN": {"StringLike": {"aws:PrincipalArn": "*"}},
    "a role of any account": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci"}},
    "one of two": {"StringLike": {"aws:SourceArn": ["arn:aws:lambda:us-east-1:111111111111:function:*", "*"]}},
    "any address": {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/0"]}},
    "an organization, or none": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    "a unit, or none": {"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/*"}},
    "any organization": {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
    "a tag that anybody can set": {"StringEquals": {"aws:PrincipalTag/team": "shop"}},
    "every principal but services": {"Bool": {"aws:PrincipalIsAWSService": "false"}},
    "everyone who uses TLS": {"Bool": {"aws:SecureTransport": "true"}},
    "everyone but one account": {"StringNotEquals": {"aws:PrincipalAccount": "111111111111"}},
    "an operator without keys": {"StringEquals": {}},
    "not a condition": "aws:PrincipalOrgID",
}
"""Conditions that leave a statement open."""

CLOSINGS = {
    "an account": {"StringEqualsIfExists": {"aws:PrincipalAccount": "111111111111"}},
    "roles of an account": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/*"}},
    "a network": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    "an endpoint": {"StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}},
    "an organization, and TLS": CONDITION,
    "a unit": {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/*"}},
}
"""Conditions that close a statement."""

UNLIMITED = "it has the Principal '*', and its condition does not limit who may call"


def reason(**elements: object) -> str | None:
    """Give the reason why a statement with these elements is open."""
    why = opening(statement(**elements))
    return why.reason if why else None


@pytest.mark.parametrize(
    "principal",
    [
        pytest.param("*", id="star"),
        pytest.param({"AWS": "*"}, id="of AWS"),
        pytest.param({"AWS": ["111111111111", "*"]}, id="in a list"),
        pytest.param({"AWS": "*", "Service": "lambda.amazonaws.com"}, id="next to a service"),
    ],
)
@pytest.mark.parametrize("condition", [pytest.param({}, id="empty"), pytest.param(None, id="null")])
def test_principal_that_is_everyone_is_open(principal: object, condition: object) -> None:
    """Everyone is let in by the Principal '*', in every spelling, where no condition is given."""
    assert reason(Principal=principal, Condition=condition) == "it has the Principal '*' and no condition"


@pytest.mark.parametrize("condition", [pytest.param(condition, id=name) for name, condition in OPENINGS.items()])
def test_condition_that_names_nobody_leaves_open(condition: object) -> None:
    """A condition that anybody can meet does not close a statement."""
    assert reason(Principal="*", Condition=condition) == UNLIMITED


@pytest.mark.parametrize("condition", [pytest.param(condition, id=name) for name, condition in CLOSINGS.items()])
def test_condition_that_names_someone_closes(condition: object) -> None:
    """A condition that names a principal, an organization or a network closes a statement."""
    assert reason(Principal="*", Condition=condition) is None


@pytest.mark.parametrize(
    "excluded", [pytest.param({"AWS": "111111111111"}, id="an account"), pytest.param({}, id="nobody")]
)
def test_not_principal_is_open(excluded: object) -> None:
    """An Allow with a NotPrincipal lets in everyone else, and the NotPrincipal is what does."""
    why = opening({"Effect": "Allow", "NotPrincipal": excluded, "Action": "ecr:*"})

    assert why is not None
    assert (why.key, why.reason) == ("NotPrincipal", "it has a NotPrincipal and no condition")


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param({"Principal": "*", "Effect": "Deny"}, id="a Deny"),
        pytest.param({}, id="an account"),
        pytest.param({"Principal": {"Service": "lambda.amazonaws.com"}}, id="a service"),
        pytest.param({"Principal": {}}, id="nobody"),
    ],
)
def test_statement_that_names_principals_is_closed(elements: dict[str, object]) -> None:
    """A statement is closed that denies, or that names its principals."""
    assert opening(statement(**elements)) is None


@given(st.sampled_from([*OPENINGS.values(), *CLOSINGS.values()]), st.sampled_from(["*", {"AWS": ["*"]}]))
def test_spelling_makes_no_difference(condition: object, principal: object) -> None:
    """Lists of one, and the case of condition keys, do not change the answer."""
    spelled = json.loads(json.dumps(condition).replace("aws:", "AWS:"))

    assert reason(Principal=principal, Condition=spelled) == reason(Principal="*", Condition=condition)
