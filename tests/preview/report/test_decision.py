"""The sentence that a report begins with."""

from __future__ import annotations

import pytest
from builders.inventories import image
from builders.reports import previewed

from ecrkit.lifecycle.evaluation.verdicts import Cause, Verdict
from ecrkit.lifecycle.values import ActionType
from ecrkit.preview.preview import Totals
from ecrkit.preview.protection import Violation
from ecrkit.preview.report.decision import decision

RULE = previewed([]).policy.rules[0]


def protected(number: int, *because: str) -> list[Violation]:
    verdict = Verdict(image(), ActionType.EXPIRE, RULE, Cause.PAST_THE_AGE)
    return [Violation(verdict, because or ("in use (in-use.txt:1)",))] * number


@pytest.mark.parametrize(
    ("totals", "violations", "is_checked", "expected"),
    [
        pytest.param(
            Totals(images=400, expire=384, expire_bytes=170_000_000_000),
            protected(2),
            True,
            "stop: 384 of 400 images expire, 170.0 GB. 2 of them run now.",
            id="some run",
        ),
        pytest.param(
            Totals(images=400, expire=1, archive=2, expire_bytes=5),
            protected(1, "pulled on 2026-10-30"),
            True,
            "stop: 1 of 400 images expires, 5 B, and 2 are archived. 1 of them is protected.",
            id="one is protected",
        ),
        pytest.param(
            Totals(images=1, expire=1, expire_bytes=5),
            protected(1),
            True,
            "stop: The only image expires, 5 B. It runs now.",
            id="the only one runs",
        ),
        pytest.param(
            Totals(images=3, expire=2, expire_bytes=5),
            [],
            True,
            "safe: 2 of 3 images expire, 5 B. None of them is protected.",
            id="checked",
        ),
        pytest.param(
            Totals(images=3, expire=3, expire_bytes=5),
            [],
            True,
            "check: 3 of 3 images expire, 5 B. No image stays. None of them is protected.",
            id="all",
        ),
        pytest.param(
            Totals(images=3, archive=1),
            [],
            False,
            "check: 1 of 3 images is archived. Pass --in-use to check whether it runs.",
            id="not checked",
        ),
        pytest.param(
            Totals(images=9, expire=2, without_size=2),
            [],
            True,
            "safe: 2 of 9 images expire, of unknown size. None of them is protected.",
            id="unknown size",
        ),
        pytest.param(Totals(images=1), [], False, "safe: No image expires: the image stays.", id="the only one stays"),
        pytest.param(Totals(images=9), [], False, "safe: No image expires: all 9 images stay.", id="all stay"),
        pytest.param(
            Totals(),
            [],
            False,
            "safe: my-app has no images, so nothing expires. Below is what the policy would do.",
            id="empty",
        ),
    ],
)
def test_decision(totals: Totals, violations: list[Violation], is_checked: bool, expected: str) -> None:  # noqa: FBT001
    """The decision says what happens, and whether it was checked what must stay."""
    found = decision(totals, violations, is_checked=is_checked, where="my-app")

    assert f"{found.verdict}: {found.text}" == expected
