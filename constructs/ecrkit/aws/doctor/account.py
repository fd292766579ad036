"""Credentials, the Region, and the bootstrap version of each environment: without waiting for a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.aws.answers import FOREIGN_ANSWER
from ecrkit.aws.client import aws_errors, configured_profile, connect
from ecrkit.aws.concurrency import in_order
from ecrkit.aws.doctor.values import Probe, Status
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ecrkit.aws.client import Aws
    from ecrkit.catalog import Environment

__all__ = ["TOOLKIT_STACK", "examine_account"]

TOOLKIT_STACK = "CDKToolkit"
_LEAST_BOOTSTRAP = 6
"""Source: aws-cdk-lib 2.275, MIN_BOOTSTRAP_STACK_VERSION of the default synthesizer (read 2026-11)."""

_ANY_REGION = "us-east-1"
_UNANSWERED = frozenset(
    {
        FOREIGN_ANSWER,
        "ConnectTimeoutError",
        "ConnectionClosedError",
        "ConnectionError",
        "EndpointConnectionError",
        "HTTPClientError",
        "ProxyConnectionError",
        "ReadTimeoutError",
        "ResponseParserError",
    }
)
_NO_CREDENTIALS = frozenset({"NoCredentialsError", "NoAuthTokenError"})
_NO_STACK = "ValidationError"


def examine_account(
    environments: Sequence[Environment],
    *,
    profile: str | None,
    region: str | None,
    is_app: bool,
    toolkit_stack: str = TOOLKIT_STACK,
) -> Iterator[Probe]:
    """
    Check the credentials, and the bootstrap version of every environment of their account.

    Args:
        environments: environments of the catalog.
        profile: AWS profile; ``None`` for the default.
        region: overrides the configured one.
        is_app: whether a CDK app is declared, which needs the bootstrap.
        toolkit_stack: name of the stack of ``cdk bootstrap``.
    """
    try:
        aws = connect(profile=profile, region=region, needs_region=False, is_probe=True)
    except AwsError as error:
        # A profile that was named, in the environment too, and does not exist, or configuration that cannot be read.
        yield Probe(name="credentials", status=Status.ERROR, found=str(error))
        return
    yield _region(aws, environments)
    account, probe = _credentials(profile, region or aws.session.region_name or _ANY_REGION, environments)
    yield probe
    if not is_app:
        return

    def look(environment: Environment) -> Probe:
        own = None if profile else configured_profile(environment.profile)
        # It may be of another account than the default credentials.
        theirs = _credentials(own, environment.region, [environment])[0] if own else account
        return _bootstrap(environment, account=theirs, profile=own or profile, toolkit_stack=toolkit_stack)

    yield from in_order(look, environments)


def _region(aws: Aws, environments: Sequence[Environment]) -> Probe:
    region = aws.region if aws.session.region_name else ""
    known = sorted({environment.region for environment in environments})
    if not region:
        remedy = "set AWS_REGION, or pass --region"
        return Probe(name="Region", status=Status.WARNING, found="not configured", remedy=remedy)
    if known and region not in known:
        remedy = f"the catalog has {', '.join(known)}: set AWS_REGION, or pass --region"
        return Probe(name="Region", status=Status.WARNING, found=region, remedy=remedy)
    return Probe(name="Region", status=Status.OK, found=region)


def _credentials(profile: str | None, region: str, environments: Sequence[Environment]) -> tuple[str | None, Probe]:
    name = "credentials"
    try:
        account = connect(profile=profile, region=region, is_probe=True).account()
    except AwsError as error:
        if error.code in _NO_CREDENTIALS:
            remedy = "set AWS_PROFILE, or pass --profile, to check the account and its bootstrap"
            return None, Probe(name=name, status=Status.NOT_CHECKED, found="none found", remedy=remedy)
        status = Status.NOT_CHECKED if error.code in _UNANSWERED else Status.ERROR
        return None, Probe(name=name, status=status, found=str(error))
    known = {environment.account: environment.name for environment in environments}
    if known and account not in known:
        remedy = f"the catalog has no environment in this account; it has {', '.join(sorted(known))}"
        return account, Probe(name=name, status=Status.WARNING, found=f"account {account}", remedy=remedy)
    return account, Probe(name=name, status=Status.OK, found=f"account {account}")


def _bootstrap(environment: Environment, *, account: str | None, profile: str | None, toolkit_stack: str) -> Probe:
    name = f"bootstrap of {environment.name}"
    place = f"aws://{environment.account}/{environment.region}"
    if account is None:
        return Probe(name=name, status=Status.NOT_CHECKED, found=f"{place}: no credentials that AWS accepted")
    if account != environment.account:
        found = f"{place}: the credentials are for account {account}"
        return Probe(name=name, status=Status.NOT_CHECKED, found=found)
    try:
        client = connect(profile=profile, region=environment.region, is_probe=True).cloudformation()
        with aws_errors():
            stacks = client.describe_stacks(StackName=toolkit_stack)["Stacks"]
    except AwsError as error:
        if error.code == _NO_STACK:
            found = f"{place}: not bootstrapped"
            return Probe(name=name, status=Status.ERROR, found=found, remedy=f"run cdk bootstrap {place}")
        return Probe(name=name, status=Status.NOT_CHECKED, found=f"{place}: {error}")
    outputs = {output.get("OutputKey"): output.get("OutputValue", "") for output in stacks[0].get("Outputs", ())}
    number = outputs.get("BootstrapVersion", "")
    if not number.isdecimal() or int(number) < _LEAST_BOOTSTRAP:
        return Probe(
            name=name,
            status=Status.ERROR,
            found=f"{place}: version {number or 'unknown'}, must be {_LEAST_BOOTSTRAP} or newer",
            remedy=f"run cdk bootstrap {place}",
        )
    return Probe(name=name, status=Status.OK, found=f"{place}: version {number}")
