"""What a person lets happen."""

from __future__ import annotations

from datetime import date

import pytest
from builders.assemblies import repository, setting, stack

from ecrkit.deployment.guard import Allowances, acknowledge, compare, refused
from ecrkit.errors import UnreadableInputError

BEFORE = [
    stack({"Web": repository("web"), "Policy": setting()}),
    stack({"Api": repository("web/api")}, name="Other"),
    stack({"Old": repository("old")}, name="Gone"),
]
FINDINGS = compare(BEFORE, [stack({}), stack({}, name="Other")])


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        pytest.param("web", ["Shop/Web"], id="repository"),
        pytest.param("Shop/web", ["Shop/Web"], id="repository of a stack"),
        pytest.param("Policy", ["Shop/Policy"], id="logical id of what has no name"),
        pytest.param("Gone", ["Gone"], id="stack"),
        pytest.param("Other/web/api", ["Other/Api"], id="name with a slash"),
    ],
)
def test_name_allows_its_findings(name: str, allowed: list[str]) -> None:
    """A name acknowledges what has that name and nothing else, and the order stays."""
    marked, useless = acknowledge(FINDINGS, [name])

    assert [found.place for found in marked if found.is_allowed] == allowed
    assert [found.place for found in marked] == [found.place for found in FINDINGS]
    assert len(refused(marked)) == len(FINDINGS) - 1
    assert useless == ()


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Web", id="logical id of what has a name"),
        pytest.param("Shop", id="stack that stays"),
        pytest.param("Other/web", id="repository of another stack"),
        pytest.param("we*", id="pattern"),
    ],
)
def test_other_name_is_useless(name: str) -> None:
    """A name that nothing has allows nothing, and is given back once."""
    marked, useless = acknowledge(FINDINGS, [name, name])

    assert marked == FINDINGS
    assert useless == (name,)


@pytest.mark.parametrize(
    ("glob", "names"),
    [
        pytest.param("web*", ["web", "web/api"], id="star-takes-slashes"),
        pytest.param("we[a-c]", ["web"], id="class"),
        pytest.param("?eb", ["web"], id="one-character"),
        pytest.param("WEB", [], id="case-counts"),
    ],
)
def test_globs(glob: str, names: list[str]) -> None:
    """A glob allows every name that it matches as a whole; one that matches none is not of use."""
    allowances = Allowances([glob], has_globs=True)

    assert [name for name in ("web", "web/api", "api/web", "api") if allowances.allow([name])] == names
    assert allowances.unused == (() if names else (glob,))


def test_an_allowance_ends_after_its_last_day() -> None:
    """It allows until then, and is given back with its owner on the day after; one without a day never ends."""
    text = "web,until=2026-11-28,owner=payments"

    last = Allowances([text, "Gone"], has_globs=False, today=date(2026, 11, 28))
    marked, _ = acknowledge(FINDINGS, last)
    assert [found.place for found in marked if found.is_allowed] == ["Gone", "Shop/Web"]
    assert last.expired == ()

    over = Allowances([text, "Gone"], has_globs=False, today=date(2026, 11, 29))
    marked, unused = acknowledge(FINDINGS, over)
    assert [found.place for found in marked if found.is_allowed] == ["Gone"]
    assert unused == ()
    assert [(each.name, each.obituary) for each in over.expired] == [("web", "expired on 2026-11-28 (owner: payments)")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("web,", id="nothing behind the comma"),
        pytest.param("web,until=soon", id="no day"),
        pytest.param("web,until", id="no value"),
        pytest.param("web,owner=", id="no owner"),
        pytest.param("web,owner= ", id="blank owner"),
        pytest.param("web,reason=later", id="another key"),
        pytest.param("web,owner=a,owner=b", id="twice"),
        pytest.param(",until=2026-11-28", id="no name"),
    ],
)
def test_what_is_no_allowance_is_refused(text: str) -> None:
    """The message says how to write one."""
    with pytest.raises(UnreadableInputError) as caught:
        Allowances([text], has_globs=True)

    assert str(caught.value) == (
        "--allow: must be NAME or NAME,until=DATE,owner=TEAM, as in 'web,until=2027-03-31,owner=payments', "
        f"got {text!r}"
    )
