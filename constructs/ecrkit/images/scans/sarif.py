"""Judgements for code scanners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.documents.sarif import SarifResult, sarif_log
from ecrkit.errors import Location
from ecrkit.images.scans.judging import Verdict
from ecrkit.images.scans.values import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecrkit.images.scans.judging import Judgement
    from ecrkit.images.scans.values import Package, Vulnerability

__all__ = ["sarif"]

_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFORMATIONAL: "0.0",
    Severity.UNDEFINED: "0.0",
}
"""The middle of the range that GitHub shows under each name; code scanning documentation, ``security-severity``."""

_UNVERIFIED = "signature-not-verified"
_UNVERIFIED_RULE = {
    "shortDescription": {"text": "a required signature or attestation is missing or wrong"},
    "properties": {"security-severity": _SCORES[Severity.CRITICAL], "tags": ["security"]},
}


def sarif(
    judgements: Mapping[str, Iterable[Judgement]], *, version: str, unmet: Iterable[tuple[str, str]] = ()
) -> dict[str, object]:
    """
    Render judgements for code scanners.

    Args:
        judgements: judgements by image, as in ``web@sha256:…``.
        version: version of ecrkit.
        unmet: images, each with a signature or an attestation that it lacks, and why.
    """
    flat = [(image, judgement) for image, several in judgements.items() for judgement in several]
    # Of two images with a vulnerability, the first describes it.
    rules = {judgement.vulnerability.id: _rule(judgement.vulnerability) for _, judgement in reversed(flat)}
    results = [
        _result(image, judgement, package) for image, judgement in flat for package in judgement.vulnerability.packages
    ]
    lacking = [
        SarifResult(rule=_UNVERIFIED, level="error", message=reason, location=Location(image, 1, 1))
        for image, reason in unmet
    ]
    if lacking:
        rules[_UNVERIFIED] = _UNVERIFIED_RULE
    return sarif_log(rules, [*results, *lacking], version=version)


def _rule(vulnerability: Vulnerability) -> dict[str, object]:
    rule: dict[str, object] = {
        "shortDescription": {"text": vulnerability.title or vulnerability.id},
        "properties": {"security-severity": _SCORES[vulnerability.severity], "tags": ["security", "vulnerability"]},
    }
    if vulnerability.uri:
        rule["helpUri"] = vulnerability.uri
    return rule


def _result(image: str, judgement: Judgement, package: Package) -> SarifResult:
    vulnerability = judgement.vulnerability
    fix = f"; fixed in {package.fixed_in}" if package.fixed_in else ""
    what = f"{package.name} {package.version}".strip() or "the image"
    return SarifResult(
        rule=vulnerability.id,
        level="error" if judgement.fails else "warning",
        message=f"{vulnerability.severity} in {what}{fix}",
        location=Location(image, 1, 1),
        logical_name=what,
        justification=_justification(judgement),
    )


def _justification(judgement: Judgement) -> str:
    if judgement.verdict is Verdict.ALLOWED and judgement.allowance:
        return judgement.allowance.reason
    return "suppressed or closed in Amazon Inspector" if judgement.verdict is Verdict.SUPPRESSED else ""
