"""Compare ECR's own preview with the evaluator, and settle open questions that need no waiting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from builders.policies import document, rule, tagged
from conformance.pushes import Draft
from conformance.repositories import filled, previewed
from conformance.scenarios import scenarios
from conformance.values import Result

from ecrkit.aws.concurrency import in_order
from ecrkit.lifecycle.evaluation.open_questions import OpenQuestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.repositories import Filled
    from conformance.scenarios import Scenario
    from conformance.values import Account

    from ecrkit.images.inventory.values import Image

__all__ = ["preview_results", "question_results"]

_LONG = "A description that makes a short policy long enough for the service"
_TIED = 8
_NEEDS_RESTORING = "needs an image that was restored from the archive, and days of waiting"


def preview_results(account: Account, *, seed: int, random_repositories: int) -> Iterator[Result]:
    """Preview every policy of every scenario; repositories at the same time, policies of one after the other."""

    def compare(scenario: Scenario) -> list[Result]:
        found = filled(account, account.name(scenario.name), scenario.drafts)
        return [
            previewed(account, found, text, part="preview", name=f"{scenario.name}: {name}")
            for name, text in scenario.policies.items()
        ]

    # Repositories are created here, in the thread that removes them.
    planned = scenarios(seed, random_repositories=random_repositories)
    created = (scenario for scenario in planned if account.create(scenario.name))
    for results in in_order(compare, created):
        yield from results


def question_results(account: Account) -> Iterator[Result]:
    """Settle the open questions."""
    yield _tie(account)
    yield _everything_counts(account)
    yield _subject_decides(account)
    for question in (OpenQuestion.AGE_AFTER_RESTORATION, OpenQuestion.ACTIVATING):
        yield _not_settled(question, _NEEDS_RESTORING)


def _not_settled(question: OpenQuestion, why: str) -> Result:
    return Result(part="questions", name=question.name, given={}, ours=question.value, theirs=None, note=why)


def _keep(number: int, **selection: object) -> str:
    return json.dumps(document(rule(countNumber=number, description=_LONG, **selection)), indent=1)


def _settled(account: Account, found: Filled, text: str, question: OpenQuestion) -> Result:
    return previewed(account, found, text, part="questions", name=question.name)


def _tie(account: Account) -> Result:
    """Push without a pause, and keep one of the images that ECR says came at the same instant."""
    question = OpenQuestion.TIED_PUSH_TIMES
    drafts = [Draft(name=f"image-{place}", tags=(f"t{place}",)) for place in range(_TIED)]
    found = filled(account, account.create("tie"), drafts, pause=0)
    keep = _within_a_tie(found.images)
    if not keep:
        return _not_settled(question, "no two images came at the same instant; run it again")
    return _settled(account, found, _keep(keep), question)


def _within_a_tie(images: Sequence[Image]) -> int:
    """Give a number to keep that parts images of the same instant; 0 where there are none."""
    instants = sorted((image.pushed_at for image in images), reverse=True)
    return next((place for place in range(1, len(instants)) if instants[place - 1] == instants[place]), 0)


def _everything_counts(account: Account) -> Result:
    """The two newest of these are two plain images; the others count if the oldest of them expires."""
    drafts = [
        Draft(name="oldest", tags=("a",)),
        Draft(name="amd64"),
        Draft(name="arm64"),
        Draft(name="list", tags=("b",), children=("amd64", "arm64")),
        Draft(name="signature", subject="list"),
    ]
    found = filled(account, account.create("counts"), drafts)
    return _settled(account, found, _keep(4), OpenQuestion.EVERYTHING_COUNTS)


def _subject_decides(account: Account) -> Result:
    """No rule selects the signature of the image that expires."""
    drafts = [
        Draft(name="subject", tags=("v1",)),
        Draft(name="signature", tags=("signature",), subject="subject"),
        Draft(name="newer", tags=("v2",)),
    ]
    found = filled(account, account.create("subject"), drafts)
    return _settled(account, found, _keep(1, **tagged("v*")), OpenQuestion.SUBJECT_DECIDES)
