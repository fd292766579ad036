"""A parsed document: values with the positions at which they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

__all__ = [
    "MAPPING",
    "ListNode",
    "Member",
    "Node",
    "ObjectNode",
    "Position",
    "ScalarNode",
    "SyntaxProblem",
    "type_name",
]


MAPPING = "a mapping"
"""What a message calls keys with values, in YAML and in JSON."""


class Position(NamedTuple):
    """Line and column in characters, both counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class ScalarNode:
    """
    A string, a number, a truth value or null.

    Attributes:
        value: ``str``, ``int``, ``float``, ``bool`` or ``None``; another type is a YAML extra.
        raw: the text as written, if it differs from the value.
        position: position of its first character.
    """

    value: object
    raw: str
    position: Position


@dataclass(frozen=True, slots=True)
class ListNode:
    """
    A list.

    Attributes:
        items: nodes in order.
        position: position of its first character.
    """

    items: tuple[Node, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Member:
    """
    A key of an object, and its value.

    Attributes:
        key: the key as written.
        key_position: position of the key's first character.
        node: the value.
        is_string: whether the text has the key as a string; YAML reads ``on`` and ``42`` as something else.
        file: the file of the key and the value, if it is not that of the object.
    """

    key: str
    key_position: Position
    node: Node
    is_string: bool = True
    file: str = ""


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """
    An object, or mapping.

    Attributes:
        members: in the order written; duplicate keys are kept.
        position: position of its first character.
    """

    members: tuple[Member, ...]
    position: Position


Node: TypeAlias = ScalarNode | ListNode | ObjectNode


class SyntaxProblem(Exception):  # noqa: N818 - it becomes a finding, nobody outside sees it
    """
    A text is not valid JSON or YAML.

    Attributes:
        message: what is wrong.
        position: where it is.
    """

    def __init__(self, message: str, position: Position) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


_TYPE_NAMES = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number with a fraction or exponent",
    str: "a string",
}


def type_name(node: Node) -> str:
    """Name the type of *node* for a message: ``a list``, ``null``, ``an integer``."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, ObjectNode):
        return MAPPING
    return _TYPE_NAMES.get(type(node.value), f"a {type(node.value).__name__}")
