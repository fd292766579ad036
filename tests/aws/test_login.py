"""The registry's address, and its password, which shows nowhere."""

from __future__ import annotations

import base64
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from ecrkit.aws.login import Password, Registry, password_for, registry_at
from ecrkit.errors import AwsError

if TYPE_CHECKING:
    from mypy_boto3_ecr import ECRClient

HOST = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
SECRET = "not-for-your-eyes"  # noqa: S105 - made up


def client(endpoint: str | None = None) -> ECRClient:
    """A client that reaches nobody."""
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1")
    return session.client("ecr", endpoint_url=endpoint)


def token(text: bytes) -> dict[str, object]:
    """Answer GetAuthorizationToken."""
    data = {"authorizationToken": text.decode(), "expiresAt": datetime(2026, 11, 23, tzinfo=UTC)}
    return {"authorizationData": [{**data, "proxyEndpoint": f"https://{HOST}"}]}


@pytest.mark.parametrize(
    ("endpoint", "host", "registry"),
    [
        pytest.param(None, HOST, Registry(host=HOST), id="AWS"),
        pytest.param(
            "https://vpce-1.api.ecr.us-east-1.vpce.amazonaws.com", HOST, Registry(host=HOST), id="private endpoint"
        ),
        pytest.param("http://localhost:4566", HOST, Registry(host="localhost:4566", tls=False), id="local AWS"),
        pytest.param(
            "http://localhost:4566",
            "000000000000.dkr.ecr.us-east-1.localhost.example:4566",
            Registry(host="000000000000.dkr.ecr.us-east-1.localhost.example:4566"),
            id="local AWS with names of its own",
        ),
    ],
)
def test_registry_is_where_the_endpoint_is(endpoint: str | None, host: str, registry: Registry) -> None:
    """What stands in for AWS stands in for its registry, unless it names one itself."""
    assert registry_at(client(endpoint), host) == registry


def test_password_shows_nowhere() -> None:
    """No representation of the password holds it."""
    ecr = client()
    with Stubber(ecr) as stubber:
        stubber.add_response("get_authorization_token", token(base64.b64encode(f"AWS:{SECRET}".encode())))
        registry, password = password_for(ecr)

    assert (registry.host, password.user, password.secret) == (HOST, "AWS", SECRET)
    assert SECRET not in f"{password} {password!r} {Password.__doc__}"


def test_token_that_cannot_be_read_is_not_shown() -> None:
    """A token that is no base64 is a secret all the same: neither the error nor its traceback has it."""
    ecr = client()
    with Stubber(ecr) as stubber:
        stubber.add_response("get_authorization_token", token(f"!{SECRET}".encode()))
        with pytest.raises(AwsError) as refused:
            password_for(ecr)

    assert str(refused.value) == "GetAuthorizationToken: the token is not a user and a password in base64"
    assert SECRET not in "".join(traceback.format_exception(refused.value))
