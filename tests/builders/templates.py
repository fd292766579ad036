"""Stacks, and the templates that they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk.assertions import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import IConstruct

__all__ = [
    "ACCOUNT",
    "OTHER_ACCOUNT",
    "properties_in",
    "repository_in",
    "resource_in",
    "stack",
    "template_of",
    "without_bootstrap",
]

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"


def stack(
    construct_id: str = "Registry", *, scope: cdk.App | None = None, account: str = ACCOUNT, region: str = "us-east-1"
) -> cdk.Stack:
    """Make a stack, in an app of its own unless *scope* is given."""
    return cdk.Stack(
        scope or cdk.App(analytics_reporting=False),
        construct_id,
        env=cdk.Environment(account=account, region=region),
    )


def template_of(construct: IConstruct) -> dict[str, Any]:
    """Synthesize the app of *construct*; give the template of its stack, without what serves only the CDK itself."""
    template = without_bootstrap(Template.from_stack(cdk.Stack.of(construct)).to_json())
    for resource in template.get("Resources", {}).values():
        if list(resource.get("Metadata", ())) == ["aws:cdk:path"]:
            del resource["Metadata"]
    return template


def without_bootstrap(template: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what CDK adds to every template, whatever is in the stack."""
    noise = {"Parameters": "BootstrapVersion", "Rules": "CheckBootstrapVersion", "Resources": "CDKMetadata"}
    quiet = {
        section: {key: value for key, value in content.items() if key != noise[section]}
        if section in noise
        else content
        for section, content in template.items()
    }
    return {section: content for section, content in quiet.items() if content}


def repository_in(template: Mapping[str, Any]) -> dict[str, Any]:
    """Give the only repository of *template*, as the template has it."""
    [resource] = [found for found in template["Resources"].values() if found["Type"] == "AWS::ECR::Repository"]
    return dict(resource)


def resource_in(construct: IConstruct) -> dict[str, Any]:
    """Give the only resource of the stack of *construct*."""
    [resource] = template_of(construct)["Resources"].values()
    return dict(resource)


def properties_in(construct: IConstruct) -> Any:  # noqa: ANN401 - JSON
    """Give the properties of the only resource of the stack of *construct*."""
    return resource_in(construct)["Properties"]
