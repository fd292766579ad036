"""What a deploy does to the replication of a registry."""

from __future__ import annotations

from typing import Any

import pytest
from builders.assemblies import stack

from ecrkit.deployment.guard import compare

TO = {"Region": "eu-west-1", "RegistryId": "123456789012"}

CHANGED = (
    "the replication configuration changes: the deploy replaces all of its rules, which turns off what the template "
    "does not declare, such as the replication of deletions"
)
STARTED = (
    "the replication configuration is to replicate deletions to eu-west-1 of account 123456789012: from then on, an "
    "image that expires or is deleted here is deleted there, too"
)


def replication(*rules: object) -> dict[str, Any]:
    properties = {"ReplicationConfiguration": {"Rules": list(rules)}}
    return {
        "Type": "AWS::ECR::ReplicationConfiguration",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": properties,
    }


def found(before: dict[str, Any], now: dict[str, Any]) -> list[tuple[str, str, str]]:
    findings = compare([stack({"It": before})], [stack({"It": now})])
    return [(one.code, one.severity.value, one.message) for one in findings]


def test_change_is_noted() -> None:
    """Templates cannot tell what was turned on by hand, so that every change says what it turns off."""
    elsewhere = {"Destinations": [{**TO, "Region": "eu-west-3"}]}

    assert found(replication({"Destinations": [TO]}), replication(elsewhere)) == [
        (
            "GRD174",
            "note",
            CHANGED,
        )
    ]


@pytest.mark.parametrize("value", [True, "true", {"Ref": "Deletes"}])
def test_deletions_that_start_are_refused(value: object) -> None:
    """A template that turns on the replication of deletions, perhaps, is refused."""
    now = replication({"Destinations": [TO], "DeleteReplication": {"Enabled": value}})

    (refused, note) = found(replication({"Destinations": [TO]}), now)
    assert refused == (
        "GRD134",
        "error",
        STARTED,
    )
    assert note[0] == "GRD174"


@pytest.mark.parametrize("before", [True, False])
def test_deletions_that_do_not_start_are_not_refused(*, before: bool) -> None:
    """Turned on already, or turned off, it is no error."""
    rule = {"Destinations": [TO], "DeleteReplication": {"Enabled": before}}
    now = replication(rule, {"Destinations": [{**TO, "Region": "eu-west-3"}], "DeleteReplication": {"Enabled": False}})

    assert [code for code, _, _ in found(replication(rule), now)] == ["GRD174"]
