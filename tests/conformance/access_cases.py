"""
Repository policies to send to ECR.

They name no principal but the account itself: ECR looks principals up, and to guess at those of others is not our
business. They deny nothing that it takes to delete the repository.

Source: IAM user guide, "IAM JSON policy elements reference" and "Condition operators"; Service Authorization Reference,
"Actions, resources, and condition keys for Amazon ECR"; refusals recorded in public issue trackers (read 2026-11).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from builders.rule_examples import whole

from ecrkit.documents.explanations import explain
from ecrkit.registry.access_policy import MAX_POLICY
from ecrkit.registry.rulebook import ACCESS_RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["access_cases"]

Statement = dict[str, Any]

_NOT_SENT = {"ECR425", "ECR427"}
"""Whether ECR takes a unique ID that it does not know is not documented; the other is a catalog."""

_ORGANIZATION = "o-a1b2c3d4e5"
_OPERATORS = {
    "StringEquals": {"aws:PrincipalOrgID": _ORGANIZATION},
    "StringNotEqualsIgnoreCase": {"aws:PrincipalOrgID": _ORGANIZATION},
    "StringLikeIfExists": {"aws:PrincipalOrgID": "o-*"},
    "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": f"{_ORGANIZATION}/*"},
    "ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": f"{_ORGANIZATION}/r-ab12/"},
    "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/ci-*"},
    "ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/ci"},
    "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
    "NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]},
    "Bool": {"aws:SecureTransport": "true"},
    "Null": {"aws:PrincipalOrgID": "false"},
    "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
    "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
    "StringMatches": {"aws:PrincipalOrgID": _ORGANIZATION},
    "ForEachValue:StringLike": {"aws:PrincipalOrgID": _ORGANIZATION},
    "NullIfExists": {"aws:PrincipalOrgID": "false"},
}
_ACTIONS = {
    "every action of ECR": "ecr:*",
    "every action": "*",
    "actions by a wildcard": "ecr:Get*",
    "action by a question mark": "ecr:BatchGetImag?",
    "action in other case": "ECR:batchgetimage",
    "list of actions": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    "action of the registry": "ecr:GetAuthorizationToken",
    "action of another service": "s3:GetObject",
    "action that does not exist": "ecr:BatchGetImages",
    "action without a service": "BatchGetImage",
}


def access_cases(account: str) -> dict[str, str]:
    """
    Give the texts to send, by name.

    Args:
        account: of the caller; it takes the place of every other.
    """
    cases = {
        f"{check.code}: {check.title}": _of(account, whole(explain(check).example))
        for check in ACCESS_RULEBOOK
        if check.code not in _NOT_SENT
    }
    for name, statement in _statements(account):
        cases[name] = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    for name, policy in _documents(account):
        cases[name] = json.dumps(policy)
    return {**cases, **dict(_texts(account))}


def _of(account: str, text: str) -> str:
    return re.sub(r"(?<!\d)\d{12}(?!\d)", account, text)


def _pull(**changes: Any) -> Statement:  # noqa: ANN401 - any JSON
    given = {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage", **changes}
    return {key: value for key, value in given.items() if value is not None}


def _statements(account: str) -> Iterator[tuple[str, Statement]]:
    root = f"arn:aws:iam::{account}:root"
    for name, principal in {
        "account": {"AWS": account},
        "root of an account": {"AWS": root},
        "account twice": {"AWS": [account, root]},
        "everyone": "*",
        "everyone as AWS": {"AWS": "*"},
        "service": {"Service": "codebuild.amazonaws.com"},
        "services": {"Service": ["codebuild.amazonaws.com", "lambda.amazonaws.com"]},
        "account and service": {"AWS": account, "Service": "lambda.amazonaws.com"},
        "all of an account by a wildcard": {"AWS": f"arn:aws:iam::{account}:*"},
        "roles by a wildcard": {"AWS": f"arn:aws:iam::{account}:role/ci-*"},
        "accounts by a wildcard": {"AWS": "arn:aws:iam::*:root"},
        "group": {"AWS": f"arn:aws:iam::{account}:group/developers"},
        "account in another partition": {"AWS": f"arn:aws-cn:iam::{account}:root"},
        "account of eleven digits": {"AWS": account[1:]},
        "principal of an unknown kind": {"Account": account},
        "empty principal": {},
        "text as principal": account,
    }.items():
        yield f"principal: {name}", _pull(Principal=principal)
    for name, action in _ACTIONS.items():
        yield f"action: {name}", _pull(Action=action, Principal={"AWS": account})
    for operator, keys in _OPERATORS.items():
        yield f"condition: {operator}", _pull(Condition={operator: keys})
    mine = {"AWS": account}
    yield "Deny", _pull(Effect="Deny", Principal=mine, Action="ecr:BatchDeleteImage")
    yield "effect in lower case", _pull(Effect="allow", Principal=mine)
    yield "no Effect", _pull(Effect=None, Principal=mine)
    yield "no Principal", _pull(Principal=None)
    yield "no Action", _pull(Action=None, Principal=mine)
    yield "NotAction", _pull(Action=None, NotAction="ecr:BatchDeleteImage", Principal=mine)
    yield "Action and NotAction", _pull(NotAction="ecr:BatchDeleteImage", Principal=mine)
    yield "Resource", _pull(Resource="*", Principal=mine)
    yield "Resource of a repository", _pull(Resource=f"arn:aws:ecr:us-east-1:{account}:repository/a", Principal=mine)
    yield "NotResource", _pull(NotResource="*", Principal=mine)
    yield "element that does not exist", _pull(Principals=mine)
    yield "empty Condition", _pull(Condition={}, Principal=mine)


def _documents(account: str) -> Iterator[tuple[str, object]]:
    mine = _pull(Principal={"AWS": account})
    for version in ("2012-10-17", "2008-10-17", "2026-01-01"):
        yield f"Version {version}", {"Version": version, "Statement": [mine]}
    yield "no Version", {"Statement": [mine]}
    yield "Id", {"Version": "2012-10-17", "Id": "policy", "Statement": [mine]}
    yield "statement without a list", {"Version": "2012-10-17", "Statement": mine}
    yield "two statements", {"Version": "2012-10-17", "Statement": [mine, mine]}
    yield "same Sid twice", {"Version": "2012-10-17", "Statement": [{"Sid": "Pull", **mine}, {"Sid": "Pull", **mine}]}
    yield "no Statement", {"Version": "2012-10-17"}
    yield "key that does not exist", {"Version": "2012-10-17", "Statement": [mine], "Comment": "none"}
    yield "list as policy", [mine]


def _texts(account: str) -> Iterator[tuple[str, str]]:
    text = json.dumps({"Version": "2012-10-17", "Statement": [_pull(Principal={"AWS": account})]})
    for length in (MAX_POLICY, MAX_POLICY + 1):
        yield f"{length} characters with white space", text.ljust(length)
    yield "no JSON", text.replace('"', "'")
