"""
Edits of a YAML text that a person wrote: everything else stays as it is, byte for byte, comments too.

A library that reads YAML and writes it again would lay out anew what somebody laid out with care.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast

import yaml

from ecrkit.documents.nodes import ListNode, Node, ObjectNode
from ecrkit.documents.yaml_text import LOADER, parse_yaml
from ecrkit.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["YamlEditor", "YamlEditors"]

_STEP = 2
_WIDTH = 100
_NO_WRAP = 1_000_000
_BYTE_ORDER_MARK = "\ufeff"


class _Mark(Protocol):
    """What PyYAML's two kinds of marks have in common; all count from 0."""

    index: int
    line: int
    column: int


@dataclass(slots=True)
class _Span:
    """
    Where a value stands.

    Attributes:
        start: offset of its first character.
        end: offset behind its last one, without what follows it on the line.
        column: of its keys or dashes, where it is in block style; else of the key that it stands behind.
        style: ``block``, ``flow`` or ``scalar``.
        content_end: offset behind the last thing in it; of an empty one in flow style, behind its bracket.
        count: how many keys and values, or items, are in it.
    """

    start: int
    end: int
    column: int
    style: str
    content_end: int = 0
    count: int = 0


@dataclass(slots=True)
class _Open:
    """A collection that is being read."""

    path: tuple[str, ...]
    span: _Span
    is_mapping: bool
    key: str | None = None
    key_column: int = 0


@dataclass(slots=True)
class _Edit:
    start: int
    end: int
    text: str


@dataclass(slots=True)
class YamlEditor:
    """
    Edits one document.

    Args:
        text: a valid document of ours.
        file: how errors name it.
    """

    text: str
    file: str
    _edits: list[_Edit] = field(default_factory=list)
    _expected: Any = None
    _spans: dict[tuple[str, ...], _Span] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find where everything stands."""
        self._spans = _spans(self.text)
        self._expected = copy.deepcopy(_plain(parse_yaml(self.text)))

    def add_members(self, path: Sequence[str], members: Mapping[str, object]) -> None:
        """
        Add keys to a mapping, behind those that it has.

        Args:
            path: keys that lead to it; where it is not there, it is made.
            members: keys that it does not have, and their values.
        """
        path = tuple(path)
        if path not in self._spans:
            self.add_members(path[:-1], {path[-1]: members})
            return
        _at(self._expected, path, make={}).update(copy.deepcopy(dict(members)))
        span = self._spans[path]
        if span.style == "flow" and span.count:
            self._insert(span.content_end, "".join(f", {_flow(key, value)}" for key, value in members.items()))
        elif span.style == "block":
            self._insert_lines(span.content_end, span.column, members)
        elif self._is_in_flow(path):
            inner = ", ".join(_flow(key, value) for key, value in members.items())
            space = " " if self.text[: span.start].endswith(":") else ""
            self._edits.append(_Edit(span.start, span.end, f"{space}{{{inner}}}"))
        else:
            # `{}`, or nothing at all, gives way to lines of their own.
            self._edits.append(_Edit(len(self.text[: span.start].rstrip(" ")), span.end, ""))
            self._insert_lines(span.end, span.column + _STEP, members, below=span.column + 1)

    def add_item(self, path: Sequence[str], item: str) -> None:
        """
        Add an item to a list of strings.

        Args:
            path: keys that lead to it.
            item: that it does not have.
        """
        _at(self._expected, tuple(path), make=[]).append(item)
        span = self._spans[tuple(path)]
        if span.style == "block":
            self._insert_text(span.content_end, span.column, _block([item]))
        else:
            self._insert(span.content_end, f"{', ' if span.count else ''}{_flow_value([item])[1:-1]}")

    def add(self, members: Mapping[str, object]) -> None:
        """
        Add keys at any depth: a mapping that exists keeps its keys, and one that does not is made.

        Args:
            members: the keys that lead to what is new, from the top of the document, and their values.
        """
        self._add_below((), members)

    def replace(self, path: Sequence[str], old: str, new: str) -> None:
        """
        Replace a string, whatever its quotes.

        A value that an alias stands for is written once only, where its anchor is: replace it there and at every alias.

        Args:
            path: keys, and numbers of items, that lead to it.
            old: the string.
            new: another one, without characters that need quotes.
        """
        path = tuple(path)
        parent = self._expected
        for key in path[:-1]:
            parent = _child(parent, key)
        parent[int(path[-1]) if isinstance(parent, list) else path[-1]] = new
        span = self._spans.get(path)
        text = self.text[span.start : span.end] if span else ""
        if span and old in text and not text.startswith("*"):
            start = span.start + text.rindex(old)
            self._edits.append(_Edit(start, start + len(old), new))

    def result(self) -> str:
        """
        Apply all edits.

        Raises:
            RefusedError: the result would be other than what was there with the edits; the layout is unusual then.
        """
        text = self.text
        # Those further back first, so that offsets stay what they are; of two at one place the first stands first.
        for edit in sorted(self._edits, key=lambda edit: (edit.start, edit.end))[::-1]:
            text = text[: edit.start] + edit.text + text[edit.end :]
        try:
            is_right = _plain(parse_yaml(text)) == self._expected
        except Exception:  # noqa: BLE001 - whatever is wrong with it, it is not what should come out
            is_right = False
        if not is_right:
            raise RefusedError(
                f"{self.file}: cannot be edited as it is laid out; write it in block style, "
                "without anchors, and try again"
            )
        return text

    def _add_below(self, path: tuple[str, ...], members: Mapping[str, object]) -> None:
        new = {key: value for key, value in members.items() if (*path, key) not in self._spans}
        # The deepest first: what ends where the mapping around it ends gets the line before that of the mapping.
        for key, value in members.items():
            if key not in new and isinstance(value, dict):
                self._add_below((*path, key), value)
        if new:
            self.add_members(path, new)

    def _is_in_flow(self, path: tuple[str, ...]) -> bool:
        return bool(path) and self._spans[path[:-1]].style == "flow"

    def _insert(self, at: int, text: str) -> None:
        self._edits.append(_Edit(at, at, text))

    def _insert_lines(
        self, after: int, column: int, members: Mapping[str, object], *, below: int | None = None
    ) -> None:
        text = "".join(_block({key: value}) for key, value in members.items())
        self._insert_text(after, column, text, below=below)

    def _insert_text(self, after: int, column: int, text: str, *, below: int | None = None) -> None:
        newline = "\r\n" if "\r\n" in self.text else "\n"
        at = self._end_of_lines(after, column if below is None else below)
        lines = [f"{' ' * column}{line}" if line else "" for line in text.splitlines()]
        before = "" if self.text[:at].endswith("\n") else newline
        self._insert(at, before + newline.join(lines) + newline)

    def _end_of_lines(self, after: int, column: int) -> int:
        """Find the end of the line, and of the comments below it that are indented as what is above them."""
        at = end = self._next_line(after)
        while at < len(self.text):
            following = self._next_line(at)
            line = self.text[at:following]
            comment = re.match(r"( *)#", line)
            if line.strip() and not (comment and len(comment[1]) >= column):
                break
            if comment:
                end = following
            at = following
        return end

    def _next_line(self, at: int) -> int:
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found + 1


class YamlEditors(dict[str, YamlEditor]):
    """
    An editor for each file that is edited, made when it is first asked for.

    Args:
        texts: valid documents of ours, by file.
    """

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__()
        self._texts = texts

    def __missing__(self, file: str) -> YamlEditor:
        """Make the editor of *file*."""
        self[file] = editor = YamlEditor(self._texts[file], file)
        return editor

    def results(self) -> dict[str, str]:
        """
        Apply all edits.

        Raises:
            RefusedError: as :meth:`YamlEditor.result`.
        """
        return {file: editor.result() for file, editor in self.items()}


def _spans(text: str) -> dict[tuple[str, ...], _Span]:
    """Find where every value stands, by the keys that lead to it; items of lists by their number."""
    shift = len(text) - len(text.removeprefix(_BYTE_ORDER_MARK))
    spans: dict[tuple[str, ...], _Span] = {}
    unclosed: list[_Open] = []
    for event in yaml.parse(text[shift:], Loader=LOADER):
        begin, finish = cast("_Mark", event.start_mark), cast("_Mark", event.end_mark)
        if isinstance(event, yaml.CollectionEndEvent):
            done = unclosed.pop()
            closed_end = finish.index + shift if done.span.style == "flow" else done.span.content_end
            done.span.end = closed_end
            if unclosed:
                unclosed[-1].span.content_end = closed_end
        elif isinstance(event, yaml.NodeEvent):
            start, end = begin.index + shift, finish.index + shift
            path = _place(unclosed, event)
            column = unclosed[-1].key_column if unclosed else 0
            if isinstance(event, yaml.CollectionStartEvent):
                style = "flow" if event.flow_style else "block"
                span = _Span(start, end, begin.column if style == "block" else column, style, end)
                spans.setdefault(path or (), span)
                unclosed.append(_Open(path or (), span, isinstance(event, yaml.MappingStartEvent)))
            else:
                end = start + len(text[start:end].rstrip())
                if path is not None:
                    spans.setdefault(path, _Span(start, end, column, "scalar", end))
                # A document of ours is a mapping: no scalar stands outside of all.
                unclosed[-1].span.content_end = end
    return spans


def _place(unclosed: list[_Open], event: yaml.NodeEvent) -> tuple[str, ...] | None:
    """Tell the path of the value that begins; ``None`` of a key, which is kept."""
    if not unclosed:
        return ()
    parent = unclosed[-1]
    parent.span.count += 1
    if not parent.is_mapping:
        return (*parent.path, str(parent.span.count - 1))
    if parent.key is None:
        parent.key = str(getattr(event, "value", ""))
        parent.key_column = cast("_Mark", event.start_mark).column
        return None
    path = (*parent.path, parent.key)
    parent.key = None
    return path


def _child(value: Any, key: str) -> Any:  # noqa: ANN401 - YAML
    return value[int(key)] if isinstance(value, list) else value[key]


def _at(value: Any, path: tuple[str, ...], *, make: Any) -> Any:  # noqa: ANN401 - YAML
    for index, key in enumerate(path):
        if value[key] is None:
            value[key] = copy.copy(make) if index == len(path) - 1 else {}
        value = value[key]
    return value


def _block(value: list[Any] | dict[str, Any]) -> str:
    """Lay out in lines, and what is inside of what is inside in brackets."""
    inner = list(value.values()) if isinstance(value, dict) else value
    # PyYAML would put a mapping of nothing but scalars into brackets, whatever it stands in.
    is_flat = not any(isinstance(item, list) or (isinstance(item, dict) and _is_deep(item)) for item in inner)
    style = False if is_flat else None
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=style, width=_WIDTH)


def _is_deep(value: dict[str, Any]) -> bool:
    return any(isinstance(item, list | dict) for item in value.values())


def _flow(key: str, value: object) -> str:
    return _flow_value({key: value})[1:-1]


def _flow_value(value: object) -> str:
    text = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, default_flow_style=True, width=_NO_WRAP)
    return text.strip()


def _plain(node: Node | None) -> Any:  # noqa: ANN401 - YAML
    if isinstance(node, ObjectNode):
        return {member.key: _plain(member.node) for member in node.members}
    if isinstance(node, ListNode):
        return [_plain(item) for item in node.items]
    return node.value if node else None
