"""
Warnings that a person decided to live with, and why.

Those of policy files stand in ``silenced.yaml`` at the root of a store, since ECR's JSON has no place for them::

    web@2:
      ECR203: Both tags are set by the release job, and by nothing else.

Those of a repository stand in the catalog, under ``silence``.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ecrkit.documents import At, Reader, StructuralChecks, SyntaxProblem
from ecrkit.documents.files import read_text
from ecrkit.errors import (
    Check,
    Finding,
    InvalidPolicyError,
    Location,
    MalformedReferenceError,
    PolicyReferenceError,
    PublishedPolicyError,
    Severity,
    checks_in,
)
from ecrkit.lifecycle import COMPLETENESS_CODES, RULEBOOK, check_policy, render
from ecrkit.policies.references import PolicyRef

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.policies.store import PolicyStore

__all__ = ["SILENCEABLE", "SILENCES_FILE", "SILENCE_RULEBOOK", "Silences", "read_reasons", "read_silences"]

SILENCES_FILE = "silenced.yaml"

_SOURCE = "ecrkit policy store reference"
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
SILENCE_RULEBOOK: tuple[Check, ...] = checks_in(globals(), prefix="STO12")
"""Every check, by code."""

_STRUCTURE = StructuralChecks(
    unknown_key=NOT_SILENCES,
    missing_key=NOT_SILENCES,
    duplicate_key=replace(NOT_SILENCES, message="the key '{key}' is written twice, first on line {first_line}"),
    wrong_type=replace(NOT_SILENCES, message="must be {expected}, got {got}"),
)


def read_silences(text: str, *, file: str) -> tuple[dict[PolicyRef, dict[str, str]], tuple[Finding, ...]]:
    """
    Read what is silenced in a store.

    Args:
        text: of ``silenced.yaml``; anything at all may be passed.
        file: how findings name it.

    Returns:
        Reasons by version and code, and what is wrong with the file.
    """
    from ecrkit.documents.yaml_text import parse_yaml  # noqa: PLC0415 - most stores silence nothing

    reader = Reader(file, _STRUCTURE)
    silences: dict[PolicyRef, dict[str, str]] = {}
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
        silences[reference] = read_reasons(reader, child, codes=SILENCEABLE, unknown=UNKNOWN_CODE, empty=NO_REASON)
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


def read_reasons(reader: Reader, at: At, *, codes: Sequence[str], unknown: Check, empty: Check) -> dict[str, str]:
    """
    Read a mapping of codes to reasons.

    Args:
        reader: of the document.
        at: the mapping.
        codes: that may be silenced here.
        unknown: the check for another code; takes ``known`` and ``got``.
        empty: the check for a reason that says nothing; takes ``code``.
    """
    reasons = {}
    for code, child in reader.members(at).items():
        reason = reader.string(child)
        if code not in codes:
            reader.report(unknown, child.key_location, known=", ".join(codes), got=repr(code))
        elif reason is not None and not reason.strip():
            reader.report(empty, child.location, code=code)
        elif reason is not None:
            reasons[code] = reason
    return reasons
