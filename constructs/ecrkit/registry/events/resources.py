"""
Rules of EventBridge and their roles, as CloudFormation resources.

A role sends the events, so the policy of a topic or queue in the same account needs no change. CloudFormation could
only replace such a policy as a whole.

Source: EventBridge user guide, "Using resource-based policies for Amazon EventBridge" and "Sending events to an AWS
service in another account"; CloudFormation template reference, AWS::Events::Rule (read 2026-11).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ecrkit.registry.cloudformation import partition_of
from ecrkit.registry.events.patterns import event_patterns
from ecrkit.registry.events.targets import target_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ecrkit.registry.events.targets import Target
    from ecrkit.registry.events.values import Event

__all__ = ["event_resources"]

_SENT = {
    "Images": "pushes and deletions of images",
    "Scans": "basic scans of images",
    "EnhancedScans": "enhanced scans of images",
    "Findings": "findings of Amazon Inspector in images",
}

_GROUP = "ecr"
"""Messages of one group keep their order in a FIFO queue."""


def event_resources(
    events: Sequence[Event], *, environment: str, region: str, account: str
) -> dict[str, dict[str, object]]:
    """
    Write the resources of events, by logical ID.

    A logical ID comes from the target, from what the rule matches, and from its place among such rules of this target.
    What a rule matches changes in place, and another target replaces it.

    Args:
        events: valid ones, in order.
        environment: name of the environment; part of the names of the rules.
        region: Region of the registry, as in ``us-east-1``.
        account: account of the registry, 12 digits.
    """
    resources: dict[str, dict[str, object]] = {}
    counts: dict[tuple[str, str], int] = {}
    for event in events:
        target = target_of(event.to)
        if target is None:
            continue
        key = hashlib.sha256(f"{environment} {event.to}".encode()).hexdigest()[:8].upper()
        role = f"Role{key}"
        rules = f"arn:{partition_of(region)}:events:{region}:{account}:rule/{_rule_name(key, '*')}"
        resources.setdefault(role, _role(target, rules=rules, account=account))
        for what, pattern in event_patterns(event, region=region, account=account).items():
            number = counts[event.to, what] = counts.get((event.to, what), 0) + 1
            resources[f"{what}{key}{number}"] = {
                "Type": "AWS::Events::Rule",
                "Properties": {
                    "Description": f"Sends {_SENT[what]} to the {target.noun} {target.name}",
                    "EventPattern": pattern,
                    "Name": _rule_name(key, f"{what}-{number}"),
                    "State": "ENABLED",
                    "Targets": [_rule_target(target, role)],
                },
            }
    return resources


def _rule_name(key: str, rest: str) -> str:
    # A role trusts the rules of its target by their names, which it could not if CloudFormation made them up.
    return f"ecr-{key}-{rest}"


def _rule_target(target: Target, role: str) -> dict[str, object]:
    group = {"SqsParameters": {"MessageGroupId": _GROUP}} if target.is_fifo else {}
    return {"Arn": target.arn, "Id": "Target", "RoleArn": {"Fn::GetAtt": [role, "Arn"]}, **group}


def _role(target: Target, *, rules: str, account: str) -> dict[str, object]:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": rules}},
    }
    send = {"Effect": "Allow", "Action": target.action, "Resource": target.arn}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Description": f"Sends events of ECR to the {target.noun} {target.name}",
            "Policies": [
                {"PolicyName": "SendEvents", "PolicyDocument": {"Version": "2012-10-17", "Statement": [send]}}
            ],
        },
    }
