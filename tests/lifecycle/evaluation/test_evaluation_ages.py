"""What the user guide says about ages, pulls and the archive, sentence by sentence."""

from __future__ import annotations

from datetime import timedelta

import pytest
from builders.evaluations import keep, made, outcome, reasons
from builders.inventories import NOW, image
from builders.policies import ARCHIVE, archived, pulled, pushed, rule

from ecrkit.images import Image, ImageStatus
from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.evaluation.open_questions import OpenQuestion


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
            "matched by rule 1 and not old enough: expires after 2026-11-11",
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

        assert reasons(evaluation) == ["matched by rule 1 and not old enough: expires after 9999-12-31"]

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
            "matched by rule 1 and not old enough: is archived after 2026-11-02 unless pulled",
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
