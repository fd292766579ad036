"""What a policy does to images: every sentence of the user guide about the evaluation, as a case of its own."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from builders.evaluations import keep, made, outcome, reasons
from builders.inventories import LIST_TYPE, NOW, digest, image
from builders.policies import ARCHIVE, policy, pushed, rule, tagged, untagged

from ecrkit.errors import DuplicateDigestError, MissingTimeError, NaiveTimeError, ReferenceCycleError
from ecrkit.images import Image, ImageStatus
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.evaluation.open_questions import OpenQuestion

EXAMPLES = json.loads((Path(__file__).parents[2] / "data" / "worked_examples.json").read_text())


@pytest.mark.parametrize("example", EXAMPLES, ids=[example["name"] for example in EXAMPLES])
def test_worked_examples(example: dict[str, Any]) -> None:
    """The worked examples of the user guide come out as it says."""
    images = [
        image(
            format(number, "x"),
            tags=found["tags"],
            age_days=found["pushed_days_ago"],
        )
        for number, found in enumerate(example["images"], start=1)
    ]
    verdicts = evaluate(policy(*example["policy"]["rules"]), images, NOW).verdicts

    expired = {
        found["id"]: verdict.rule.rule_priority if verdict.action and verdict.rule else None
        for found, verdict in zip(example["images"], verdicts, strict=True)
    }
    assert expired == example["expected"]


class TestClaims:
    def test_spared_by_a_higher_rule(self) -> None:
        """
        An image that a higher rule spares is not acted on by a lower one.

        Source: "Lifecycle policy evaluation rules": an image that matches the tagging requirements of a rule cannot
        be expired or archived by a rule with a lower priority.
        """
        rules = made(rule(1, **tagged("prod*"), **keep(5)), rule(2, **pushed(1)))

        assert outcome(evaluate(rules, [image(tags=["prod-1"], age_days=100), image(age_days=100)], NOW)) == [
            "stay 1",
            "expire 2",
        ]

    def test_one_action_by_the_highest(self) -> None:
        """An image gets one action at most, of the rule with the lowest number, wherever that stands in the file."""
        rules = made(rule(7, **pushed(1)), rule(3, **tagged("v*"), **pushed(1), action=ARCHIVE))

        assert outcome(evaluate(rules, [image(tags=["v1"], age_days=9)], NOW)) == ["archive 3"]

    def test_claimed_images_count(self) -> None:
        """
        A rule counts images that a higher rule has claimed or acted on.

        Source: "Lifecycle policy evaluation rules": all rules are evaluated at the same time, regardless of priority.
        """
        rules = made(rule(1, **tagged("prod*"), **keep(1)), rule(2, **keep(2)))
        images = [
            image(tags=["prod-2"], age_days=1),
            image(tags=["prod-1"], age_days=2),
            image(tags=["v1"], age_days=3),
        ]

        assert outcome(evaluate(rules, images, NOW)) == ["stay 1", "expire 1", "expire 2"]

    def test_no_rule(self) -> None:
        """An image that no rule matches stays."""
        evaluation = evaluate(made(rule(1, **untagged(), **pushed(1))), [image(tags=["v1"], age_days=99)], NOW)

        assert reasons(evaluation) == ["no rule matches"]

    def test_no_rule_for_archived_images(self) -> None:
        """An archived image that a rule would match if it were not archived says why the rule does not."""
        images = [image(age_days=99, archived_days_ago=9), image(tags=["v1"])]
        evaluation = evaluate(made(rule(1, **untagged(), **pushed(1))), images, NOW)

        assert reasons(evaluation) == ["archived, and no rule for archived images matches", "no rule matches"]


class TestTags:
    @pytest.mark.parametrize(
        ("tags", "matches"),
        [
            pytest.param(["alpha-1", "beta-1"], True, id="different tags"),
            pytest.param(["alpha-beta", "beta-1", "x"], True, id="extra tags"),
            pytest.param(["alpha-1"], False, id="one of two"),
            pytest.param([], False, id="untagged"),
        ],
    )
    @pytest.mark.parametrize(
        "entries",
        [
            pytest.param({"tagPrefixList": ["alpha", "beta"]}, id="prefixes"),
            pytest.param({"tagPatternList": ["alpha*", "beta*"]}, id="patterns"),
        ],
    )
    def test_all_entries(self, entries: dict[str, Any], tags: list[str], matches: bool) -> None:  # noqa: FBT001 - a case
        """
        Every entry of a list must match one of an image's tags.

        Source: "Lifecycle policy properties": if you specify multiple tags, only the images with all specified tags
        are selected.
        """
        rules = made(rule(1, tagStatus="tagged", **entries, **pushed(1)))

        assert outcome(evaluate(rules, [image(tags=tags, age_days=5)], NOW)) == ["expire 1" if matches else "stay -"]

    @pytest.mark.parametrize(
        ("pattern", "tag", "matches"),
        [
            pytest.param("prod", "prod", True, id="exact"),
            pytest.param("prod", "prod-1", False, id="no prefix"),
            pytest.param("*web*1", "a-web-b-1", True, id="wildcards"),
            pytest.param("v*", "v", True, id="empty run"),
            pytest.param("*a*a*a*a", "aaa", False, id="one too few"),
            pytest.param("v1.*", "v1x2", False, id="dot is a dot"),
        ],
    )
    def test_patterns(self, pattern: str, tag: str, matches: bool) -> None:  # noqa: FBT001 - a case
        """A ``*`` is any run of characters, none too; all else is literal."""
        rules = made(rule(1, **tagged(pattern), **pushed(1)))

        assert outcome(evaluate(rules, [image(tags=[tag], age_days=5)], NOW)) == ["expire 1" if matches else "stay -"]

    def test_long_tag(self) -> None:
        """A pattern of four wildcards takes no longer than its tag, also where it does not match."""
        rules = made(rule(1, **tagged("*a*a*a*b"), **pushed(1)))

        assert outcome(evaluate(rules, [image(tags=["a" * 128]) for _ in range(1_000)], NOW)) == ["stay -"] * 1_000


class TestCount:
    def test_newest_stay(self) -> None:
        """
        The newest by time of push stay, everything past the number goes.

        Source: "Lifecycle policy properties", ``imageCountMoreThan``.
        """
        evaluation = evaluate(made(rule(1, **keep(2))), [image(age_days=days) for days in (3, 1, 2)], NOW)

        assert reasons(evaluation) == [
            "rule 1 keeps 2, and this is number 3",
            "rule 1 keeps 2, and this is number 1",
            "rule 1 keeps 2, and this is number 2",
        ]
        assert evaluation.mattered == ()

    def test_tie(self) -> None:
        """Of images pushed at the same instant the one with the lower digest stays, and that is noted."""
        evaluation = evaluate(made(rule(1, **keep(1))), [image("b"), image("c"), image("a")], NOW)

        assert outcome(evaluation) == ["expire 1", "expire 1", "stay 1"]
        assert evaluation.mattered == (OpenQuestion.TIED_PUSH_TIMES,)

    @pytest.mark.parametrize(
        "images",
        [
            pytest.param([image("a"), image("b"), image("c", age_days=2)], id="above the boundary"),
            pytest.param([image("a", tags=["v1"]), image("b", tags=["v2"]), image("c", tags=["v3"])], id="claimed"),
        ],
    )
    def test_tie_without_consequence(self, images: list[Image]) -> None:
        """A tie that decides nothing is not noted."""
        rules = made(rule(1, **tagged("v*"), **pushed(99)), rule(2, **keep(2)))

        assert evaluate(rules, images, NOW).mattered == ()

    def test_restored_is_new(self) -> None:
        """
        A restored image is as new as its restoration.

        Source: "Archiving an image": restored images behave like newly pushed images.
        """
        images = [image(age_days=400, archived_days_ago=100, activated_days_ago=1), image(age_days=2)]

        assert outcome(evaluate(made(rule(1, **keep(1))), images, NOW)) == ["stay 1", "expire 1"]

    def test_everything_counts(self) -> None:
        """A manifest list, its children and a signature are an image each, and that is noted."""
        images = [
            image("a", tags=["v2"], media_type=LIST_TYPE, children=["b"]),
            image("b"),
            image("c", age_days=3, subject="a"),
            image("d", tags=["v1"], age_days=9),
        ]
        evaluation = evaluate(made(rule(1, **keep(3))), images, NOW)

        assert outcome(evaluation) == ["stay 1", "stay 1", "stay 1", "expire 1"]
        assert evaluation.mattered == (OpenQuestion.EVERYTHING_COUNTS,)


class TestRefusals:
    RULES = made(rule(1, **keep(1)))

    def test_duplicate_digest(self) -> None:
        """A digest is there once."""
        with pytest.raises(DuplicateDigestError) as caught:
            evaluate(self.RULES, [image("a"), image("b"), image("a")], NOW)

        assert str(caught.value) == f"{digest('a')}: occurs twice; remove one"

    def test_naive_now(self) -> None:
        """An instant without an offset is none."""
        with pytest.raises(NaiveTimeError) as caught:
            evaluate(self.RULES, [], datetime(2026, 11, 1))  # noqa: DTZ001 - the mistake in question

        message = "now: must have an offset from UTC, got 2026-11-01T00:00:00; append 'Z' or '+00:00'"
        assert str(caught.value) == message

    def test_archived_without_a_time(self) -> None:
        """An archived image says when it was archived."""
        with pytest.raises(MissingTimeError) as caught:
            evaluate(self.RULES, [image("a", status=ImageStatus.ARCHIVED)], NOW)

        assert str(caught.value) == f"{digest('a')}: is archived, but has no time of archiving; set archived_at"

    def test_circle(self) -> None:
        """Images that wait for each other are refused: which goes first is nowhere said."""
        with pytest.raises(ReferenceCycleError) as caught:
            evaluate(self.RULES, [image("a", subject="b", children=["b"]), image("b")], NOW)

        message = f"{digest('a')}: is in a circle of references, so no image can go first; delete it yourself"
        assert str(caught.value) == message
