"""What is deployed, as CloudFormation has it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.stub import Stubber
from builders.assemblies import ACCOUNT, REGION, repository, stack
from builders.sandboxes import HOME

from ecrkit.aws.sandbox import Sandbox, running_sandbox
from ecrkit.aws.templates import deployed_stacks
from ecrkit.deployment.guard import Stack
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from botocore.client import BaseClient

    Answers = Sequence[tuple[str, dict[str, Any] | str]]

OTHER_ACCOUNT = "210987654321"
LOOKUP_ROLE = f"arn:${{AWS::Partition}}:iam::{OTHER_ACCOUNT}:role/lookup"
YAML = """
Resources:
  It:
    Type: AWS::ECR::Repository
    Properties: {RepositoryName: !Sub "yaml-${AWS::Region}"}
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(HOME, environ=os.environ) as running:
        yield running


@pytest.fixture
def session(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    """Credentials of the home account, in a process that finds only the sandbox."""
    for name, value in sandbox.settings(HOME).items():
        monkeypatch.setenv(name, value)
    return boto3.Session()


def create(sandbox: Sandbox, name: str, body: str, *, account: str = ACCOUNT, region: str = REGION) -> None:
    """Deploy a template."""
    session = boto3.Session(aws_access_key_id=account, aws_secret_access_key="sandbox", region_name=region)
    client = session.client("cloudformation", endpoint_url=sandbox.endpoint_url)
    client.create_stack(StackName=name, TemplateBody=body)
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def body(name: str) -> str:
    """Write a template of one repository."""
    return json.dumps({"Resources": {"It": repository(name)}})


@pytest.mark.server
def test_deployed_stack_has_its_template(sandbox: Sandbox, session: boto3.Session) -> None:
    """A stack of the assembly that is deployed comes with account, Region and what it was given; another does not."""
    create(sandbox, "Shop", body("shop"))

    found = deployed_stacks([stack({}, name="Shop"), stack({}, name="New")], session)

    assert found == (stack({"It": repository("shop")}, name="Shop"),)


@pytest.mark.server
def test_yaml_template_is_read(sandbox: Sandbox, session: boto3.Session) -> None:
    """A stack that somebody deployed as YAML is read too, with its short forms."""
    create(sandbox, "Yaml", YAML)

    ((found,),) = [one.resources for one in deployed_stacks([stack({}, name="Yaml")], session)]

    assert found.properties == {"RepositoryName": f"yaml-{REGION}"}


@pytest.mark.server
def test_region_is_that_of_the_stack(sandbox: Sandbox, session: boto3.Session) -> None:
    """A stack is looked for in its own Region; one that names none, in that of the credentials."""
    create(sandbox, "Regional", body("regional"), region="eu-west-1")

    there = deployed_stacks([stack({}, name="Regional", region="eu-west-1")], session)
    anywhere = deployed_stacks([Stack(name="Regional")], session)

    assert [(one.account, one.region) for one in there] == [(ACCOUNT, "eu-west-1")]
    assert anywhere == ()


@pytest.mark.server
def test_stacks_of_the_scheme_are_found_again(sandbox: Sandbox, session: boto3.Session) -> None:
    """Shards and environments that the app had before are found by their names; other stacks are not the app's."""
    for name in ("Repositories-old", "Repositories-old-1", "Registry-old", "Other"):
        create(sandbox, name, body(name.lower()), region="ap-south-1")

    def names(declared: str) -> list[str]:
        return [one.name for one in deployed_stacks([stack({}, name=declared, region="ap-south-1")], session)]

    assert names("Repositories-new") == ["Repositories-old", "Repositories-old-1"]
    assert names("Registry-new") == ["Registry-old"]
    assert names("Shop") == []


@pytest.mark.server
def test_stacks_that_an_environment_no_longer_needs_are_found(sandbox: Sandbox, session: boto3.Session) -> None:
    """A catalog that drops all settings, events or public repositories of an environment leaves their stack."""
    for name in ("Registry-eu", "Events-eu", "PublicRepositories-eu", "Registry-us", "Events-eu-old"):
        create(sandbox, name, body(name.lower()), region="eu-north-1")

    def names(declared: str) -> list[str]:
        return [one.name for one in deployed_stacks([stack({}, name=declared, region="eu-north-1")], session)]

    for declared in ("Repositories-eu", "Repositories-eu-3"):
        assert names(declared) == ["Events-eu", "PublicRepositories-eu", "Registry-eu"]
    assert names("Repositories-eur") == []
    assert names("Events-eu") == ["Events-eu", "Events-eu-old"]


@pytest.mark.server
def test_other_account_is_read_by_its_lookup_role(sandbox: Sandbox, session: boto3.Session) -> None:
    """A stack in another account is read with the role that CDK made there to read it."""
    create(sandbox, "Far", body("far"), account=OTHER_ACCOUNT)
    declared = Stack(name="Far", account=OTHER_ACCOUNT, region=REGION, lookup_role=LOOKUP_ROLE)

    found = deployed_stacks([declared], session)

    assert found == (stack({"It": repository("far")}, name="Far", account=OTHER_ACCOUNT),)


@pytest.mark.server
def test_other_account_without_role_is_told(session: boto3.Session) -> None:
    """A stack in an account that cannot be read is told with both accounts."""
    with pytest.raises(AwsError) as told:
        deployed_stacks([stack({}, account=OTHER_ACCOUNT)], session)

    assert str(told.value) == (
        f"Shop: is in account {OTHER_ACCOUNT}, but the credentials are for {ACCOUNT}; use others, or a synthesizer "
        "with a lookup role"
    )


@pytest.mark.server
def test_missing_region_is_told(session: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stack without a Region needs one."""
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "")

    with pytest.raises(AwsError) as told:
        deployed_stacks([Stack(name="Shop")], session)

    assert str(told.value) == "Shop: has no Region, and none is configured; pass one with --region"


@dataclass
class Recorded:
    """
    A session whose clients give recorded answers, in the order in which they are asked for.

    Attributes:
        answers: of each service: operation, and what it answers, or the code with which it refuses.
    """

    answers: Mapping[str, Answers]
    region_name: str = REGION
    clients: dict[str, BaseClient] = field(default_factory=dict)

    def client(self, service: str, **_: object) -> BaseClient:
        if service not in self.clients:
            secret = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
            client = self.clients[service] = boto3.client(service, region_name=REGION, **secret)  # type: ignore[call-overload]  # any service
            stubber = Stubber(client)
            for operation, answer in self.answers[service]:
                if isinstance(answer, str):
                    stubber.add_client_error(operation, answer, "Not authorized")
                else:
                    stubber.add_response(operation, answer)
            stubber.activate()
        return self.clients[service]

    def __call__(self) -> boto3.Session:
        return cast("boto3.Session", self)


IDENTITY = ("get_caller_identity", {"Account": ACCOUNT, "Arn": f"arn:aws-cn:iam::{ACCOUNT}:user/a"})


def listed(name: str, status: str = "CREATE_COMPLETE", **more: str) -> dict[str, Any]:
    return {"StackName": name, "StackStatus": status, "CreationTime": datetime(2026, 11, 1, tzinfo=UTC), **more}


def test_nested_stack_is_read() -> None:
    """A nested stack is read by the id that CloudFormation gave it; one that does not exist has nothing."""
    nested = {"Type": "AWS::CloudFormation::Stack", "Metadata": {"aws:asset:path": "Inner.nested.template.json"}}
    outer = {"Inner": nested, "New": nested, "Absent": {"Type": "AWS::CloudFormation::Stack"}}
    detail = {
        "LogicalResourceId": "Inner",
        "ResourceType": "AWS::CloudFormation::Stack",
        "LastUpdatedTimestamp": datetime(2026, 11, 1, tzinfo=UTC),
        "ResourceStatus": "CREATE_COMPLETE",
    }
    answers: Answers = [
        ("list_stacks", {"StackSummaries": [listed("Shop"), listed("Shop-Inner-1", ParentId="Shop")]}),
        ("get_template", {"TemplateBody": json.dumps({"Resources": outer})}),
        ("describe_stack_resource", {"StackResourceDetail": {**detail, "PhysicalResourceId": "Shop-Inner-1"}}),
        ("get_template", {"TemplateBody": body("inner")}),
        ("describe_stack_resource", {"StackResourceDetail": detail}),
        ("describe_stack_resource", "ValidationError"),
    ]
    session = Recorded({"sts": [IDENTITY], "cloudformation": answers})()

    (found,) = deployed_stacks([stack({}, name="Shop"), stack({}, name="Shop-Inner-1")], session)

    assert [resource.logical_id for resource in found.resources] == ["Inner/It"]


def test_parameters_are_those_of_the_deployed_stack() -> None:
    """A stack has the values that it was deployed with; of a secret only that there is one."""
    named = repository(RepositoryName={"Fn::Sub": "${Stage}-${Secret}"})
    parameters = {"Stage": {"Type": "String", "Default": "dev"}, "Secret": {"Type": "String", "NoEcho": True}}
    values = {"Stage": "prod", "Secret": "****"}
    shown = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
    answers: Answers = [
        ("list_stacks", {"StackSummaries": [listed("Shop")]}),
        ("get_template", {"TemplateBody": json.dumps({"Parameters": parameters, "Resources": {"It": named}})}),
        ("describe_stacks", {"Stacks": [{**listed("Shop"), "Parameters": shown}]}),
    ]
    session = Recorded({"sts": [IDENTITY], "cloudformation": answers})()

    (found,) = deployed_stacks([stack({}, name="Shop")], session)

    assert [one.properties["RepositoryName"] for one in found.resources] == [
        {"Fn::Join": ["", ["prod-", {"Ref": "Secret"}]]}
    ]


@pytest.mark.parametrize("status", ["DELETE_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_stack_that_has_nothing_is_new(status: str) -> None:
    """A stack that was deleted, or never came to be, is not deployed."""
    answers: Answers = [("list_stacks", {"StackSummaries": [listed("Shop", status)]})]
    session = Recorded({"sts": [IDENTITY], "cloudformation": answers})()

    assert deployed_stacks([stack({}, name="Shop")], session) == ()


def test_template_that_is_none_is_told() -> None:
    """A template that cannot be read is told with its stack."""
    answers: Answers = [
        ("list_stacks", {"StackSummaries": [listed("Shop")]}),
        ("get_template", {"TemplateBody": "words"}),
    ]
    session = Recorded({"sts": [IDENTITY], "cloudformation": answers})()

    with pytest.raises(AwsError) as told:
        deployed_stacks([stack({}, name="Shop")], session)

    assert str(told.value) == "Shop: its template must be a mapping, got str"


def test_refused_role_is_told() -> None:
    """A lookup role that cannot be assumed is told with both accounts and the reason."""
    session = Recorded({"sts": [IDENTITY, ("assume_role", "AccessDenied")]})()
    declared = Stack(name="Shop", account=OTHER_ACCOUNT, region=REGION, lookup_role=LOOKUP_ROLE)

    with pytest.raises(AwsError) as told:
        deployed_stacks([declared], session)

    assert str(told.value) == (
        f"Shop: is in account {OTHER_ACCOUNT}, but the credentials are for {ACCOUNT}, which cannot assume "
        f"arn:aws-cn:iam::{OTHER_ACCOUNT}:role/lookup: AssumeRole: access denied: Not authorized; "
        "docs/reference/iam.md lists what each command needs"
    )


def test_refusal_of_a_template_is_told() -> None:
    """What AWS refuses is one line."""
    answers: Answers = [
        ("list_stacks", {"StackSummaries": [listed("Shop")]}),
        ("get_template", "AccessDenied"),
    ]
    session = Recorded({"sts": [IDENTITY], "cloudformation": answers})()

    with pytest.raises(AwsError, match="GetTemplate: access denied: Not authorized"):
        deployed_stacks([stack({}, name="Shop")], session)
