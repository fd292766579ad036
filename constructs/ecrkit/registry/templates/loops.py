"""
``Fn::ForEach``: a block for every entry of a collection.

Source: CloudFormation template reference, Fn::ForEach (read 2026-11).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["LOOP", "Loop", "parse_loop"]

LOOP = "Fn::ForEach::"
"""How the key of a loop begins; its name follows."""

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9]")


class Loop(NamedTuple):
    """
    A loop as written.

    Attributes:
        identifier: what stands for an entry in the block.
        collection: as written.
        block: keys and values, each with the identifier in it.
    """

    identifier: str
    collection: object
    block: Mapping[str, object]

    def entries(self, item: str) -> Iterator[tuple[str, object]]:
        """Write the block for one entry of the collection."""
        replace = _replacing(self.identifier, item)
        for key, value in self.block.items():
            yield replace(str(key)), _replaced(value, self.identifier, item, replace)


def parse_loop(value: object) -> Loop | None:
    """Read what follows the key of a loop; ``None`` where it is none."""
    match value:
        case [str(identifier), collection, dict(block)]:
            return Loop(identifier, collection, block)
        case _:
            return None


def _replacing(identifier: str, item: str) -> Callable[[str], str]:
    plain, letters = "${" + identifier + "}", "&{" + identifier + "}"
    return lambda text: text.replace(plain, item).replace(letters, _NOT_IN_ID.sub("", item))


def _replaced(value: Any, identifier: str, item: str, replace: Callable[[str], str]) -> object:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        if value == {"Ref": identifier}:
            return item
        return {replace(str(key)): _replaced(inner, identifier, item, replace) for key, inner in value.items()}
    if isinstance(value, list):
        return [_replaced(inner, identifier, item, replace) for inner in value]
    # A text without the identifier stays the very same, with the place in the file that a reader gave it.
    return replace(value) if isinstance(value, str) and identifier in value else value
