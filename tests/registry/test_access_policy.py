"""What ECR rejects or ignores in an access policy is found, and each problem once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from builders.access import OURS, allow, deny

from ecrkit.registry.access_policy import MAX_POLICY, acknowledged_in, acknowledgement, check_policy_document
from ecrkit.registry.statements import PolicyKind

ACCOUNT = {"AWS": "111122223333"}
PULL = {"Effect": "Allow", "Principal": ACCOUNT, "Action": "ecr:BatchGetImage"}
FORMS = "name an account, the ARN of a role or user, or '*'"


def found(
    *statements: object, kind: PolicyKind = PolicyKind.REPOSITORY, partition: str | None = "aws", reason: str = ""
) -> list[str]:
    """Give what is wrong with a policy, each in a line with its code."""
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    findings = check_policy_document(policy, name="text", kind=kind, partition=partition, acknowledged=reason)
    return [f"{one.text} [{one.code}]" for one in findings]


def with_principal(value: object) -> dict[str, Any]:
    """Write a statement with another principal."""
    return {**PULL, "Principal": value}


def with_action(value: object) -> dict[str, Any]:
    """Write a statement with another action."""
    return {**PULL, "Action": value}


def test_valid_statement() -> None:
    """Nothing is wrong with a statement that lets an account pull."""
    assert found(PULL) == []


@pytest.mark.parametrize(
    "name",
    [
        "111122223333",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:role/path/ci",
        "arn:aws:iam::111122223333:user/bob",
        "arn:aws:sts::111122223333:assumed-role/ci/session",
        "arn:aws:sts::111122223333:federated-user/bob",
    ],
)
def test_principals(name: str) -> None:
    """An account, a role, a user and their sessions are principals."""
    assert found(with_principal({"AWS": name})) == []


@pytest.mark.parametrize(
    ("principal", "problem"),
    [
        pytest.param({}, f"must name a principal, got {{}}; {FORMS}", id="nobody"),
        pytest.param([], f"must be '*' or a mapping such as {{AWS: …}}, got []; {FORMS}", id="list"),
        pytest.param("foo", f"must be '*' or a mapping such as {{AWS: …}}, got 'foo'; {FORMS}", id="text"),
        pytest.param({"AWS": []}, f"AWS must name a principal, got []; {FORMS}", id="nobody of AWS"),
        pytest.param({"AWS": 111122223333}, "AWS must be text, got 111122223333; write it in quotes", id="number"),
        pytest.param(
            {"AWS": "foo"}, f"must be an account, the ARN of a role or user, or '*', got 'foo'; {FORMS}", id="word"
        ),
        pytest.param({"aws": "111122223333"}, "'aws' is not a kind of principal; did you mean AWS?", id="kind"),
        pytest.param(
            {"AWS": "arn:aws-cn:iam::111122223333:root"},
            "must be in the partition aws, got 'arn:aws-cn:iam::111122223333:root'; name a principal of that "
            "partition; access cannot cross partitions",
            id="another partition",
        ),
        pytest.param(
            {"AWS": "arn:aws:iam::111122223333:*"},
            "a principal must have no wildcard, got 'arn:aws:iam::111122223333:*'; write '*' and a condition such as"
            " ArnLike on aws:PrincipalArn",
            id="wildcard",
        ),
        pytest.param(
            {"AWS": "arn:aws:iam::111122223333:group/team"},
            "a group cannot be a principal, got 'arn:aws:iam::111122223333:group/team'; name roles or users",
            id="group",
        ),
        pytest.param(
            {"Service": "lambda"},
            "Service must be a service, as in 'lambda.amazonaws.com', got 'lambda'; name a service, without wildcards",
            id="service",
        ),
    ],
)
def test_principal_that_is_none(principal: object, problem: str) -> None:
    """What is no principal is an error."""
    assert found(with_principal(principal)) == [f"Statement[0].Principal: {problem} [ECR404]"]


def test_partition_that_is_not_known() -> None:
    """Where nobody knows the partition of the registry, that of a principal is not compared, unless there is none."""
    china = with_principal({"AWS": "arn:aws-cn:iam::111122223333:root"})
    nowhere = with_principal({"AWS": "arn:aws-foo:iam::111122223333:root"})

    assert found(china, partition=None) == []
    assert [line[-8:] for line in found(nowhere, partition=None)] == ["[ECR404]"]


@pytest.mark.parametrize(
    ("elements", "problem"),
    [
        pytest.param({"Effect": ["Allow"]}, "Effect: Effect must be 'Allow' or 'Deny', got ['Allow']", id="effect"),
        pytest.param(
            {"Resource": "*"},
            "Resource: unknown key 'Resource'; remove it: the policy of a repository applies to this repository",
            id="resource",
        ),
        pytest.param(
            {"Action": []},
            "Action: must have at least 1 action, got []; name one, as in 'ecr:BatchGetImage'",
            id="none",
        ),
        pytest.param(
            {"Action": ""}, "Action: must be actions of ECR, as in 'ecr:BatchGetImage', got ''", id="empty action"
        ),
        pytest.param(
            {"Condition": "x"}, "Condition: Condition must be a mapping of operators, got 'x'", id="condition"
        ),
        pytest.param(
            {"Condition": {"Bool": "x"}}, "Condition: Bool must be a mapping of condition keys, got 'x'", id="keys"
        ),
    ],
)
def test_malformed(elements: dict[str, object], problem: str) -> None:
    """An element that IAM does not take is an error."""
    assert found({**PULL, **elements}) == [f"Statement[0].{problem} [ECR402]"]


def test_unknown_operator() -> None:
    """An operator that does not exist is an error, and whether the statement is open does not show without it."""
    assert found(allow({"StringEqual": {"aws:PrincipalOrgID": OURS}})) == [
        "Statement[0].Condition: unknown condition operator 'StringEqual'; did you mean StringEquals? [ECR405]"
    ]


@pytest.mark.parametrize("end", ["", "*", "-*"])
def test_organization_path_without_its_end(end: str) -> None:
    """An organization path that does not end in a slash or below it is an error."""
    path = f"{OURS}/r-ab12/ou-ab12-11111111{end}"

    [line] = found(allow({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": path}}))
    assert f"must end in '/', '/*' or '/ou-*', got '{path}'" in line
    assert line.endswith("[ECR406]")


@pytest.mark.parametrize("end", ["/", "/*", "/ou-*"])
def test_organization_path(end: str) -> None:
    """A path of the unit, of all below it too, or only of these is fine."""
    path = f"{OURS}/r-ab12/ou-ab12-11111111{end}"

    assert found(allow({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": path}})) == []


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        pytest.param(
            "ecr:BatchGetImages",
            "ECR has no action 'ecr:BatchGetImages'; did you mean ecr:BatchGetImage? [ECR421]",
            id="typo",
        ),
        pytest.param("ecr:Frob", "ECR has no action 'ecr:Frob'; correct it or remove it [ECR421]", id="none"),
        pytest.param(
            "s3:GetObject",
            "'s3:GetObject' is not an action of ECR, so it has no effect here; move it to a policy of that service, "
            "or of the caller [ECR422]",
            id="another service",
        ),
        pytest.param(
            "ecr:GetAuthorizationToken",
            "'ecr:GetAuthorizationToken' acts on the registry, so it has no effect in the policy of a repository;"
            " remove it; the caller needs it in an IAM policy [ECR423]",
            id="login",
        ),
        pytest.param(
            "ecr:PutReplication*",
            "'ecr:PutReplication*' acts on the registry, so it has no effect in the policy of a repository;"
            " remove it; write it into an IAM policy or the registry policy [ECR423]",
            id="registry",
        ),
        pytest.param(
            "ecr:Pull*", "'ecr:Pull*' matches no action of ECR; correct it or remove it [ECR424]", id="nothing"
        ),
    ],
)
def test_action_without_effect(action: str, problem: str) -> None:
    """An action without effect is a warning, since AWS documents no refusal."""
    assert found(with_action(["ecr:BatchGetImage", action])) == [f"Statement[0].Action: {problem}"]


@pytest.mark.parametrize("action", ["*", "ecr:*", "ecr:Get*", "ECR:putimage", ["ecr:Describe*", "ecr:List*"]])
def test_action_with_effect(action: object) -> None:
    """Actions of repositories are fine, by name or by wildcard, in any case."""
    assert found(with_action(action)) == []


def test_registry_policy() -> None:
    """The policy of a registry takes actions of the registry, and needs a resource."""
    statement = {**with_action("ecr:PutReplicationConfiguration"), "Resource": "*"}

    assert found(statement, kind=PolicyKind.REGISTRY) == []
    assert found(PULL, kind=PolicyKind.REGISTRY) == [
        "Statement[0]: must have either Resource or NotResource, got neither [ECR402]"
    ]


def test_public_repository() -> None:
    """The policy of a public repository takes the actions of ECR Public."""
    assert found(with_action("ecr-public:PutImage"), kind=PolicyKind.PUBLIC_REPOSITORY) == []
    assert [line[-8:] for line in found(PULL, kind=PolicyKind.PUBLIC_REPOSITORY)] == ["[ECR422]"]


def test_unique_id() -> None:
    """The unique ID of a role is a warning: IAM leaves it in place of a deleted one."""
    assert found(with_principal({"AWS": ["AROAEXAMPLEIDENTIFIER", "111122223333"]})) == [
        (
            "Statement[0].Principal: 'AROAEXAMPLEIDENTIFIER' is a unique ID, which IAM shows for a deleted role or "
            "user; remove it, or name the new role or user by its ARN [ECR425]"
        )
    ]


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        pytest.param(
            {"StringEquals": {"aws:PrincipalOrgID": "o-*"}},
            "StringEquals takes '*' and '?' literally, got 'o-*'; write StringLike",
            id="letter",
        ),
        pytest.param(
            {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
            "aws:SourceIp is a public address, got '10.0.0.0/8'",
            id="private",
        ),
        pytest.param({"StringEquals": {"aws:PrincipalOrgID": []}}, "it has no value", id="no value"),
        pytest.param(
            {"StringEquals": {"aws:PrincipalAccount": "1111"}}, "no request has the value '1111'", id="no account"
        ),
        pytest.param(
            {"StringLike": {"aws:PrincipalOrgPaths": f"{OURS}/*"}},
            "aws:principalorgpaths has several values, and StringLike compares one; write ForAnyValue:StringLike",
            id="several values",
        ),
        pytest.param(
            {"ForAnyValue:Null": {"aws:PrincipalOrgID": "false"}, "StringEquals": {"aws:PrincipalOrgID": OURS}},
            "ForAnyValue:Null is never met",
            id="null",
        ),
    ],
)
def test_condition_that_never_matches(condition: object, why: str) -> None:
    """A condition that no request meets is a warning."""
    assert found(allow(condition)) == [
        f"Statement[0].Condition: the condition never matches: {why}; correct it; the statement has no effect [ECR426]"
    ]


def test_value_known_at_deploy_only() -> None:
    """What only a deploy knows is neither wrong nor open."""
    statements = [
        allow({"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Organization"}}}),
        with_principal({"AWS": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::111122223333:root"]]}}),
        with_principal({"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${Account}:root"}}),
        {"Fn::If": ["IsProd", PULL, {"Ref": "AWS::NoValue"}]},
    ]

    assert found(*statements) == []


def test_known_part_of_a_text_is_judged() -> None:
    """A text that is known in part is judged by this part."""
    anybody = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::*:role/ci"]]}

    assert [line[-8:] for line in found(with_principal({"AWS": anybody}))] == ["[ECR404]"]
    assert [line[-8:] for line in found(allow({"ArnLike": {"aws:PrincipalArn": anybody}}))] == ["[ECR403]"]


def test_open_statement() -> None:
    """A statement that lets everyone in is an error; a Deny beside it is named."""
    assert found(allow(), deny({"StringNotEquals": {"aws:PrincipalOrgID": OURS}}, Sid="OnlyOurs")) == [
        (
            "Statement[0].Principal: lets everyone in: it has the Principal '*' and no condition, though the statement"
            " 'OnlyOurs' denies others; name principals, or add a condition as on aws:PrincipalOrgID [ECR403]"
        )
    ]


def test_acknowledged() -> None:
    """An acknowledged statement stays visible as a silenced warning; other problems stay as they are."""
    policy = {"Version": "2012-10-17", "Statement": [allow(Action="ecr:Frob")]}
    findings = check_policy_document(policy, name="text", kind=PolicyKind.REPOSITORY, acknowledged="base images")

    assert [(one.code, one.severity.value, one.silenced) for one in findings] == [
        ("ECR421", "warning", ""),
        ("ECR403", "warning", "base images"),
    ]


def test_nothing_to_acknowledge() -> None:
    """A reason without an open statement is a warning: it would acknowledge the next one."""
    assert found(PULL, reason="base images") == [
        (
            "no statement lets everyone in; remove open_to_everyone: it would acknowledge the next statement that does"
            " [ECR427]"
        )
    ]


def test_reason_in_metadata() -> None:
    """The metadata of a resource keeps the reason, and anything else is none."""
    assert acknowledged_in(acknowledgement("base images")) == "base images"
    assert acknowledgement("") == {}
    assert [acknowledged_in(one) for one in (None, {}, {"ecrkit": "x"}, {"ecrkit": {"open_to_everyone": 1}})] == [
        ""
    ] * 4


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        pytest.param("{", "must be JSON; write an IAM policy in JSON", id="no JSON"),
        pytest.param("[]", "must be a mapping, got list; write an IAM policy in JSON", id="list"),
        pytest.param({"Version": "2012-10-17"}, "must have a Statement, got nothing; add one", id="no statement"),
        pytest.param(
            {"Version": "2012-10-17", "Statement": ["x"]},
            "Statement: must be a statement, got 'x'; write a mapping",
            id="text",
        ),
        pytest.param(
            {"Version": "2012", "Statement": [PULL]},
            "Version: Version must be '2012-10-17' or '2008-10-17', got '2012'",
            id="version",
        ),
        pytest.param(
            {"Statement": PULL, "Statements": []},
            "Statements: unknown key 'Statements'; known keys: Version, Id, Statement",
            id="key",
        ),
        pytest.param(
            {"Statement": PULL, "a/b~": []}, "a/b~: unknown key 'a/b~'; known keys: Version, Id, Statement", id="slash"
        ),
    ],
)
def test_document_that_is_no_policy(policy: object, problem: str) -> None:
    """A document that is no IAM policy is an error."""
    findings = check_policy_document(policy, name="text", kind=PolicyKind.REPOSITORY)

    assert [f"{one.text} [{one.code}]" for one in findings] == [f"{problem} [ECR401]"]


def test_length() -> None:
    """A policy has at most 10,240 characters, as written or, for a document, on one line."""
    long = {"Version": "2012-10-17", "Statement": [{**PULL, "Sid": "x" * MAX_POLICY}]}

    for policy in (long, json.dumps(long)):
        assert [one.code for one in check_policy_document(policy, name="text", kind=PolicyKind.REPOSITORY)] == [
            "ECR407"
        ]
