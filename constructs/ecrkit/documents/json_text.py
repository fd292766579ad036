"""
JSON (RFC 8259) to nodes.

The standard library's parser forgets where things stand and drops a key that is written twice; this one keeps
both, and does not recurse.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from ecrkit.documents.nodes import ListNode, Member, Node, ObjectNode, Position, ScalarNode, SyntaxProblem
from ecrkit.errors import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["parse_json"]

_SPACE = re.compile(r"[ \t\n\r]*")
_TOKEN = re.compile(
    r"""(?P<punctuation>[{}\[\],:])
      | (?P<string>"(?:[^"\\\x00-\x1f]|\\.)*")
      | (?P<number>-?(?:0|[1-9][0-9]*)(?P<inexact>(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?))(?![0-9A-Za-z_.+-])
      | (?P<word>true|false|null)(?![0-9A-Za-z_])""",
    re.VERBOSE,
)
_STRING_START = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*\\?')
_WORD = re.compile(r"[^\s\[\]{},:\"]+")
_WORDS = {"true": True, "false": False, "null": None}
_TYPOGRAPHIC = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_NUMBER_START = re.compile(r"[+-]?\.?[0-9]")
_OTHERS_WORDS = {
    "true": "true",
    "false": "false",
    "null": "null",
    "none": "null",
    "undefined": "null",
    "nan": "a number or null",
    "infinity": "a number or null",
    "-infinity": "a number or null",
}
"""Words of Python and JavaScript, in lower case, and what JSON has instead."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_MAX_DIGITS = 1000
"""Python refuses to read an integer of more than 4,300 digits, and no number in a policy has 1,000."""

_BYTE_ORDER_MARK = "\ufeff"
_EXCERPT = 20
_MAX_DEPTH = 100
"""As in YAML: deeper than anything of ours, and shallow enough for those who walk through it by recursion."""


def parse_json(text: str) -> Node:
    """
    Parse *text*.

    Args:
        text: a whole document.

    Returns:
        Its only value; duplicate keys are kept.

    Raises:
        SyntaxProblem: *text* is not JSON, or is nested deeper than 100 levels, at the position given.

    Source: RFC 8259.
    """
    return _Parser(text).document()


class _Token(NamedTuple):
    """A token: its kind, its text and its offset. Punctuation is its own kind."""

    kind: str
    text: str
    at: int


class _Parser:
    """One run over one text; a stack of open lists and objects instead of recursion."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._tokens = self._scan()

    def document(self) -> Node:
        if self._text.startswith(_BYTE_ORDER_MARK):
            raise self._problem("starts with a byte order mark; save it as UTF-8 without one", 0)
        token = next(self._tokens)
        if token.kind == "end":
            raise self._problem("is empty", token.at)
        root = self._value(token)
        token = next(self._tokens)
        if token.kind != "end":
            raise self._unexpected(token, "the end of the text")
        return root

    def _value(self, token: _Token) -> Node:
        """Read the value that begins with *token*."""
        unclosed: list[_OpenList | _OpenObject] = []
        while True:
            node = self._begin(token, unclosed)
            if node is not None:
                root = self._place(node, unclosed)
                if root is not None:
                    return root
            token = self._next_in(unclosed[-1])

    def _begin(self, token: _Token, unclosed: list[_OpenList | _OpenObject]) -> Node | None:
        """Open a list or object, or give the scalar or empty one that *token* completes."""
        if token.kind in {"[", "{"} and len(unclosed) >= _MAX_DEPTH:
            raise self._problem(f"is nested more than {_MAX_DEPTH} levels deep", token.at)
        if token.kind == "[":
            unclosed.append(_OpenList(self._position(token.at)))
        elif token.kind == "{":
            unclosed.append(_OpenObject(self._position(token.at)))
        elif unclosed and unclosed[-1].may_end_empty(token.kind):
            return unclosed.pop().close()
        else:
            return self._scalar(token)
        return None

    def _place(self, node: Node, unclosed: list[_OpenList | _OpenObject]) -> Node | None:
        """Put *node* where it belongs and close what it completes; the root when nothing is left open."""
        while unclosed:
            unclosed[-1].add(node)
            token = next(self._tokens)
            if token.kind == ",":
                return None
            if token.kind != unclosed[-1].closing:
                raise self._unexpected(token, f"',' or '{unclosed[-1].closing}'")
            node = unclosed.pop().close()
        return node

    def _next_in(self, innermost: _OpenList | _OpenObject) -> _Token:
        """Find the token that begins the next value; in an object its key stands before it."""
        token = next(self._tokens)
        if token.kind == innermost.closing and not innermost.may_end_empty(token.kind):
            # A comma came before.
            comma = self._text.rindex(",", 0, token.at)
            raise self._problem(f"has a comma before '{token.kind}', which JSON does not allow; remove it", comma)
        if isinstance(innermost, _OpenList) or innermost.may_end_empty(token.kind):
            return token
        if token.kind != "string":
            raise self._unexpected(token, "a key in double quotes")
        innermost.name(self._string(token), self._position(token.at))
        token = next(self._tokens)
        if token.kind != ":":
            raise self._unexpected(token, "':'")
        return next(self._tokens)

    def _scan(self) -> Iterator[_Token]:
        """Yield the tokens; at the end ``end``, for ever."""
        at = 0
        while True:
            space = _SPACE.match(self._text, at)
            at = space.end() if space else at
            match = _TOKEN.match(self._text, at)
            if match is not None:
                yield _Token(_kind(match), match[0], at)
                at = match.end()
            elif at == len(self._text):
                yield _Token("end", "", at)
            else:
                raise self._no_token(at)

    def _scalar(self, token: _Token) -> ScalarNode:
        return ScalarNode(self._scalar_value(token), token.text, self._position(token.at))

    def _scalar_value(self, token: _Token) -> object:
        match token.kind:
            case "string":
                return self._string(token)
            case "word":
                return _WORDS[token.text]
            case "integer" | "inexact" if len(token.text) > _MAX_DIGITS:
                raise self._problem(f"has a number of {len(token.text)} characters", token.at)
            case "integer":
                return int(token.text)
            case "inexact":
                return float(token.text)
            case _:
                raise self._unexpected(token, "a value")

    def _string(self, token: _Token) -> str:
        literal, at = token.text, token.at
        if "\\" not in literal:
            text = literal[1:-1]
        else:
            try:
                text = str(json.loads(literal))
            except json.JSONDecodeError as error:
                raise self._problem("has an invalid escape in a string", at + error.pos) from None
        # Half of a surrogate pair is no character: it can be neither encoded nor sent.
        if _SURROGATE.search(text):
            raise self._problem("has half of a surrogate pair in a string", at)
        return text

    def _no_token(self, at: int) -> SyntaxProblem:
        character = self._text[at]
        if character == '"':
            broken = _STRING_START.match(self._text, at)
            end = broken.end() if broken else at
            if end == len(self._text) or self._text[end] in "\r\n":
                return self._problem("has a string that is not closed on its line", at)
            return self._problem("has a control character in a string; escape it", end)
        if character == "'":
            return self._problem("has a string in single quotes; use double quotes", at)
        if character in _TYPOGRAPHIC:
            return self._problem(f'has the typographic quote {character}; write "', at)
        if self._text.startswith(("//", "/*", "#"), at):
            return self._problem("has a comment, which JSON does not allow; remove it", at)
        word = _WORD.match(self._text, at)
        got = word[0] if word else character
        return self._problem(f"has {_why_no_word(got)}", at)

    def _unexpected(self, token: _Token, expected: str) -> SyntaxProblem:
        if token.kind == "end":
            return self._problem(f"ends where {expected} is expected", token.at)
        return self._problem(f"has {_quoted(token.text)} where {expected} is expected", token.at)

    def _problem(self, message: str, at: int) -> SyntaxProblem:
        return SyntaxProblem(message, self._position(at))

    def _position(self, at: int) -> Position:
        line = bisect_right(self._line_starts, at)
        return Position(line, at - self._line_starts[line - 1] + 1)


class _OpenList:
    closing = "]"

    def __init__(self, position: Position) -> None:
        self._position = position
        self._items: list[Node] = []

    def may_end_empty(self, kind: str) -> bool:
        """Whether *kind* ends it right after ``[``."""
        return kind == self.closing and not self._items

    def add(self, node: Node) -> None:
        self._items.append(node)

    def close(self) -> ListNode:
        return ListNode(tuple(self._items), self._position)


class _OpenObject:
    closing = "}"

    def __init__(self, position: Position) -> None:
        self._position = position
        self._members: list[Member] = []
        self._key = ""
        self._key_position = position
        self._is_fresh = True

    def may_end_empty(self, kind: str) -> bool:
        """Whether *kind* ends it right after ``{``."""
        return kind == self.closing and self._is_fresh

    def name(self, key: str, position: Position) -> None:
        self._key, self._key_position = key, position
        self._is_fresh = False

    def add(self, node: Node) -> None:
        self._members.append(Member(self._key, self._key_position, node))

    def close(self) -> ObjectNode:
        return ObjectNode(tuple(self._members), self._position)


def _kind(match: re.Match[str]) -> str:
    if match["punctuation"]:
        return match[0]
    if match["string"]:
        return "string"
    if match["word"]:
        return "word"
    return "inexact" if match["inexact"] else "integer"


def _why_no_word(got: str) -> str:
    """Say why a word without quotes is not JSON, and what to write."""
    quoted = _quoted(got)
    if got.lower() in _OTHERS_WORDS:
        return f"{quoted}, which JSON does not have; write {_OTHERS_WORDS[got.lower()]}"
    if _NUMBER_START.match(got):
        return f"{quoted}, which is no number in JSON; write it as in 10, -1 or 0.5"
    if got.isidentifier():
        return f"the word {got if len(got) <= _EXCERPT else quoted} without quotes; write {quoted}"
    return f"{quoted} where no such word is allowed"


def _quoted(text: str) -> str:
    short = excerpt(text, longest=_EXCERPT)
    return json.dumps(short, ensure_ascii=False) if not short.startswith('"') else short
