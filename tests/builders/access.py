"""Statements of access policies, and a small evaluator of requests that shares no code with the product."""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["OURS", "STRANGERS", "allow", "deny", "is_allowed"]

OURS = "o-a1b2c3d4e5"
"""Our organization."""

Request = dict[str, list[str]]


def allow(condition: object = None, **elements: object) -> dict[str, Any]:
    """Allow everyone to pull, under a condition."""
    given = {"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage", **elements}
    return {**given, **({} if condition is None else {"Condition": condition})}


def deny(condition: object = None, **elements: object) -> dict[str, Any]:
    """Deny everything to everyone, under a condition."""
    return allow(condition, **{"Effect": "Deny", "Action": "ecr:*", **elements})


def _stranger(**more: str | list[str]) -> Request:
    keys: dict[str, str | list[str]] = {
        "aws:PrincipalAccount": "999999999999",
        "aws:PrincipalArn": "arn:aws:iam::999999999999:role/ci",
        "aws:userid": "AROASTRANGERSTRANGER1:ci",
        "aws:PrincipalType": "AssumedRole",
        "aws:PrincipalIsAWSService": "false",
        "aws:SecureTransport": "true",
        "aws:ResourceAccount": "111122223333",
        "aws:ResourceOrgID": OURS,
        "aws:RequestedRegion": "us-east-1",
        **{key.replace("__", ":"): value for key, value in more.items()},
    }
    return {key.lower(): [value] if isinstance(value, str) else value for key, value in keys.items()}


STRANGERS = {
    "from the internet, in no organization": _stranger(aws__SourceIp="198.51.100.7"),
    "from the internet, in an organization of his own": _stranger(
        aws__SourceIp="2001:db8::7",
        aws__PrincipalOrgID="o-9z8y7x6w5v",
        aws__PrincipalOrgPaths=["o-9z8y7x6w5v/r-ab12/ou-ab12-11111111/"],
    ),
    "through an endpoint of his own": _stranger(
        aws__SourceVpc="vpc-99999999",
        aws__SourceVpce="vpce-99999999",
        aws__VpcSourceIp="10.1.2.3",
        aws__VpceAccount="999999999999",
        aws__VpceOrgID="o-9z8y7x6w5v",
        aws__VpceOrgPaths=["o-9z8y7x6w5v/r-ab12/"],
        aws__SourceVpcArn="arn:aws:ec2:us-east-1:999999999999:vpc/vpc-99999999",
    ),
    "from elsewhere, with tags and a session of his choice": _stranger(
        **{"aws__SourceIp": "63.1.2.3", "aws__PrincipalTag/team": "a", "aws__SourceIdentity": "bob"},
        aws__MultiFactorAuthPresent="true",
    ),
}
"""Requests from an account that nobody knows; each has its own keys."""


def is_allowed(statement: Mapping[str, Any], request: Request, *, variables: bool = True) -> bool:
    """Evaluate the condition of a statement for everyone, as IAM documents it."""
    condition = statement.get("Condition") or {}
    return all(
        _is_met(operator, key.lower(), values if isinstance(values, list) else [values], request, variables=variables)
        for operator, keys in condition.items()
        for key, values in keys.items()
    )


def _is_met(operator: str, key: str, wanted: list[str], request: Request, *, variables: bool) -> bool:
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    got = request.get(key, [])
    if name == "Null":
        return any((want == "true") == (not got) for want in wanted)
    if not got:
        is_negated = "Not" in name
        return is_negated or if_exists if not quantifier else quantifier == "ForAllValues" or if_exists
    if variables:
        replaced = [_with_variables(want, request) for want in wanted]
        wanted = [want for want in replaced if want is not None]
    results = [_matches(name, value, wanted) for value in got]
    if quantifier == "ForAnyValue":
        return any(results)
    # Without a set operator a key of several values is compared value by value: nothing safer is documented.
    return all(results) if quantifier == "ForAllValues" else any(results)


def _with_variables(text: str, request: Request) -> str | None:
    known = {"*": "\N{ASTERISK OPERATOR}", "?": "\N{FULLWIDTH QUESTION MARK}", "$": "$"}
    for name in re.findall(r"\$\{([^}]*)\}", text):
        values = [known[name]] if name in known else request.get(name.lower(), [])
        if not values:
            return None
        text = text.replace("${" + name + "}", values[0])
    return text


def _matches(name: str, value: str, wanted: list[str]) -> bool:
    is_negated = "Not" in name
    compare = _COMPARISONS[name.replace("Not", "")]
    return any(compare(value, want) for want in wanted) is not is_negated


def _like(value: str, want: str) -> bool:
    return re.fullmatch(fnmatch.translate(want.replace("[", "[[]")), value) is not None


def _arn_like(value: str, want: str) -> bool:
    parts, patterns = value.split(":", 5), want.split(":", 5)
    if len(patterns) < 6:
        return _like(value, want)
    return len(parts) == len(patterns) and all(map(_like, parts, patterns))


def _in_network(value: str, want: str) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(want, strict=False)
    except ValueError:
        return False


def _same(value: str, want: str) -> bool:
    return value == want


def _same_word(value: str, want: str) -> bool:
    return value.lower() == want.lower()


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": _same,
    "StringEqualsIgnoreCase": _same_word,
    "StringLike": _like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "IpAddress": _in_network,
    "Bool": _same_word,
}
