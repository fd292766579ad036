"""Words of a fixed list."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from ecrkit.catalog import rulebook

if TYPE_CHECKING:
    from ecrkit.documents import At, Reader

__all__ = ["Word", "read_word"]

Word = TypeVar("Word", bound=StrEnum)


def read_word(reader: Reader, at: At, words: type[Word]) -> Word | None:
    """Read one of *words*; ``None`` when it is none, which is reported."""
    text = reader.string(at)
    if text is None:
        return None
    if text not in list(words):
        choices = " or ".join(f"'{word.value}'" for word in words)
        reader.report(rulebook.NOT_A_CHOICE, at.location, choices=choices, got=repr(text))
        return None
    return words(text)
