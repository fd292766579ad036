"""
YAML to nodes.

PyYAML's loader drops a key that is written twice and forgets where things stand; its composer does neither, so this
module reads what that gives. Imported where YAML is read: it costs what PyYAML costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from ecrkit.documents.nodes import ListNode, Member, Node, ObjectNode, Position, ScalarNode, SyntaxProblem
from ecrkit.documents.yaml_problems import yaml_problem

if TYPE_CHECKING:
    import re

    from ecrkit.documents.yaml_problems import Mark

__all__ = ["LOADER", "MAX_ADDED", "parse_yaml"]

# libyaml parses ten times faster; a PyYAML built without it has only the loader in Python.
LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_DEPTH = 100
_OPENINGS = ("[", "{", "- ", "? ")
MAX_ADDED = 100_000
"""So many values may aliases add to those that are written: a few lines of them can stand for billions."""
_SAFE_DEPTH = 10_000
"""
The composer recurses in C: far beyond this it would end the process instead of raising. The one in Python raises a
``RecursionError``, and earlier.
"""

_STRING_TAG = "tag:yaml.org,2002:str"
_MERGE_TAG = "tag:yaml.org,2002:merge"


def parse_yaml(text: str) -> Node | None:
    """
    Parse *text*.

    Args:
        text: one YAML document.

    Returns:
        Its value, aliases resolved; ``None`` when there is none.

    Raises:
        SyntaxProblem: *text* is not one YAML document, or uses what has no place in one of ours: a key that is a list
            or an object, a merge key, an alias inside its own anchor, more than 100 levels, aliases that add more than
            100,000 values.

    Source: YAML 1.1, as PyYAML reads it.
    """
    forbidden = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if forbidden:
        raise SyntaxProblem(
            f"has the character U+{ord(forbidden[0]):04X}, which YAML does not allow", _at(text, forbidden)
        )
    try:
        return _parse(text)
    except yaml.MarkedYAMLError as error:
        raise yaml_problem(error, text) from None


def _parse(text: str) -> Node | None:
    if LOADER is yaml.SafeLoader or sum(map(text.count, _OPENINGS)) > _SAFE_DEPTH:
        _refuse_depth(text)
    loader = LOADER(text)
    try:
        root = loader.get_single_node()
        return None if root is None else _Converter(loader).convert(root)
    finally:
        loader.dispose()


class _Converter:
    """
    One run over one document; nodes behind an alias are converted once.

    Readers walk through the value behind an alias each time, so that what counts is how many there are of it then.
    """

    def __init__(self, loader: yaml.SafeLoader | yaml.CSafeLoader) -> None:
        self._loader = loader
        self._done: dict[int, Node] = {}
        self._open: set[int] = set()
        # Of lists and mappings; a scalar is one value.
        self._sizes: dict[int, int] = {}

    def convert(self, node: yaml.Node) -> Node:
        if id(node) in self._done:
            return self._done[id(node)]
        if id(node) in self._open:
            raise SyntaxProblem("has an alias inside its own anchor", _position(node.start_mark))
        if len(self._open) >= _MAX_DEPTH:
            raise _too_deep(node.start_mark)
        if not isinstance(node, yaml.CollectionNode):
            self._done[id(node)] = scalar = ScalarNode(self._scalar(node), node.value, _position(node.start_mark))
            return scalar
        self._open.add(id(node))
        self._done[id(node)] = converted = self._fresh(node)
        self._measure(node)
        self._open.discard(id(node))
        return converted

    def _measure(self, node: yaml.CollectionNode) -> None:
        """Count the values below *node*, those behind aliases each time; as many as are converted are written."""
        below = node.value if isinstance(node, yaml.SequenceNode) else [value for _, value in node.value]
        self._sizes[id(node)] = size = 1 + sum(self._sizes.get(id(value), 1) for value in below)
        if size > len(self._done) + MAX_ADDED:
            problem = f"has aliases that add more than {MAX_ADDED:,} values; write them out, or fewer of them"
            raise SyntaxProblem(problem, _position(node.start_mark))

    def _fresh(self, node: yaml.CollectionNode) -> Node:
        position = _position(node.start_mark)
        if isinstance(node, yaml.SequenceNode):
            return ListNode(tuple(self.convert(item) for item in node.value), position)
        return ObjectNode(tuple(self._member(key, value) for key, value in node.value), position)

    def _member(self, key: yaml.Node, value: yaml.Node) -> Member:
        position = _position(key.start_mark)
        if not isinstance(key, yaml.ScalarNode):
            raise SyntaxProblem("has a key that is not a string", position)
        if key.tag == _MERGE_TAG:
            raise SyntaxProblem("has a merge key; repeat the keys", position)
        return Member(key.value, position, self.convert(value), is_string=key.tag == _STRING_TAG)

    def _scalar(self, node: yaml.Node) -> object:
        if node.tag == _STRING_TAG:
            return node.value
        try:
            return self._loader.construct_object(node)
        except (AttributeError, LookupError, ValueError):
            # `2026-99-99` looks like a date and is none, and `!!bool x` says that it is a boolean and is none; PyYAML
            # raises what it happens to. What it was meant to be is for the reader to say.
            return node.value


def _refuse_depth(text: str) -> None:
    """Raise where *text* goes deeper than anything of ours; the event parser does not recurse."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                raise _too_deep(event.start_mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _too_deep(mark: Mark | None) -> SyntaxProblem:
    return SyntaxProblem(f"is nested more than {_MAX_DEPTH} levels deep", _position(mark))


def _position(mark: Mark | None) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)


def _at(text: str, match: re.Match[str]) -> Position:
    before = text[: match.start()]
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"))
