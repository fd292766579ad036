"""
Which tags a prefix or a pattern matches, and which patterns contain which.

A tag is a letter, digit or underscore and then up to 127 of these, dots and dashes. A prefix is literal. In a pattern
``*`` is any run of characters, none too; everything else is literal.

Source: ECR user guide, "Lifecycle policy parameters" (read 2026-11); OCI distribution specification 1.1, tags.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from operator import add

from ecrkit.images.references import MAX_TAG
from ecrkit.lifecycle.checks.rulebook import MAX_WILDCARDS

__all__ = ["TagPattern"]

_TAG_CHARACTERS = re.compile(r"[A-Za-z0-9_.-]*")
_NOT_FIRST = frozenset(".-")
_ANYTHING = "\0"
"""Stands for a character that no pattern holds."""


@dataclass(frozen=True, slots=True)
class TagPattern:
    """
    What a prefix or a pattern matches.

    Attributes:
        pieces: the literal texts around its wildcards, in order; one piece more than there are wildcards.
    """

    pieces: tuple[str, ...]

    @classmethod
    def of_pattern(cls, text: str) -> TagPattern:
        """Read an entry of a ``tagPatternList``."""
        return cls(tuple(re.sub(r"\*+", "*", text).split("*")))

    @classmethod
    def of_prefix(cls, text: str) -> TagPattern:
        """Read an entry of a ``tagPrefixList``; a ``*`` in it is literal."""
        return cls((text, ""))

    def matches(self, tag: str) -> bool:
        """Whether it matches *tag*, all of it."""
        first, *middle = self.pieces
        if not middle:
            return tag == first
        last = middle.pop()
        if not tag.startswith(first) or not tag.endswith(last) or len(tag) < len(first) + len(last):
            return False
        at, end = len(first), len(tag) - len(last)
        # The leftmost place for each piece leaves the most room for the next.
        for piece in middle:
            found = tag.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True

    @property
    def matches_every_tag(self) -> bool:
        """Whether there is no tag that it does not match: it is made of wildcards alone."""
        return len(self.pieces) > 1 and not any(self.pieces)

    def matches_a_tag(self) -> bool:
        """Whether there is a tag that it matches."""
        return bool(self.fullest())

    def contains(self, other: TagPattern) -> bool:
        """Whether it matches every tag that *other* matches; see :meth:`fullest`."""
        return all(map(self.matches, other.fullest()))

    def fullest(self) -> tuple[str, ...]:
        """
        Give the tags that it matches in which as many wildcards as there is room for stand for some other character.

        A wildcard can always stand for a character that no pattern holds, and only a wildcard matches that. So a
        pattern that matches these tags matches every tag that this one does.

        Returns:
            Mostly one, with :data:`_ANYTHING` for that character; several where a tag has no room for it in each
            wildcard; none when no tag can be matched, or when it has more wildcards than ECR takes: they could be
            filled in more ways than there is time for.
        """
        literal = sum(map(len, self.pieces))
        if (
            len(self.pieces) > MAX_WILDCARDS + 1
            or literal > MAX_TAG
            or not all(map(_TAG_CHARACTERS.fullmatch, self.pieces))
        ):
            return ()
        wildcards = range(len(self.pieces) - 1)
        tags = []
        for filled in combinations(wildcards, min(len(wildcards), MAX_TAG - literal)):
            fillings = (_ANYTHING if index in filled else "" for index in wildcards)
            tag = self.pieces[0] + "".join(map(add, fillings, self.pieces[1:]))
            if tag and tag[0] not in _NOT_FIRST:
                tags.append(tag)
        return tuple(tags)
