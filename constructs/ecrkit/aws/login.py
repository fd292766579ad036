"""The registry behind ECR: its address, and the password for it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ecrkit.aws.answers import host_of
from ecrkit.aws.client import aws_errors
from ecrkit.errors import AwsError
from ecrkit.images.hosts import is_aws_host

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_ecr import ECRClient

__all__ = ["Password", "Registry", "endpoint_host", "password_for", "registry_at"]

# It becomes an argument of a program; AWS has one name only.
_USER = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """
    Where images are pushed to and pulled from.

    Attributes:
        host: host name, with a port if it has one.
        tls: whether it uses TLS; a local registry may not.
    """

    host: str
    tls: bool = True

    @property
    def url(self) -> str:
        """The URL: scheme and host."""
        return f"{'https' if self.tls else 'http'}://{self.host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Password:
    """
    What a client logs in with; it shows in no representation.

    Attributes:
        host: of the registry that it is for, as ECR names it.
        user: always ``AWS``.
        secret: good for twelve hours.
        expires_at: timezone-aware.
    """

    host: str
    user: str
    secret: str = field(repr=False)
    expires_at: datetime


def registry_at(client: ECRClient, host: str) -> Registry:
    """
    Find the way to a registry.

    Args:
        client: that described it; what it was told to use instead of AWS serves the registry too.
        host: by the service's account, as in ``123456789012.dkr.ecr.us-east-1.amazonaws.com``.
    """
    if is_aws_host(host) and not is_aws_host(endpoint_host(client)):
        endpoint = urlsplit(client.meta.endpoint_url)
        return Registry(host=endpoint_host(client), tls=endpoint.scheme == "https")
    return Registry(host=host)


def password_for(client: ECRClient) -> tuple[Registry, Password]:
    """
    Ask for the password of the account's registry.

    Raises:
        AwsError: AWS refused, or could not be reached.
    """
    with aws_errors():
        data = next(iter(client.get_authorization_token()["authorizationData"]), None)
    if data is None:
        raise AwsError("GetAuthorizationToken: no token in the answer; try again")
    try:
        user, _, secret = base64.b64decode(data["authorizationToken"], validate=True).decode().partition(":")
    except ValueError:
        # Not chained: what cannot be decoded is a secret all the same.
        raise AwsError("GetAuthorizationToken: the token is not a user and a password in base64") from None
    if not _USER.fullmatch(user):
        raise AwsError("GetAuthorizationToken: the token is not a user and a password in base64")
    host = host_of(data["proxyEndpoint"])
    return registry_at(client, host), Password(host=host, user=user, secret=secret, expires_at=data["expiresAt"])


def endpoint_host(client: ECRClient) -> str:
    """Name the host that the client talks to; never the password that its address may have."""
    return host_of(client.meta.endpoint_url)
