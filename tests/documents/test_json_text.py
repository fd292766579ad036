from __future__ import annotations

import itertools
import json
import math
import re
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.documents import ListNode, Member, Node, ObjectNode, Position, ScalarNode, SyntaxProblem, parse_json

SURROGATE = re.compile("[\ud800-\udfff]")


def problem(text: str) -> str:
    """Line, column and message of what is wrong with *text*."""
    with pytest.raises(SyntaxProblem) as caught:
        parse_json(text)
    line, column = caught.value.position
    return f"{line}:{column}: {caught.value.message}"


def value(node: Node) -> object:
    """Give what *node* holds, an object as its pairs."""
    match node:
        case ScalarNode():
            return node.value
        case ListNode():
            return [value(item) for item in node.items]
        case ObjectNode():
            return tuple((member.key, value(member.node)) for member in node.members)


def positions(node: Node) -> list[Position]:
    """Every position in *node*, in the order of the text."""
    match node:
        case ScalarNode():
            return [node.position]
        case ListNode():
            return [node.position, *(place for item in node.items for place in positions(item))]
        case ObjectNode():
            inner = [[member.key_position, *positions(member.node)] for member in node.members]
            return [node.position, *(place for places in inner for place in places)]


def test_a_document_is_a_tree_with_positions() -> None:
    """Every value and every key knows its line and column, counted from 1 in characters."""
    text = '{\n  "é": [1,\t"b"],\r\n  "n": null\n}'

    assert parse_json(text) == ObjectNode(
        (
            Member(
                "é",
                Position(2, 3),
                ListNode(
                    (ScalarNode(1, "1", Position(2, 9)), ScalarNode("b", '"b"', Position(2, 12))),
                    Position(2, 8),
                ),
            ),
            Member("n", Position(3, 3), ScalarNode(None, "null", Position(3, 8))),
        ),
        Position(1, 1),
    )


def test_a_key_written_twice_is_there_twice() -> None:
    """Both are kept, in the order written."""
    assert value(parse_json('{"a": 1, "b": 2, "a": 3}')) == (("a", 1), ("b", 2), ("a", 3))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("{}", (), id="empty object"),
        pytest.param("[]", [], id="empty list"),
        pytest.param("[[], {}, [[]]]", [[], (), [[]]], id="empty ones inside"),
        pytest.param('""', "", id="empty string"),
        pytest.param(" \t\r\n7 \t\r\n", 7, id="space around"),
        pytest.param("-0", 0, id="minus zero"),
        pytest.param("-12.5e-1", -1.25, id="fraction and exponent"),
        pytest.param("1E+2", 100.0, id="exponent makes no integer"),
        pytest.param("1e999", math.inf, id="too large for a float"),
        pytest.param("9" * 1000, int("9" * 1000), id="1,000 digits"),
        pytest.param("[true, false, null]", [True, False, None], id="words"),
        pytest.param(r'"\"\\\/\b\f\n\r\t"', '"\\/\b\f\n\r\t', id="short escapes"),
        pytest.param(r'"\u00e9\ud83d\ude80"', "é🚀", id="long escapes"),
        pytest.param('"\u2028\x7f"', "\u2028\x7f", id="what JavaScript would not take"),
        pytest.param(r'{"a\tb": 1}', (("a\tb", 1),), id="escape in a key"),
    ],
)
def test_every_value_of_the_grammar(text: str, expected: object) -> None:
    """What RFC 8259 allows is read as the value that it means, of that type."""
    got = value(parse_json(text))

    assert got == expected
    assert type(got) is type(expected)


NO_NUMBER = "which is no number in JSON; write it as in 10, -1 or 0.5"
COMMENT = "has a comment, which JSON does not allow; remove it"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "1:1: is empty", id="empty"),
        pytest.param(" \n ", "2:2: is empty", id="only space"),
        pytest.param("\ufeff{}", "1:1: starts with a byte order mark; save it as UTF-8 without one", id="BOM"),
        pytest.param("[1", "1:3: ends where ',' or ']' is expected", id="open list"),
        pytest.param("[1,", "1:4: ends where a value is expected", id="list that goes on"),
        pytest.param('{"a": 1', "1:8: ends where ',' or '}' is expected", id="open object"),
        pytest.param('{"a"', "1:5: ends where ':' is expected", id="key without value"),
        pytest.param("{", "1:2: ends where a key in double quotes is expected", id="object that begins"),
        pytest.param(
            "[1, ]",
            "1:3: has a comma before ']', which JSON does not allow; remove it",
            id="comma before the end of a list",
        ),
        pytest.param(
            '{"a": ",",}',
            "1:10: has a comma before '}', which JSON does not allow; remove it",
            id="comma before the end of an object",
        ),
        pytest.param('{"a" 1}', "1:6: has \"1\" where ':' is expected", id="no colon"),
        pytest.param('{"a": }', '1:7: has "}" where a value is expected', id="no value"),
        pytest.param("[1 2]", "1:4: has \"2\" where ',' or ']' is expected", id="no comma"),
        pytest.param("{1: 2}", '1:2: has "1" where a key in double quotes is expected', id="number as a key"),
        pytest.param("[}", '1:2: has "}" where a value is expected', id="wrong bracket"),
        pytest.param('["a"}', "1:5: has \"}\" where ',' or ']' is expected", id="wrong bracket after a value"),
        pytest.param("{} {}", '1:4: has "{" where the end of the text is expected', id="two documents"),
        pytest.param(
            f'{{}} "{"x" * 30}"', f'1:4: has "{"x" * 19}… where the end of the text is expected', id="long excerpt"
        ),
        pytest.param(
            "{} " + "1" * 20, f'1:4: has "{"1" * 20}" where the end of the text is expected', id="longest excerpt"
        ),
        pytest.param("]", '1:1: has "]" where a value is expected', id="only an end"),
        pytest.param("{key: 1}", '1:2: has the word key without quotes; write "key"', id="bare key"),
        pytest.param("True", '1:1: has "True", which JSON does not have; write true', id="word in capitals"),
        pytest.param("nullx", '1:1: has the word nullx without quotes; write "nullx"', id="longer word"),
        pytest.param("NaN", '1:1: has "NaN", which JSON does not have; write a number or null', id="NaN"),
        pytest.param(
            "-Infinity", '1:1: has "-Infinity", which JSON does not have; write a number or null', id="infinity"
        ),
        pytest.param("01", f'1:1: has "01", {NO_NUMBER}', id="leading zero"),
        pytest.param(
            "1.",
            f'1:1: has "1.", {NO_NUMBER}',
            id="number that ends in a point",
        ),
        pytest.param(
            ".5",
            f'1:1: has ".5", {NO_NUMBER}',
            id="number that begins with a point",
        ),
        pytest.param("+1", f'1:1: has "+1", {NO_NUMBER}', id="plus"),
        pytest.param("0x10", f'1:1: has "0x10", {NO_NUMBER}', id="hexadecimal"),
        pytest.param("1_000", f'1:1: has "1_000", {NO_NUMBER}', id="underscore"),
        pytest.param("\xa01", '1:1: has "\xa0" where no such word is allowed', id="space that is none"),
        pytest.param("\x00", r'1:1: has "\u0000" where no such word is allowed', id="NUL"),
        pytest.param("1" * 1001, "1:1: has a number of 1001 characters", id="1,001 digits"),
        pytest.param("1." + "0" * 999, "1:1: has a number of 1001 characters", id="1,001 characters of a float"),
        pytest.param("['a']", "1:2: has a string in single quotes; use double quotes", id="single quotes"),
        pytest.param("[\u201ca\u201d]", '1:2: has the typographic quote \u201c; write "', id="typographic"),
        pytest.param("[None]", '1:2: has "None", which JSON does not have; write null', id="word of Python"),
        pytest.param(
            "[ // one\n]",
            f"1:3: {COMMENT}",
            id="comment to the end of the line",
        ),
        pytest.param("/* one */ 1", f"1:1: {COMMENT}", id="comment in a block"),
        pytest.param("# one\n1", f"1:1: {COMMENT}", id="comment as in YAML"),
        pytest.param('["a', "1:2: has a string that is not closed on its line", id="open string at the end"),
        pytest.param('["a\\', "1:2: has a string that is not closed on its line", id="escape at the end"),
        pytest.param('["a\n"]', "1:2: has a string that is not closed on its line", id="open string"),
        pytest.param('["a\r\n"]', "1:2: has a string that is not closed on its line", id="open string, CRLF"),
        pytest.param('["a\\\n"]', "1:2: has a string that is not closed on its line", id="escaped end of line"),
        pytest.param('["ab\tc"]', "1:5: has a control character in a string; escape it", id="tab in a string"),
        pytest.param(r'["a\x"]', "1:4: has an invalid escape in a string", id="unknown escape"),
        pytest.param(r'["a\u12g4"]', "1:5: has an invalid escape in a string", id="not hexadecimal"),
        pytest.param(r'["\ud83d"]', "1:2: has half of a surrogate pair in a string", id="half a pair"),
        pytest.param('"\ude80"', "1:1: has half of a surrogate pair in a string", id="half a pair, bare"),
        pytest.param(r'{"\ud83d": 1}', "1:2: has half of a surrogate pair in a string", id="half a pair in a key"),
    ],
)
def test_what_is_not_json_is_told_where_it_stands(text: str, expected: str) -> None:
    """One problem, the first, with its place and in words about what people write."""
    assert problem(text) == expected


@pytest.mark.parametrize("closing", [pytest.param("]", id="closed"), pytest.param("", id="open")])
def test_a_hundred_levels_are_read_and_no_more(closing: str) -> None:
    """As in YAML; a million brackets end at the first that is too many."""
    node = parse_json("[" * 100 + "]" * 100)

    for _ in range(99):
        assert isinstance(node, ListNode)
        (node,) = node.items
    assert node == ListNode((), Position(1, 100))
    assert problem("[" * 1_000_000 + closing * 1_000_000) == "1:101: is nested more than 100 levels deep"


TOKENS = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"b',
    '"',
    "1",
    "-0.5e1",
    "0",
    "true",
    "null",
    " ",
    "\n",
    "\\",
    "x",
    "//",
]
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|\s+|[^\s{}\[\]:,"]+')
TOKEN_SOUP = st.lists(st.sampled_from(TOKENS), max_size=12).map("".join)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """JSON as any writer might lay it out."""
    return json.dumps(
        draw(JSON_VALUES),
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 0, 2, "\t"])),
        separators=draw(st.sampled_from([None, (",", ":"), (" , ", " : ")])),
    )


@st.composite
def damaged_documents(draw: st.DrawFn) -> str:
    """JSON with a token removed, replaced or put in, which may be JSON still."""
    tokens = TOKEN.findall(draw(documents()))
    at = draw(st.integers(0, len(tokens)))
    tokens[at : at + draw(st.integers(0, 1))] = draw(st.lists(st.sampled_from(TOKENS), max_size=1))
    return "".join(tokens)


ANY_TEXT = st.one_of(documents(), damaged_documents(), TOKEN_SOUP, st.text(st.characters()))


def refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def expected_of(text: str) -> object:
    """Give what the standard library reads, objects as their pairs; raises ``ValueError`` where we read nothing."""
    read = json.loads(text, object_pairs_hook=tuple, parse_constant=refuse)
    if SURROGATE.search(json.dumps(read, ensure_ascii=False)):
        msg = "half of a surrogate pair"
        raise ValueError(msg)
    return read


def reads_the_same(text: str) -> bool:
    """Whether *text* is read as the standard library reads it, or refused by both."""
    try:
        expected = expected_of(text)
    except ValueError:
        try:
            parse_json(text)
        except SyntaxProblem:
            return True
        return False
    return repr(value(parse_json(text))) == repr(expected)


@given(ANY_TEXT)
def test_reads_what_the_standard_library_reads(text: str) -> None:
    """
    A text is accepted exactly when the standard library accepts it, and means the same.

    The differences are on purpose: NaN, the infinities and half of a surrogate pair are refused here, and a key that
    is written twice is kept.
    """
    assert reads_the_same(text)


def test_reads_every_short_sequence_of_tokens_alike() -> None:
    """Of all ways to put five tokens or fewer behind each other, the same are JSON."""
    sequences = (
        " ".join(tokens)
        for length in range(6)
        for tokens in itertools.product(["{", "}", "[", "]", ",", ":", '"a"', "1"], repeat=length)
    )

    assert [text for text in sequences if not reads_the_same(text)] == []


@given(ANY_TEXT)
def test_positions_lie_within_the_text(text: str) -> None:
    """Positions ascend, and each is on a character of the text, or right behind its last for what is missing there."""
    lines = text.split("\n")
    try:
        places = positions(parse_json(text))
    except SyntaxProblem as error:
        places = [error.position]
        end = 1
    else:
        end = 0

    assert places == sorted(places)
    assert all(1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + end for line, column in places)


@given(documents())
def test_every_scalar_stands_where_it_says(text: str) -> None:
    """The raw text of a scalar is what the document has at its position."""
    lines = text.split("\n")
    found: list[ScalarNode] = []
    unread = [parse_json(text)]
    while unread:
        match unread.pop():
            case ScalarNode() as scalar:
                found.append(scalar)
            case ListNode(items=items):
                unread += items
            case ObjectNode(members=members):
                unread += [member.node for member in members]

    assert all(lines[scalar.position.line - 1][scalar.position.column - 1 :].startswith(scalar.raw) for scalar in found)
