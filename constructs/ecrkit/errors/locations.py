"""Places in a document, and the JSON pointers (RFC 6901) that lead to its values."""

from __future__ import annotations

from dataclasses import dataclass

from ecrkit.errors.excerpts import excerpt

__all__ = ["Location", "pointer_to", "steps_of"]


_LONGEST_STEP = 256
"""A repository's name has no more characters; a longer key is cut where people read it."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """
    A place in a document.

    Attributes:
        file: as the user named it; ``<stdin>`` for standard input.
        line: counted from 1.
        column: in characters, counted from 1.
        pointer: JSON pointer (RFC 6901); empty for the whole document.
    """

    file: str
    line: int
    column: int
    pointer: str = ""

    @property
    def path(self) -> str:
        """The pointer in readable form: ``rules[1].selection.countNumber``."""
        path = ""
        for step in steps_of(self.pointer):
            name = excerpt(step, longest=_LONGEST_STEP)
            if name.isdecimal():
                path += f"[{name}]"
            elif name.replace("_", "").isalnum():
                path += f".{name}" if path else name
            else:
                path += f'["{name}"]' if path else name
        return path

    def __str__(self) -> str:
        """``file:line:column``, as editors and terminals understand it."""
        return f"{self.file}:{self.line}:{self.column}"


def pointer_to(*steps: str | int) -> str:
    """
    Write the JSON pointer to a value.

    Args:
        steps: keys and indexes, from the top of the document.
    """
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


def steps_of(pointer: str) -> list[str]:
    """Split a JSON pointer into keys and indexes."""
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
