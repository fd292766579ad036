"""The accounts of a fleet: those of organizational units, and a role in each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrkit.aws.client import aws_errors, with_credentials
from ecrkit.errors import InvalidNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ecrkit.aws.client import Aws

__all__ = ["Accounts", "Role", "accounts_of", "as_role"]

_UNIT = re.compile(r"ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32}")
_ROLE_NAME = re.compile(r"(?:[\x21-\x7e]{1,510}/)?[\w+=,.@-]{1,64}", re.ASCII)
_ROLE_ARN = re.compile(r"arn:[a-z-]+:iam::\{account\}:role/(?P<name>.+)")
_SESSION = "ecrkit-fleet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """
    The accounts of organizational units.

    Attributes:
        active: account IDs, sorted.
        left_out: the state of each other account, such as ``SUSPENDED``, by account ID.
    """

    active: tuple[str, ...]
    left_out: dict[str, str]


@dataclass(frozen=True, slots=True)
class Role:
    """
    A role that every account has.

    Args:
        text: its name, with its path if it has one, or its ARN with ``{account}`` for the account ID.

    Raises:
        InvalidNameError: it is neither.
    """

    text: str

    def __post_init__(self) -> None:
        """Check the text."""
        found = _ROLE_ARN.fullmatch(self.text)
        if not _ROLE_NAME.fullmatch(found["name"] if found else self.text) or (not found and ":" in self.text):
            raise InvalidNameError(
                f"role: must be the name of a role, or an ARN with {{account}} for the account, got {self.text}; write "
                "'inventory' or 'arn:aws:iam::{account}:role/path/inventory'"
            )

    def arn(self, account: str, *, partition: str) -> str:
        """Write its ARN in an account."""
        if self.text.startswith("arn:"):
            return self.text.replace("{account}", account)
        return f"arn:{partition}:iam::{account}:role/{self.text.lstrip('/')}"


def accounts_of(aws: Aws, units: Iterable[str]) -> Accounts:
    """
    List the accounts of organizational units, and of all units in them.

    Args:
        aws: of the management account, or of a delegated administrator.
        units: IDs of units, or of roots.

    Raises:
        AwsError: AWS refused, or could not be reached; there is no such unit.
        InvalidNameError: an ID is not one of a unit or a root.

    Source: Organizations API model 2016-11-28, ListAccountsForParent: ``State`` replaces ``Status``.
    """
    waiting = list(units)
    for unit in waiting:
        if not _UNIT.fullmatch(unit):
            raise InvalidNameError(
                f"{unit}: not the ID of an organizational unit; write it as in ou-ab12-cdefgh34, or r-ab12 for all"
            )
    client = aws.client("organizations")
    states: dict[str, str] = {}
    seen: set[str] = set()
    while waiting:
        unit = waiting.pop()
        if unit in seen:
            continue
        seen.add(unit)
        with aws_errors():
            for page in client.get_paginator("list_accounts_for_parent").paginate(ParentId=unit):
                states |= {account["Id"]: _state(account) for account in page["Accounts"]}
            for page in client.get_paginator("list_organizational_units_for_parent").paginate(ParentId=unit):
                waiting += [child["Id"] for child in page["OrganizationalUnits"]]
    return Accounts(
        active=tuple(sorted(account for account, state in states.items() if state == "ACTIVE")),
        left_out={account: state for account, state in sorted(states.items()) if state != "ACTIVE"},
    )


def as_role(aws: Aws, sts: Any, arn: str) -> Aws:  # noqa: ANN401 - a client without stubs
    """
    Take a role; its credentials are renewed when they expire.

    Args:
        aws: of the caller.
        sts: a client of the caller, whose credentials may assume the role.
        arn: of the role.

    Raises:
        AwsError: AWS refused, or could not be reached.

    Source: STS API model 2011-06-15, AssumeRole: an hour, which is also the most for a role that assumes another.
    """
    from botocore.credentials import RefreshableCredentials  # noqa: PLC0415 - comes with boto3

    def assume() -> dict[str, str]:
        with aws_errors():
            given = sts.assume_role(RoleArn=arn, RoleSessionName=_SESSION)["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    credentials = RefreshableCredentials.create_from_metadata(assume(), refresh_using=assume, method="assume-role")
    return with_credentials(aws, credentials)


def _state(account: dict[str, Any]) -> str:
    return str(account.get("State") or account.get("Status") or "ACTIVE")
