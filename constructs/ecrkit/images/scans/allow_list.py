"""
Vulnerabilities that somebody decided to live with for a while, and why.

::

    CVE-2026-1234:
      reason: Only the command line of the package is affected, and nothing calls it.
      expires: 2027-03-31
      packages: [openssl]      # optional: in no other package
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.documents import At, Reader, StructuralChecks, SyntaxProblem, described
from ecrkit.documents.yaml_text import parse_yaml
from ecrkit.errors import Check, InvalidAllowListError, Location, checks_in, in_file_order

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ecrkit.images.scans.values import Vulnerability

__all__ = ["ALLOW_LIST_RULEBOOK", "AllowList", "Allowance", "read_allow_list"]

_SOURCE = "ecrkit allow list reference"

NOT_YAML = Check(
    code="ALW101", title="text is not YAML", message="not a list of allowances: the text {problem}", source=_SOURCE
)
DUPLICATE_KEY = Check(
    code="ALW102",
    title="key is written twice",
    message="the key '{key}' is written twice, first on line {first_line}",
    remedy="remove one",
    source=_SOURCE,
)
UNKNOWN_KEY = Check(
    code="ALW103",
    title="key is unknown",
    message="unknown key '{key}'",
    remedy="{near}",
    source=_SOURCE,
)
MISSING_KEY = Check(
    code="ALW104",
    title="required key is missing",
    message="the required key '{key}' is missing",
    remedy="add it",
    source=_SOURCE,
)
WRONG_TYPE = Check(
    code="ALW105",
    title="value has the wrong type",
    message="must be {expected}, got {got}",
    remedy="{hint}",
    source=_SOURCE,
)
NO_REASON = Check(
    code="ALW110",
    title="allowance has no reason",
    message="must say why it is allowed, got nothing",
    source=_SOURCE,
)
NOT_A_DAY = Check(
    code="ALW111",
    title="expiry date is invalid",
    message="must be the last day on which it is allowed, as in 2027-03-31, got {got}",
    source=_SOURCE,
)
NO_PACKAGE = Check(
    code="ALW112",
    title="list of packages is empty",
    message="must name packages, got none",
    remedy="remove the key to allow it in any package",
    source=_SOURCE,
)
ALLOW_LIST_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="ALW")
"""Every check, by code."""

_CHECKS = StructuralChecks(
    unknown_key=UNKNOWN_KEY, missing_key=MISSING_KEY, duplicate_key=DUPLICATE_KEY, wrong_type=WRONG_TYPE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """
    A vulnerability that is allowed until a date.

    Attributes:
        reason: why it is allowed; never empty.
        expires: the last day on which it applies.
        packages: packages in which it is allowed; empty for any package.
        location: location of its entry in the list.
    """

    reason: str
    expires: date
    packages: tuple[str, ...]
    location: Location

    def covers(self, vulnerability: Vulnerability) -> bool:
        """Whether it covers every package with the vulnerability."""
        return not self.packages or all(package.name in self.packages for package in vulnerability.packages)


AllowList = dict[str, Allowance]
"""Allowances by the id of the vulnerability."""


def read_allow_list(text: str, *, file: str) -> AllowList:
    """
    Read an allow list.

    Args:
        text: a YAML document; an empty one allows nothing.
        file: name of the file in errors.

    Raises:
        InvalidAllowListError: the list is invalid; lists all problems.
    """
    reader = Reader(file, _CHECKS)
    allowed: AllowList = {}
    try:
        node = parse_yaml(text)
    except SyntaxProblem as problem:
        where = Location(file, problem.position.line, problem.position.column)
        raise InvalidAllowListError([NOT_YAML.at(where, problem=problem.message)]) from None
    for name, at in reader.members(reader.root(node)).items() if node else ():
        allowance = _allowance(reader, at)
        if allowance:
            allowed[name] = allowance
    if reader.findings:
        raise InvalidAllowListError(in_file_order(reader.findings))
    return allowed


def _allowance(reader: Reader, at: At) -> Allowance | None:
    members = reader.fields(at, known=("reason", "expires", "packages"), required=("reason", "expires"))
    reason = reader.string(members["reason"]) if "reason" in members else None
    if reason is not None and not reason.strip():
        reader.report(NO_REASON, members["reason"].location)
    expires = _day(reader, members["expires"]) if "expires" in members else None
    packages = _strings(reader, members) if "packages" in members else ()
    if reason is None or expires is None:
        return None
    return Allowance(reason=reason, expires=expires, packages=packages, location=at.key_location)


def _day(reader: Reader, at: At) -> date | None:
    day = reader.day(at)
    if day is None:
        reader.report(NOT_A_DAY, at.location, got=described(at))
    return day


def _strings(reader: Reader, members: Mapping[str, At]) -> tuple[str, ...]:
    at = members["packages"]
    items = reader.items(at)
    if items == ():
        reader.report(NO_PACKAGE, at.location)
    texts = (reader.string(item) for item in items or ())
    return tuple(text for text in texts if text is not None)
