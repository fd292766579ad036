"""The rules and roles of events."""

from __future__ import annotations

import json
from typing import Any

from builders.catalogs import catalog
from builders.events import EVENTS
from builders.linting import cfn_lint

from ecrkit.catalog import templates
from ecrkit.policies.store import PolicyStore
from ecrkit.registry.events import Event, EventKind, event_resources

TOPIC = "arn:aws:sns:us-east-1:123456789012:images"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:images.fifo"


def resources(*events: Event, environment: str = "dev") -> dict[str, Any]:
    return event_resources(events, environment=environment, region="us-east-1", account="123456789012")


def event(*when: str, to: str = TOPIC, repositories: tuple[str, ...] = ()) -> Event:
    return Event(when=tuple(map(EventKind, when)), to=to, repositories=repositories)


def test_rule() -> None:
    """A rule sends what its pattern matches to the target, with the role of the target."""
    (role, (rule_id, rule)) = resources(event("push")).items()

    assert rule_id == "ImagesD7D282091"
    assert rule == {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "Description": "Sends pushes and deletions of images to the topic images",
            "EventPattern": {
                "source": ["aws.ecr"],
                "detail-type": ["ECR Image Action"],
                "detail": {"action-type": ["PUSH"], "result": ["SUCCESS"]},
            },
            "Name": "ecr-D7D28209-Images-1",
            "State": "ENABLED",
            "Targets": [{"Arn": TOPIC, "Id": "Target", "RoleArn": {"Fn::GetAtt": [role[0], "Arn"]}}],
        },
    }


def test_role_may_send_to_its_target_alone() -> None:
    """The role has one action on one resource, and only the rules of its target can use it."""
    role = resources(event("push"))["RoleD7D28209"]["Properties"]

    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust == {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "123456789012"},
            "ArnLike": {"aws:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/ecr-D7D28209-*"},
        },
    }
    [policy] = role["Policies"]
    assert policy["PolicyDocument"]["Statement"] == [{"Effect": "Allow", "Action": "sns:Publish", "Resource": TOPIC}]


def test_fifo_queue() -> None:
    """Messages to a FIFO queue have a group."""
    written = resources(event("push", to=QUEUE))

    [target] = [each["Properties"]["Targets"][0] for each in written.values() if "Targets" in each["Properties"]]
    assert target["SqsParameters"] == {"MessageGroupId": "ecr"}


def test_ids_depend_on_the_target_and_the_place_among_its_events() -> None:
    """Another filter, another kind and another target change no logical ID; each target has one role."""
    first, second = event("push"), event("delete")
    before = list(resources(first, second))
    others = event("push", to=QUEUE), event("finding"), event("push", repositories=("web",))
    changed = list(resources(*others, second))

    assert before == ["RoleD7D28209", "ImagesD7D282091", "ImagesD7D282092"]
    assert [name for name in changed if name in before] == before


def test_names_of_two_environments_differ() -> None:
    """Two environments of an account can send to the same target."""
    assert not resources(event("push")).keys() & resources(event("push"), environment="prod").keys()


def test_cfn_lint() -> None:
    """cfn-lint finds nothing in the template of a catalog with every kind of event."""
    store = PolicyStore.bundled()

    assert cfn_lint(templates(catalog(EVENTS), store)["Events-dev"].text) == []
    assert cfn_lint(json.dumps({"Resources": {"Rule": {"Type": "AWS::Events::Rule", "Properties": {"X": 1}}}})) != []
