"""
Markdown for a comment on a pull request, in which no text of others acts.

Names and messages may hold anything: the delimiters of a table, HTML, or the name of a person who would be notified.
Sources: GitHub Flavored Markdown 0.29; GitHub and GitLab handbooks, "mentions" and "references" (read 2026-11).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.errors import excerpt, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["MAX_LENGTH", "Section", "code", "compose", "details", "length", "marker", "prose", "row", "table"]

MAX_LENGTH = 65_000
"""GitHub takes 65,536 characters in a comment. This leaves room for a line of the workflow that posts it."""

_LONGEST_CODE = 260
_LONGEST_PROSE = 700
_LEAST = 300
"""Room for a few rows; a section that cannot have it is left out, if it needs it."""

_ACTIVE = re.compile(r"[&<>\"'`*_\[\]\\|~#@!{}$^=:]|(?<=www)\.")
_REFERENCE = re.compile(f"(?:{'|'.join(f'&#{ord(sign)};' for sign in '@#!&~$')})|%")
"""What a mention, or a reference to an issue, begins with on GitHub and GitLab; as it is written here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """
    A part of a comment, of which the end can be cut.

    Attributes:
        head: what comes first; never cut.
        rows: the pieces that follow; so many as there is room for.
        joiner: between two rows.
        tail: what comes last; never cut.
        more: what takes the place of rows that are cut; ``{}`` is their number.
        most: characters that it may have, even if there is room for more.
    """

    head: str
    rows: Sequence[str] = ()
    joiner: str = "\n"
    tail: str = ""
    more: str = "… and {} more"
    most: int = MAX_LENGTH

    @property
    def length(self) -> int:
        """Of all of it, with the line end."""
        joiners = length(self.joiner) * max(len(self.rows) - 1, 0)
        return length(self.head) + sum(map(length, self.rows)) + joiners + length(self.tail) + 1

    @property
    def need(self) -> int:
        """Room that it can make use of."""
        return min(self.length, self.most)

    @property
    def least(self) -> int:
        """Room that it has to have: for its head and tail, and a few rows."""
        fixed = length(self.head) + length(self.tail) + (_LEAST if self.rows else 1)
        return min(self.need, fixed)

    def cut(self, room: int) -> str:
        """Write it in at most *room* characters; empty if even its head and tail need more."""
        if self.length <= room:
            return f"{self.head}{self.joiner.join(self.rows)}{self.tail}\n"
        last = f"{self.joiner}{self.more.format(f'{len(self.rows):,}')}"
        left = room - length(self.head) - length(last) - length(self.tail) - 1
        if left < 0 or not self.rows:
            return ""
        kept: list[str] = []
        for row in self.rows:
            left -= length(row) + (length(self.joiner) if kept else 0)
            if left < 0:
                break
            kept.append(row)
        last = self.more.format(f"{len(self.rows) - len(kept):,}")
        return f"{self.head}{self.joiner.join([*kept, last])}{self.tail}\n"


def code(text: str) -> str:
    """
    Write a name or a value, so that it is shown as it is, in every place: a cell, a summary, a paragraph.

    No backticks: they work neither in the HTML of a summary nor around a pipe in a cell.
    """
    return f"<code>{_entities(excerpt(printable(text), longest=_LONGEST_CODE))}</code>"


def prose(text: str) -> str:
    """Write a message with names of others in it; mentions and references get a zero-width space, and are none."""
    shown = _entities(excerpt(printable(text), longest=_LONGEST_PROSE))
    return _REFERENCE.sub("\\g<0>&#8203;", shown)


def marker(name: str) -> str:
    """Write the hidden line by which a workflow finds its own comment again."""
    return f"<!-- ecrkit:{name} -->"


def table(headings: Sequence[str], *, numbers: Iterable[int] = ()) -> str:
    """
    Write the first two lines of a pipe table.

    Args:
        headings: one per column.
        numbers: indexes of the columns that are aligned to the right.
    """
    right = set(numbers)
    rules = ("---:" if index in right else "---" for index in range(len(headings)))
    return f"| {' | '.join(headings)} |\n| {' | '.join(rules)} |\n"


def row(*cells: str) -> str:
    """Write a row of a pipe table; cells are Markdown."""
    return f"| {' | '.join(cells)} |"


def details(summary: str, section: Section) -> Section:
    """Fold a section under a line; *summary* is Markdown without backticks and emphasis."""
    return Section(
        head=f"<details><summary>{summary}</summary>\n\n{section.head}",
        rows=section.rows,
        joiner=section.joiner,
        tail=f"{section.tail}\n\n</details>\n",
        more=section.more,
        most=section.most,
    )


def compose(sections: Iterable[Section], *, room: int = MAX_LENGTH) -> str:
    """
    Compose a comment from sections.

    Args:
        sections: the most important first.
        room: maximum number of characters.

    Returns:
        The sections in order, each cut to the available room. Every section gets the same room; room that one
        does not need goes to the others. Sections without any room are left out and counted.
    """
    sections = list(sections)
    note = "\n_{} more sections are left out: the comment has no room for them. The text and JSON outputs have them._\n"
    room -= len(note) + 20
    kept: list[Section] = []
    for section in sections:
        if section.least <= room:
            room -= section.least
            kept.append(section)
    texts = [text for section, share in zip(kept, _shares(kept, room), strict=True) if (text := section.cut(share))]
    left_out = len(sections) - len(texts)
    return "".join(texts) + (note.format(f"{left_out:,}") if left_out else "")


def length(text: str) -> int:
    """Count characters as the strictest service might: one outside of the basic plane is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _shares(sections: Sequence[Section], room: int) -> list[int]:
    """Share out the *room* that is left over: the shortest sections get what they need, the others the same."""
    shares = [section.least for section in sections]
    wants = [section.need - section.least for section in sections]
    for done, index in enumerate(sorted(range(len(sections)), key=wants.__getitem__)):
        more = min(wants[index], room // (len(sections) - done))
        shares[index] += more
        room -= more
    return shares


def _entities(text: str) -> str:
    return _ACTIVE.sub(lambda match: f"&#{ord(match[0])};", text)
