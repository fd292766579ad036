"""The templates of deployed stacks, as CloudFormation has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecrkit.aws.client import aws_errors, checked_parsing, configuration_errors, guarded
from ecrkit.deployment.guard import Stack, parse_template, stack_of
from ecrkit.deployment.guard.changes import APP_STACKS, stacks_next_to
from ecrkit.errors import AwsError, InvalidAssemblyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from boto3 import Session
    from botocore.config import Config
    from mypy_boto3_cloudformation import CloudFormationClient

__all__ = ["deployed_stack", "deployed_stacks"]

# Deleted; a change set that was never executed; a first deploy that failed, and that CDK deletes before the next.
_NOT_DEPLOYED = ("DELETE_COMPLETE", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")
_SESSION_NAME = "ecrkit-guard"


def deployed_stacks(assembly: Sequence[Stack], session: Session, *, config: Config | None = None) -> tuple[Stack, ...]:
    """
    Find what is deployed of an app.

    Args:
        assembly: the stacks that the app declares.
        session: its credentials read their own account in any Region; another account is read by the lookup role that
            CDK's bootstrap made there, as ``cdk diff`` does. Its Region is that of stacks which name none.
        config: of every client: time-outs and retries; ``None`` for those of boto3.

    Returns:
        The stacks that are deployed, by account, Region and name, each with account and Region. Beside those of the
        assembly they are the stacks that have the naming scheme of ecrkit's own app, ``Repositories-…``,
        ``PublicRepositories-…``, ``Registry-…`` and ``Events-…``, in an account and Region for which the assembly has
        stacks of that scheme: the shards and environments that the app had before. Where the assembly has the
        repositories of an environment, its other stacks are found, too.

    Raises:
        AwsError: AWS refused or could not be reached, an account cannot be read with these credentials, or what a
            stack has is no template.
    """
    with configuration_errors():
        asked = guarded(session.client("sts", config=config))
    with aws_errors():
        identity = asked.get_caller_identity()
    partition = identity["Arn"].split(":")[1]
    found: list[Stack] = []
    for (account, region), stacks in sorted(_by_place(assembly, identity["Account"], session).items()):
        if account == identity["Account"]:
            reader = session
        else:
            reader = _lookup_session(
                session, stacks[0], credentials_of=identity["Account"], partition=partition, config=config
            )
        with aws_errors():
            client = guarded(reader.client("cloudformation", region_name=region, config=config))
            found += [
                deployed_stack(client, name, name=name, account=account, region=region)
                for name in _deployed_names(client, stacks)
            ]
    return tuple(found)


def deployed_stack(  # noqa: PLR0913 - keyword-only, where the stack is
    client: CloudFormationClient, stack_id: str, *, name: str, account: str, region: str, reads_nested: bool = True
) -> Stack:
    """
    Read a deployed stack.

    Args:
        client: client of its account and Region; what botocore raises passes through.
        stack_id: name or ID of the stack.
        name: name of the stack.
        account: account ID.
        region: its Region.
        reads_nested: read its nested stacks, too.

    Raises:
        AwsError: the stack has no readable template.
        InvalidAssemblyError: its template is nested too deeply.
    """
    template = _template(client, stack_id)
    parameters = _parameters(client, stack_id, template)
    nested = _nested_in(client, stack_id) if reads_nested else _unread
    return stack_of(template, name=name, nested=nested, account=account, region=region, parameters=parameters)


def _unread(_logical_id: str, _resource: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


def _by_place(assembly: Iterable[Stack], account: str, session: Session) -> dict[tuple[str, str], list[Stack]]:
    places: dict[tuple[str, str], list[Stack]] = {}
    for stack in assembly:
        region = stack.region or session.region_name
        if not region:
            raise AwsError(f"{stack.name}: has no Region, and none is configured; pass one with --region")
        places.setdefault((stack.account or account, region), []).append(stack)
    return places


def _lookup_session(
    session: Session, stack: Stack, *, credentials_of: str, partition: str, config: Config | None
) -> Session:
    import boto3  # noqa: PLC0415 - loaded already, by whoever made the session
    from botocore.session import Session as Core  # noqa: PLC0415 - comes with boto3

    problem = f"{stack.name}: is in account {stack.account}, but the credentials are for {credentials_of}"
    if not stack.lookup_role:
        raise AwsError(f"{problem}; use others, or a synthesizer with a lookup role")
    role = stack.lookup_role.replace("${AWS::Partition}", partition)
    try:
        with aws_errors():
            sts = guarded(session.client("sts", region_name=stack.region or None, config=config))
            answer = sts.assume_role(RoleArn=role, RoleSessionName=_SESSION_NAME)
    except AwsError as error:
        raise AwsError(f"{problem}, which cannot assume {role}: {error}") from error
    credentials = answer["Credentials"]
    return boto3.Session(
        botocore_session=checked_parsing(Core()),
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def _deployed_names(client: CloudFormationClient, stacks: Iterable[Stack]) -> list[str]:
    declared = {stack.name for stack in stacks}
    wanted = declared | stacks_next_to(declared)
    schemes = tuple(scheme for scheme in APP_STACKS if any(name.startswith(scheme) for name in declared))
    return sorted(
        summary["StackName"]
        for page in client.get_paginator("list_stacks").paginate()
        for summary in page["StackSummaries"]
        if summary["StackStatus"] not in _NOT_DEPLOYED
        # A nested stack is read with the stack that has it.
        and "ParentId" not in summary
        and (summary["StackName"] in wanted or summary["StackName"].startswith(schemes))
    )


def _template(client: CloudFormationClient, name: str) -> Mapping[str, Any]:
    # As it was given to CloudFormation, like the template that it is compared with.
    body = client.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
    try:
        return parse_template(body, name=name)
    except InvalidAssemblyError as error:
        raise AwsError(str(error), code="InvalidTemplate") from None


def _parameters(client: CloudFormationClient, name: str, template: Mapping[str, Any]) -> dict[str, str]:
    """Read the values of parameters, except of secrets, which are shown as stars, and of what SSM has."""
    section = template.get("Parameters")
    declared = section if isinstance(section, dict) else {}
    plain = {key for key, parameter in declared.items() if "AWS::SSM::" not in str(parameter)}
    if not plain:
        return {}
    found = client.describe_stacks(StackName=name)["Stacks"]
    values = {
        parameter.get("ParameterKey", ""): parameter.get("ParameterValue", "****")
        for stack in found
        for parameter in stack.get("Parameters", [])
    }
    return {key: value for key, value in values.items() if key in plain and value != "****"}


def _nested_in(client: CloudFormationClient, name: str) -> Callable[[str, Mapping[str, Any]], Mapping[str, Any] | str]:
    """Read nested stacks by the id that CloudFormation gave them."""
    ids = {"": name}

    def nested(logical_id: str, _resource: Mapping[str, Any]) -> Mapping[str, Any] | str:
        parent, _, own_id = logical_id.rpartition("/")
        if not ids.get(parent):
            return {}
        try:
            answer = client.describe_stack_resource(StackName=ids[parent], LogicalResourceId=own_id)
        except client.exceptions.ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ValidationError":
                raise
            # A nested stack whose condition is false is in the template only.
            ids[logical_id] = ""
            return {}
        ids[logical_id] = answer["StackResourceDetail"].get("PhysicalResourceId", "")
        return _template(client, ids[logical_id]) if ids[logical_id] else {}

    return nested
