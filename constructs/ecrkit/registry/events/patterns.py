"""
Event patterns: which events EventBridge matches.

ECR and Amazon Inspector describe the same things in different events, and a registry has one kind of scanning at a
time. A pattern for each is written, so that a change of the scanning needs no change of the events.

Source: ECR user guide, "Amazon ECR events and EventBridge" and "EventBridge events sent for enhanced scanning in Amazon
ECR"; Inspector user guide, "Amazon EventBridge event schema for Amazon Inspector events"; EventBridge user guide,
"Comparison operators for use in event patterns" (read 2026-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.events.values import EventKind, EventSeverity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecrkit.registry.events.values import Event

__all__ = ["event_patterns", "uses_wildcard"]

_ACTIONS = {EventKind.PUSH: "PUSH", EventKind.DELETE: "DELETE"}
_UNRATED = "UNDEFINED"
"""The severity of findings that are not rated yet, in the counts of a basic scan."""

_TOTAL = "TOTAL"
_IN_TOTAL = (EventSeverity.LOW, EventSeverity.INFORMATIONAL)
"""Amazon Inspector counts these in the total only: better one event more than none."""

Pattern = dict[str, object]


def event_patterns(event: Event, *, region: str, account: str) -> dict[str, Pattern]:
    """
    Write the event patterns of an event.

    Args:
        event: a valid one.
        region: Region of the registry, as in ``us-east-1``.
        account: account of the registry, 12 digits.

    Returns:
        Patterns by what they match: ``Images``, ``Scans``, ``EnhancedScans`` and ``Findings``. No event matches two.
    """
    return dict(_patterns(event, f"arn:{partition_of(region)}:ecr:{region}:{account}:repository/"))


def uses_wildcard(pattern: object) -> bool:
    """Whether a pattern has the operator ``wildcard``, of which a bus has a limited number."""
    if isinstance(pattern, dict):
        return "wildcard" in pattern or any(map(uses_wildcard, pattern.values()))
    return isinstance(pattern, list) and any(map(uses_wildcard, pattern))


def _patterns(event: Event, arn: str) -> Iterator[tuple[str, Pattern]]:
    names = _names(event.repositories)
    actions = [action for kind, action in _ACTIONS.items() if kind in event.when]
    if actions:
        detail = {"action-type": actions, "result": ["SUCCESS"], **names}
        yield "Images", _pattern("aws.ecr", "ECR Image Action", detail)
    is_any_scan = EventKind.SCAN_COMPLETED in event.when
    is_finding = EventKind.FINDING in event.when
    if is_any_scan or is_finding:
        # One scan is one event: where every scan is sent, what it finds is in it.
        counts = _counts(event.severity, is_finding=not is_any_scan)
        yield "Scans", _pattern("aws.ecr", "ECR Image Scan", {"scan-status": ["COMPLETE"], **names, **counts})
    if is_any_scan:
        detail = {
            "scan-status": ["INITIAL_SCAN_COMPLETE"],
            # It has the ARN under the key of the name.
            "repository-name": [{"prefix": arn}] if not names else _matchers(event.repositories, arn),
            **_counts(event.severity, is_finding=False, is_enhanced=True),
        }
        yield "EnhancedScans", _pattern("aws.inspector2", "Inspector2 Scan", detail)
    if is_finding:
        yield "Findings", _pattern("aws.inspector2", "Inspector2 Finding", _finding(event))


def _finding(event: Event) -> Pattern:
    image: Pattern = {"type": ["AWS_ECR_CONTAINER_IMAGE"]}
    if _names(event.repositories):
        image["details"] = {"awsEcrContainerImage": {"repositoryName": _matchers(event.repositories)}}
    severity = {"severity": [each.value for each in event.severity.and_above]} if event.severity else {}
    return {"status": ["ACTIVE"], **severity, "resources": image}


def _pattern(source: str, detail_type: str, detail: Mapping[str, object]) -> Pattern:
    return {"source": [source], "detail-type": [detail_type], "detail": detail}


def _names(repositories: Sequence[str]) -> Pattern:
    """Match the names of repositories; nothing for all of them."""
    if not repositories or "*" in repositories:
        return {}
    return {"repository-name": _matchers(repositories)}


def _matchers(repositories: Sequence[str], arn: str = "") -> list[object]:
    return [_matcher(pattern, arn) for pattern in repositories]


def _matcher(pattern: str, arn: str) -> object:
    """Match a name behind *arn*; a wildcard only where nothing else does, because a bus has a limited number."""
    begin, star, end = pattern.partition("*")
    if not star:
        return arn + pattern
    if not end:
        return {"prefix": arn + begin}
    # A name that begins after a slash of the ARN does not end with that slash and itself.
    reaches_into_arn = arn.endswith(end[: end.find("/") + 1] or " ")
    if not begin and "*" not in end and not reaches_into_arn:
        return {"suffix": end}
    return {"wildcard": arn + pattern}


def _counts(severity: EventSeverity | None, *, is_finding: bool, is_enhanced: bool = False) -> Pattern:
    """Match scans that found something: with a severity, of it or above; without one, only for a finding."""
    if severity is None and not is_finding:
        return {}
    words = [each.value for each in severity.and_above] if severity else [*EventSeverity, _UNRATED]
    if is_enhanced and severity in _IN_TOTAL:
        words = [*words, _TOTAL]
    found = [{str(word): [{"numeric": [">", 0]}]} for word in words]
    return {"finding-severity-counts": found[0] if len(found) == 1 else {"$or": found}}
