"""What the user guide says about images that refer to others, sentence by sentence."""

from __future__ import annotations

from builders.evaluations import made, outcome, reasons
from builders.inventories import NOW, digest, image
from builders.policies import ARCHIVE, pushed, rule, tagged, untagged

from ecrkit.lifecycle.evaluation.evaluation import evaluate
from ecrkit.lifecycle.evaluation.open_questions import OpenQuestion


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
