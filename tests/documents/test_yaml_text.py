from __future__ import annotations

from datetime import date

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ecrkit.documents import ListNode, Member, ObjectNode, Position, ScalarNode, SyntaxProblem, type_name, yaml_text
from ecrkit.documents.yaml_text import parse_yaml

BOTH_LOADERS = pytest.mark.parametrize(
    "loader",
    [
        pytest.param(getattr(yaml, "CSafeLoader", yaml.SafeLoader), id="libyaml"),
        pytest.param(yaml.SafeLoader, id="Python"),
    ],
)


def problem(text: str) -> str:
    """Line, column and message of what is wrong with *text*."""
    with pytest.raises(SyntaxProblem) as caught:
        parse_yaml(text)
    line, column = caught.value.position
    return f"{line}:{column}: {caught.value.message}"


def scalar(text: str) -> ScalarNode:
    """The only value of *text*."""
    node = parse_yaml(text)
    assert isinstance(node, ScalarNode)
    return node


def test_a_document_is_a_tree_with_positions() -> None:
    """Every value and every key knows its line and column, counted from 1 in characters."""
    text = "# é\nwörter: [a, 'b']\nleer:\n"

    assert parse_yaml(text) == ObjectNode(
        (
            Member(
                "wörter",
                Position(2, 1),
                ListNode(
                    (ScalarNode("a", "a", Position(2, 10)), ScalarNode("b", "b", Position(2, 13))), Position(2, 9)
                ),
            ),
            Member("leer", Position(3, 1), ScalarNode(None, "", Position(3, 6))),
        ),
        Position(2, 1),
    )


def test_a_key_written_twice_is_there_twice() -> None:
    """Both are kept, in the order written."""
    node = parse_yaml("a: 1\nb: 2\na: 3\n")

    assert isinstance(node, ObjectNode)
    assert [member.key for member in node.members] == ["a", "b", "a"]


@pytest.mark.parametrize("text", ["", " \n", "# nothing\n"])
def test_a_text_without_a_document_is_none(text: str) -> None:
    """Nothing but space and comments is no value, not even null."""
    assert parse_yaml(text) is None


@pytest.mark.parametrize(
    ("text", "value", "name"),
    [
        pytest.param("abc", "abc", "a string", id="string"),
        pytest.param("'12'", "12", "a string", id="quoted digits"),
        pytest.param("12", 12, "an integer", id="integer"),
        pytest.param("012345670123", 0o12345670123, "an integer", id="octal account"),
        pytest.param("012345678901", "012345678901", "a string", id="digits that are not octal"),
        pytest.param("1.5", 1.5, "a number with a fraction or exponent", id="float"),
        pytest.param("yes", True, "a boolean", id="yes"),
        pytest.param("~", None, "null", id="null"),
        pytest.param("2026-11-01", date(2026, 11, 1), "a date", id="date"),
        pytest.param("2026-99-99", "2026-99-99", "a string", id="what looks like a date"),
        pytest.param("!!bool maybe", "maybe", "a string", id="no boolean that says it is one"),
        pytest.param("!!timestamp soon", "soon", "a string", id="no time that says it is one"),
        pytest.param("!!int ''", "", "a string", id="no integer that says it is one"),
        pytest.param("!!int x", "x", "a string", id="not even digits"),
        pytest.param("!!str 12", "12", "a string", id="string that says it is one"),
    ],
)
def test_a_scalar_has_the_value_that_yaml_reads(text: str, value: object, name: str) -> None:
    """The value is YAML's, the raw text is what stands there, and the type has a name."""
    node = scalar(text)

    assert node.value == value
    assert type(node.value) is type(value)
    assert node.raw == text.rpartition(" ")[2].strip("'")
    assert type_name(node) == name


def test_an_alias_is_the_value_of_its_anchor() -> None:
    """Both are the same value, at the place where it was written."""
    node = parse_yaml("a: &x [1]\nb: *x\n")

    assert isinstance(node, ObjectNode)
    assert node.members[0].node is node.members[1].node
    assert node.members[1].node.position == Position(1, 4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[a]: b", "1:1: has a key that is not a string", id="list as a key"),
        pytest.param("<<: {a: b}", "1:1: has a merge key; repeat the keys", id="merge key"),
        pytest.param("a: &x [*x]", "1:4: has an alias inside its own anchor", id="alias inside its anchor"),
        pytest.param(
            "--- a\n--- b\n",
            "2:1: has several documents; keep one, and remove '---' before the others",
            id="two documents",
        ),
        pytest.param(
            "a: *b",
            "1:4: has the alias '*b' without an anchor; put it in quotes if it is a value",
            id="alias of nothing",
        ),
        pytest.param(
            "a: !Ref b",
            "1:4: has a value that begins with '!'; put it in quotes",
            id="tag of another tool",
        ),
        pytest.param("a: b: c", "1:5: has a value with ': ' in it; put it in quotes", id="syntax"),
        pytest.param(
            "a: [",
            "2:1: ends where a value is expected",
            id="open list",
        ),
        pytest.param("é: b\x00", "1:5: has the character U+0000, which YAML does not allow", id="NUL"),
        pytest.param("é:\n  \x1b[31m", "2:3: has the character U+001B, which YAML does not allow", id="escape"),
        pytest.param("\ud83d", "1:1: has the character U+D83D, which YAML does not allow", id="half a surrogate pair"),
    ],
)
def test_what_has_no_place_in_a_document_of_ours(text: str, expected: str) -> None:
    """One problem, the first, with its place."""
    assert problem(text) == expected


@BOTH_LOADERS
def test_a_hundred_levels_are_read(loader: type[yaml.SafeLoader], monkeypatch: pytest.MonkeyPatch) -> None:
    """As deep as that goes, whichever loader PyYAML was built with."""
    monkeypatch.setattr(yaml_text, "LOADER", loader)

    assert isinstance(parse_yaml("[" * 100 + "]" * 100), ListNode)


@BOTH_LOADERS
@pytest.mark.parametrize(
    ("text", "position"),
    [
        pytest.param("[" * 101 + "]" * 101, "1:101", id="one too many"),
        pytest.param("[" * 20_000, "1:101", id="lists"),
        pytest.param("{a: " * 20_000, "1:401", id="mappings"),
        pytest.param("- " * 20_000, "1:201", id="lists in blocks"),
        pytest.param("\n".join(f"{' ' * depth}a:" for depth in range(1_000)), "101:101", id="mappings in blocks"),
    ],
)
def test_more_levels_are_refused(
    text: str, position: str, loader: type[yaml.SafeLoader], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither loader gets to recurse so deep that the process would end."""
    monkeypatch.setattr(yaml_text, "LOADER", loader)

    assert problem(text) == f"{position}: is nested more than 100 levels deep"


def test_many_brackets_beside_each_other_are_not_deep() -> None:
    """A large document that is flat is read, though it has more brackets than are safe in each other."""
    node = parse_yaml("- []\n" * 10_001)

    assert isinstance(node, ListNode)
    assert len(node.items) == 10_001


TOKENS = [
    *["!!int ", "!!float ", "!!bool ", "!!timestamp ", "!!binary ", "!!null ", "!!set ", "!!omap ", "!!seq ", "!x "],
    *["&a ", "*a", "<<", "=", "- ", "? ", ": ", "\n", "\n  ", "\t", "[", "]", "{", "}", ", ", "'", '"', "| ", "> "],
    *[
        "%YAML 1.1\n",
        "---\n",
        "...\n",
        "# c\n",
        "\ufeff",
        "\x85",
        "\u2028",
        "\\x4",
        "a",
        "0x",
        "1_0",
        "1:30",
        "2026-1-1",
    ],
]
TOKEN_SOUP = st.lists(st.sampled_from(TOKENS), max_size=16).map("".join)


@given(st.one_of(TOKEN_SOUP, st.text(st.characters())))
def test_nothing_but_a_syntax_problem_is_raised(text: str) -> None:
    """Any text is read or refused, and either has its places in the text or at its end."""
    lines = text.splitlines()
    try:
        node = parse_yaml(text)
    except SyntaxProblem as error:
        position: Position | None = error.position
    else:
        position = node.position if node else None

    if position:
        assert 1 <= position.line <= len(lines) + 1
        assert position.column >= 1
