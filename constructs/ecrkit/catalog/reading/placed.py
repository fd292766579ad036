"""Reading values whose checks know no file: each value is remembered with its location in the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecrkit.documents import At, Reader

__all__ = ["PlacedReading"]

Value = TypeVar("Value")


class PlacedReading:
    """
    One run over settings; remembers the location of each value by its pointer.

    Args:
        reader: of the catalog.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._places: dict[str, At] = {}

    def _fields(self, at: At, path: str, *, known: tuple[str, ...], required: tuple[str, ...] = ()) -> dict[str, At]:
        return self._remember(path, at, self._reader.fields(at, known=known, required=required))

    def _remember(self, path: str, at: At, members: dict[str, At]) -> dict[str, At]:
        self._places[path] = at
        self._places |= {f"{path}/{key}": child for key, child in members.items()}
        return members

    def _each(
        self, members: dict[str, At], key: str, path: str, read: Callable[[At, str], Value | None]
    ) -> tuple[Value, ...]:
        """Read the list behind *key*, if there is one; an item that cannot be read is left out."""
        if key not in members:
            return ()
        self._places[f"{path}/{key}"] = members[key]
        values: list[Value] = []
        for item in self._reader.items(members[key]) or ():
            value = read(item, f"{path}/{key}/{len(values)}")
            if value is not None:
                values.append(value)
        return tuple(values)

    def _text(self, at: At, path: str) -> str | None:
        self._places[path] = at
        return self._reader.string(at)

    def _nearest(self, pointer: str) -> tuple[str, At]:
        """Give the value at *pointer*, or the nearest around it, with its own pointer."""
        while pointer not in self._places:
            pointer = pointer.rpartition("/")[0]
        return pointer, self._places[pointer]
