"""ECR's own preview, which no local AWS has: waited for, read whole, and never taken for another one's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from builders.inventories import digest
from builders.policies import policy, policy_text, pushed, rule, untagged

from ecrkit.aws.polling import Patience
from ecrkit.aws.previews import ecr_preview
from ecrkit.errors import AwsError, NoVerdictError
from ecrkit.lifecycle import render
from ecrkit.lifecycle.values import ActionType

if TYPE_CHECKING:
    from botocore.stub import Stubber
    from mypy_boto3_ecr import ECRClient

    from ecrkit.preview.comparison import Outcome

NOW = datetime(2026, 11, 1, tzinfo=UTC)
RULES = rule(2), rule(1, **untagged(), **pushed(14))
POLICY = policy(*RULES)
# As the service gives it: with other spaces, and in its order.
TEXT = policy_text(*reversed(RULES))
ARCHIVE = {"type": "TRANSITION", "targetStorageClass": "ARCHIVE"}


class Clock:
    """A clock that goes on by sleeping only."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.reports: list[tuple[str, float]] = []

    def patience(self, seconds: float = 600) -> Patience:
        def report(what: str, waited: float) -> None:
            self.reports.append((what, waited))

        return Patience(seconds=seconds, clock=lambda: sum(self.pauses), sleep=self.pauses.append, report=report)


def starts(stub: Stubber) -> None:
    stub.add_response(
        "start_lifecycle_policy_preview",
        {"status": "IN_PROGRESS"},
        {"repositoryName": "web", "lifecyclePolicyText": render(POLICY)},
    )


def answers(stub: Stubber, status: str, *results: dict[str, Any], after: str = "", **others: object) -> None:
    asked = {"repositoryName": "web", "maxResults": 100} | ({"nextToken": after} if after else {})
    answer = {"status": status, "lifecyclePolicyText": TEXT, "previewResults": list(results), **others}
    stub.add_response("get_lifecycle_policy_preview", answer, asked)


def result(name: str, action: dict[str, str], priority: int) -> dict[str, Any]:
    return {"imageDigest": digest(name), "imagePushedAt": NOW, "action": action, "appliedRulePriority": priority}


def previewed(client: ECRClient, clock: Clock | None = None, *, seconds: float = 600) -> dict[str, Outcome]:
    return ecr_preview(client, "web", POLICY, patience=(clock or Clock()).patience(seconds))


def test_pages_are_one_result(client: ECRClient, stub: Stubber) -> None:
    """The images of all pages are the result, with action and rule."""
    starts(stub)
    answers(stub, "COMPLETE", result("a", {"type": "EXPIRE"}, 1), nextToken="1")
    answers(stub, "COMPLETE", result("b", ARCHIVE, 2), after="1")

    found = previewed(client)

    assert {key: (one.action, one.rule_priority) for key, one in found.items()} == {
        digest("a"): (ActionType.EXPIRE, 1),
        digest("b"): (ActionType.TRANSITION, 2),
    }


def test_waits_longer_and_longer(client: ECRClient, stub: Stubber) -> None:
    """Another's preview is waited for, then ours, with pauses that grow; what is waited for is told."""
    clock = Clock()
    stub.add_client_error("start_lifecycle_policy_preview", "LifecyclePolicyPreviewInProgressException")
    starts(stub)
    stub.add_client_error("get_lifecycle_policy_preview", "LifecyclePolicyPreviewNotFoundException")
    answers(stub, "IN_PROGRESS")
    answers(stub, "COMPLETE")

    assert previewed(client, clock) == {}
    assert clock.pauses == [2, 3, 4.5]
    assert clock.reports == [
        ("web: another preview is running", 0),
        ("web: ECR's preview is running", 2),
        ("web: ECR's preview is running", 5),
    ]


def test_patience_ends(client: ECRClient, stub: Stubber) -> None:
    """What takes too long is no result, and what was waited for is the last word."""
    starts(stub)
    answers(stub, "IN_PROGRESS")
    answers(stub, "IN_PROGRESS")

    with pytest.raises(NoVerdictError) as caught:
        previewed(client, seconds=3)
    assert str(caught.value) == "web: no preview of ECR within 3 s, the last status was: ECR's preview is running"


@pytest.mark.parametrize(
    ("status", "others", "message"),
    [
        pytest.param(
            "EXPIRED", {}, "ECR's preview is EXPIRED; it was not read in time; run the command again", id="expired"
        ),
        pytest.param("FAILED", {}, "ECR's preview is FAILED; ECR does not say why; run the command again", id="failed"),
        pytest.param("NEW", {}, "ECR's preview is NEW; run the command again", id="unknown"),
        pytest.param(
            "COMPLETE",
            {"lifecyclePolicyText": policy_text(rule(1))},
            "another preview was started meanwhile; run the command again",
            id="of another policy",
        ),
        pytest.param(
            "COMPLETE",
            {"lifecyclePolicyText": " " * 100},
            "another preview was started meanwhile; run the command again",
            id="of no policy",
        ),
        pytest.param(
            "COMPLETE",
            {"previewResults": [result("a", {"type": "MOVE"}, 1)]},
            "ECR's preview has an action that ecrkit does not know: MOVE",
            id="unknown action",
        ),
    ],
)
def test_no_verdict(client: ECRClient, stub: Stubber, status: str, others: dict[str, Any], message: str) -> None:
    """What is no result of this policy is never taken for one."""
    starts(stub)
    answers(stub, status, **others)

    with pytest.raises(NoVerdictError) as caught:
        previewed(client)
    assert str(caught.value) == f"web: {message}"


@pytest.mark.parametrize("operation", ["start_lifecycle_policy_preview", "get_lifecycle_policy_preview"])
def test_refusal_passes(client: ECRClient, stub: Stubber, operation: str) -> None:
    """What AWS refuses is told as everywhere."""
    if operation.startswith("get"):
        starts(stub)
    stub.add_client_error(operation, "AccessDeniedException", "no")

    with pytest.raises(AwsError, match="LifecyclePolicyPreview: access denied: no; docs"):
        previewed(client)
