"""The targets of events: topics, queues and event buses, and what each has to allow."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

__all__ = ["TARGET", "Target", "policy_statement", "target_of"]

_NOUNS = {"sns": "topic", "sqs": "queue", "events": "event bus"}
_ACTIONS = {"sns": "sns:Publish", "sqs": "sqs:SendMessage", "events": "events:PutEvents"}
_NAMED = r"[A-Za-z0-9_-]{1,251}(?:\.fifo)?"

TARGET = re.compile(
    r"arn:(?P<partition>aws[-a-z0-9]*):"
    rf"(?:(?P<queue_or_topic>sns|sqs):(?P<region>[a-z0-9-]+):(?P<account>[0-9]{{12}}):{_NAMED}"
    r"|events:(?P<bus_region>[a-z0-9-]+):(?P<bus_account>[0-9]{12}):event-bus/[A-Za-z0-9/._-]{1,256})",
    re.ASCII,
)
"""Source: CloudFormation template reference, AWS::SNS::Topic, AWS::SQS::Queue and AWS::Events::EventBus."""

_FIFO = ".fifo"
_DEFAULT = "event-bus/default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """
    A target of events.

    Attributes:
        arn: its ARN.
        service: ``sns``, ``sqs`` or ``events``.
        partition: as in ``aws``.
        region: as in ``us-east-1``.
        account: 12 digits.
    """

    arn: str
    service: str
    partition: str
    region: str
    account: str

    @property
    def noun(self) -> str:
        """What it is, in words."""
        return _NOUNS[self.service]

    @property
    def name(self) -> str:
        """Its name, the last part of the ARN."""
        return self.arn.split(":", 5)[5].removeprefix("event-bus/")

    @property
    def action(self) -> str:
        """What EventBridge calls to send an event."""
        return _ACTIONS[self.service]

    @property
    def is_fifo(self) -> bool:
        """Whether it keeps the order of messages."""
        return self.service != "events" and self.arn.endswith(_FIFO)

    @property
    def is_default_bus(self) -> bool:
        """Whether it is the bus that the services of AWS send their events to."""
        return self.service == "events" and self.arn.endswith(f":{_DEFAULT}")


def target_of(arn: str) -> Target | None:
    """Read the ARN of a target; ``None`` for anything else."""
    match = TARGET.fullmatch(arn)
    if match is None:
        return None
    return Target(
        arn=arn,
        service=match["queue_or_topic"] or "events",
        partition=match["partition"],
        region=match["region"] or match["bus_region"],
        account=match["account"] or match["bus_account"],
    )


def policy_statement(target: Target, *, account: str) -> str:
    """
    Write the statement that the policy of a target in another account needs.

    Args:
        target: the target.
        account: account of the registry, 12 digits.

    Returns:
        JSON on one line.

    Source: EventBridge user guide, "Sending events to an AWS service in another account" (read 2026-11).
    """
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:{target.partition}:iam::{account}:root"},
        "Action": target.action,
        "Resource": target.arn,
    }
    return json.dumps(statement)
