"""The stack with the events of an environment."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from builders.apps import POLICIES, stacks_by_environment
from builders.catalogs import catalog
from builders.events import EVENTS
from builders.gates import app_of, validation
from builders.linting import cfn_lint
from builders.policies import edited
from builders.snapshots import TemplateSnapshot
from builders.templates import template_of

from ecrkit.catalog import templates
from ecrkit.cdk import EventsStack

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

pytestmark = pytest.mark.node


def events_stack(text: str = EVENTS) -> EventsStack:
    [built] = [stack for stack in stacks_by_environment(text)["dev"] if isinstance(stack, EventsStack)]
    return built


def test_template(snapshot: SnapshotAssertion) -> None:
    """What is deployed changes only where somebody reviews it, and cfn-lint has nothing to say of it."""
    template = template_of(events_stack())

    assert template == snapshot(extension_class=TemplateSnapshot)
    assert cfn_lint(json.dumps(template)) == []


def test_same_as_without_cdk() -> None:
    """The resources are those of `ecrkit catalog template`."""
    rendered = templates(catalog(EVENTS, POLICIES), POLICIES)["Events-dev"]

    assert rendered.body["Resources"] == template_of(events_stack())["Resources"]


def test_stack() -> None:
    """The stack has its own name, account and Region, and comes after the others."""
    stacks = stacks_by_environment(EVENTS)["dev"]

    assert [(stack.stack_name, stack.environment) for stack in stacks] == [
        ("Repositories-dev", "aws://123456789012/us-east-1"),
        ("Events-dev", "aws://123456789012/us-east-1"),
    ]


def test_no_events() -> None:
    """An environment without events has no such stack."""
    text = edited(EVENTS, ("us-east-1}", "us-east-1, events: }"))

    assert [stack.stack_name for stack in stacks_by_environment(text)["dev"]] == ["Repositories-dev"]


def test_validation() -> None:
    """The AwsSolutions pack of cdk-nag and CloudFormation's own validator find nothing."""
    assert validation(app_of(events_stack())) == []


def test_gate() -> None:
    """The validator knows what a rule may be: the gate above is open because nothing is wrong."""
    stack = events_stack()
    for child in stack.node.find_all():
        if isinstance(child, cdk.CfnResource) and child.cfn_resource_type == "AWS::Events::Rule":
            child.add_property_override("State", "SOMETIMES")

    assert validation(app_of(stack)) != []
