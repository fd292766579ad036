"""One predicate decides whether a statement lets everyone in."""

from __future__ import annotations

import json

import pytest
from builders.access import OURS, STRANGERS, allow, deny, is_allowed
from hypothesis import example, given
from hypothesis import strategies as st

from ecrkit.registry.openness import covering_deny, opening

ROOT = "arn:aws:iam::111122223333:root"
PATH = f"{OURS}/r-ab12/ou-ab12-11111111/"

CLOSED = {
    "an account as principal": allow(Principal={"AWS": ["111122223333"]}),
    "a service as principal": allow(Principal={"Service": "lambda.amazonaws.com"}),
    "a condition beside a NotPrincipal": {
        "Effect": "Allow",
        "NotPrincipal": {"AWS": ROOT},
        "Action": "ecr:BatchGetImage",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": OURS}},
    },
    "an organization": allow({"StringEquals": {"aws:PrincipalOrgID": OURS}}),
    "an organization, in other letters": allow({"StringEqualsIgnoreCase": {"AWS:PRINCIPALORGID": OURS}}),
    "two organizations": allow({"StringEquals": {"aws:PrincipalOrgID": [OURS, "o-b2c3d4e5f6"]}}),
    "no organization: a wildcard is a letter": allow({"StringEquals": {"aws:PrincipalOrgID": "o-*"}}),
    "any value of a single one": allow({"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": OURS}}),
    "our organization by variable": allow({"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}),
    "anywhere in the organization": allow({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": [f"{OURS}/*"]}}),
    "right in the unit": allow({"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": [PATH]}}),
    "an account": allow({"StringEquals": {"aws:PrincipalAccount": ["111122223333"]}}),
    "an account, if there is one": allow({"StringEqualsIfExists": {"aws:PrincipalAccount": ["111122223333"]}}),
    "roles of an account": allow({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/ci-*"}}),
    "principals of an account": allow({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:*"}}),
    "sessions of a role": allow({"StringLike": {"aws:userid": "AROAEXAMPLEID12345678:*"}}),
    "a service by name": allow({"StringEquals": {"aws:PrincipalServiceName": "codebuild.amazonaws.com"}}),
    "a service for an account": allow({"StringEquals": {"aws:SourceAccount": "111122223333"}}),
    "a source in an account": allow({"ArnLike": {"aws:SourceArn": "arn:aws:lambda:us-east-1:111122223333:function:*"}}),
    "a service for an organization": allow({"StringEquals": {"aws:SourceOrgID": OURS}}),
    "a network": allow({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
    "a private network, which is no source": allow({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
    "a VPC": allow({"StringEquals": {"aws:SourceVpc": "vpc-91237329"}}),
    "an endpoint": allow({"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f67890"}}),
    "endpoints of an account": allow({"StringEquals": {"aws:VpceAccount": "111122223333"}}),
    "endpoints of an organization": allow({"StringEquals": {"aws:VpceOrgID": OURS}}),
    "one part of two": allow({"StringEquals": {"aws:PrincipalOrgID": OURS}, "Bool": {"aws:SecureTransport": "true"}}),
}
"""Statements that do not let everyone in: 27 of the 79."""

OPEN = {
    "no condition": allow(),
    "everyone of AWS": allow(Principal={"AWS": "*"}),
    "an empty condition": allow({}),
    "everyone in a list": allow(Principal={"AWS": ["111122223333", "*"]}),
    "everyone beside a service": allow(Principal={"AWS": "*", "Service": "lambda.amazonaws.com"}),
    "all but one": {"Effect": "Allow", "NotPrincipal": {"AWS": ROOT}, "Action": "ecr:BatchGetImage"},
    "all actions but one": {"Effect": "Allow", "Principal": "*", "NotAction": "ecr:DeleteRepository"},
    "any organization as the second value": allow({"StringLike": {"aws:PrincipalOrgID": [OURS, "*"]}}),
    "any organization": allow({"StringLike": {"aws:PrincipalOrgID": "o-*"}}),
    "our organization or none": allow({"StringEqualsIfExists": {"aws:PrincipalOrgID": OURS}}),
    "all values of an organization": allow({"ForAllValues:StringEquals": {"aws:PrincipalOrgID": OURS}}),
    "all organizations but one": allow({"StringNotEquals": {"aws:PrincipalOrgID": OURS}}),
    "in some organization": allow({"Null": {"aws:PrincipalOrgID": "false"}}),
    "in no organization": allow({"Null": {"aws:PrincipalOrgID": "true"}}),
    "all paths, or none": allow({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": [f"{OURS}/*"]}}),
    "a unit of any organization": allow(
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["*/ou-ab12-11111111/*"]}}
    ),
    "a root of any organization": allow({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-*/r-ab12/*"]}}),
    "any path, if there is one": allow({"ForAnyValue:StringLikeIfExists": {"aws:PrincipalOrgPaths": [f"{OURS}/*"]}}),
    "accounts with a prefix": allow({"StringLike": {"aws:PrincipalAccount": "1111*"}}),
    "any account": allow({"StringLike": {"aws:PrincipalAccount": "????????????"}}),
    "an account that equals itself": allow({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}}),
    "a role of any account": allow({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci"}}),
    "a role of any account, as text": allow({"StringLike": {"aws:PrincipalArn": "*:role/ci"}}),
    "a session of any role": allow({"StringLike": {"aws:userid": "*:ci"}}),
    "a user name": allow({"StringEquals": {"aws:username": "bob"}}),
    "a tag of the principal": allow({"StringEquals": {"aws:PrincipalTag/team": "a"}}),
    "a type of principal": allow({"StringEquals": {"aws:PrincipalType": "AssumedRole"}}),
    "a source identity": allow({"StringEquals": {"aws:SourceIdentity": "bob"}}),
    "who has a second factor": allow({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    "who is no service": allow({"Bool": {"aws:PrincipalIsAWSService": "false"}}),
    "any service": allow({"ForAnyValue:StringLike": {"aws:PrincipalServiceNamesList": "*"}}),
    "a source account or none, with TLS": allow(
        {"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}, "Bool": {"aws:SecureTransport": "true"}}
    ),
    "a source in any account": allow({"ArnLike": {"aws:SourceArn": "arn:aws:lambda:*:*:function:*"}}),
    "any bucket": allow({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}),
    "all of IPv4": allow({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
    "both halves of IPv4": allow({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}),
    "all of IPv6": allow({"IpAddress": {"aws:SourceIp": "::/0"}}),
    "all of IPv6 that is in use": allow({"IpAddress": {"aws:SourceIp": "2000::/3"}}),
    "all but a network": allow({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
    "a network, or an endpoint": allow({"IpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"}}),
    "any VPC": allow({"StringLike": {"aws:SourceVpc": "vpc-*"}}),
    "all but an endpoint": allow({"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f67890"}}),
    "an endpoint, or the internet": allow({"StringEqualsIfExists": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f67890"}}),
    "addresses of any VPC": allow({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}),
    "the VPC of an instance": allow({"StringEquals": {"aws:Ec2InstanceSourceVpc": "vpc-91237329"}}),
    "the account of the repository": allow({"StringEquals": {"aws:ResourceAccount": "111122223333"}}),
    "a tag of the repository": allow({"StringEquals": {"ecr:ResourceTag/env": "prod"}}),
    "who uses TLS": allow({"Bool": {"aws:SecureTransport": "true"}}),
    "until some day": allow({"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}),
    "in a Region": allow({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),
    "with a client": allow({"StringLike": {"aws:UserAgent": "*docker*"}}),
    "from a page": allow({"StringLike": {"aws:Referer": "https://example.com/*"}}),
}
"""Statements that let everyone in: 52 of the 79."""

MORE_CLOSED = {
    "a role of our account by variable": allow(
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::${aws:ResourceAccount}:*"}}
    ),
    "a bucket": allow({"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::our-bucket"}}),
    "a key in two spellings": allow({"StringLike": {"aws:PrincipalOrgID": OURS, "AWS:principalorgid": "*"}}),
    "a value that only a deploy knows": allow({"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Organization"}}}),
    "a token of CDK": allow({"ArnLike": {"aws:PrincipalArn": "arn:${Token[Partition.3]}:iam::111122223333:role/*"}}),
    "an address as text": allow({"StringEquals": {"aws:SourceIp": "203.0.113.7"}}),
}

MORE_OPEN = {
    "all of IPv4 in narrow ranges": allow(
        {"IpAddress": {"aws:SourceIp": [f"{first}.0.0.0/8" for first in range(256)]}}
    ),
    "all of IPv4, mapped": allow({"IpAddress": {"aws:SourceIp": "::ffff:0.0.0.0/96"}}),
    "a role of any account in a token's partition": allow(
        {"ArnLike": {"aws:PrincipalArn": "arn:${Token[AWS.Partition.3]}:iam::*:role/ci"}}
    ),
    "a role id without its end": allow({"StringLike": {"aws:userid": "AROA*"}}),
    "an organization without its end": allow({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{OURS}*"}}),
    "an operator that does not exist": allow({"StringMatches": {"aws:PrincipalOrgID": OURS}}),
    "an operator without keys": allow({"StringEquals": {}}),
    "not a condition": allow("aws:PrincipalOrgID"),
    "a service of any name": allow(Principal={"Service": "*"}),
    "an unknown variable": allow({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalTag/account}"}}),
    "a wildcard around colons": allow({"StringLike": {"aws:PrincipalArn": "arn:*:111122223333:role/ci"}}),
}

ACCOUNTS = ["111122223333", "444455556666"]
DENIES = {
    "an organization": deny({"StringNotEquals": {"aws:PrincipalOrgID": OURS}}),
    "an organization, if there is one": deny({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": OURS}}),
    "two accounts": deny({"StringNotEquals": {"aws:PrincipalAccount": ACCOUNTS}}),
    "principals of an account": deny({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:*"}}),
    "a network": deny({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
    "a path, or none": deny({"ForAllValues:StringNotLike": {"aws:PrincipalOrgPaths": f"{OURS}/*"}}),
    "a NotPrincipal": {"Effect": "Deny", "NotPrincipal": {"AWS": [ROOT]}, "Action": "ecr:*"},
    "nobody": deny(),
}
"""Statements that deny to all but those that they name."""

NOT_DENIES = {
    "callers without an organization": deny({"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": f"{OURS}/*"}}),
    "only where both differ": deny({"StringNotEquals": {"aws:PrincipalOrgID": OURS, "aws:SourceVpc": "vpc-91237329"}}),
    "members of any organization": deny({"Null": {"aws:PrincipalOrgID": "true"}}),
    "a list of the unwanted": deny({"StringEquals": {"aws:PrincipalAccount": "999999999999"}}),
    "some other actions": deny({"StringNotEquals": {"aws:PrincipalOrgID": OURS}}, Action=["ecr:PutImage", "ecr:List*"]),
}
"""Statements that leave somebody in whom they do not name."""


def reason(statement: dict[str, object], *beside: dict[str, object]) -> str | None:
    """Give the reason why a statement is open."""
    why = opening(statement, beside=[statement, *beside])
    return why.reason if why else None


def test_table_is_whole() -> None:
    """The tables are the 79 rows of the decision table."""
    assert (len(CLOSED), len(OPEN)) == (27, 52)


@pytest.mark.parametrize("statement", [pytest.param(row, id=name) for name, row in {**CLOSED, **MORE_CLOSED}.items()])
def test_statement_that_names_someone_is_closed(statement: dict[str, object]) -> None:
    """A statement is closed whose principals are named, or whose condition names a caller or a network."""
    assert opening(statement) is None


@pytest.mark.parametrize("statement", [pytest.param(row, id=name) for name, row in {**OPEN, **MORE_OPEN}.items()])
def test_statement_that_names_nobody_is_open(statement: dict[str, object]) -> None:
    """A statement is open whose condition any caller can meet."""
    why = opening(statement)

    assert why is not None
    assert why.key in statement


@pytest.mark.parametrize("condition", [pytest.param({}, id="empty"), pytest.param(None, id="null")])
def test_reason_without_condition(condition: object) -> None:
    """The reason names the element that lets everyone in, and says that no condition limits it."""
    statement = {**allow(), "Condition": condition}

    assert reason(statement) == "it has the Principal '*' and no condition"


def test_reason_with_condition() -> None:
    """A condition that does not limit the callers is part of the reason."""
    statement = {**OPEN["who uses TLS"], "NotPrincipal": {}}

    assert reason(statement) == "it has a NotPrincipal, but its condition does not limit who may call"


@pytest.mark.parametrize("other", [pytest.param(row, id=name) for name, row in DENIES.items()])
def test_deny_is_named(other: dict[str, object]) -> None:
    """A Deny that keeps out all others closes nothing: the reason names it."""
    assert reason(allow(), other) == "it has the Principal '*' and no condition, though statement 2 denies others"


@pytest.mark.parametrize("other", [pytest.param(row, id=name) for name, row in NOT_DENIES.items()])
def test_deny_of_some_is_not_named(other: dict[str, object]) -> None:
    """A Deny that leaves somebody in is not mentioned."""
    assert reason(allow(), other) == "it has the Principal '*' and no condition"


def test_deny_of_other_actions_is_not_named() -> None:
    """A Deny with a NotAction covers all actions but those."""
    other = deny(NotAction="ecr:BatchGetImage")
    del other["Action"]

    assert covering_deny(allow(), [other]) is None
    assert covering_deny(allow(Action="ecr:PutImage"), [other]) == "statement 1"


def test_deny_by_name() -> None:
    """A Deny with a Sid is called by it."""
    assert covering_deny(allow(), [deny(Sid="OnlyOurs")]) == "the statement 'OnlyOurs'"


def test_deny_of_some_resources_is_not_named() -> None:
    """A Deny of a registry policy that is about some repositories leaves the others."""
    assert covering_deny(allow(), [deny(Resource="arn:aws:ecr:us-east-1:111122223333:repository/prod/*")]) is None


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(deny(), id="a Deny"),
        pytest.param(allow(Principal={}), id="nobody"),
        pytest.param(allow(Effect=["Allow"]), id="no effect"),
    ],
)
def test_statement_that_allows_nobody_is_closed(statement: dict[str, object]) -> None:
    """A statement that denies, or that names nobody, lets nobody in."""
    assert opening(statement) is None


def test_variables_are_letters_in_the_old_version() -> None:
    """Version 2008-10-17 has no variables: what looks like one is compared letter by letter."""
    statement = OPEN["an account that equals itself"]

    assert opening(statement, variables=False) is None


KEYS = [
    *("PrincipalOrgID", "PrincipalOrgPaths", "PrincipalAccount", "PrincipalArn", "userid", "PrincipalType"),
    *("SourceIp", "SourceVpc", "SourceVpce", "VpcSourceIp", "VpceAccount", "VpceOrgID", "SourceAccount", "SourceArn"),
    *("PrincipalTag/team", "SecureTransport", "ResourceAccount", "SourceIdentity", "PrincipalServiceName"),
]
VALUES = [
    *(OURS, "o-*", "*", f"{OURS}/*", PATH, "*/ou-ab12-11111111/*", f"{OURS}*", "o-9z8y7x6w5v", "r-ab12/*"),
    *("111122223333", "1111*", "????????????", "999999999999", "9*", "*9*"),
    *(
        "arn:aws:iam::111122223333:role/*",
        "arn:aws:iam::*:role/ci",
        "*:role/ci",
        "arn:*:role/ci",
        "arn:aws:iam::*",
        ROOT,
    ),
    *(
        "arn:aws:iam::*",
        "arn:*:iam::111122223333:*",
        "arn:aws:iam::999999999999:role/ci",
        "arn:aws*",
        "arn:aws:ec2:*:*:vpc/*",
    ),
    *("AROAEXAMPLEID12345678:*", "*:ci", "AROA*", "A*", "AROASTRANGERSTRANGER1:ci", "AssumedRole"),
    *(
        "203.0.113.0/24",
        "0.0.0.0/1",
        "128.0.0.0/1",
        "0.0.0.0/0",
        "::/0",
        "2000::/3",
        "10.0.0.0/8",
        "198.51.100.7",
        "198.*",
    ),
    *(
        "vpc-91237329",
        "vpc-*",
        "vpce-*",
        "vpce-0a1b2c3d4e5f67890",
        "codebuild.amazonaws.com",
        "true",
        "false",
        "a",
        "bob",
    ),
    *("${aws:PrincipalAccount}", "${aws:ResourceAccount}", "${aws:ResourceOrgID}", "${aws:PrincipalOrgID}", "o-${*}"),
    *("arn:aws:iam::${aws:PrincipalAccount}:*", "arn:aws:iam::${aws:ResourceAccount}:*", "${aws:SourceVpc}"),
]
OPERATOR_NAMES = [
    *("StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike"),
    *(
        "StringNotLike",
        "ArnEquals",
        "ArnLike",
        "ArnNotEquals",
        "ArnNotLike",
        "IpAddress",
        "NotIpAddress",
        "Bool",
        "Null",
    ),
]


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, dict[str, list[str]]]:
    """Make conditions of one part to three, of every operator, key and value."""
    made: dict[str, dict[str, list[str]]] = {}
    for _ in range(draw(st.integers(1, 3))):
        name = draw(st.sampled_from(OPERATOR_NAMES))
        quantifier = draw(st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"])) if name != "Null" else ""
        suffix = draw(st.sampled_from(["", "", "IfExists"])) if name != "Null" else ""
        values = st.sampled_from(["true", "false"] if name in ("Null", "Bool") else VALUES)
        key = f"aws:{draw(st.sampled_from(KEYS))}"
        listed = draw(st.lists(values, min_size=1, max_size=3, unique=True))
        made.setdefault(f"{quantifier}{name}{suffix}", {})[key] = listed
    return made


def _names_the_stranger(condition: dict[str, dict[str, list[str]]]) -> bool:
    """Whether a fixed value is that of the stranger himself: he is somebody, too."""
    text = json.dumps(condition)
    return any(own in text for own in ("999999999999", "o-9z8y7x6w5v", "AROASTRANGER", "198.51.100.7"))


@given(conditions())
@example({"StringLike": {"aws:PrincipalOrgPaths": ["*/ou-ab12-11111111/*"]}})
@example({"StringEqualsIfExists": {"aws:PrincipalOrgID": [OURS]}})
def test_what_is_closed_keeps_strangers_out(condition: dict[str, dict[str, list[str]]]) -> None:
    """No stranger passes a statement that the predicate calls closed, unless it names him."""
    statement = allow(condition)
    passing = [name for name, request in STRANGERS.items() if is_allowed(statement, request)]

    assert not passing or opening(statement) is not None or _names_the_stranger(condition)


@given(conditions(), st.sampled_from(["*", {"AWS": ["*"]}, {"AWS": "*"}]))
def test_spelling_makes_no_difference(condition: dict[str, dict[str, list[str]]], principal: object) -> None:
    """Lists of one, and the case of condition keys, do not change the answer."""
    spelled = {
        operator: {key.upper(): values[0] if len(values) == 1 else values[::-1] for key, values in keys.items()}
        for operator, keys in condition.items()
    }

    assert (opening(allow(spelled, Principal=principal)) is None) == (opening(allow(condition)) is None)


@given(conditions(), st.sampled_from(sorted(DENIES)))
def test_deny_never_closes(condition: dict[str, dict[str, list[str]]], name: str) -> None:
    """A Deny in the same policy does not change whether a statement is open."""
    statement = allow(condition)

    assert (opening(statement, beside=[statement, DENIES[name]]) is None) == (opening(statement) is None)
