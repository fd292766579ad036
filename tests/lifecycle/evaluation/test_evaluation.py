"""Every sentence of the user guide about the evaluation, as a case of its own."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from builders.inventories import LIST_TYPE, NOW, digest, image
from builders.policies import ARCHIVE, archived, policy, pulled, pushed, rule, tagged, untagged

from ecrkit.errors import DuplicateDigestError, MissingTimeError, NaiveTimeError, ReferenceCycleError
from ecrkit.images import Image, ImageStatus
from ecrkit.lifecycle.evaluation.evaluation import Evaluation, evaluate
from ecrkit.lifecycle.evaluation.open_questions import OpenQuestion

if TYPE_CHECKING:
    from ecrkit.lifecycle import LifecyclePolicy

EXAMPLES = json.loads((Path(__file__).parents[2] / "data" / "worked_examples.json").read_text())
LONG = "A description that makes a short policy long enough for the service"


def keep(number: int) -> dict[str, Any]:
    return {"countType": "imageCountMoreThan", "countNumber": number}


def made(*rules: dict[str, Any]) -> LifecyclePolicy:
    return policy({**rules[0], "description": LONG}, *rules[1:])


def outcome(evaluation: Evaluation) -> list[str]:
    """Write each verdict as ``fate by rule``, in order."""
    fates = {None: "stay", "expire": "expire", "transition": "archive"}
    return [
        f"{fates[verdict.action]} {verdict.rule.rule_priority if verdict.rule else '-'}"
        for verdict in evaluation.verdicts
    ]


def reasons(evaluation: Evaluation) -> list[str]:
    return [verdict.reason for verdict in evaluation.verdicts]


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
            "claimed by rule 1 and among its newest 2: number 1",
            "claimed by rule 1 and among its newest 2: number 2",
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


class TestAge:
    @pytest.mark.parametrize(
        ("age", "fate"),
        [
            pytest.param(timedelta(days=14), "stay 1", id="14 days"),
            pytest.param(timedelta(days=14, microseconds=1), "expire 1", id="a moment more"),
            pytest.param(timedelta(hours=-2), "stay 1", id="clock skew"),
        ],
    )
    def test_strictly_older(self, age: timedelta, fate: str) -> None:
        """
        Age is counted in days of 24 hours from the push, and an image goes when it is strictly older.

        Source: "Lifecycle policy properties", ``sinceImagePushed``.
        """
        images = [image()._replace(pushed_at=NOW - age)]

        assert outcome(evaluate(made(rule(1, **pushed(14))), images, NOW)) == [fate]

    def test_reasons(self) -> None:
        """The reason names the day of the push, or the day after which an image goes."""
        evaluation = evaluate(made(rule(1, **pushed(14))), [image(age_days=20), image(age_days=4)], NOW)

        assert reasons(evaluation) == [
            "pushed 2026-10-12, more than 14 days ago",
            "claimed by rule 1 and not old enough: expires after 2026-11-11",
        ]

    @pytest.mark.parametrize(
        "days", [pytest.param(10**6, id="before the calendar"), pytest.param(10**30, id="no integer")]
    )
    def test_any_number_of_days(self, days: int) -> None:
        """A number of days has no highest: an age that the calendar has no room for is never reached."""
        evaluation = evaluate(made(rule(1, **pushed(days))), [image(age_days=99)], NOW)

        assert outcome(evaluation) == ["stay 1"]

    def test_due_after_the_calendar(self) -> None:
        """What would be due after the end of the calendar is due at its end."""
        evaluation = evaluate(made(rule(1, **pushed(10**30))), [image(age_days=99)], NOW)

        assert reasons(evaluation) == ["claimed by rule 1 and not old enough: expires after 9999-12-31"]

    @pytest.mark.parametrize(
        ("images", "fate"),
        [
            pytest.param(image(age_days=99, pulled_days_ago=20), "stay 1", id="pulled"),
            pytest.param(image(age_days=99, pulled_days_ago=31), "archive 1", id="pulled long ago"),
            pytest.param(image(age_days=31), "archive 1", id="never pulled"),
            pytest.param(image(age_days=9), "stay 1", id="never pulled and new"),
            pytest.param(
                image(age_days=99, pulled_days_ago=80, archived_days_ago=50, activated_days_ago=3),
                "stay 1",
                id="restored and not pulled since",
            ),
            pytest.param(
                image(age_days=99, pulled_days_ago=31, archived_days_ago=50, activated_days_ago=40),
                "archive 1",
                id="restored and pulled since",
            ),
        ],
    )
    def test_last_pull(self, images: Image, fate: str) -> None:
        """
        Days since the last pull are counted from the last recorded pull; from the push where there is none.

        Source: "Lifecycle policy properties", ``sinceImagePulled``.
        """
        evaluation = evaluate(made(rule(1, **pulled(30), action=ARCHIVE)), [images], NOW)

        assert outcome(evaluation) == [fate]
        assert evaluation.mattered == ()

    def test_pull_may_come(self) -> None:
        """The day on which an image goes for want of a pull is not certain."""
        evaluation = evaluate(made(rule(1, **pulled(1), action=ARCHIVE)), [image(age_days=0), image(age_days=2)], NOW)

        assert reasons(evaluation) == [
            "claimed by rule 1 and not old enough: is archived after 2026-11-02 unless pulled",
            "last used 2026-10-30, more than 1 day ago",
        ]

    def test_age_of_the_restored(self) -> None:
        """The age of a restored image is counted from its restoration, and that is noted where it matters."""
        images = [
            image(age_days=99, archived_days_ago=50, activated_days_ago=3),
            image(age_days=99, archived_days_ago=50, activated_days_ago=40),
        ]
        evaluation = evaluate(made(rule(1, **pushed(14))), images, NOW)

        assert outcome(evaluation) == ["stay 1", "expire 1"]
        assert evaluation.mattered == (OpenQuestion.AGE_AFTER_RESTORATION,)


class TestArchive:
    def test_days_in_the_archive(self) -> None:
        """
        An archived image goes when it was archived strictly more than that many days ago.

        Source: "Lifecycle policy properties", ``sinceImageTransitioned``.
        """
        images = [image(age_days=400, archived_days_ago=days) for days in (90, 90.1)]
        evaluation = evaluate(made(rule(1, **archived(90))), images, NOW)

        assert outcome(evaluation) == ["stay 1", "expire 1"]
        assert reasons(evaluation)[1] == "archived 2026-08-03, more than 90 days ago"

    def test_classes_do_not_mix(self) -> None:
        """
        A rule sees the images of its storage class only, and a claim holds only there.

        Source: "Examples of lifecycle policies", combining archive and expire, which could expire nothing otherwise.
        """
        rules = made(rule(1, **pulled(30), action=ARCHIVE), rule(2, **archived(365)))
        images = [image(age_days=400), image(age_days=900, archived_days_ago=400), image(age_days=3)]

        assert outcome(evaluate(rules, images, NOW)) == ["archive 1", "expire 2", "stay 1"]

    def test_archived_do_not_count(self) -> None:
        """An archived image takes no place of those that a rule for standard storage keeps."""
        images = [image(age_days=1, archived_days_ago=0.5), image(age_days=2)]

        assert outcome(evaluate(made(rule(1, **keep(1))), images, NOW)) == ["stay -", "stay 1"]

    def test_activating(self) -> None:
        """An image on its way back counts as archived, and that is noted."""
        images = [image(age_days=99, archived_days_ago=91, status=ImageStatus.ACTIVATING)]
        evaluation = evaluate(made(rule(1, **archived(90)), rule(2, **keep(1))), images, NOW)

        assert outcome(evaluation) == ["expire 1"]
        assert evaluation.mattered == (OpenQuestion.ACTIVATING,)


class TestReferences:
    def test_child_waits_for_its_list(self) -> None:
        """
        An image that a manifest list refers to stays as long as the list does.

        Source: "Lifecycle policy evaluation rules": it cannot be expired or archived without the list being deleted
        or archived first.
        """
        images = [image("a", tags=["v1"], age_days=30, children=["b", "c"]), image("b", age_days=30)]
        evaluation = evaluate(made(rule(1, **untagged(), **pushed(14))), images, NOW)

        assert outcome(evaluation) == ["stay -", "stay 1"]
        assert reasons(evaluation)[1] == f"kept because manifest list {digest('a')} stays; rule 1 selects it"

    def test_child_goes_with_its_list(self) -> None:
        """A child goes when all lists that refer to it go, and a rule selects it too."""
        images = [image("a", age_days=30, children=["c"]), image("b", age_days=20, children=["c"])]
        rules = made(rule(1, **pushed(14)))

        assert outcome(evaluate(rules, [*images, image("c", age_days=30)], NOW)) == ["expire 1"] * 3
        assert outcome(evaluate(rules, [*images, image("c", age_days=3)], NOW)) == ["expire 1", "expire 1", "stay 1"]

    def test_list_in_the_archive(self) -> None:
        """A list that is in the archive already was archived first, and keeps none of its children."""
        images = [image("a", tags=["v1"], age_days=30, archived_days_ago=5, children=["b"]), image("b", age_days=30)]

        assert outcome(evaluate(made(rule(1, **untagged(), **pushed(14))), images, NOW)) == ["stay -", "expire 1"]

    def test_lists_of_lists(self) -> None:
        """What stays because of a list keeps its own children."""
        images = [
            image("a", tags=["v1"], age_days=1, children=["b"]),
            image("b", age_days=30, children=["c"]),
            image("c", age_days=30),
        ]

        assert outcome(evaluate(made(rule(1, **pushed(14))), images, NOW)) == ["stay 1"] * 3

    def test_artifact_stays_with_its_subject(self) -> None:
        """A signature of an image that stays is kept because of it, and that is noted."""
        images = [image("a", tags=["v1"], age_days=30), image("b", age_days=30, subject="a")]
        evaluation = evaluate(made(rule(1, **untagged(), **pushed(14))), images, NOW)

        assert outcome(evaluation) == ["stay -", "stay 1"]
        assert reasons(evaluation)[1] == f"kept because its subject {digest('a')} stays; rule 1 selects it"
        assert evaluation.mattered == (OpenQuestion.SUBJECT_DECIDES,)

    def test_artifact_goes_with_its_subject(self) -> None:
        """
        A signature goes with its subject, also where no rule selects it; and so does a signature of a signature.

        Source: "Lifecycle policy evaluation rules": reference artifacts are expired or archived within 24 hours of
        their subject.
        """
        images = [image("a", tags=["v1"], age_days=30), image("b", subject="a"), image("c", subject="b")]
        evaluation = evaluate(made(rule(1, **tagged("v*"), **pushed(14))), images, NOW)

        assert outcome(evaluation) == ["expire 1"] * 3
        assert reasons(evaluation)[1] == f"goes with its subject {digest('a')}, which rule 1 selects"

    def test_subject_elsewhere(self) -> None:
        """A subject that is not there says nothing."""
        images = [image("b", age_days=30, subject="a")]

        assert outcome(evaluate(made(rule(1, **pushed(14))), images, NOW)) == ["expire 1"]

    def test_already_archived(self) -> None:
        """An artifact in the archive is not archived again when its subject is."""
        images = [image("a", tags=["v1"], age_days=30), image("b", age_days=30, archived_days_ago=9, subject="a")]

        assert outcome(evaluate(made(rule(1, **pushed(14), action=ARCHIVE)), images, NOW)) == ["archive 1", "stay -"]

    def test_list_before_subject(self) -> None:
        """An artifact that a list refers to waits for the list, though its subject goes."""
        images = [
            image("a", tags=["v1"], age_days=30),
            image("b", subject="a"),
            image("c", tags=["x"], children=["b"]),
        ]

        assert outcome(evaluate(made(rule(1, **tagged("v*"), **pushed(14))), images, NOW)) == [
            "expire 1",
            "stay -",
            "stay -",
        ]


class TestRefusals:
    RULES = made(rule(1, **keep(1)))

    def test_duplicate_digest(self) -> None:
        """A digest is there once."""
        with pytest.raises(DuplicateDigestError) as caught:
            evaluate(self.RULES, [image("a"), image("b"), image("a")], NOW)

        assert str(caught.value) == f"{digest('a')}: is there twice; a repository has each digest once"

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

        assert str(caught.value) == f"{digest('a')}: is archived, and does not say when that was; set archived_at"

    def test_circle(self) -> None:
        """Images that wait for each other are refused: which goes first is nowhere said."""
        with pytest.raises(ReferenceCycleError) as caught:
            evaluate(self.RULES, [image("a", subject="b", children=["b"]), image("b")], NOW)

        message = f"{digest('a')}: cannot go before an image that cannot go before it; delete it yourself"
        assert str(caught.value) == message
