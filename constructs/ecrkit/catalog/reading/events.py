"""Read the `events` of a catalog and of its environments."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.catalog.reading.placed import PlacedReading
from ecrkit.documents import At, Reader, is_empty
from ecrkit.errors import errors_in
from ecrkit.registry.events import Event, EventKind, EventSeverity, check_events

if TYPE_CHECKING:
    from collections.abc import Collection

    from ecrkit.errors import Finding
    from ecrkit.registry.settings import Home

__all__ = ["EVENT_KEYS", "EventsReader"]

EVENT_KEYS = ("when", "severity", "repositories", "to")


class EventsReader:
    """
    Reads events, and reports what is wrong with each.

    Args:
        reader: of the catalog.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, at: At | None, *, home: Home, repositories: Collection[str] | None) -> tuple[Event, ...]:
        """
        Read the events of one account and Region.

        Args:
            at: the list; ``None`` where there is none.
            home: where the images are.
            repositories: names of all repositories of the catalog; ``None`` if unknown.
        """
        if at is None or is_empty(at):
            return ()
        # Events of all environments are read for each environment, and reported once.
        reader = Reader(at.location.file, rulebook.CATALOG_STRUCTURE, today=self._reader.today)
        events = _Reading(reader).events(at, home, repositories)
        self._reader.add(reader.findings)
        return events


class _Reading(PlacedReading):
    """One run over the events of one registry."""

    def events(self, at: At, home: Home, repositories: Collection[str] | None) -> tuple[Event, ...]:
        events = self._each({"events": at}, "events", "", self._event)
        unread = [found.location.pointer for found in errors_in(self._reader.findings)]
        for finding in check_events(events, home, repositories=repositories):
            placed = self._placed(finding)
            # An unreadable value does not mean that the value is missing.
            if not any(f"{pointer}/".startswith(f"{placed.location.pointer}/") for pointer in unread):
                self._reader.add([placed])
        return events

    def _event(self, at: At, path: str) -> Event | None:
        members = self._fields(at, path, known=EVENT_KEYS, required=("when", "to"))
        severity = self._reader.word(members["severity"], EventSeverity) if "severity" in members else None
        to = self._reader.string(members["to"]) if "to" in members else None
        event = Event(
            when=self._each(members, "when", path, self._kind),
            to=to or "",
            severity=severity,
            repositories=self._each(members, "repositories", path, self._text),
        )
        return None if to is None or "when" not in members else event

    def _kind(self, at: At, path: str) -> EventKind | None:
        self._places[path] = at
        return self._reader.word(at, EventKind)

    def _placed(self, finding: Finding) -> Finding:
        """Move a finding to the location of its value, or of the nearest value around it."""
        _, at = self._nearest(finding.location.pointer)
        return replace(finding, location=at.location)
