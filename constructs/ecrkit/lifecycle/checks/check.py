"""The one function that everything calls to learn whether a lifecycle policy is valid."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ecrkit.documents.files import read_text
from ecrkit.errors import Finding, InvalidPolicyError, Location, errors_in, in_file_order
from ecrkit.lifecycle.checks import rulebook
from ecrkit.lifecycle.checks.policy_checks import POLICY_CHECKS
from ecrkit.lifecycle.checks.reading import read_drafts
from ecrkit.lifecycle.checks.rule_checks import RULE_CHECKS
from ecrkit.lifecycle.checks.warnings import POLICY_WARNINGS, RULE_WARNINGS, WHOLE_POLICY_WARNINGS
from ecrkit.lifecycle.rendering import render
from ecrkit.lifecycle.values import LifecyclePolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.lifecycle.checks.drafts import DraftRule
    from ecrkit.lifecycle.values import Rule

__all__ = [
    "MAX_POLICY_BYTES",
    "CheckedPolicy",
    "check_policy",
    "check_rules",
    "parse_policy",
    "read_policy",
    "read_policy_text",
]

MAX_POLICY_BYTES = 1024 * 1024
"""Of a file. ECR takes far less, so that a larger one is no policy, and is not read to its end."""

_MADE_IN_CODE = "<policy made in code>"
_RULE_POINTER = re.compile("(?:/[^/]+)?/rules/([0-9]+)")


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """
    The result of a policy check.

    Attributes:
        policy: the policy, or ``None`` when it has errors.
        findings: errors and warnings, in file order.
    """

    policy: LifecyclePolicy | None
    findings: tuple[Finding, ...]


def check_policy(text: str, *, file: str, unwrap: bool = False) -> CheckedPolicy:
    """
    Check a lifecycle policy.

    Args:
        text: a JSON document in ECR's format; any text is accepted.
        file: name of the file in findings.
        unwrap: also take a document that has the policy in a string, as ``aws ecr get-lifecycle-policy`` prints it.

    Returns:
        All errors and warnings, and the policy if it has no error.

    Source: ECR user guide, "Lifecycle policy parameters" and "Lifecycle policies" (read 2026-11).
    """
    drafts, findings = read_drafts(text, file=file, unwrap=unwrap)
    return _checked(drafts, _check_drafts(drafts, findings))


def read_policy(path: Path | str) -> LifecyclePolicy:
    """
    Read a lifecycle policy from a file, and raise if it is invalid.

    Args:
        path: path of a JSON document in ECR's format, or of the output of ``aws ecr get-lifecycle-policy``.

    Raises:
        InvalidPolicyError: ECR would reject it; lists all errors, one a line.
        UnreadableInputError: the file cannot be read.
    """
    return parse_policy(read_policy_text(Path(path)), file=str(path), unwrap=True)


def read_policy_text(path: Path) -> str:
    """
    Read the text of a lifecycle policy file, at most 1 MiB, without checking it.

    Raises:
        UnreadableInputError: the file cannot be read, or is larger.
    """
    return read_text(path, at_most=MAX_POLICY_BYTES)


def parse_policy(text: str, *, file: str, unwrap: bool = False) -> LifecyclePolicy:
    """
    Parse a lifecycle policy, and raise if it is invalid; :func:`read_policy` takes a path.

    Args:
        text: a JSON document in ECR's format.
        file: name of the file in errors.
        unwrap: as in :func:`check_policy`.

    Raises:
        InvalidPolicyError: ECR would reject it; lists all errors.
    """
    checked = check_policy(text, file=file, unwrap=unwrap)
    if checked.policy is None:
        raise InvalidPolicyError(errors_in(checked.findings))
    return checked.policy


def check_rules(rules: Sequence[Rule]) -> CheckedPolicy:
    """
    Check rules that were not read together: composed of several policies, or made in code.

    Args:
        rules: any; findings point to where each was read, or to its place here when it has no origin.

    Returns:
        Every finding about the document that they make, and that policy when there is no error.
    """
    policy = LifecyclePolicy(tuple(rules))
    drafts, findings = read_drafts(render(policy), file=_MADE_IN_CODE)
    # There are no drafts where the text is not JSON: code can put half of a surrogate pair into a description.
    named = [
        replace(draft, name=f"{rule.origin.file}:{rule.origin.line}") if rule.origin else draft
        for draft, rule in zip(drafts, policy.rules, strict=bool(drafts))
    ]
    found = [_at_origin(finding, policy.rules) for finding in _check_drafts(named, findings)]
    checked = _checked(drafts, found)
    return replace(checked, policy=policy if checked.policy else None)


def _checked(drafts: Sequence[DraftRule], findings: Sequence[Finding]) -> CheckedPolicy:
    found = in_file_order(findings)
    if errors_in(found):
        return CheckedPolicy(None, found)
    return CheckedPolicy(LifecyclePolicy(tuple(draft.to_rule() for draft in drafts)), found)


def _at_origin(finding: Finding, rules: Sequence[Rule]) -> Finding:
    """Move a finding about a rendered text to where its rule was read."""
    match = _RULE_POINTER.match(finding.location.pointer)
    origin = rules[int(match[1])].origin if match else rules[0].origin if rules else None
    if origin is None:
        return finding
    pointer = origin.pointer + finding.location.pointer[match.end() :] if match else ""
    line, column = (origin.line, origin.column) if match else (1, 1)
    return replace(finding, location=Location(origin.file, line, column, pointer))


def _check_drafts(rules: Sequence[DraftRule], findings: Sequence[Finding]) -> list[Finding]:
    """
    Apply every check that looks at more than one value.

    Returns:
        What the reading found, *findings*, and what is found here, in no order. What looks at the meaning of rules
        skips those that have an error: it would report what follows from that.
    """
    found = list(findings)
    for rule in rules:
        for rule_check in (*RULE_CHECKS, *RULE_WARNINGS):
            found += rule_check(rule)
    for policy_check in POLICY_CHECKS:
        found += policy_check(rules)
    unclear = {match[1] for error in errors_in(found) if (match := _makes_unclear(error))}
    clear = [rule for index, rule in enumerate(rules) if str(index) not in unclear]
    for policy_warning in (*POLICY_WARNINGS, *(WHOLE_POLICY_WARNINGS if not unclear else ())):
        found += policy_warning(clear)
    return found


def _makes_unclear(error: Finding) -> re.Match[str] | None:
    """Find the rule whose meaning *error* leaves open: of a key that is written twice the last counts."""
    return None if error.code == rulebook.DUPLICATE_KEY.code else _RULE_POINTER.match(error.location.pointer)
