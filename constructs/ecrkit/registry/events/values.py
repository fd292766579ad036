"""Events of images, and where they are sent to, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Event", "EventKind", "EventSeverity"]


class EventKind(StrEnum):
    """What happens to an image."""

    PUSH = "push"
    """An image is pushed."""

    DELETE = "delete"
    """An image is deleted, by somebody or by a lifecycle policy."""

    SCAN_COMPLETED = "scan_completed"
    """A scan ends; with enhanced scanning, the first one of an image."""

    FINDING = "finding"
    """A scan finds a vulnerability; with enhanced scanning, each vulnerability is one event."""


class EventSeverity(StrEnum):
    """
    The lowest severity that is sent, highest first.

    Source: ECR API model 2015-09-21, FindingSeverity; Inspector API reference, Severity (read 2026-11).
    """

    CRITICAL = "CRITICAL"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    INFORMATIONAL = "INFORMATIONAL"

    @property
    def and_above(self) -> tuple[EventSeverity, ...]:
        """This severity and the higher ones, highest first."""
        order = tuple(EventSeverity)
        return order[: order.index(self) + 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """
    Events of images, and the target that they are sent to.

    Attributes:
        when: what happens, at least one of `push`, `delete`, `scan_completed` and `finding`.
        to: ARN of an SNS topic, an SQS queue or an event bus.
        severity: lowest severity that counts for `finding` and `scan_completed`; omit for all of them.
        repositories: names of repositories, and patterns with `*`; omit for every repository.
    """

    when: tuple[EventKind, ...]
    to: str
    severity: EventSeverity | None = None
    repositories: tuple[str, ...] = ()

    @property
    def identity(self) -> tuple[frozenset[EventKind], str, EventSeverity | None, frozenset[str]]:
        """What it sends and where to, whatever the order of its lists."""
        return frozenset(self.when), self.to, self.severity, frozenset(self.repositories)
