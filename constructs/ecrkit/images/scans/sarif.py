"""Judgements for code scanners."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from ecrkit.images.scans.judging import Verdict
from ecrkit.images.scans.values import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecrkit.images.scans.judging import Judgement
    from ecrkit.images.scans.values import Package, Vulnerability

__all__ = ["sarif"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFORMATIONAL: "0.0",
    Severity.UNDEFINED: "0.0",
}
"""The middle of the range that GitHub shows under each name; code scanning documentation, ``security-severity``."""


def sarif(judgements: Mapping[str, Iterable[Judgement]], *, version: str) -> dict[str, object]:
    """
    Render judgements.

    Args:
        judgements: by the image that they are about, as in ``web@sha256:…``.
        version: of ecrkit.

    Source: Static Analysis Results Interchange Format 2.1.0, OASIS.
    """
    flat = [(image, judgement) for image, several in judgements.items() for judgement in several]
    rules = {judgement.vulnerability.id: _rule(judgement.vulnerability) for _, judgement in reversed(flat)}
    indexes = {name: index for index, name in enumerate(rules)}
    driver = {"name": "ecrkit", "version": version, "rules": list(rules.values())}
    results = [
        _result(image, judgement, package, rule_index=indexes[judgement.vulnerability.id])
        for image, judgement in flat
        for package in judgement.vulnerability.packages
    ]
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}


def _rule(vulnerability: Vulnerability) -> dict[str, object]:
    rule: dict[str, object] = {
        "id": vulnerability.id,
        "shortDescription": {"text": vulnerability.title or vulnerability.id},
        "properties": {"security-severity": _SCORES[vulnerability.severity], "tags": ["security", "vulnerability"]},
    }
    if vulnerability.uri:
        rule["helpUri"] = vulnerability.uri
    return rule


def _result(image: str, judgement: Judgement, package: Package, *, rule_index: int) -> dict[str, object]:
    vulnerability = judgement.vulnerability
    fix = f"; fixed in {package.fixed_in}" if package.fixed_in else ""
    what = f"{package.name} {package.version}".strip() or "the image"
    result: dict[str, object] = {
        "ruleId": vulnerability.id,
        "ruleIndex": rule_index,
        "level": "error" if judgement.fails else "warning",
        "message": {"text": f"{vulnerability.severity} in {what}{fix}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(image)},
                    "region": {"startLine": 1, "startColumn": 1},
                },
                "logicalLocations": [{"fullyQualifiedName": what}],
            }
        ],
    }
    if judgement.verdict is Verdict.ALLOWED and judgement.allowance:
        result["suppressions"] = [{"kind": "external", "justification": judgement.allowance.reason}]
    elif judgement.verdict is Verdict.SUPPRESSED:
        result["suppressions"] = [{"kind": "external", "justification": "suppressed or closed in Amazon Inspector"}]
    return result
