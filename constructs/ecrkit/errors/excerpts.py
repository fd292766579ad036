"""Parts of texts and of lists that a message can show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CI_COMMAND", "count_of", "excerpt", "first_names", "printable"]

CI_COMMAND = re.compile(r"#(?=#[A-Za-z]*\[)")
"""The older form of GitHub Actions, as in ``##[error]``, and Azure Pipelines, as in ``##vso[``: anywhere on a line."""


def printable(text: str) -> str:
    """
    Escape invisible characters, and commands that a CI system would run.

    A key of a document may contain line ends and terminal commands, and other tools print our messages too.
    """
    text = CI_COMMAND.sub(r"\\x23", text)
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def excerpt(text: str, *, longest: int = 60) -> str:
    """Shorten *text* for a message; an ellipsis marks the cut."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def first_names(names: Sequence[str], *, at_most: int = 3) -> str:
    """List the first of *names* and count the others: ``a, b, c and 4 more``."""
    more = f" and {len(names) - at_most:,} more" if len(names) > at_most else ""
    return f"{', '.join(names[:at_most])}{more}"


def count_of(number: int, noun: str) -> str:
    """Count in words: ``1 file``, ``2 files``, ``2 policies``, ``2 days``."""
    if number == 1:
        return f"1 {noun}"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2:-1] not in "aeiou" else f"{noun}s"
    return f"{number:,} {plural}"
