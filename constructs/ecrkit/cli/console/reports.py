"""Findings as people, programs, code scanners and GitHub read them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import ecrkit
from ecrkit.cli.console.output import count_of, echo, echo_json
from ecrkit.cli.console.styles import severity_label, verdict
from ecrkit.documents.explanations import explain
from ecrkit.documents.terminal import Styled, write_command
from ecrkit.errors import Severity, errors_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ecrkit.deployment.guard import GuardFinding
    from ecrkit.errors import Check, Finding

__all__ = [
    "FORMATS",
    "echo_findings",
    "echo_report",
    "finding_document",
    "finding_line",
    "guard_document",
    "guard_line",
]

FORMATS = ("text", "json", "sarif", "github")


def echo_report(
    findings: Sequence[Finding], *, checked: int, noun: str, output: str, about: Mapping[str, object] | None = None
) -> None:
    """
    Print findings.

    Args:
        findings: in the order to print.
        checked: how many documents were looked at.
        noun: what these are, for the summary.
        output: one of :data:`FORMATS`.
        about: members that JSON has in addition.
    """
    match output:
        case "json":
            documents = [finding_document(finding) for finding in findings]
            echo_json({"findings": documents, "checked": checked, **(about or {})})
        case "sarif":
            echo_json(_sarif(findings))
        case "github":
            for finding in findings:
                _echo_github(finding)
        case _:
            echo_findings(findings)
            # Silenced findings are not a failure, but not a pass either.
            is_passed = not findings
            said = _summary(findings)
            echo(f"{count_of(checked, noun)} checked: ", verdict(said, is_passed=True) if is_passed else said, err=True)


def echo_findings(findings: Iterable[Finding], *, err: bool = False) -> None:
    """
    Print findings as text, one line each.

    Args:
        findings: in the order to print.
        err: print to standard error.
    """
    for finding in findings:
        echo(*finding_line(finding), err=err)


def finding_line(finding: Finding) -> tuple[str | Styled, ...]:
    """Write a finding as one line of text."""
    silenced = f" (silenced: {finding.silenced})" if finding.silenced else ""
    return f"{finding.place}: ", severity_label(finding.severity), f": {finding.text} [{finding.code}]{silenced}"


def guard_line(found: GuardFinding) -> tuple[str | Styled, ...]:
    """Write a finding of the guard as one line of text."""
    allowed = " (allowed)" if found.is_allowed else ""
    return f"{found.place}: ", severity_label(found.severity), f": {found.text} [{found.code}]{allowed}"


def guard_document(found: GuardFinding) -> dict[str, object]:
    """Turn a finding of the guard into an object for JSON; only an allowed one has the key ``allowed``."""
    document = asdict(found)
    is_allowed = document.pop("is_allowed")
    return {**document, "allowed": True} if is_allowed else document


def _summary(findings: Sequence[Finding]) -> str:
    errors = len(errors_in(findings))
    silenced = sum(bool(found.silenced) for found in findings)
    notes = sum(found.severity is Severity.NOTE and not found.silenced for found in findings)
    warnings = len(findings) - errors - silenced - notes
    counts = [count_of(errors, "error")] if errors else []
    counts += [count_of(warnings, "warning")] if warnings else []
    counts += [count_of(notes, "note")] if notes else []
    what = ", ".join(counts) or "nothing wrong"
    return f"{what}, {count_of(silenced, 'warning')} silenced" if silenced else what


def finding_document(finding: Finding) -> dict[str, object]:
    """Turn a finding into an object for JSON; only a silenced one has the key ``silenced``."""
    document = asdict(finding)
    location = document.pop("location")
    return {**location, **{key: value for key, value in document.items() if key != "silenced" or value}}


def _sarif(findings: Sequence[Finding]) -> dict[str, object]:
    """Write findings, and the rules that they are of."""
    # Both load what the other formats do not need: every rulebook, and the quoting of URIs.
    from ecrkit.cli.rulebooks import CHECKS  # noqa: PLC0415 - as said above
    from ecrkit.documents.sarif import SarifResult, sarif_log  # noqa: PLC0415 - as said above

    rules = {code: _sarif_rule(CHECKS[code]) for code in sorted({finding.code for finding in findings})}
    results = [
        SarifResult(
            rule=finding.code,
            level=finding.severity.value,
            message=finding.text,
            location=finding.location,
            logical_name=finding.location.pointer,
            justification=finding.silenced,
        )
        for finding in findings
    ]
    return sarif_log(rules, results, version=ecrkit.__version__)


def _sarif_rule(check: Check) -> dict[str, object]:
    explanation = explain(check)
    return {
        "shortDescription": {"text": check.title},
        "fullDescription": {"text": f"{explanation.checks} {explanation.why}"},
        "help": {"text": explanation.fix},
        "defaultConfiguration": {"level": check.severity.value},
        "properties": {"source": check.source},
    }


def _echo_github(finding: Finding) -> None:
    command = "notice" if finding.silenced or finding.severity is Severity.NOTE else finding.severity.value
    silenced = f" (silenced: {finding.silenced})" if finding.silenced else ""
    text = f"{finding.text}{silenced}"
    where = finding.location
    write_command(command, text, file=where.file, line=where.line, col=where.column, title=finding.code)
