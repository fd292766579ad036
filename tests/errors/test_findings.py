from __future__ import annotations

from dataclasses import replace

import pytest

from ecrkit.errors import Check, Finding, Location, Severity, errors_in, in_file_order, pointer_to, steps_of

CHECK = Check(
    code="T101", title="", message="must be {allowed}, got {got}", remedy="write {remedy}", source="the guide"
)
PLACE = Location("web/v1.json", 14, 22, "/rules/1/selection/countNumber")


def found_at(file: str, line: int, column: int) -> Finding:
    """Make a finding at a place."""
    return CHECK.at(Location(file, line, column), allowed="", got="", remedy="")


def test_a_finding_says_where_what_and_what_to_do() -> None:
    """One line in the form that editors and people read, with the code last."""
    found = CHECK.at(PLACE, allowed="1 or more", got=0, remedy="another")

    assert str(found) == (
        "web/v1.json:14:22: rules[1].selection.countNumber: must be 1 or more, got 0; write another [T101]"
    )
    assert found.text == "rules[1].selection.countNumber: must be 1 or more, got 0; write another"
    assert found.location == PLACE
    assert (found.code, found.severity, found.source) == ("T101", Severity.ERROR, "the guide")


def test_what_is_empty_leaves_no_trace() -> None:
    """A finding about the whole document has no path, and one without a remedy no semicolon."""
    found = replace(CHECK, remedy="").at(Location("-", 1, 1), allowed="JSON", got="'{}'")

    assert str(found) == "-:1:1: must be JSON, got '{}' [T101]"


def test_values_are_no_format_strings() -> None:
    """Braces in what was got stay as they are."""
    assert CHECK.at(PLACE, allowed="{got}", got="{0}", remedy="{}").message == "must be {got}, got {0}"


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        pytest.param("", "", id="whole document"),
        pytest.param("/rules", "rules", id="key"),
        pytest.param("/rules/0", "rules[0]", id="item"),
        pytest.param("/0/rules", "[0].rules", id="item of the root"),
        pytest.param("/rules/12/action/type", "rules[12].action.type", id="deep"),
        pytest.param("/empty_on_delete", "empty_on_delete", id="underscore"),
        pytest.param("/repositories/payments~1api/tags", 'repositories["payments/api"].tags', id="slash"),
        pytest.param("/repositories/a~0b", 'repositories["a~b"]', id="tilde"),
        pytest.param("/repositories/my-app", 'repositories["my-app"]', id="dash"),
        pytest.param("/my-app", "my-app", id="dash at the root"),
        pytest.param("/tags/", 'tags[""]', id="empty key"),
    ],
)
def test_a_pointer_as_people_write_it(pointer: str, expected: str) -> None:
    """Keys by dots, items by their index, and in quotes what is no name."""
    assert Location("a.json", 1, 1, pointer).path == expected


def test_a_pointer_has_no_slash_in_a_step() -> None:
    """A key with a slash or a tilde is one step, there and back."""
    pointer = pointer_to("repositories", "payments/api~1", 0)

    assert pointer == "/repositories/payments~1api~01/0"
    assert steps_of(pointer) == ["repositories", "payments/api~1", "0"]
    assert pointer_to() == ""
    assert steps_of("") == []


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        pytest.param("a\nb", r"a\nb", id="end of line"),
        pytest.param("\x1b[31m", r"\x1b[31m", id="command to a terminal"),
        pytest.param("\u202e", r"\u202e", id="writing from right to left"),
        pytest.param("\ud83d", r"\ud83d", id="half of a surrogate pair"),
        pytest.param("für 🚢", "für 🚢", id="what can be seen"),
        pytest.param("für\n🚢", r"für\n🚢", id="and what can be seen beside it"),
    ],
)
def test_a_finding_is_one_line_that_can_be_printed(got: str, expected: str) -> None:
    """What is no visible character is shown escaped."""
    assert CHECK.at(PLACE, allowed="a", got=got, remedy="b").text.endswith(f"got {expected}; write b")


def test_findings_in_file_order() -> None:
    """By file, line, column and code."""
    first = found_at("a.json", 2, 1)
    in_order = [
        first,
        replace(first, code="T102"),
        found_at("a.json", 2, 3),
        found_at("a.json", 10, 1),
        found_at("b.json", 1, 1),
    ]

    assert in_file_order(reversed(in_order)) == tuple(in_order)


def test_errors_are_picked_in_the_order_given() -> None:
    """Warnings are left out, and nothing is sorted."""
    later = found_at("b.json", 1, 1)
    warning = replace(later, severity=Severity.WARNING)
    earlier = found_at("a.json", 1, 1)

    assert errors_in([later, warning, earlier]) == (later, earlier)
