"""The way to AWS: clients with time-outs and retries, and errors that a person can act on."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from ecrkit.aws.answers import FOREIGN_ANSWER, CheckedParsers, check_answer
from ecrkit.aws.local import is_local, refuse_unsupported
from ecrkit.aws.refusals import explain_client_error, explain_failure
from ecrkit.aws.tracing import trace_client, trace_session
from ecrkit.errors import AwsError
from ecrkit.errors.extras import install_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    import boto3
    from botocore.client import BaseClient
    from botocore.config import Config
    from botocore.credentials import RefreshableCredentials
    from botocore.model import OperationModel
    from botocore.session import Session
    from mypy_boto3_cloudformation import (
        CloudFormationClient as CloudFormationClient,  # noqa: PLC0414 - other packages name the type, too
    )
    from mypy_boto3_ecr import ECRClient as ECRClient  # noqa: PLC0414 - likewise
    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sts.type_defs import GetCallerIdentityResponseTypeDef

__all__ = [
    "Aws",
    "aws_errors",
    "checked_parsing",
    "configuration_errors",
    "configured_profile",
    "connect",
    "guarded",
    "with_credentials",
]

_CONNECT_TIMEOUT_SECONDS = 3
_READ_TIMEOUT_SECONDS = 20
# AWS_MAX_ATTEMPTS and max_attempts of the configuration say otherwise, as they always do.
_ATTEMPTS = 6
# Nobody is helped by waiting for a network that is not there; a single drop is worth another try.
_ATTEMPTS_TO_CONNECT = 2
# A probe reports that nobody answered, instead of waiting for an answer.
_PROBE_SECONDS = 3
# More than the calls that are made at the same time, so that none waits for a connection.
_CONNECTIONS = 32
_SCANNED_ALREADY = "LimitExceededException"

Client = TypeVar("Client", bound="BaseClient")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aws:
    """
    The account and Region to work on; :func:`connect` makes it.

    Attributes:
        session: credentials and Region.
        core: botocore's part of the session.
        config: of every client: time-outs and retries.
    """

    session: boto3.Session
    core: Session
    config: Config

    @property
    def region(self) -> str:
        """As in ``us-east-1``."""
        return str(self.session.region_name)

    def ecr(self) -> ECRClient:
        """
        Make a client for ECR; threads may share it.

        Raises:
            AwsError: the configuration of boto3 does not allow it.
        """
        with configuration_errors():
            return guarded(self.session.client("ecr", config=self.config))

    def ecs(self) -> ECSClient:
        """
        Make a client for ECS; threads may share it.

        Raises:
            AwsError: the configuration of boto3 does not allow it.
        """
        with configuration_errors():
            return guarded(self.session.client("ecs", config=self.config))

    def functions(self) -> LambdaClient:
        """
        Make a client for Lambda; threads may share it.

        Raises:
            AwsError: the configuration of boto3 does not allow it.
        """
        with configuration_errors():
            return guarded(self.session.client("lambda", config=self.config))

    def cloudformation(self) -> CloudFormationClient:
        """
        Make a client for CloudFormation; threads may share it.

        Raises:
            AwsError: the configuration of boto3 does not allow it.
        """
        with configuration_errors():
            return guarded(self.session.client("cloudformation", config=self.config))

    def inspector(self) -> Any:  # noqa: ANN401 - there are no stubs
        """
        Make a client for Amazon Inspector; threads may share it.

        Raises:
            AwsError: the configuration of boto3 does not allow it.
        """
        return self.client("inspector2")

    def client(self, service: str, *, region: str | None = None, **settings: Any) -> Any:  # noqa: ANN401 - there are no stubs
        """
        Make a client for another service, or for another Region; threads may share it.

        Args:
            service: name of the service in boto3.
            region: overrides that of the session.
            **settings: of its configuration, besides time-outs and retries.

        Raises:
            AwsError: the configuration of boto3 does not allow it.
        """
        from botocore.config import Config  # noqa: PLC0415 - comes with boto3

        with configuration_errors():
            config = self.config.merge(Config(**settings))
            client: Any = self.session.client(service, region_name=region, config=config)  # type: ignore[call-overload] # any service
            return guarded(client)

    def account(self) -> str:
        """
        Ask whose credentials these are; nobody can be forbidden to.

        Returns:
            Twelve digits.

        Raises:
            AwsError: AWS refused, or could not be reached.
        """
        return self._identity()["Account"]

    def caller(self) -> str:
        """
        Name the caller, as account() does the account: ``user/alice``, or ``assumed-role/Admin/alice``.

        Raises:
            AwsError: AWS refused, or could not be reached.
        """
        return self._identity()["Arn"].rpartition(":")[2]

    def partition(self) -> str:
        """
        Name the partition of the credentials: ``aws``, ``aws-cn`` or another.

        Raises:
            AwsError: AWS refused, or could not be reached.
        """
        return self._identity()["Arn"].split(":")[1]

    def _identity(self) -> GetCallerIdentityResponseTypeDef:
        with configuration_errors():
            client = guarded(self.session.client("sts", config=self.config))
        with aws_errors():
            return client.get_caller_identity()


def connect(
    *, profile: str | None = None, region: str | None = None, needs_region: bool = True, is_probe: bool = False
) -> Aws:
    """
    Find credentials and Region by the standard chain; no call is made yet.

    Args:
        profile: of the shared configuration; ``None`` for the default.
        region: overrides the configured one.
        needs_region: there must be one, given or configured.
        is_probe: make one attempt at each call, and wait three seconds for its answer.

    Raises:
        AwsError: boto3 is not installed, there is no such profile or no Region, or a file cannot be read.
    """
    try:
        import boto3  # noqa: PLC0415 - a quarter of a second, and an extra
        from botocore.config import Config  # noqa: PLC0415 - comes with boto3
    except ImportError:
        raise AwsError(f"boto3 is not installed; {install_command('live')}") from None
    with aws_errors():
        core = _session(profile)
        attempts = 1 if is_probe else core.get_config_variable("max_attempts") or _ATTEMPTS
        config = Config(
            connect_timeout=_CONNECT_TIMEOUT_SECONDS,
            read_timeout=_PROBE_SECONDS if is_probe else _READ_TIMEOUT_SECONDS,
            max_pool_connections=_CONNECTIONS,
            retries={"mode": "adaptive", "total_max_attempts": attempts},
        )
        session = boto3.Session(botocore_session=core, region_name=region)
    if needs_region and not session.region_name:
        raise AwsError("no AWS Region; set AWS_REGION, or pass --region", code="NoRegionError")
    return Aws(session=session, core=core, config=config)


def with_credentials(aws: Aws, credentials: RefreshableCredentials) -> Aws:
    """
    Make the same session with other credentials, such as those of a role in another account.

    Args:
        aws: whose profile and Region apply, and whose files about AWS's services are read already.
        credentials: to sign with.

    Raises:
        AwsError: the configuration of boto3 cannot be read.
    """
    import boto3  # noqa: PLC0415 - as in connect

    with aws_errors():
        core = _session(aws.core.profile)
        core.register_component("data_loader", aws.core.get_component("data_loader"))
        core.register_component("credential_provider", _Given(credentials))
        session = boto3.Session(botocore_session=core, region_name=aws.region)
    return Aws(session=session, core=core, config=aws.config)


@dataclass(frozen=True, slots=True)
class _Given:
    """Credentials in the place where botocore looks for them."""

    credentials: RefreshableCredentials

    def load_credentials(self) -> RefreshableCredentials:
        """Give them."""
        return self.credentials


def _session(profile: str | None) -> Session:
    from botocore.session import Session  # noqa: PLC0415 - comes with boto3

    found = Session(profile=profile)
    if profile is None and found.get_config_variable("profile") == "":
        # AWS_PROFILE= is how a shell or a pipeline names no profile, and not one without a name.
        found.session_var_map["profile"] = (None, None, None, None)
    return trace_session(checked_parsing(found))


def configured_profile(name: str) -> str | None:
    """
    Give the profile of an environment if this machine has it.

    A pipeline has credentials in its environment, and none of the profiles of the people who share the catalog. The
    account of the credentials is compared with that of the environment afterwards.

    Args:
        name: of a profile; empty for none.

    Raises:
        AwsError: boto3 is not installed, or its configuration cannot be read.
    """
    return name if name and name in connect(needs_region=False).session.available_profiles else None


@contextmanager
def aws_errors() -> Iterator[None]:
    """
    Turn what botocore raises into one line.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - comes with boto3
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - comes with boto3

    try:
        yield
    except ClientError as error:
        details = error.response.get("Error", {})
        code = details.get("Code", "unknown")
        # AWS repeats itself with a dead pipe or a proxy's page in between; one line is all that helps.
        message = " ".join((details.get("Message") or "no reason given").split())
        if code == FOREIGN_ANSWER:
            raise AwsError(message, code=code) from error
        raise AwsError(explain_client_error(error.operation_name, code=code, message=message), code=code) from error
    except (BotoCoreError, ResponseParserError) as error:
        raise AwsError(explain_failure(error), code=type(error).__name__) from error


@contextmanager
def configuration_errors() -> Iterator[None]:
    """
    Turn what botocore raises where a client is made into one line, an endpoint that is no address too.

    Raises:
        AwsError: no client can be made.
    """
    try:
        with aws_errors():
            yield
    except ValueError:
        # It may have a password in it, and is not repeated.
        raise AwsError(
            "the endpoint is not a URL; write AWS_ENDPOINT_URL, or endpoint_url of the profile, as in "
            "'https://host:port', or unset it",
            code="InvalidEndpointError",
        ) from None


def checked_parsing(core: Session) -> Session:
    """Have every client of a session report what it cannot parse, those that look for credentials too; gives it."""
    core.register_component("response_parser_factory", CheckedParsers(core.get_component("response_parser_factory")))
    return core


def guarded(client: Client) -> Client:
    """
    Have a client check every answer, and give up early on what another attempt does not mend; gives the client.

    Raises:
        ValueError: the port of the endpoint is none.
    """
    if urlsplit(client.meta.endpoint_url).port == 0:
        raise ValueError("a port of 0")
    service = client.meta.service_model.service_id.hyphenize()
    trace_client(client)
    client.meta.events.register_first(f"after-call.{service}", check_answer)
    client.meta.events.register_first(f"needs-retry.{service}", _give_up_early)
    if is_local(client):
        client.meta.events.register_first(f"after-call.{service}", refuse_unsupported)
    return client


def _give_up_early(
    *,
    response: tuple[object, dict[str, Any]] | None,
    caught_exception: Exception | None,
    attempts: int,
    operation: OperationModel,
    **_: object,
) -> None:
    from botocore.exceptions import (  # noqa: PLC0415 - comes with boto3
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        ProxyConnectionError,
    )

    unreachable = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError)
    if isinstance(caught_exception, unreachable) and attempts >= _ATTEMPTS_TO_CONNECT:
        raise caught_exception
    # botocore takes it for throttling. It means that the image was scanned in the last 24 hours.
    if response and response[1].get("Error", {}).get("Code") == _SCANNED_ALREADY:
        raise ClientError(response[1], operation.name)  # type: ignore[arg-type] # what botocore itself would pass
