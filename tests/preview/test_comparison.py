"""Ours against the service's: what both say is no news, everything else is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders.inventories import NOW, digest, image
from builders.policies import policy_text, pushed, rule, untagged

from ecrkit.lifecycle import parse_policy
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.comparison import Outcome, disagreements

POLICY = parse_policy(policy_text(rule(1, **untagged(), **pushed(14))), file="policy.json")
IMAGES = [image("a", age_days=30), image("b", age_days=1), image("c", age_days=30, tags=["v1"])]
OURS = evaluate(POLICY, IMAGES, NOW)


def outcome(action: ActionType = ActionType.EXPIRE, *, priority: int = 1) -> Outcome:
    return Outcome(action=action, rule_priority=priority, tags=("v2", "v1"), pushed_at=NOW)


def test_agreement_is_silent() -> None:
    """The same action by the same rule, and images that stay on both sides, are no disagreement."""
    assert disagreements([OURS], {digest("a"): outcome()}) == ()


@pytest.mark.parametrize(
    ("outcomes", "digests"),
    [
        pytest.param({}, ["a"], id="stays there"),
        pytest.param({digest("a"): outcome(), digest("b"): outcome()}, ["b"], id="stays here"),
        pytest.param({digest("a"): outcome(ActionType.TRANSITION)}, ["a"], id="another action"),
        pytest.param({digest("a"): outcome(priority=2)}, ["a"], id="another rule"),
        pytest.param({digest("c"): outcome()}, ["a", "c"], id="claimed by no rule"),
        pytest.param({digest("d"): outcome(), digest("b"): outcome()}, ["a", "b", "d"], id="unknown keys"),
    ],
)
def test_disagreement(outcomes: dict[str, Outcome], digests: list[str]) -> None:
    """Whatever differs is told image by image, in the order of the images, what only the service knows last."""
    found = disagreements([OURS], outcomes)

    assert [one.digest for one in found] == list(map(digest, digests))
    assert [one.theirs for one in found] == [outcomes.get(one.digest) for one in found]
    assert all(one.ours is None or one.ours.image.digest == one.digest for one in found)


def test_tags_are_those_that_somebody_knows() -> None:
    """Tags are those of our list, and where it does not have the image, those of the service."""
    claimed, unknown = disagreements([OURS], {digest("a"): outcome(), digest("c"): outcome(), digest("d"): outcome()})

    assert claimed.tags == ("v1",)
    assert unknown.tags == ("v1", "v2")


@pytest.mark.parametrize("outcomes", [{digest("a"): outcome(), digest("b"): outcome()}, {digest("a"): outcome()}])
def test_day_may_pass_meanwhile(outcomes: dict[str, Outcome]) -> None:
    """An image that became old enough between our question and the service's answer is right either way."""
    later = evaluate(POLICY, IMAGES, NOW + timedelta(days=14))

    assert disagreements([OURS, later], outcomes) == ()
