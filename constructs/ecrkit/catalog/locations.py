"""Where repositories stand in a catalog."""

from __future__ import annotations

from ecrkit.documents import ObjectNode
from ecrkit.documents.yaml_text import parse_yaml
from ecrkit.errors import Location

__all__ = ["repository_places"]


def repository_places(text: str, *, file: str) -> dict[str, Location]:
    """
    Find each repository.

    Args:
        text: of a valid catalog.
        file: how findings name it.

    Returns:
        The place of each name; under an empty one, that of `repositories` itself.
    """
    root = parse_yaml(text)
    members = root.members if isinstance(root, ObjectNode) else ()
    places = {"": Location(file, 1, 1)}
    for member in members:
        if member.key == "repositories":
            places[""] = Location(file, *member.key_position)
            for entry in member.node.members if isinstance(member.node, ObjectNode) else ():
                places[entry.key] = Location(file, *entry.key_position)
    return places
