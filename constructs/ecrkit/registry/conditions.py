"""
What the ``Condition`` of a statement means: whom it limits, and whether it can match at all.

Source: IAM user guide, "IAM JSON policy elements: Condition operators", "AWS global condition context keys" and
"Single-valued vs. multivalued context keys"; Amazon S3 user guide, "The meaning of 'public'" (read 2026-11).
"""

from __future__ import annotations

import ipaddress
import re
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.registry.principals import ACCOUNT, ORGANIZATION, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "MULTIVALUED",
    "OPERATORS",
    "Part",
    "is_denied_to_others",
    "limits_who",
    "operator_of",
    "parts_of",
    "path_values",
    "why_never",
]

OPERATORS = (
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
)
"""Without a set operator in front and ``IfExists`` behind."""

MULTIVALUED = frozenset(
    f"aws:{key}"
    for key in (
        "principalorgpaths",
        "sourceorgpaths",
        "vpceorgpaths",
        "resourceorgpaths",
        "principalservicenameslist",
        "calledvia",
        "tagkeys",
    )
)
"""Condition keys that can have several values in one request, in lower case."""

_PATHS = frozenset(key for key in MULTIVALUED if key.endswith("orgpaths"))
_BY_NAME = {name.lower(): name for name in OPERATORS}
_OPERATOR = re.compile(
    r"(?:(?P<quantifier>forallvalues|foranyvalue):)?(?P<name>[a-z]+?)(?P<if_exists>ifexists)?", re.IGNORECASE
)
_OPPOSITES = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
}
_WILDCARD = re.compile(r"[*?]")
_ARN_WITH_ACCOUNT = re.compile(r"arn:[^:*?]*:[^:*?]*:[^:*?]*:[0-9]{12}:")
_ID_AND_SESSION = re.compile(r"(A[A-Z0-9]{15,}|[0-9]{12}):")
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_FIXED_VARIABLES = {
    "aws:resourceaccount": "0" * 12,
    "aws:resourceorgid": "o-" + "0" * 10,
    **dict.fromkeys("*?$", "\ue000"),
}
"""Variables that are the same for every caller, with a value of theirs. ``${*}`` is the character itself."""

_MAX_ADDRESSES = 2 ** (32 - 8) * 16
_MIN_PREFIX = {4: 8, 6: 32}
"""Wider ranges limit nobody. Source: Amazon S3 user guide, "The meaning of 'public'"."""

_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16", "fc00::/7", "fe80::/10"),
    )
)


class _Kind(Enum):
    """What the values of a condition key are."""

    ACCOUNT = "account"
    ORGANIZATION = "organization"
    PATH = "path"
    ARN = "ARN"
    USER_ID = "user ID"
    ADDRESS = "address"
    NAME = "name"
    """A VPC, an endpoint or a service."""


_WHO = {
    "aws:principalaccount": _Kind.ACCOUNT,
    "aws:sourceaccount": _Kind.ACCOUNT,
    "aws:sourceowner": _Kind.ACCOUNT,
    "aws:vpceaccount": _Kind.ACCOUNT,
    "aws:principalorgid": _Kind.ORGANIZATION,
    "aws:sourceorgid": _Kind.ORGANIZATION,
    "aws:vpceorgid": _Kind.ORGANIZATION,
    "aws:principalorgpaths": _Kind.PATH,
    "aws:sourceorgpaths": _Kind.PATH,
    "aws:vpceorgpaths": _Kind.PATH,
    "aws:principalarn": _Kind.ARN,
    "aws:sourcearn": _Kind.ARN,
    "aws:sourcevpcarn": _Kind.ARN,
    "aws:userid": _Kind.USER_ID,
    "aws:sourceip": _Kind.ADDRESS,
    "aws:sourcevpc": _Kind.NAME,
    "aws:sourcevpce": _Kind.NAME,
    "aws:principalservicename": _Kind.NAME,
    "aws:principalservicenameslist": _Kind.NAME,
}
"""Condition keys that AWS sets and that name a caller or a network. Callers choose tags and names themselves."""

_ALWAYS_PRESENT = frozenset({"aws:principalaccount", "aws:principalarn", "aws:userid"})
"""Of these, the keys that every request has: what is met without the key makes no difference."""


class _Verdict(Enum):
    """What a value of a condition does."""

    OPEN = "anybody can have it"
    FIXED = "it names someone"
    NEVER = "nobody can have it"


class Part(NamedTuple):
    """
    One operator with one key and its values; all parts of a condition must be met.

    Attributes:
        operator: without set operator and ``IfExists``, in IAM's spelling; as written where it is none.
        quantifier: ``forallvalues``, ``foranyvalue``, or empty.
        if_exists: whether a request without the key meets it.
        key: in lower case.
        values: any of them meets it; none of them may, with a negated operator.
    """

    operator: str
    quantifier: str
    if_exists: bool
    key: str
    values: tuple[object, ...]

    @property
    def is_met_without_key(self) -> bool:
        """Whether a positive operator is met by a request that does not have the key."""
        return self.if_exists or self.quantifier == "forallvalues"


def operator_of(written: str) -> tuple[str, str, bool] | None:
    """
    Split an operator into its name, its set operator and whether it ends in ``IfExists``.

    Args:
        written: as in ``ForAnyValue:StringLike``; case makes no difference.

    Returns:
        ``None`` where IAM has no such operator.
    """
    match = _OPERATOR.fullmatch(written)
    name = _BY_NAME.get(match["name"].lower()) if match else None
    if match is None or name is None or (name == "Null" and match["if_exists"]):
        return None
    return name, (match["quantifier"] or "").lower(), bool(match["if_exists"])


def parts_of(condition: object) -> Iterator[Part]:
    """Split a condition into its parts; what is none is left out."""
    for written, keys in condition.items() if isinstance(condition, dict) else ():
        found = operator_of(str(written)) or (str(written), "", False)
        for key, values in keys.items() if isinstance(keys, dict) else ():
            listed = tuple(values) if isinstance(values, list | tuple) else (values,)
            yield Part(*found, str(key).lower(), listed)


def limits_who(part: Part, *, variables: bool = True) -> bool:
    """
    Decide whether a part of a condition limits who may call.

    Args:
        part: of the condition of an ``Allow``.
        variables: whether the policy has policy variables: version 2012-10-17.

    Returns:
        Whether its key names callers or networks, and only fixed values meet it.
    """
    return (
        part.key in _WHO
        and (part.key in _ALWAYS_PRESENT or not part.is_met_without_key)
        and _all_fixed(part, variables=variables)
    )


def is_denied_to_others(condition: object, *, variables: bool = True) -> bool:
    """
    Decide whether a ``Deny`` with this condition keeps out all but those that it names.

    Args:
        condition: of the ``Deny``; only one with a single, negated part does so.
        variables: as for :func:`limits_who`.
    """
    parts = list(parts_of(condition))
    if not parts:
        return condition in (None, {})
    (part, *more) = parts
    opposite = _OPPOSITES.get(part.operator)
    if more or opposite is None or part.quantifier == "foranyvalue" or not part.values or part.key not in _WHO:
        return False
    return _all_fixed(part._replace(operator=opposite), variables=variables)


def why_never(part: Part, *, variables: bool = True) -> str | None:
    """
    Say why no request meets a part of a condition.

    Args:
        part: of a condition.
        variables: as for :func:`limits_who`.

    Returns:
        A clause for messages; ``None`` where some request may meet it.
    """
    if part.operator == "Null":
        return "ForAnyValue:Null is never met" if part.quantifier == "foranyvalue" else None
    is_positive = part.operator in OPERATORS and part.operator not in _OPPOSITES
    if not is_positive or (part.is_met_without_key and part.key not in _ALWAYS_PRESENT):
        return None
    if not part.values:
        return "it has no value"
    if part.key in MULTIVALUED and not part.quantifier:
        return f"{part.key} has several values, and {part.operator} compares one; write ForAnyValue:{part.operator}"
    return _why_no_value(part, variables=variables) if part.key in _WHO else None


def _why_no_value(part: Part, *, variables: bool) -> str | None:
    """Say why no caller has any of the values."""
    if any(_verdict(part, value, variables=variables) is not _Verdict.NEVER for value in part.values):
        return None
    value = str(part.values[0])
    if _WHO[part.key] is _Kind.ADDRESS:
        return f"aws:SourceIp is a public address, got {value!r}"
    if _WILDCARD.search(value) and part.operator.startswith("StringEquals"):
        return f"{part.operator} takes '*' and '?' literally, got {value!r}; write StringLike"
    return f"no request has the value {value!r}"


def path_values(part: Part) -> Iterator[str]:
    """Give the organization paths that a part compares with, those known only at deploy left out."""
    if part.key in _PATHS and part.operator.startswith("String"):
        yield from (value for value in part.values if isinstance(value, str) and "${" not in value)


def _all_fixed(part: Part, *, variables: bool) -> bool:
    if part.operator == "IpAddress" and _is_wide(part.values):
        return False
    return not any(_verdict(part, value, variables=variables) is _Verdict.OPEN for value in part.values)


def _verdict(part: Part, value: object, *, variables: bool) -> _Verdict:
    """Judge one value of a positive operator on a key that names someone."""
    if isinstance(value, dict):
        return _Verdict.FIXED
    text, is_unknown = UNKNOWN.subn("0" * 12, str(value).lower() if isinstance(value, bool) else str(value))
    if variables:
        text, is_open = _with_variables(text)
        if is_open:
            return _Verdict.OPEN
    kind = _WHO[part.key]
    match part.operator:
        case "StringEquals" | "StringEqualsIgnoreCase":
            folded = text.lower() if part.operator == "StringEqualsIgnoreCase" else text
            found = _exact(kind, folded)
        case "StringLike":
            found = _like(kind, text) if _WILDCARD.search(text) else _exact(kind, text)
        case "ArnEquals" | "ArnLike" if kind is _Kind.ARN:
            found = _arn_like(text)
        case "IpAddress" if kind is _Kind.ADDRESS:
            found = _address(text)
        case _:
            return _Verdict.OPEN
    return _Verdict.FIXED if is_unknown and found is _Verdict.NEVER else found


def _with_variables(text: str) -> tuple[str, bool]:
    """Put in the variables that are fixed; whether there is another."""
    found = [name.lower() for name in _VARIABLE.findall(text)]
    if any(name not in _FIXED_VARIABLES for name in found):
        return text, True
    return _VARIABLE.sub(lambda match: _FIXED_VARIABLES[match[1].lower()], text), False


def _exact(kind: _Kind, text: str) -> _Verdict:
    """Judge a value that is compared letter by letter."""
    if kind is _Kind.ADDRESS:
        return _address(text) if "/" not in text else _Verdict.OPEN
    if _WILDCARD.search(text):
        return _Verdict.NEVER
    if kind is _Kind.ACCOUNT:
        return _Verdict.FIXED if ACCOUNT.fullmatch(text) else _Verdict.NEVER
    if kind is _Kind.ORGANIZATION:
        return _Verdict.FIXED if ORGANIZATION.fullmatch(text) else _Verdict.NEVER
    if kind is _Kind.PATH and not ORGANIZATION.fullmatch(text.partition("/")[0]):
        return _Verdict.OPEN
    return _Verdict.FIXED


def _like(kind: _Kind, text: str) -> _Verdict:
    """Judge a value with a wildcard, which matches any run of characters."""
    before = _WILDCARD.split(text, maxsplit=1)[0]
    is_fixed = {
        _Kind.PATH: "/" in before and ORGANIZATION.fullmatch(before.partition("/")[0]),
        _Kind.ARN: _ARN_WITH_ACCOUNT.match(before),
        _Kind.USER_ID: _ID_AND_SESSION.match(before),
    }.get(kind)
    return _Verdict.FIXED if is_fixed else _Verdict.OPEN


def _arn_like(text: str) -> _Verdict:
    """Judge an ARN with wildcards, whose six parts are compared one by one."""
    parts = text.split(":", 5)
    has_wildcard = bool(_WILDCARD.search(text))
    if len(parts) < 6:  # noqa: PLR2004 - the parts of an ARN
        return _Verdict.OPEN if has_wildcard else _Verdict.NEVER
    if ACCOUNT.fullmatch(parts[4]):
        return _Verdict.FIXED
    # The name of a bucket is unique, and its ARN has no account.
    return _Verdict.OPEN if has_wildcard else _Verdict.FIXED


def _address(text: str) -> _Verdict:
    network = _network(text)
    if network is None:
        return _Verdict.NEVER
    if any(network.version == private.version and network.subnet_of(private) for private in _PRIVATE):  # type: ignore[arg-type] # of one version
        return _Verdict.NEVER
    return _Verdict.OPEN if network.prefixlen < _MIN_PREFIX[network.version] else _Verdict.FIXED


def _is_wide(values: Sequence[object]) -> bool:
    """Whether several narrow ranges are a wide one together."""
    networks = [_network(str(value)) for value in values]
    collapsed = ipaddress.collapse_addresses(each for each in networks if isinstance(each, ipaddress.IPv4Network))
    return sum(network.num_addresses for network in collapsed) > _MAX_ADDRESSES


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    mapped = network.network_address.ipv4_mapped if isinstance(network, ipaddress.IPv6Network) else None
    if mapped is None or network.prefixlen < 96:  # noqa: PLR2004 - what is before an IPv4 address in IPv6
        return network
    return ipaddress.IPv4Network((mapped, network.prefixlen - 96), strict=False)
