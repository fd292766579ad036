"""What a report says about rules: their cut-offs, and why they did nothing."""

from __future__ import annotations

import pytest
from builders.inventories import image
from builders.policies import ARCHIVE, archived, pulled, pushed, rule, tagged, untagged
from builders.reports import previewed

from ecrkit.preview.report.facts import rule_facts

KEEP = {"countType": "imageCountMoreThan"}


@pytest.mark.parametrize(
    ("selection", "label"),
    [
        pytest.param({**KEEP, "countNumber": 1}, "newest: 2026-10-31", id="newest"),
        pytest.param({**KEEP, "countNumber": 2}, "2nd newest: 2026-10-30", id="second"),
        pytest.param({**KEEP, "countNumber": 11}, "11th newest: 2026-10-21", id="eleventh"),
        pytest.param({**KEEP, "countNumber": 23}, "23rd newest: 2026-10-09", id="23rd"),
        pytest.param(pushed(14), "keeps newer than 14 days", id="pushed"),
        pytest.param(pushed(1), "keeps newer than 1 day", id="one day"),
    ],
)
def test_cut_off(selection: dict[str, object], label: str) -> None:
    """The cut-off is the last image that a count keeps, or the age that a rule allows."""
    rules = [rule(1, tagStatus="any", **selection)]
    [found] = rule_facts(previewed([image(age_days=age) for age in range(1, 31)], rules=rules))

    assert found.cut_off
    assert found.cut_off.label == label


def test_cut_off_by_use_and_archiving() -> None:
    """Rules that count from a pull or from the archiving say so."""
    rules = [rule(1, **tagged("v*"), **pulled(30), action=ARCHIVE), rule(2, tagStatus="any", **archived(90))]
    found = rule_facts(previewed([image(tags=["v1"])], rules=rules))

    labels = [facts.cut_off.label for facts in found if facts.cut_off]
    assert labels == ["keeps images used within 30 days", "keeps images archived within 90 days"]


def test_a_count_that_keeps_all() -> None:
    """A count that keeps all of its images has no cut-off."""
    [found] = rule_facts(previewed([image(), image()], rules=[rule(1, tagStatus="any", **KEEP, countNumber=2)]))

    assert found.cut_off is None


def test_cut_off_before_the_calendar() -> None:
    """An age that reaches before the calendar has no cut-off."""
    [found] = rule_facts(previewed([image()], rules=[rule(1, tagStatus="any", **pushed(2_000_000))]))

    assert found.cut_off is None


def test_why_rules_did_nothing() -> None:
    """A rule that did nothing says why."""
    rules = [
        rule(1, **tagged("gone-*"), **KEEP, countNumber=1),
        rule(2, **tagged("v*"), **KEEP, countNumber=5),
        rule(3, **tagged("v1*"), **KEEP, countNumber=1),
        rule(4, **untagged(), **pushed(14)),
        rule(5, tagStatus="any", **archived(90)),
        rule(6, tagStatus="any", **KEEP, countNumber=1),
    ]
    found = rule_facts(previewed([image(tags=["v1"]), image(tags=["v2"]), image(), image(tags=["x"])], rules=rules))

    assert [facts.idle for facts in found] == [
        "It did nothing: the repository has no image with tags that match 'gone-*'",
        "It acted on nothing: 2 images match, and it keeps 5",
        "It did nothing: rules above claim the one image that it matches",
        "It acted on nothing: it claims 1 image, which is not old enough",
        "It did nothing: the repository has no archived image",
        "",
    ]
