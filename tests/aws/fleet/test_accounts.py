"""Accounts of a fleet: roles by name and by ARN, and the states of accounts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.stub import Stubber

from ecrkit.aws.client import connect
from ecrkit.aws.fleet.accounts import Role, accounts_of, as_role
from ecrkit.errors import InvalidNameError

if TYPE_CHECKING:
    from ecrkit.aws.client import Aws


@pytest.mark.parametrize(
    ("text", "partition", "arn"),
    [
        pytest.param("inventory", "aws", "arn:aws:iam::111111111111:role/inventory", id="name"),
        pytest.param("audit/inventory", "aws-cn", "arn:aws-cn:iam::111111111111:role/audit/inventory", id="path"),
        pytest.param(
            "arn:aws:iam::{account}:role/audit/inventory",
            "aws",
            "arn:aws:iam::111111111111:role/audit/inventory",
            id="ARN",
        ),
    ],
)
def test_role_in_an_account(text: str, partition: str, arn: str) -> None:
    """A role is named by its name, with its path, or by an ARN with a place for the account."""
    assert Role(text).arn("111111111111", partition=partition) == arn


@pytest.mark.parametrize(
    "text", ["", "a b", "arn:aws:iam::111111111111:role/inventory", "arn:aws:iam::{account}:user/me", "x" * 65]
)
def test_no_role(text: str) -> None:
    """What is no role of every account is refused before any call."""
    with pytest.raises(InvalidNameError) as refused:
        Role(text)

    assert str(refused.value) == (
        f"role: must be the name of a role, or an ARN with {{account}} for the account, got {text}; write "
        "'inventory' or 'arn:aws:iam::{account}:role/path/inventory'"
    )


class Session:
    """A session with one client."""

    def __init__(self, client: object) -> None:
        self._client = client

    def client(self, _service: str) -> object:
        return self._client


def test_accounts_of_units() -> None:
    """Units in units are searched too, page by page; accounts that are not active are left out by name."""
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1")
    client: Any = session.client("organizations")
    root, unit = "ou-ab12-cdefgh34", "ou-ab12-ijklmn56"
    with Stubber(client) as stub:
        first = {"Accounts": [{"Id": "333333333333", "State": "ACTIVE"}], "NextToken": "2"}
        second = {"Accounts": [{"Id": "222222222222", "State": "SUSPENDED", "Status": "ACTIVE"}]}
        stub.add_response("list_accounts_for_parent", first, {"ParentId": root})
        stub.add_response("list_accounts_for_parent", second, {"ParentId": root, "NextToken": "2"})
        stub.add_response("list_organizational_units_for_parent", {"OrganizationalUnits": [{"Id": unit}]})
        stub.add_response("list_accounts_for_parent", {"Accounts": [{"Id": "111111111111", "Status": "ACTIVE"}]})
        stub.add_response("list_organizational_units_for_parent", {"OrganizationalUnits": []}, {"ParentId": unit})

        accounts = accounts_of(cast("Aws", Session(client)), [root])

    assert accounts.active == ("111111111111", "333333333333")
    assert accounts.left_out == {"222222222222": "SUSPENDED"}


def test_no_unit() -> None:
    """What is not the ID of a unit is refused before any call."""
    with pytest.raises(InvalidNameError) as refused:
        accounts_of(cast("Aws", None), ["prod"])

    assert str(refused.value) == (
        "prod: not the ID of an organizational unit; write it as in ou-ab12-cdefgh34, or r-ab12 for all"
    )


def test_credentials_are_renewed() -> None:
    """Credentials of a role that are about to expire are renewed before the next call."""
    given: list[str] = []

    class Sts:
        def assume_role(self, **asked: str) -> dict[str, Any]:
            given.append(asked["RoleArn"])
            ends = datetime.now(UTC) + timedelta(minutes=1 if len(given) == 1 else 60)
            names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
            return {"Credentials": {**{name: f"{name}-{len(given)}" for name in names}, "Expiration": ends}}

    caller = connect(region="us-east-1")
    role = as_role(caller, Sts(), "arn:aws:iam::111111111111:role/audit")
    credentials = role.session.get_credentials()

    assert credentials is not None
    assert [credentials.get_frozen_credentials().access_key for _ in range(2)] == ["AccessKeyId-2"] * 2
    assert given == ["arn:aws:iam::111111111111:role/audit"] * 2
    assert role.region == "us-east-1"
