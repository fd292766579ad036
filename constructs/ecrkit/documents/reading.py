"""
Strict reading of a parsed document: unknown keys, missing keys and wrong types are findings, never exceptions.

A reader goes on after each of them, so that one run tells everything that is wrong.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from ecrkit.documents.nearest import correction, key_correction
from ecrkit.documents.nodes import MAPPING, ListNode, Member, Node, ObjectNode, ScalarNode, type_name
from ecrkit.errors import Check, Finding, Location, excerpt, pointer_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["At", "Reader", "StructuralChecks", "Word", "described", "is_empty"]

_WITHOUT_SPACE = re.compile(r"([A-Za-z_]{1,30}):([^\s:/]{1,60})")
"""A key and its value in YAML without the space between them, which is one string."""

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class At:
    """
    A node and the way to it.

    Attributes:
        node: the value.
        location: of the value.
        key_location: of the key that it stands behind; its own location where there is none.
    """

    node: Node
    location: Location
    key_location: Location


def is_empty(at: At) -> bool:
    """Whether nothing stands behind the key."""
    return isinstance(at.node, ScalarNode) and at.node.value is None


def described(at: At) -> str:
    """Give a string as it is, and the type of anything else, for messages."""
    value = at.node.value if isinstance(at.node, ScalarNode) else None
    return repr(excerpt(value)) if isinstance(value, str) else type_name(at.node)


@dataclass(frozen=True, slots=True, kw_only=True)
class StructuralChecks:
    """
    The checks that every strict document has, as rows of its own rulebook.

    Attributes:
        unknown_key: its texts take ``key``, ``known`` and ``near``.
        missing_key: takes ``key``.
        duplicate_key: takes ``key`` and ``first_line``.
        wrong_type: takes ``expected``, ``got`` and ``hint``, which is empty or says how to write it.
        not_a_choice: takes ``choices``, ``got`` and ``remedy``, which is empty or says how to write it; a document
            without fixed words has no such check.
    """

    unknown_key: Check
    missing_key: Check
    duplicate_key: Check
    wrong_type: Check
    not_a_choice: Check | None = None


class Reader:
    """
    Reads one document.

    Args:
        file: as the person named it, for the findings.
        checks: of the rulebook that the document is read by.
        today: day on which the document is read; ``None`` where what has expired still applies.

    Attributes:
        findings: what was found so far, in the order of reading.
        file: as given, as is *today*.
    """

    def __init__(self, file: str, checks: StructuralChecks, *, today: date | None = None) -> None:
        self.file = file
        self.today = today
        self._checks = checks
        self.findings: list[Finding] = []
        self._added: set[Finding] = set()

    def root(self, node: Node) -> At:
        """Begin at the document's only value."""
        location = Location(self.file, *node.position, "")
        return At(node, location, location)

    def report(self, check: Check, location: Location, **values: object) -> None:
        """Add a finding."""
        self.findings.append(check.at(location, **values))

    def add(self, findings: Iterable[Finding]) -> None:
        """Add findings that others made, each once."""
        fresh = [found for found in dict.fromkeys(findings) if found not in self._added]
        self._added.update(fresh)
        self.findings += fresh

    def members(self, at: At) -> dict[str, At]:
        """
        Read an object of any keys.

        Returns:
            The values by key, in order; of a key that is written twice the last, as readers of JSON take it. Empty
            when it is no object.
        """
        if not isinstance(at.node, ObjectNode):
            self._wrong_type(at, MAPPING)
            return {}
        members: dict[str, At] = {}
        first_lines: dict[str, int] = {}
        for member in at.node.members:
            child = self._child(at, member)
            if not member.is_string:
                self.report(
                    self._checks.wrong_type,
                    child.key_location,
                    expected="a key that is a string",
                    got=excerpt(member.key) or "an empty one",
                    hint=f'write "{excerpt(member.key)}", in quotes',
                )
            if member.key in members:
                first_line = first_lines[member.key]
                self.report(self._checks.duplicate_key, child.key_location, key=member.key, first_line=first_line)
            first_lines.setdefault(member.key, child.key_location.line)
            members[member.key] = child
        return members

    def fields(
        self, at: At, *, known: Iterable[str], required: Iterable[str] = (), instead: Mapping[str, str] | None = None
    ) -> dict[str, At]:
        """
        Read an object of known keys.

        Args:
            at: the object.
            known: every key that it may have.
            required: those that it must have.
            instead: advice for keys that people may expect here.

        Returns:
            The values of known keys; empty when it is no object.
        """
        known = tuple(known)
        members = self.members(at)
        for key, child in members.items():
            if key not in known:
                self.report(
                    self._checks.unknown_key,
                    child.key_location,
                    key=excerpt(key),
                    known=", ".join(known),
                    near=(instead or {}).get(key) or key_correction(key, known, used=members),
                )
        if isinstance(at.node, ObjectNode):
            for key in required:
                if key not in members:
                    self.report(self._checks.missing_key, at.location, key=key)
        return {key: child for key, child in members.items() if key in known}

    def items(self, at: At) -> tuple[At, ...] | None:
        """Read a list; ``None`` when it is none."""
        if not isinstance(at.node, ListNode):
            self._wrong_type(at, "a list")
            return None
        return tuple(self._item(at, index, item) for index, item in enumerate(at.node.items))

    def string(self, at: At) -> str | None:
        """Read a string; ``None`` when it is none."""
        if isinstance(at.node, ScalarNode) and isinstance(at.node.value, str):
            return at.node.value
        self._wrong_type(at, "a string")
        return None

    def integer(self, at: At) -> int | None:
        """Read an integer; ``None`` when it is none. ``true`` and ``1.0`` are none."""
        if isinstance(at.node, ScalarNode) and type(at.node.value) is int:
            return at.node.value
        self._wrong_type(at, "an integer")
        return None

    def day(self, at: At) -> date | None:
        """Read a date of YAML, or a text as in ``2027-03-31``; ``None`` for anything else, without a finding."""
        value = at.node.value if isinstance(at.node, ScalarNode) else None
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            return None

    def boolean(self, at: At) -> bool | None:
        """Read a truth value; ``None`` when it is none."""
        if isinstance(at.node, ScalarNode) and isinstance(at.node.value, bool):
            return at.node.value
        self._wrong_type(at, "true or false")
        return None

    def word(self, at: At, words: Iterable[Word], *, instead: Mapping[str, str] | None = None) -> Word | None:
        """
        Read a string that is one of a few.

        Args:
            at: the string.
            words: a :class:`~enum.StrEnum`, or the members of one that are allowed here.
            instead: advice for words that others use.

        Returns:
            The member; ``None`` when it is none.
        """
        choices = {word.value: word for word in words}
        listed = " or ".join(f"'{word}'" for word in choices)
        text = at.node.value if isinstance(at.node, ScalarNode) else None
        if not isinstance(text, str):
            # Quotes would not help: `true` in quotes is none of the words either.
            hint = correction(_raw(at.node), choices, instead=instead)
            self.report(self._checks.wrong_type, at.location, expected=listed, got=type_name(at.node), hint=hint)
            return None
        if text not in choices:
            self.report(
                self._checks.not_a_choice or self._checks.wrong_type,
                at.location,
                choices=listed,
                expected=listed,
                got=repr(excerpt(text)),
                remedy=(remedy := correction(text, choices, instead=instead)),
                hint=remedy,
            )
        return choices.get(text)

    def _child(self, at: At, member: Member) -> At:
        pointer = f"{at.location.pointer}{pointer_to(member.key)}"
        file = member.file or at.location.file
        return At(
            member.node,
            Location(file, *member.node.position, pointer),
            Location(file, *member.key_position, pointer),
        )

    def _item(self, at: At, index: int, item: Node) -> At:
        location = Location(at.location.file, *item.position, f"{at.location.pointer}{pointer_to(index)}")
        return At(item, location, location)

    def _wrong_type(self, at: At, expected: str) -> None:
        raw = _raw(at.node)
        hint = f'write "{excerpt(raw)}"' if raw and expected == "a string" else ""
        if expected == "a list" and isinstance(at.node, ScalarNode) and isinstance(at.node.value, str):
            # Quotes are right in JSON and in YAML, also for a pattern that begins with `*`.
            hint = f"write [{json.dumps(excerpt(at.node.value), ensure_ascii=False)}]"
        without_space = _WITHOUT_SPACE.fullmatch(raw) if expected == MAPPING else None
        if without_space:
            hint = f"write '{without_space[1]}: {without_space[2]}', with a space after the colon"
        self.report(self._checks.wrong_type, at.location, expected=expected, got=type_name(at.node), hint=hint)


def _raw(node: Node) -> str:
    """Give the text of a single value; empty for others, and for nothing."""
    return node.raw if isinstance(node, ScalarNode) and node.value is not None else ""
