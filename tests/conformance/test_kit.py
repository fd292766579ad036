"""The kit of conformance: it agrees with a stub of ECR, and finds every way in which another stub differs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from builders.conformance import ACCOUNT, Stub, stub
from conformance.replay import verdict_now
from conformance.report import write_cases
from conformance.running import PARTS, results_of, run
from conformance.stub.deviations import ACCESS, CLEANUP, DEPLOYMENT, DEVIATIONS, LIFECYCLE, PREVIEW, QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.server

PART_OF = {
    **dict.fromkeys(LIFECYCLE, "lifecycle"),
    **dict.fromkeys(ACCESS, "access"),
    **dict.fromkeys(PREVIEW, "preview"),
    **dict.fromkeys(QUESTIONS, "questions"),
    **dict.fromkeys(DEPLOYMENT, "deployment"),
}
SEED = 16


@pytest.fixture(scope="module", name="ecr")
def shared_stub() -> Iterator[Stub]:
    """One stub; each test empties it."""
    with stub() as running:
        yield running


def test_faithful_stub(ecr: Stub) -> None:
    """A stub that follows the documentation agrees with ecrkit in everything, and nothing is left there."""
    report = run(ecr.account(), seed=SEED, random_repositories=2)

    assert [result.name for result in report.disagreements] == []
    assert (report.error, report.is_complete, report.leftovers) == ("", True, [])
    assert {result.part for result in report.results} == set(PARTS)
    assert len(report.results) > 300
    assert (ecr.state.repositories, ecr.state.stacks) == ({}, {})


@pytest.mark.parametrize("deviation", PART_OF)
def test_deviation(deviation: str, ecr: Stub) -> None:
    """A stub that differs in one thing is found by the part that this belongs to."""
    results = results_of(ecr.account(deviation), PART_OF[deviation], seed=SEED, random_repositories=1)
    found = next((result for result in results if not result.agrees), None)

    assert found is not None, DEVIATIONS[deviation]


def test_every_deviation_is_tested() -> None:
    """Every planted deviation is found above, or below by what is left."""
    assert len(DEVIATIONS) > 20
    assert DEVIATIONS.keys() - PART_OF.keys() == {*CLEANUP}


def test_what_cannot_be_removed(ecr: Stub) -> None:
    """A repository that is still there after the removal is reported."""
    account = ecr.account("keeps-repositories")

    report = run(account, seed=SEED, parts=["questions"])

    assert report.leftovers == [account.name("counts"), account.name("subject"), account.name("tie")]


@pytest.mark.parametrize(
    ("deviation", "part", "file"),
    [
        pytest.param("accepts-count-0", "lifecycle", "lifecycle-ecr112-countnumber-is-below-1.json", id="lifecycle"),
        pytest.param("accepts-resource", "access", "access-resource.json", id="access"),
        pytest.param("ignores-case", "preview", "preview-tags-keep-two-by-pattern.json", id="preview"),
        pytest.param("children-do-not-count", "questions", "questions-everything-counts.json", id="questions"),
    ],
)
def test_disagreement_becomes_a_case(deviation: str, part: str, file: str, tmp_path: Path, ecr: Stub) -> None:
    """Every disagreement is written as a case that ecrkit answers as it did, without the account."""
    report = run(ecr.account(deviation), seed=SEED, parts=[part], random_repositories=0)
    written = write_cases(report, tmp_path, ACCOUNT)

    assert tmp_path / file in written
    for path in written:
        case = json.loads(path.read_text(encoding="utf-8"))
        assert case["part"] == part
        assert verdict_now(case) == case["ecrkit"] != case["ecr"]
        assert ACCOUNT not in path.read_text(encoding="utf-8")


def test_report(ecr: Stub) -> None:
    """The report counts what was compared by part, and gives the answer to each question."""
    account = ecr.account("higher-digest-is-newer")

    document = run(account, seed=SEED, parts=["questions"], estimate="less than 1 cent").document(ACCOUNT)

    assert document["parts"] == {"questions": {"agreed": 2, "disagreed": 1, "not_settled": 2}}
    assert [(one["question"], one["answer"]) for one in document["questions"]] == [
        ("TIED_PUSH_TIMES", "disagreed"),
        ("EVERYTHING_COUNTS", "agreed"),
        ("SUBJECT_DECIDES", "agreed"),
        ("AGE_AFTER_RESTORATION", "not_settled"),
        ("ACTIVATING", "not_settled"),
    ]
    assert [one["name"] for one in document["disagreements"]] == ["TIED_PUSH_TIMES"]
    assert document["cost"] == "less than 1 cent"
    assert document["complete"] is True
