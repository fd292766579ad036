"""Where repositories and registry-wide settings are in a catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.catalog.inclusion import REPOSITORIES, read_document
from ecrkit.documents import ObjectNode
from ecrkit.errors import Location

if TYPE_CHECKING:
    from ecrkit.documents import Member, Node

__all__ = ["registry_places", "repository_places"]


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


def registry_places(text: str, *, file: str, environment: str) -> dict[tuple[str, ...], Location]:
    """
    Find the registry-wide settings of an environment.

    Args:
        text: of a valid catalog.
        file: how findings name it.
        environment: name of the environment. Its keys override those of the catalog.

    Returns:
        The place of each key, and of each entry of a key that is a mapping, by the steps below `registry`; without
        steps, that of `registry` itself, or of the environment.
    """
    root = read_document(text, file=file).root
    environments = _member(root, "environments")
    own = _member(environments.node, environment) if environments else None
    places: dict[tuple[str, ...], Location] = {(): Location(file, *own.key_position) if own else Location(file, 1, 1)}
    for registry in (_member(root, "registry"), _member(own.node, "registry") if own else None):
        if registry is None:
            continue
        places[()] = Location(file, *registry.key_position)
        for key in _members(registry.node):
            for path in [path for path in places if path[:1] == (key.key,)]:
                del places[path]
            places[key.key,] = Location(file, *key.key_position)
            for entry in _members(key.node):
                places[key.key, entry.key.removesuffix("/")] = Location(file, *entry.key_position)
    return places


def _members(node: Node | None) -> tuple[Member, ...]:
    return node.members if isinstance(node, ObjectNode) else ()


def _member(node: Node | None, key: str) -> Member | None:
    return next((member for member in _members(node) if member.key == key), None)
