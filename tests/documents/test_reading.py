from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import pytest

from ecrkit.documents import At, Reader, StructuralChecks, parse_json
from ecrkit.documents.yaml_text import parse_yaml
from ecrkit.errors import Check, Location

CHECKS = StructuralChecks(
    unknown_key=Check(code="T1", title="", message="unknown {key}", remedy="{near} of {known}", source=""),
    missing_key=Check(code="T2", title="", message="missing {key}", source=""),
    duplicate_key=Check(code="T3", title="", message="{key} again, see line {first_line}", source=""),
    wrong_type=Check(code="T4", title="", message="not {expected} but {got}", remedy="{hint}", source=""),
    not_a_choice=Check(code="T5", title="", message="not {choices} but {got}", remedy="{remedy}", source=""),
)


class Size(StrEnum):
    """Words of a document."""

    SMALL = "small"
    LARGE = "Large"


def reading(text: str) -> tuple[Reader, At]:
    """A reader, and the JSON document *text*."""
    reader = Reader("a.json", CHECKS)
    return reader, reader.root(parse_json(text))


def found(reader: Reader) -> list[str]:
    return [str(finding) for finding in reader.findings]


def test_the_root_stands_at_its_own_place() -> None:
    """Behind no key, a value's key stands where the value does."""
    _, at = reading("\n [1]")

    assert at.location == at.key_location == Location("a.json", 2, 2)


def test_the_values_of_an_object_by_key() -> None:
    """Each with the way to it as a JSON pointer, its place and its key's place."""
    reader, at = reading('{"a": {"x/y~z": 1}}')
    inner = reader.members(reader.members(at)["a"])

    assert list(inner) == ["x/y~z"]
    assert inner["x/y~z"].location == Location("a.json", 1, 17, "/a/x~1y~0z")
    assert inner["x/y~z"].key_location == Location("a.json", 1, 8, "/a/x~1y~0z")
    assert found(reader) == []


def test_of_a_key_written_twice_the_last_counts() -> None:
    """Each later one is a finding that names the first one's line."""
    reader, at = reading('{"a": 1,\n "a": 2,\n "a": 3}')

    assert reader.integer(reader.members(at)["a"]) == 3
    assert found(reader) == [
        "a.json:2:2: a: a again, see line 1 [T3]",
        "a.json:3:2: a: a again, see line 1 [T3]",
    ]


def test_only_known_keys_are_given() -> None:
    """An unknown one is a finding that names what may have been meant, whatever its case."""
    reader, at = reading('{"Nmae": 1, "zz": 2, "size": 3}')

    assert list(reader.fields(at, known=("name", "size"))) == ["size"]
    assert found(reader) == [
        "a.json:1:2: Nmae: unknown Nmae; did you mean name? of name, size [T1]",
        "a.json:1:13: zz: unknown zz; known keys: name, size of name, size [T1]",
    ]


def test_required_keys_are_missed_at_the_object() -> None:
    """A key that is missing has no place of its own."""
    reader, at = reading('[{"b": null}]')
    (item,) = reader.items(at) or ()

    assert list(reader.fields(item, known=("a", "b", "c"), required=("a", "b"))) == ["b"]
    assert found(reader) == ["a.json:1:2: [0]: missing a [T2]"]


def test_what_is_no_object_misses_nothing() -> None:
    """The type is wrong, and that is all there is to say."""
    reader, at = reading("[]")

    assert reader.fields(at, known=("a",), required=("a",)) == {}
    assert found(reader) == ["a.json:1:1: not a mapping but a list [T4]"]


def test_items_of_a_list() -> None:
    """Each with its index as the way to it."""
    reader, at = reading('["a", "b"]')

    assert [item.location.pointer for item in reader.items(at) or ()] == ["/0", "/1"]
    assert [reader.string(item) for item in reader.items(at) or ()] == ["a", "b"]
    assert found(reader) == []


def test_an_empty_list_is_not_none() -> None:
    """A list without items is a list."""
    reader, at = reading("[]")

    assert reader.items(at) == ()
    assert found(reader) == []


@pytest.mark.parametrize(
    ("method", "text", "expected"),
    [
        pytest.param("string", '"a"', "a", id="string"),
        pytest.param("integer", "1", 1, id="integer"),
        pytest.param("boolean", "false", False, id="boolean"),
    ],
)
def test_a_scalar_of_the_right_type(method: str, text: str, expected: object) -> None:
    """The value is given, and nothing is found."""
    reader, at = reading(text)

    assert getattr(reader, method)(at) == expected
    assert found(reader) == []


@pytest.mark.parametrize(
    ("method", "text", "expected"),
    [
        pytest.param("string", "1", 'not a string but an integer; write "1"', id="integer for a string"),
        pytest.param("string", "true", 'not a string but a boolean; write "true"', id="boolean for a string"),
        pytest.param("string", "null", "not a string but null", id="null for a string"),
        pytest.param("string", "[]", "not a string but a list", id="list for a string"),
        pytest.param("integer", "true", "not an integer but a boolean", id="boolean for an integer"),
        pytest.param(
            "integer", "1.0", "not an integer but a number with a fraction or exponent", id="float for an integer"
        ),
        pytest.param("integer", '"1"', "not an integer but a string", id="string for an integer"),
        pytest.param("integer", "{}", "not an integer but a mapping", id="object for an integer"),
        pytest.param("boolean", "0", "not true or false but an integer", id="integer for a boolean"),
        pytest.param("boolean", "[]", "not true or false but a list", id="list for a boolean"),
        pytest.param("items", '"a"', 'not a list but a string; write ["a"]', id="string for a list"),
        pytest.param("items", "{}", "not a list but a mapping", id="object for a list"),
    ],
)
def test_a_value_of_the_wrong_type_is_none(method: str, text: str, expected: str) -> None:
    """The finding names both types, and how to write what was meant as a string."""
    reader, at = reading(text)

    assert getattr(reader, method)(at) is None
    assert found(reader) == [f"a.json:1:1: {expected} [T4]"]


def test_what_only_yaml_has_is_named_too() -> None:
    """A date is no string, and the finding shows how it becomes one."""
    reader = Reader("a.yaml", CHECKS)
    node = parse_yaml("2026-11-01")
    assert node

    assert reader.string(reader.root(node)) is None
    assert found(reader) == ['a.yaml:1:1: not a string but a date; write "2026-11-01" [T4]']


def test_what_others_found_is_added_once() -> None:
    """A finding that is there already is not there again."""
    reader, at = reading("{}")
    finding = CHECKS.missing_key.at(at.location, key="a")

    reader.add([finding])
    reader.add([finding, CHECKS.missing_key.at(at.location, key="b")])

    assert found(reader) == ["a.json:1:1: missing a [T2]", "a.json:1:1: missing b [T2]"]


def test_a_word_of_a_few() -> None:
    """A word that is one of them becomes the member."""
    reader, at = reading('"Large"')

    assert reader.word(at, Size) is Size.LARGE
    assert reader.findings == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param('"tiny"', "not 'small' or 'Large' but 'tiny' [T5]", id="another"),
        pytest.param('"SMALL"', "not 'small' or 'Large' but 'SMALL'; write 'small' [T5]", id="in capitals"),
        pytest.param("1", "not 'small' or 'Large' but an integer [T4]", id="no string"),
        pytest.param("true", "not 'small' or 'Large' but a boolean [T4]", id="boolean"),
        pytest.param("null", "not 'small' or 'Large' but null [T4]", id="nothing"),
        pytest.param("[1]", "not 'small' or 'Large' but a list [T4]", id="list"),
        pytest.param(f'"{"a" * 61}"', f"not 'small' or 'Large' but '{'a' * 60}…' [T5]", id="long"),
    ],
)
def test_what_is_none_of_the_words_is_reported(text: str, expected: str) -> None:
    """The finding lists the words, and knows one that is written in another case."""
    reader, at = reading(text)

    assert reader.word(at, Size) is None
    assert found(reader) == [f"a.json:1:1: {expected}"]


def test_only_some_words_are_allowed() -> None:
    """Where not every word is allowed, the others are reported."""
    reader, at = reading('"small"')

    assert reader.word(at, (Size.LARGE,)) is None
    assert found(reader) == ["a.json:1:1: not 'Large' but 'small' [T5]"]


def test_a_document_without_a_check_for_words() -> None:
    """The finding is one of a wrong type."""
    reader = Reader("a.json", replace(CHECKS, not_a_choice=None))

    assert reader.word(reader.root(parse_json('"Small"')), Size) is None
    assert found(reader) == ["a.json:1:1: not 'small' or 'Large' but 'Small'; write 'small' [T4]"]
