from __future__ import annotations

import pytest
from builders.policies import ARCHIVE, Document, policy, pulled, pushed, rule, untagged

from ecrkit.errors import Location
from ecrkit.lifecycle import CountType, LifecyclePolicy
from ecrkit.lifecycle.checks.drafts import DraftRule


def test_rules_are_in_the_order_of_their_priorities() -> None:
    """A policy holds its rules as the service returns them, however they were given."""
    first, second = policy(rule(8), rule(5, **untagged())).rules

    assert (first.rule_priority, second.rule_priority) == (5, 8)
    assert LifecyclePolicy((second, first)) == LifecyclePolicy((first, second))


def test_where_a_rule_was_read_is_no_part_of_its_meaning() -> None:
    """The same rule from two files is the same rule, and hashes alike."""
    here, there = policy(rule(), file="here.json"), policy(rule(), file="there.json")

    assert here == there
    assert hash(here) == hash(there)
    assert here.rules[0].origin == Location("here.json", 3, 5, "/rules/0")
    assert there.rules[0].origin == Location("there.json", 3, 5, "/rules/0")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([rule(1, **untagged(), **pulled(90), action=ARCHIVE), rule(2)], True, id="one of two"),
        pytest.param([rule(1, **pushed(90), description="No sinceImagePulled here")], False, id="in words only"),
    ],
)
def test_a_policy_counts_pulls(rules: list[Document], *, expected: bool) -> None:
    """A policy counts pulls if one of its rules does; its descriptions do not matter."""
    assert policy(*rules).counts_pulls is expected


@pytest.mark.parametrize(
    ("count_type", "expected"),
    [
        pytest.param(CountType.IMAGE_COUNT_MORE_THAN, False, id="number"),
        pytest.param(CountType.SINCE_IMAGE_PUSHED, True, id="push"),
        pytest.param(CountType.SINCE_IMAGE_PULLED, True, id="pull"),
        pytest.param(CountType.SINCE_IMAGE_TRANSITIONED, True, id="archiving"),
    ],
)
def test_a_count_is_an_age_or_a_number(count_type: CountType, *, expected: bool) -> None:
    """All but one type count days."""
    assert count_type.is_age is expected


def test_a_draft_with_errors_is_no_rule() -> None:
    """Only what was read whole becomes a rule; the rest is a mistake of the caller."""
    draft = DraftRule(location=Location("policy.json", 1, 1), name="rules[0]")

    with pytest.raises(ValueError, match=r"^a draft with errors has no rule$"):
        draft.to_rule()
