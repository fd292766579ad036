"""The lines of a template where its resources are."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ecrkit.documents import ListNode, ObjectNode, SyntaxProblem, parse_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    import yaml

    from ecrkit.documents import Node

__all__ = ["Lines"]

_Members: TypeAlias = "dict[str, tuple[int, Node | yaml.Node]]"


class Lines:
    """
    Finds lines in a template.

    Args:
        text: JSON or YAML, of any content.
    """

    def __init__(self, text: str) -> None:
        self._root = _parse(text)

    def find(self, path: Sequence[str]) -> int:
        """Give the line of the last key of *path* that the template has, counted from 1; 1 where it has none."""
        line, node = 1, self._root
        for key in path:
            found = _members(node).get(key)
            if found is None:
                break
            line, node = found
        return line


def _parse(text: str) -> Node | yaml.Node | None:
    try:
        return parse_json(text)
    except SyntaxProblem:
        import yaml  # noqa: PLC0415 - most templates are JSON

        from ecrkit.documents.yaml_text import LOADER  # noqa: PLC0415 - as above

        try:
            return yaml.compose(text, Loader=LOADER)
        except (yaml.YAMLError, RecursionError):
            return None


def _members(node: Node | yaml.Node | None) -> _Members:
    if isinstance(node, ObjectNode):
        return {member.key: (member.key_position.line, member.node) for member in node.members}
    if isinstance(node, ListNode):
        return {str(index): (item.position.line, item) for index, item in enumerate(node.items)}
    value = getattr(node, "value", None)
    pairs = value if isinstance(value, list) else []
    return {
        str(pair[0].value): (pair[0].start_mark.line + 1, pair[1])
        for pair in pairs
        if isinstance(pair, tuple) and isinstance(pair[0].value, str)
    }
