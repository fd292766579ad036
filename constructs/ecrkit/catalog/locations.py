"""Where repositories stand in a catalog."""

from __future__ import annotations

from ecrkit.catalog.inclusion import REPOSITORIES, read_document
from ecrkit.documents import ObjectNode
from ecrkit.errors import Location

__all__ = ["repository_places"]


def repository_places(text: str, *, file: str) -> dict[str, Location]:
    """
    Find each repository, also in included files.

    Args:
        text: of a valid catalog.
        file: how findings name it.

    Returns:
        The place of each name; under an empty one, that of `repositories` itself.
    """
    root = read_document(text, file=file).root
    members = root.members if isinstance(root, ObjectNode) else ()
    places = {"": Location(file, 1, 1)}
    for member in members:
        if member.key == REPOSITORIES:
            places[""] = Location(file, *member.key_position)
            for entry in member.node.members if isinstance(member.node, ObjectNode) else ():
                places[entry.key] = Location(entry.file or file, *entry.key_position)
    return places
