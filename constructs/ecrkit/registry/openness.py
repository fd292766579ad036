"""
Whether a policy statement lets everyone in: the one predicate for every path.

The catalog, the constructs, the registry policy, templates, ``ecrkit adopt`` and ``ecrkit audit`` all call
:func:`opening`.

Source: IAM user guide, "AWS JSON policy elements: Principal", "Condition", "IfExists condition operators" and "Set
operators for multivalued context keys" (read 2026-11).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.registry.actions import ECR, ECR_PUBLIC
from ecrkit.registry.conditions import is_denied_to_others, limits_who, parts_of
from ecrkit.registry.statements import canonical, items_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["CLOSE_IT", "Opening", "covering_deny", "opening"]

CLOSE_IT = "name principals, or add a condition as on aws:PrincipalOrgID"
"""What to do about a statement that lets everyone in."""

_EVERYONE = "*"


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


def opening(
    statement: Mapping[str, object], *, beside: Iterable[object] = (), variables: bool = True
) -> Opening | None:
    """
    Decide whether a statement lets everyone in.

    Args:
        statement: an element of the ``Statement`` of a policy; it may be invalid.
        beside: all statements of the policy. A ``Deny`` among them closes nothing: the reason only names it.
        variables: whether the policy has policy variables: version 2012-10-17.

    Returns:
        Why it does; ``None`` for a statement that denies, that names principals, or whose condition names a principal,
        an organization or a network. Any other condition, such as one on TLS, does not close a statement.
    """
    if _effect(statement) != "Allow":
        return None
    if "NotPrincipal" in statement:
        key, got = "NotPrincipal", "a NotPrincipal"
    elif _names_everyone(statement):
        key, got = "Principal", f"the Principal '{_EVERYONE}'"
    else:
        return None
    condition = statement.get("Condition")
    if any(limits_who(part, variables=variables) for part in parts_of(condition)):
        return None
    has_condition = condition not in (None, {}, [])
    what = f"{got}, but its condition does not limit who may call" if has_condition else f"{got} and no condition"
    deny = covering_deny(statement, beside, variables=variables)
    return Opening(key=key, reason=f"it has {what}{f', though {deny} denies others' if deny else ''}")


def covering_deny(statement: Mapping[str, object], beside: Iterable[object], *, variables: bool = True) -> str | None:
    """
    Find a statement that denies to all others what *statement* allows to everyone.

    Args:
        statement: that lets everyone in.
        beside: all statements of the policy.
        variables: as for :func:`opening`.

    Returns:
        What to call it; ``None`` where there is none. One that only names whom it denies is none.

    Source: IAM user guide, "Policy evaluation logic" (read 2026-11): an explicit deny overrides any allow.
    """
    for number, other in enumerate(beside, start=1):
        if not isinstance(other, dict) or _effect(other) != "Deny":
            continue
        if _denies_others(other, variables=variables) and _covers(other, statement):
            sid = other.get("Sid")
            return f"the statement '{sid}'" if isinstance(sid, str) else f"statement {number}"
    return None


def _effect(statement: Mapping[str, object]) -> str:
    return str(statement.get("Effect")).capitalize()


def _names_everyone(statement: Mapping[str, object]) -> bool:
    return any(_EVERYONE in names for names in canonical(statement).get("Principal", {}).values())


def _denies_others(statement: Mapping[str, object], *, variables: bool) -> bool:
    """Whether it denies to everyone but those that its condition, or its NotPrincipal, names."""
    if statement.get("Resource", _EVERYONE) != _EVERYONE or "NotResource" in statement:
        return False
    condition = statement.get("Condition")
    if "NotPrincipal" in statement:
        excluded = canonical({"Principal": statement["NotPrincipal"]}).get("Principal", {})
        return condition in (None, {}) and not any(_EVERYONE in names for names in excluded.values())
    return _names_everyone(statement) and is_denied_to_others(condition, variables=variables)


def _covers(deny: Mapping[str, object], allow: Mapping[str, object]) -> bool:
    """Whether everything that *allow* allows is denied."""
    allowed, denied = _actions(allow), _actions(deny)
    return bool(allowed) and allowed <= denied


def _actions(statement: Mapping[str, object]) -> frozenset[tuple[str, str]]:
    """Give the actions that a statement is about, each with its service."""
    every = frozenset((service.prefix, name) for service in (ECR, ECR_PUBLIC) for name in service.actions)
    key = "NotAction" if "NotAction" in statement else "Action"
    patterns = [pattern for pattern in items_of(statement.get(key, [])) if isinstance(pattern, str)]
    matched = frozenset(
        (service.prefix, name)
        for service in (ECR, ECR_PUBLIC)
        for pattern in patterns
        for name in service.matched_by(pattern)
    )
    return every - matched if key == "NotAction" else matched
