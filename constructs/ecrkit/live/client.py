"""The way to AWS: clients with time-outs and retries, and errors that a person can act on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from boto3 import Session
    from botocore.config import Config
    from mypy_boto3_ecr import ECRClient

__all__ = ["aws_errors", "aws_session", "client_config", "ecr_client"]

_CONNECT_TIMEOUT_SECONDS = 5
_READ_TIMEOUT_SECONDS = 30
_ATTEMPTS = 4


def ecr_client(*, profile: str | None = None, region: str | None = None) -> ECRClient:
    """
    Make a client for ECR from the standard credential chain.

    Args:
        profile: of the shared configuration; ``None`` for the default.
        region: overrides the configured one.

    Raises:
        AwsError: boto3 is not installed, or there is no such profile or no Region.
    """
    session = aws_session(profile=profile, region=region)
    with aws_errors():
        return session.client("ecr", config=client_config())


def aws_session(*, profile: str | None = None, region: str | None = None) -> Session:
    """
    Find credentials by the standard chain, for clients of several services, accounts or Regions.

    Args:
        profile: of the shared configuration; ``None`` for the default.
        region: overrides the configured one.

    Raises:
        AwsError: boto3 is not installed, or there is no such profile.
    """
    try:
        import boto3  # noqa: PLC0415 - a quarter of a second, and an extra
    except ImportError:
        raise AwsError("boto3 is not installed; install ecrkit[live]") from None
    with aws_errors():
        return boto3.Session(profile_name=profile, region_name=region)


def client_config() -> Config:
    """Say how long every client waits, and how often it tries."""
    from botocore.config import Config  # noqa: PLC0415 - comes with boto3

    return Config(
        connect_timeout=_CONNECT_TIMEOUT_SECONDS,
        read_timeout=_READ_TIMEOUT_SECONDS,
        retries={"mode": "adaptive", "total_max_attempts": _ATTEMPTS},
    )


@contextmanager
def aws_errors() -> Iterator[None]:
    """
    Turn what botocore raises into one line.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - comes with boto3

    try:
        yield
    except ClientError as error:
        details = error.response.get("Error", {})
        message = details.get("Message") or "no reason given"
        raise AwsError(f"{error.operation_name}: {details.get('Code', 'unknown')}: {message}") from error
    except BotoCoreError as error:
        raise AwsError(str(error).rstrip(".")) from error
