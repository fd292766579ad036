"""What a deploy does to the rules that send events of images."""

from __future__ import annotations

from typing import Any

import pytest
from builders.assemblies import stack

from ecrkit.deployment.guard import compare

TOPIC = "arn:aws:sns:us-east-1:123456789012:images"
REMOVED = (
    "the event rule 'ecr-1' leaves the stack: CloudFormation would delete it, and its events are no longer sent to "
    f"{TOPIC}"
)
KEPT = f"the event rule 'ecr-1' leaves the app: the deploy would keep it, and its events are still sent to {TOPIC}"
OTHER = {"Type": "AWS::SSM::Parameter"}


def rule(source: str = "aws.ecr", *, name: str = "ecr-1", kind: str = "PUSH", **attributes: str) -> dict[str, Any]:
    properties = {
        "Name": name,
        "EventPattern": {"source": [source], "detail": {"action-type": [kind]}},
        "Targets": [{"Id": "Target", "Arn": TOPIC}],
    }
    return {"Type": "AWS::Events::Rule", "Properties": properties, **attributes}


def found(before: dict[str, Any], now: dict[str, Any] | None) -> list[tuple[str, str, str]]:
    new = [] if now is None else [stack(now)]
    return [(one.code, one.severity.value, one.message) for one in compare([stack(before)], new)]


@pytest.mark.parametrize("source", ["aws.ecr", "aws.inspector2"])
def test_removed(source: str) -> None:
    """A rule that leaves its stack is a note, whichever service sends the events."""
    assert found({"Rule": rule(source)}, {"Other": OTHER}) == [("GRD181", "note", REMOVED)]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param({"Rule": rule()}, None, id="with its stack"),
        pytest.param({"Rule": rule(DeletionPolicy="Retain")}, {"Other": OTHER}, id="retained"),
    ],
)
def test_kept(before: dict[str, Any], now: dict[str, Any] | None) -> None:
    """A rule that leaves the app and goes on sending is another note."""
    assert found(before, now) == [("GRD182", "note", KEPT)]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        pytest.param(rule(DeletionPolicy="Retain"), rule(), id="another DeletionPolicy"),
        pytest.param(rule(), rule(Condition="IsProd"), id="a condition"),
    ],
)
def test_change_in_place(before: dict[str, Any], now: dict[str, Any]) -> None:
    """A rule that stays where it is and sends the same gives no finding: it has nothing to lose."""
    assert found({"Rule": before}, {"Rule": now}) == []


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        pytest.param({"EventPattern": {"source": ["aws.ecr"], "detail": {"action-type": ["DELETE"]}}}, "EventPattern"),
        pytest.param({"EventPattern": {"source": ["aws.ecr", "aws.s3"]}}, "EventPattern"),
        pytest.param({"State": "DISABLED"}, "State"),
        pytest.param({"Targets": [{"Id": "Target", "Arn": TOPIC.replace("images", "others")}]}, "Targets"),
        pytest.param({"Targets": []}, "Targets"),
    ],
)
def test_sends_something_else(changed: dict[str, Any], names: str) -> None:
    """A rule that no longer sends what it sent, or not to where it did, is a note that names what changes."""
    before = rule()
    now = {**before, "Properties": {**before["Properties"], **changed}}

    [(code, severity, message)] = found({"Rule": before}, {"Rule": now})
    assert (code, severity) == ("GRD183", "note")
    assert message == (
        f"the {names} of the event rule 'ecr-1' changes, so that it may send fewer events, or send them elsewhere"
    )


@pytest.mark.parametrize("changed", [{"State": "ENABLED"}, {"Description": "Sends pushes"}])
def test_sends_the_same(changed: dict[str, Any]) -> None:
    """A default value that is written out, and a description, change nothing of what is sent."""
    before = rule()

    assert found({"Rule": before}, {"Rule": {**before, "Properties": {**before["Properties"], **changed}}}) == []


def test_other_rules() -> None:
    """Rules for events of other services are not the guard's business."""
    assert found({"Rule": rule("aws.s3")}, {"Other": OTHER}) == []
