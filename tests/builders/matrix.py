"""
The matrix "same input, every door": what every door says of every kind of input.

``PYTHONPATH=tests python -m builders.matrix`` prints it as a table in Markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from builders.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest
    from builders.doors import Answer

__all__ = ["DOORS", "Cell", "assert_answer", "cell", "cells", "markdown"]

_POLICY_DOORS = ("policy check", "policy preview", "policy diff", "policy test", "policy lock", "pytest plugin")
_CATALOG_DOORS = ("catalog check", "catalog diff", "catalog template", "cdk synth")
_TEMPLATE_DOORS = ("plugin", "cfn-lint", "guard")
_AWS_DOORS = ("audit", "adopt")
DOORS = (*_POLICY_DOORS, *_CATALOG_DOORS, "construct", *_TEMPLATE_DOORS, *_AWS_DOORS)

_UNREACHED = {
    "version": dict.fromkeys(_TEMPLATE_DOORS, "a template has no versions"),
    "policy": {},
    "statements": dict.fromkeys(_POLICY_DOORS, "reads lifecycle policies only"),
    "images": {
        door: "sees no images"
        for door in DOORS
        if door not in {"policy preview", "policy diff", "catalog diff", "guard"}
    },
    "deploy": {door: "its input has no functions" for door in DOORS if door not in _TEMPLATE_DOORS},
}
"""What a kind is about, and why a door does not reach it."""

_GUARD = {"policy": "GRD171", "statements": "GRD172", "images": "GRD171", "deploy": "GRD171"}
"""The guard says that a policy changes, and which command shows what that does."""


class Cell(NamedTuple):
    """
    What a door has to say of a kind.

    Attributes:
        kind: its name.
        door: its name.
        says: what is in the answer; empty where the door does not reach it.
        is_refusal: whether the door refuses; ``None`` where that depends on other things.
        reason: why the door does not reach it.
    """

    kind: str
    door: str
    says: str
    is_refusal: bool | None = None
    reason: str = ""


def cell(kind: str, door: str) -> Cell:
    """Look up what a door has to say of a kind."""
    row = KINDS[kind]
    reason = row.why.get(door) or _UNREACHED[row.about].get(door)
    if reason:
        return Cell(kind, door, "", reason=reason)
    if door == "guard":
        return Cell(kind, door, _GUARD[row.about], is_refusal=False)
    # An audit fails on warnings too; what is acknowledged is not adopted.
    is_refusal = None if not row.is_error and door in _AWS_DOORS else row.is_error
    return Cell(kind, door, row.answers.get(door, row.says), is_refusal)


def cells(doors: Iterable[str]) -> list[pytest.ParameterSet]:
    """Give the cells of some doors that a kind reaches, as parameters of a test."""
    import pytest  # noqa: PLC0415 - printing the table needs none

    reached = (cell(kind, door) for kind in KINDS for door in doors)
    return [pytest.param(one, id=f"{one.kind}-{one.door}") for one in reached if not one.reason]


def assert_answer(one: Cell, answer: Answer) -> None:
    """Make sure that an answer is that of the cell, that it is short, and that nothing in it acts."""
    assert one.says in answer.text or "not checked" in answer.text
    assert one.is_refusal in {None, answer.is_refusal}
    assert len(answer.text) < _LONGEST
    for line in answer.text.split("\n"):
        assert line.isprintable()
        assert "##[" not in line
        assert not line.lstrip().startswith("::")


_LONGEST = 6_000


def markdown() -> str:
    """Write the matrix as a table, and the reasons of the cells that a kind does not reach below it."""
    reasons: list[str] = []
    rows = [["kind", *DOORS], ["---"] * (len(DOORS) + 1)]
    for kind in KINDS:
        row = [kind]
        for door in DOORS:
            one = cell(kind, door)
            if one.reason:
                if one.reason not in reasons:
                    reasons.append(one.reason)
                row.append(f"not reached ({reasons.index(one.reason) + 1})")
            else:
                verdict = {True: "**refuses**: ", False: "", None: ""}[one.is_refusal]
                row.append(f"{verdict}{one.says.strip().rstrip(':')}")
        rows.append(row)
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    notes = "\n".join(f"{number}. {reason}" for number, reason in enumerate(reasons, start=1))
    return f"{table}\n\nNot reached, because the door:\n\n{notes}\n"


if __name__ == "__main__":
    print(markdown())  # noqa: T201 - this is what it is for
