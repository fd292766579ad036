"""
Warnings that a person decided to live with, and why.

Those of policy files stand in ``silenced.yaml`` at the root of a store, since ECR's JSON has no place for them::

    web@2:
      ECR203: Both tags are set by the release job, and by nothing else.

Those of a repository are in the catalog, under ``silence``. Instead of only a reason, both take the day on which
it ends, and an owner::

      ECR203: {reason: The release job sets both tags., until: 2027-03-31, owner: payments}
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ecrkit.documents import At, ObjectNode, Reader, StructuralChecks, SyntaxProblem, described
from ecrkit.documents.files import read_text
from ecrkit.errors import (
    Check,
    Finding,
    InvalidPolicyError,
    Location,
    MalformedReferenceError,
    PolicyReferenceError,
    PublishedPolicyError,
    Reason,
    Severity,
    Silence,
    checks_in,
)
from ecrkit.lifecycle import COMPLETENESS_CODES, RULEBOOK, check_policy, render
from ecrkit.policies.references import PolicyRef

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ecrkit.policies.store import PolicyStore

__all__ = [
    "SILENCEABLE",
    "SILENCES_FILE",
    "SILENCE_KEYS",
    "SILENCE_RULEBOOK",
    "SilenceChecks",
    "Silences",
    "read_reasons",
    "read_silences",
]

SILENCES_FILE = "silenced.yaml"

_SOURCE = "ecrkit policy store reference"
SILENCE_KEYS = ("reason", "until", "owner")
_SOON = timedelta(days=14)
_RULE_POINTER = re.compile("/rules/([0-9]+)")
SILENCEABLE = tuple(
    check.code for check in RULEBOOK if check.severity is Severity.WARNING and check.code not in COMPLETENESS_CODES
)

NOT_SILENCES = Check(
    code="STO120",
    title="silenced.yaml is invalid",
    message="not a list of silenced warnings: the text {problem}",
    source=_SOURCE,
)
UNKNOWN_CODE = Check(
    code="STO121",
    title="silenced code is not a warning of a policy file",
    message="must be one of {known}, got {got}",
    source=_SOURCE,
)
NO_REASON = Check(
    code="STO122",
    title="silenced warning has no reason",
    message="must say why {code} is silenced, got nothing",
    source=_SOURCE,
)
BAD_DAY = Check(
    code="STO123",
    title="expiry date of a silence is invalid",
    message="must be a date such as 2027-03-31, the last day on which {code} is silenced, got {got}",
    source=_SOURCE,
)
ENDS_SOON = Check(
    code="STO124",
    severity=Severity.NOTE,
    title="silence expires soon",
    message="the silence expires on {day}{owner}",
    remedy="fix the cause, or set a later day in 'until'",
    source=_SOURCE,
)
SILENCE_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="STO12")
"""Every check, by code."""

_STRUCTURE = StructuralChecks(
    unknown_key=replace(NOT_SILENCES, message="unknown key '{key}'", remedy="{near}"),
    missing_key=replace(NOT_SILENCES, message="the required key '{key}' is missing", remedy="add it"),
    duplicate_key=replace(NOT_SILENCES, message="the key '{key}' is written twice, first on line {first_line}"),
    wrong_type=replace(NOT_SILENCES, message="must be {expected}, got {got}"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceChecks:
    """
    The checks of reasons, as rows of the rulebook of a document.

    Attributes:
        unknown: the check for another code; takes ``known`` and ``got``.
        empty: the check for a reason that says nothing; takes ``code``.
        bad_day: the check for an invalid date; takes ``code`` and ``got``.
        ends_soon: the note about a silence that ends within two weeks; takes ``day`` and ``owner``.
    """

    unknown: Check
    empty: Check
    bad_day: Check
    ends_soon: Check


_CHECKS = SilenceChecks(unknown=UNKNOWN_CODE, empty=NO_REASON, bad_day=BAD_DAY, ends_soon=ENDS_SOON)


def read_silences(
    text: str, *, file: str, today: date | None = None
) -> tuple[dict[PolicyRef, dict[str, Reason]], tuple[Finding, ...]]:
    """
    Read what is silenced in a store.

    Args:
        text: of ``silenced.yaml``; anything at all may be passed.
        file: how findings name it.
        today: day on which expired silences no longer apply; ``None`` if they do.

    Returns:
        Reasons by version and code, and what is wrong with the file.
    """
    from ecrkit.documents.yaml_text import parse_yaml  # noqa: PLC0415 - most stores silence nothing

    reader = Reader(file, _STRUCTURE, today=today)
    silences: dict[PolicyRef, dict[str, Reason]] = {}
    try:
        node = parse_yaml(text)
    except SyntaxProblem as problem:
        where = Location(file, problem.position.line, problem.position.column)
        reader.report(NOT_SILENCES, where, problem=problem.message)
        return {}, tuple(reader.findings)
    for key, child in reader.members(reader.root(node)).items() if node else ():
        try:
            reference = PolicyRef.parse(key)
        except MalformedReferenceError as error:
            reader.report(NOT_SILENCES, child.key_location, problem=f"has a key that is not a version: {error}")
            continue
        silences[reference] = read_reasons(reader, child, codes=SILENCEABLE, checks=_CHECKS)
    return silences, tuple(reader.findings)


class Silences:
    """
    What is silenced in a store, to be known again where its rules turn up: alone, or composed with others.

    Args:
        store: its ``silenced.yaml`` is read; what is wrong with that is told by a check of the store, not here.

    Raises:
        InvalidLockError: the lock of the store is none.
        PublishedPolicyError: a version that has silenced warnings is not what was published.
        UnreadableInputError: a file of the store cannot be read.
    """

    def __init__(self, store: PolicyStore) -> None:
        self._rules: set[tuple[str, str]] = set()
        path = store.root / SILENCES_FILE
        silences = read_silences(read_text(path), file=path.as_posix())[0] if path.exists() else {}
        for reference, reasons in silences.items():
            try:
                text = render(store.read(reference))
            except PublishedPolicyError:
                # What was silenced was said of another text.
                raise
            except (InvalidPolicyError, PolicyReferenceError):
                continue
            found = check_policy(text, file=path.as_posix()).findings
            self._rules.update((_rule_of(text, finding), finding.code) for finding in found if finding.code in reasons)

    def cover(self, finding: Finding, text: str) -> bool:
        """
        Whether *finding* is one that is silenced.

        Args:
            finding: of a check of *text*.
            text: a lifecycle policy.
        """
        return bool(self._rules) and (_rule_of(text, finding), finding.code) in self._rules


def _rule_of(text: str, finding: Finding) -> str:
    """Give the rule that *finding* is about, but for its number, which composition changes; or the whole of *text*."""
    match = _RULE_POINTER.match(finding.location.pointer)
    if match is None or finding.severity is Severity.ERROR:
        return text
    rule = dict(json.loads(text)["rules"][int(match[1])])
    rule.pop("rulePriority")
    return json.dumps(rule, sort_keys=True)


def read_reasons(reader: Reader, at: At, *, codes: Sequence[str], checks: SilenceChecks) -> dict[str, Reason]:
    """
    Read a mapping of codes to reasons.

    Args:
        reader: of the document. On its day, silences that have expired are over; without one, none is.
        at: the mapping.
        codes: that may be silenced here.
        checks: what is wrong with it.

    Returns:
        By code, the reason as a text, or a :class:`Silence` if it has a day or an owner.
    """
    reasons: dict[str, Reason] = {}
    for code, child in reader.members(at).items():
        is_known = code in codes
        if not is_known:
            reader.report(checks.unknown, child.key_location, known=", ".join(codes), got=repr(code))
        reason = _reason(reader, child, code, checks)
        if is_known and reason is not None:
            reasons[code] = reason
    return reasons


def _reason(reader: Reader, at: At, code: str, checks: SilenceChecks) -> Reason | None:
    if not isinstance(at.node, ObjectNode):
        return _text(reader, at, checks.empty, code)
    members = reader.fields(at, known=SILENCE_KEYS, required=("reason",))
    reason = _text(reader, members["reason"], checks.empty, code) if "reason" in members else None
    owner = reader.string(members["owner"]) if "owner" in members else ""
    until = reader.day(members["until"]) if "until" in members else None
    if "until" in members and until is None:
        reader.report(checks.bad_day, members["until"].location, code=code, got=described(members["until"]))
        return None
    if reason is None or owner is None:
        return None
    silence = Silence(reason=reason, until=until, owner=owner.strip())
    if reader.today is None or until is None:
        return silence
    if reader.today <= until <= reader.today + _SOON:
        by = f", owner: {silence.owner}" if silence.owner else ""
        reader.report(checks.ends_soon, members["until"].location, day=until, owner=by)
    return replace(silence, is_over=until < reader.today)


def _text(reader: Reader, at: At, empty: Check, code: str) -> str | None:
    text = reader.string(at)
    if text is not None and not text.strip():
        reader.report(empty, at.location, code=code)
        return None
    return text
