"""Suggestions for a misspelled word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["correction", "key_correction", "near"]

_LIKENESS_OF_WORDS = 0.72
"""A shorter word may mean something else: 'SSE' is not a typing error of 'KMS_DSSE'."""

_SEPARATORS = re.compile(r"[\s_-]+")


def near(name: str, known: Iterable[str], *, likeness: float = 0.6) -> tuple[str, ...]:
    """
    List those of *known* that *name* may have been meant for, the nearest first, three at most.

    Args:
        name: as written.
        known: names.
        likeness: how like *name* they are at least, up to 1.
    """
    from difflib import get_close_matches  # noqa: PLC0415 - wanted only where something is wrong

    return tuple(get_close_matches(name, list(known), cutoff=likeness))


def correction(given: str, known: Iterable[str], *, instead: Mapping[str, str] | None = None) -> str:
    """
    Advise what to write instead of a word that is not in *known*.

    Args:
        given: the word.
        known: the words that are allowed.
        instead: advice for words that others use.

    Returns:
        ``write 'KMS'`` for a word in another case or with other separators, ``did you mean 'KMS'?`` for one that is
        like it, else nothing.
    """
    folded = {_folded(word): word for word in known}
    if instead and given in instead:
        return instead[given]
    if _folded(given) in folded:
        return f"write '{folded[_folded(given)]}'"
    nearest = near(_folded(given), folded, likeness=_LIKENESS_OF_WORDS)
    return f"did you mean '{folded[nearest[0]]}'?" if nearest else ""


def key_correction(given: str, known: Iterable[str], *, used: Iterable[str] = ()) -> str:
    """
    Advise what to write instead of a key that is not in *known*.

    Args:
        given: the key.
        known: the keys that are allowed.
        used: the keys next to it: a second one of the same name would be wrong, too.
    """
    folded = {_folded(name): name for name in known}
    nearest = (_folded(given),) if _folded(given) in folded else near(_folded(given), folded)
    if not nearest:
        return f"known keys: {', '.join(folded.values())}"
    meant = folded[nearest[0]]
    return f"remove it: '{meant}' is set" if meant in used else f"did you mean {meant}?"


def _folded(word: str) -> str:
    """Write *word* as words are compared: neither case nor separators count."""
    return _SEPARATORS.sub("", word.casefold())
