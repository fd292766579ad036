"""The event patterns of events match what ECR and Amazon Inspector send, and nothing else."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest

from ecrkit.registry.events import Event, EventKind, EventSeverity
from ecrkit.registry.events.patterns import event_patterns

TOPIC = "arn:aws:sns:us-east-1:123456789012:images"
ARN = "arn:aws:ecr:us-east-1:123456789012:repository/"

# The events are the examples of the user guides of ECR and of Amazon Inspector, shortened.


def action(kind: str = "PUSH", *, repository: str = "web", result: str = "SUCCESS") -> dict[str, Any]:
    detail = {"result": result, "repository-name": repository, "action-type": kind, "image-tag": "latest"}
    return {"source": "aws.ecr", "detail-type": "ECR Image Action", "detail": detail}


def scan(counts: dict[str, int], *, repository: str = "web", status: str = "COMPLETE") -> dict[str, Any]:
    detail = {"scan-status": status, "repository-name": repository, "finding-severity-counts": counts}
    return {"source": "aws.ecr", "detail-type": "ECR Image Scan", "detail": detail}


def enhanced_scan(counts: dict[str, int], *, repository: str = "web") -> dict[str, Any]:
    detail = {
        "scan-status": "INITIAL_SCAN_COMPLETE",
        "repository-name": f"{ARN}{repository}",
        "finding-severity-counts": counts,
    }
    return {"source": "aws.inspector2", "detail-type": "Inspector2 Scan", "detail": detail}


def finding(severity: str, *, repository: str = "web", status: str = "ACTIVE") -> dict[str, Any]:
    image = {"repositoryName": repository, "registry": "123456789012"}
    resources = [{"type": "AWS_ECR_CONTAINER_IMAGE", "details": {"awsEcrContainerImage": image}}]
    detail = {"status": status, "severity": severity, "resources": resources}
    return {"source": "aws.inspector2", "detail-type": "Inspector2 Finding", "detail": detail}


def is_matched(pattern: object, value: object) -> bool:
    """Match as EventBridge does: a list by any of its items, an object by all of its fields."""
    if isinstance(value, list):
        return any(is_matched(pattern, item) for item in value)
    if isinstance(pattern, dict):
        fields = {key: part for key, part in pattern.items() if key != "$or"}
        one_of = pattern.get("$or")
        return isinstance(value, dict) and (
            all(is_matched(part, value.get(key)) for key, part in fields.items())
            and (one_of is None or any(is_matched(part, value) for part in one_of))
        )
    assert isinstance(pattern, list)
    return any(is_accepted(item, value) for item in pattern)


def is_accepted(item: object, value: object) -> bool:
    match item:
        case {"prefix": str(text)}:
            return isinstance(value, str) and value.startswith(text)
        case {"suffix": str(text)}:
            return isinstance(value, str) and value.endswith(text)
        case {"wildcard": str(text)}:
            return isinstance(value, str) and fnmatchcase(value, text)
        case {"numeric": [">", int(number)]}:
            return isinstance(value, int) and value > number
        case str():
            return item == value
    msg = f"no operator that these patterns have: {item}"
    raise AssertionError(msg)


def matching(
    event: dict[str, Any], *when: str, severity: str | None = None, repositories: tuple[str, ...] = ()
) -> list[str]:
    """Name the rules that an event of AWS matches."""
    declared = Event(
        when=tuple(map(EventKind, when)),
        to=TOPIC,
        severity=EventSeverity(severity) if severity else None,
        repositories=repositories,
    )
    patterns = event_patterns(declared, region="us-east-1", account="123456789012")
    return [name for name, pattern in patterns.items() if is_matched(pattern, event)]


@pytest.mark.parametrize(
    ("event", "when", "rules"),
    [
        pytest.param(action("PUSH"), ["push"], ["Images"], id="push"),
        pytest.param(action("DELETE"), ["push"], [], id="deletion, of pushes"),
        pytest.param(action("DELETE"), ["push", "delete"], ["Images"], id="deletion"),
        pytest.param(action(result="FAILURE"), ["push", "delete"], [], id="failure"),
        pytest.param(scan({}), ["scan_completed"], ["Scans"], id="scan"),
        pytest.param(scan({}, status="FAILED"), ["scan_completed"], [], id="failed scan"),
        pytest.param(enhanced_scan({"TOTAL": 0}), ["scan_completed"], ["EnhancedScans"], id="enhanced scan"),
        pytest.param(scan({}), ["finding"], [], id="scan without findings"),
        pytest.param(scan({"UNDEFINED": 1}), ["finding"], ["Scans"], id="scan with a finding"),
        pytest.param(scan({"LOW": 1}), ["finding", "scan_completed"], ["Scans"], id="one scan is one event"),
        pytest.param(finding("UNTRIAGED"), ["finding"], ["Findings"], id="finding"),
        pytest.param(finding("LOW", status="CLOSED"), ["finding"], [], id="closed finding"),
        pytest.param(action("PUSH"), ["scan_completed", "finding"], [], id="push, of scans"),
    ],
)
def test_kind(event: dict[str, Any], when: list[str], rules: list[str]) -> None:
    """Each kind matches what it names, whichever scanner the registry has, by one rule."""
    assert matching(event, *when) == rules


@pytest.mark.parametrize("severity", ["MEDIUM", "HIGH", "CRITICAL"])
def test_severity(severity: str) -> None:
    """A severity matches itself and the higher ones."""
    found = {
        "Scans": scan({"HIGH": 2, "LOW": 3}),
        "EnhancedScans": enhanced_scan({"HIGH": 2, "TOTAL": 5}),
        "Findings": finding("HIGH"),
    }

    matched = [name for name, event in found.items() if matching(event, *list(EventKind), severity=severity)]
    assert matched == ([] if severity == "CRITICAL" else list(found))


@pytest.mark.parametrize(
    ("severity", "matched"),
    [
        pytest.param("MEDIUM", [], id="MEDIUM"),
        pytest.param("LOW", ["EnhancedScans"], id="LOW"),
        pytest.param("INFORMATIONAL", ["EnhancedScans"], id="INFORMATIONAL"),
    ],
)
def test_low_severities_of_enhanced_scans(severity: str, matched: list[str]) -> None:
    """Amazon Inspector counts what is below MEDIUM in the total only; a scan that finds nothing matches no severity."""
    assert matching(enhanced_scan({"TOTAL": 28}), "scan_completed", severity=severity) == matched
    assert matching(enhanced_scan({"TOTAL": 0}), "scan_completed", severity=severity) == []


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        pytest.param("web", ["web"], id="name"),
        pytest.param("team/*", ["team/web", "team/sub/web"], id="prefix"),
        pytest.param("*web", ["web", "team/web", "team/sub/web"], id="suffix"),
        pytest.param("*/web", ["team/web", "team/sub/web"], id="suffix after a slash"),
        pytest.param("t*/web", ["team/web", "team/sub/web"], id="wildcard"),
        pytest.param("*", ["web", "team/web", "team/sub/web", "api"], id="all"),
    ],
)
def test_repositories(pattern: str, matched: list[str]) -> None:
    """Names and patterns match the same repositories in the events of every kind."""
    for event in (
        action,
        lambda repository: scan({"LOW": 1}, repository=repository),
        lambda repository: enhanced_scan({"LOW": 1}, repository=repository),
        lambda repository: finding("LOW", repository=repository),
    ):
        names = [
            name
            for name in ("web", "team/web", "team/sub/web", "api")
            if matching(event(repository=name), *list(EventKind), repositories=(pattern,))
        ]

        assert names == matched


def test_enhanced_scans_are_those_of_images() -> None:
    """Scans of anything but a repository of this registry match nothing."""
    other = enhanced_scan({"LOW": 1})
    other["detail"]["repository-name"] = "arn:aws:ecr:us-east-1:210987654321:repository/web"

    assert matching(other, "scan_completed") == []
