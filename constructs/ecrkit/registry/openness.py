"""
Whether a policy statement lets everyone in: the one predicate for every path.

The catalog, the constructs, the registry policy, ``ecrkit adopt`` and ``ecrkit audit`` all call :func:`opening`.

Source: IAM user guide, "AWS JSON policy elements: Principal", "Condition", "IfExists condition operators" and "Set
operators for multivalued context keys" (read 2026-11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.registry.statements import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CLOSE_IT", "Opening", "opening"]

CLOSE_IT = "name principals, or add a condition as on aws:PrincipalOrgID"
"""What to do about a statement that lets everyone in."""

_EVERYONE = "*"
_WHO = re.compile(
    r"aws:(principal(account|arn|orgid|orgpaths|servicename|servicenameslist)"
    r"|source(account|arn|ip|orgid|orgpaths|owner|vpc|vpcarn|vpce)|userid|vpcsourceip)"
)
"""Condition keys that name the caller or its network. Callers choose tags, names and kinds of principals themselves."""
_ALWAYS_PRESENT = frozenset({"aws:principalaccount", "aws:principalarn", "aws:userid"})
"""Of these, the keys that every request has."""
_ANYONE = re.compile(r"[*?]*|o-[*?]+(/.*)?|(0\.0\.0\.0|::)/0|arn:\*.*|arn:[^:]*:[^:]*:[^:]*:\*(:.*)?")
"""Values that name nobody in particular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """
    Why a statement lets everyone in.

    Attributes:
        key: the element that does, ``Principal`` or ``NotPrincipal``, as the statement has it.
        reason: a clause for messages, as in ``it has the Principal '*' and no condition``.
    """

    key: str
    reason: str


def opening(statement: Mapping[str, object]) -> Opening | None:
    """
    Decide whether a statement lets everyone in.

    Args:
        statement: an element of the ``Statement`` of a policy; it may be invalid.

    Returns:
        Why it does; ``None`` for a statement that denies, that names principals, or whose condition names a principal,
        an organization or a network. Any other condition, such as one on TLS, does not close a statement.
    """
    parts = canonical(statement)
    if parts.get("Effect") != "Allow":
        return None
    if "NotPrincipal" in statement:
        key, got = "NotPrincipal", "a NotPrincipal"
    elif any(_EVERYONE in names for names in parts.get("Principal", {}).values()):
        key, got = "Principal", f"the Principal '{_EVERYONE}'"
    else:
        return None
    condition = parts.get("Condition")
    if condition is None:
        return Opening(key=key, reason=f"it has {got} and no condition")
    if _limits_who(condition):
        return None
    return Opening(key=key, reason=f"it has {got}, and its condition does not limit who may call")


def _limits_who(condition: object) -> bool:
    """Whether one part of a condition names someone; all parts must be met."""
    operators = condition.items() if isinstance(condition, dict) else ()
    return any(
        _names_someone(str(operator), key, values)
        for operator, keys in operators
        if isinstance(keys, dict)
        for key, values in keys.items()
    )


def _names_someone(operator: str, key: str, values: list[str]) -> bool:
    """
    Whether one part of a condition names someone; any of *values* meets it.

    A key that the request does not have meets ``…IfExists`` and ``ForAllValues:``, as for a caller in no organization.
    """
    is_met_without_key = operator.endswith("IfExists") or operator.startswith("ForAllValues:")
    return (
        _WHO.fullmatch(key) is not None
        and "Not" not in operator
        and operator != "Null"
        and (key in _ALWAYS_PRESENT or not is_met_without_key)
        and not any(map(_ANYONE.fullmatch, values))
    )
