"""
Results as code scanners read them.

Source: Static Analysis Results Interchange Format 2.1.0, OASIS.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ecrkit.errors import Location

__all__ = ["SarifResult", "sarif_log"]

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class SarifResult:
    """
    One result.

    Attributes:
        rule: ID of the rule that made it.
        level: ``error``, ``warning`` or ``note``.
        message: what is wrong, as plain text.
        location: of what is wrong; its file becomes a URI.
        logical_name: of what is wrong in the file, as a JSON pointer or a package; empty for the whole file.
        justification: why a person suppressed it; empty where nobody did.
    """

    rule: str
    level: str
    message: str
    location: Location
    logical_name: str = ""
    justification: str = ""


def sarif_log(
    rules: Mapping[str, Mapping[str, object]], results: Iterable[SarifResult], *, version: str
) -> dict[str, object]:
    """
    Make a log with one run of ecrkit.

    Args:
        rules: what SARIF calls a reporting descriptor, without its ``id``; by ID.
        results: each of one of the *rules*.
        version: of ecrkit.
    """
    indexes = {rule: index for index, rule in enumerate(rules)}
    descriptors = [{"id": rule, **descriptor} for rule, descriptor in rules.items()]
    run = {
        "tool": {"driver": {"name": "ecrkit", "version": version, "rules": descriptors}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(result, indexes[result.rule]) for result in results],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(result: SarifResult, index: int) -> dict[str, object]:
    where = result.location
    # A name of a file may hold bytes that are no UTF-8.
    uri = quote("stdin" if where.file == "-" else os.fsencode(where.file))
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri},
            "region": {"startLine": where.line, "startColumn": where.column},
        }
    }
    if result.logical_name:
        location["logicalLocations"] = [{"fullyQualifiedName": result.logical_name}]
    document: dict[str, object] = {
        "ruleId": result.rule,
        "ruleIndex": index,
        "level": result.level,
        "message": {"text": result.message},
        "locations": [location],
    }
    if result.justification:
        document["suppressions"] = [{"kind": "external", "justification": result.justification}]
    return document
