from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from builders.inventories import NOW, digest, image
from builders.policies import ARCHIVE, policy, pushed, rule, tagged, untagged
from builders.random_cases import inventories, policies
from hypothesis import given

from ecrkit.lifecycle.diff import Change, PolicyDiff, diff_fates, diff_rules
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.evaluation.verdicts import newest_first

if TYPE_CHECKING:
    from ecrkit.images import Image
    from ecrkit.lifecycle import LifecyclePolicy

LONG = "A description that makes a short policy long enough for the service"
PROD = {**tagged("prod*"), "countNumber": 5}
BETA = {**tagged("beta*"), **pushed(9)}


def made(*selections: dict[str, Any]) -> LifecyclePolicy:
    rules = [rule(number, **selection) for number, selection in enumerate(selections, start=1)]
    return policy({**rules[0], "description": LONG}, *rules[1:])


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        pytest.param([PROD], [PROD], ["same 1-1"], id="same"),
        pytest.param([PROD], [BETA, PROD], ["added --1", "same 1-2"], id="one above"),
        pytest.param([PROD, BETA], [BETA], ["removed 1--", "same 2-1"], id="one less"),
        pytest.param([PROD], [{**PROD, "countNumber": 1}], ["changed 1-1"], id="another number"),
        pytest.param([PROD], [BETA], ["changed 1-1"], id="another rule in its place"),
        pytest.param(
            [PROD],
            [untagged(), {**PROD, "countNumber": 1}],
            ["added --1", "changed 1-2"],
            id="added above a changed one",
        ),
        pytest.param([PROD, untagged()], [BETA], ["removed 1--", "removed 2--", "added --1"], id="nothing in common"),
        pytest.param(
            [PROD, BETA],
            [{**BETA, "countNumber": 1}, {**PROD, "countNumber": 1}],
            ["added --1", "changed 1-2", "removed 2--"],
            id="in another order",
        ),
    ],
)
def test_rules(old: list[dict[str, Any]], new: list[dict[str, Any]], changes: list[str]) -> None:
    """Rules stand side by side where they select the same images, in the order of both policies."""
    found = diff_rules(made(*old), made(*new))

    shown = [
        f"{change.change} {change.old.rule_priority if change.old else '-'}-"
        f"{change.new.rule_priority if change.new else '-'}"
        for change in found
    ]
    assert shown == changes


@given(policies(), policies())
def test_every_rule_once(old: LifecyclePolicy, new: LifecyclePolicy) -> None:
    """Every rule of both policies is there once; those of the new one in their order."""
    changes = diff_rules(old, new)

    assert sorted(change.old.rule_priority for change in changes if change.old) == [
        found.rule_priority for found in old.rules
    ]
    assert [change.new for change in changes if change.new] == list(new.rules)
    assert [change.old for change in changes if change.old] == list(old.rules)


@given(policies(), policies(), inventories())
def test_fates(old: LifecyclePolicy, new: LifecyclePolicy, images: list[Image]) -> None:
    """An image is there when the policies do something else with it; those that expire now come first."""
    fates = diff_fates(evaluate(old, images, NOW), evaluate(new, images, NOW))
    before, after = (
        {verdict.image.digest: verdict.action for verdict in evaluate(found, images, NOW).verdicts}
        for found in (old, new)
    )

    assert {fate.new.image.digest for fate in fates} == {name for name in before if before[name] is not after[name]}
    order = [fate.is_newly_expired for fate in fates]
    assert order == sorted(order, reverse=True)
    assert PolicyDiff((), fates).newly_expired + PolicyDiff((), fates).possibly_expired == sum(order)


def test_no_change() -> None:
    """A description, and a priority that keeps the order, change nothing."""
    old = made(PROD)
    new = policy(rule(7, **PROD, description=LONG + "!"))

    assert PolicyDiff(diff_rules(old, new)).is_empty
    assert diff_rules(old, new)[0].change is Change.SAME


def test_gravity() -> None:
    """Newly expired images come before newly archived ones, and those before what stays now; each newest first."""
    old = made({**tagged("gone*"), **pushed(1)})
    new = policy(
        rule(1, **tagged("go*"), **pushed(20), description=LONG),
        rule(2, **tagged("old*"), **pushed(1), action=ARCHIVE),
        rule(3, **tagged("x*"), **pushed(1)),
    )
    images = [
        image("a", tags=["gone-1"], age_days=9),
        image("b", tags=["old-1"], age_days=9),
        image("c", tags=["x1"], age_days=9),
        image("d", tags=["x2"], age_days=3),
    ]

    fates = diff_fates(evaluate(old, images, NOW), evaluate(new, images, NOW))

    assert [fate.new.image.digest for fate in fates] == list(map(digest, "dcba"))


def test_ties_are_in_the_order_of_their_numbers() -> None:
    """Images of the same push time are listed by the number that the rule gives them, then by tag: v9 before v10."""
    tied = [image(f"{number:x}", tags=[f"v{number}"]) for number in (10, 9, 1)]
    counted, unclaimed = made(untagged()), made({**tagged("v*"), "countNumber": 1})

    found = diff_fates(evaluate(counted, tied, NOW), evaluate(unclaimed, tied, NOW))
    assert [fate.new.place for fate in found] == [2, 3]
    listed = newest_first(evaluate(counted, tied, NOW).verdicts, lambda verdict: verdict)
    assert [verdict.image.tags for verdict in listed] == [("v1",), ("v9",), ("v10",)]
