"""
Which repository policies the stub accepts.

Source: IAM user guide, "IAM JSON policy elements reference"; ECR API model 2015-09-21, RepositoryPolicyText; recorded
refusals of the service (read 2026-11). ECR looks principals up, so that only an account that exists is one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["is_accepted"]

_ELEMENTS = {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition"}
_OPERATOR = re.compile(
    r"(ForAnyValue:|ForAllValues:)?(Null|(String(Not)?(Equals|EqualsIgnoreCase|Like)|Numeric(Not)?Equals"
    r"|Numeric(Less|Greater)Than(Equals)?|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals"
    r"|(Not)?IpAddress|Arn(Not)?(Equals|Like))(IfExists)?)"
)


def is_accepted(text: str, account: str, has: Callable[[str], bool]) -> bool:
    """
    Tell whether the stub takes a repository policy.

    Args:
        text: of the policy.
        account: the only one that exists.
        has: whether the stub has the deviation of a name.
    """
    if len(text) > 10_240 + has("accepts-10241-characters") - has("rejects-10240-characters"):
        return False
    try:
        document = json.loads(text)
        statements = document["Statement"]
        version = document.get("Version", "2008-10-17")
        if set(document) - {"Version", "Id", "Statement"} or version not in {"2012-10-17", "2008-10-17"}:
            return False
        statements = statements if isinstance(statements, list) else [statements]
        if has("rejects-several-statements") and len(statements) > 1:
            return False
        sids = [one["Sid"] for one in statements if "Sid" in one]
        if has("rejects-repeated-sid") and len(set(sids)) < len(sids):
            return False
        return all(_statement(one, account, has) for one in statements)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False


def _statement(statement: dict[str, Any], account: str, has: Callable[[str], bool]) -> bool:
    elements = _ELEMENTS | ({"Resource"} if has("accepts-resource") else set())
    if set(statement) - elements or statement["Effect"] not in {"Allow", "Deny"}:
        return False
    if ("Action" in statement) == ("NotAction" in statement):
        return False
    actions = statement.get("Action", statement.get("NotAction"))
    if not all(re.fullmatch(r"\*|[A-Za-z0-9-]+:[A-Za-z*?]+", one) for one in _several(actions)):
        return False
    if "Principal" not in statement:
        return has("accepts-no-principal")
    operators = statement.get("Condition", {})
    if not has("accepts-unknown-operator") and not all(_OPERATOR.fullmatch(one) for one in operators):
        return False
    return _principals(statement["Principal"], account, has)


def _principals(principal: Any, account: str, has: Callable[[str], bool]) -> bool:  # noqa: ANN401 - any JSON
    if principal == "*":
        return not has("rejects-everyone")
    if not isinstance(principal, dict) or not principal or set(principal) - {"AWS", "Service"}:
        return False
    services = _several(principal.get("Service", []))
    return all(re.fullmatch(r"[a-z0-9.-]+\.amazonaws\.com", one) for one in services) and all(
        _principal(one, account, has) for one in _several(principal.get("AWS", []))
    )


def _principal(name: str, account: str, has: Callable[[str], bool]) -> bool:
    if name == "*":
        return not has("rejects-everyone")
    if "*" in name:
        return has("accepts-wildcard-in-principal")
    return name in {account, f"arn:aws:iam::{account}:root"}


def _several(value: Any) -> list[str]:  # noqa: ANN401 - any JSON
    return value if isinstance(value, list) else [value]
