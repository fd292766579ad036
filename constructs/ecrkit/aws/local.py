"""A local AWS: what it does not support, what it leaves out of its answers, and whose images its registry has."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ecrkit.aws.answers import UNPARSABLE, host_of
from ecrkit.errors import AwsError, RefusedError
from ecrkit.images.hosts import RegistryHost, is_aws_host

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.client import BaseClient
    from botocore.model import OperationModel
    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import RepositoryTypeDef

__all__ = ["UNSUPPORTED", "is_local", "lacks_filters", "refuse_other_account", "refuse_unsupported"]

UNSUPPORTED = "UnsupportedByLocalAws"
"""Code of the error for an operation that the local AWS does not support."""

_UNKNOWN_OPERATION = frozenset(
    {
        "InvalidAction",
        "NotImplemented",
        "NotImplementedException",
        "UnknownOperation",
        "UnknownOperationException",
        "UnsupportedOperation",
        "UnsupportedOperationException",
    }
)
_SAYS_SO = re.compile(r"not (yet )?(been )?(implemented|supported)|unknown (action|operation|path)", re.IGNORECASE)
_NOT_FOUND = "RepositoryNotFoundException"


def is_local(client: BaseClient) -> bool:
    """Whether the endpoint of a client is not AWS; a VPC endpoint is AWS."""
    return not is_aws_host(host_of(client.meta.endpoint_url))


def refuse_unsupported(
    *,
    http_response: Any,  # noqa: ANN401 - botocore's has no stubs
    parsed: Mapping[str, Any],
    model: OperationModel,
    **_: object,
) -> None:
    """
    Name the operation that a local AWS does not support; a handler of botocore's event ``after-call``.

    Args:
        http_response: status and headers.
        parsed: the answer.
        model: of the operation.

    Raises:
        AwsError: the answer is that the operation is unknown.
    """
    error = parsed.get("Error")
    if error is None:
        return
    code, message = str(error.get("Code", "")), str(error.get("Message", ""))
    is_unknown = code in _UNKNOWN_OPERATION or (code == "InternalFailure" and _SAYS_SO.search(message))
    if is_unknown or http_response.status_code == HTTPStatus.NOT_IMPLEMENTED:
        raise AwsError(f"the local AWS does not support {model.name}; use a real account", code=UNSUPPORTED)


def lacks_filters(client: BaseClient, description: RepositoryTypeDef) -> bool:
    """
    Whether a local AWS has dropped the exclusion filters of a repository.

    ECR gives the filters of each repository whose mutability ends with ``_WITH_EXCLUSION``.

    Source: ECR API model 2015-09-21, Repository.
    """
    with_filters = description["imageTagMutability"].upper().endswith("_WITH_EXCLUSION")
    return with_filters and not description.get("imageTagMutabilityExclusionFilters") and is_local(client)


def refuse_other_account(client: ECRClient, host: str, repository: str = "") -> None:
    """
    Refuse a push or a pull that a local AWS would take for another account or Region than asked.

    Its registry knows no credentials, as an unsigned call has none: both go to one account. AWS refuses such a call.

    Args:
        client: with the credentials.
        host: of the registry that they lead to, as ECR names it.
        repository: whose images are moved; empty for a log-in.

    Raises:
        RefusedError: the registry belongs to another account, or has a repository of that name in another Region.
    """
    asked = RegistryHost.find(host)
    if asked is None or not is_local(client):
        return
    where = _where_unsigned(client, repository)
    if where not in {"", asked.account, f"{asked.account} {asked.region}"}:
        raise RefusedError(
            f"{f'{host}/{repository}'.rstrip('/')}: the local AWS has one registry, which is that of {where}; use the "
            "credentials of that account and Region, or a real account"
        )


def _where_unsigned(client: ECRClient, repository: str) -> str:
    """
    Name the account, with the Region if it has the repository there, that an unsigned call means.

    Empty where credentials are needed.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - comes with boto3
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - as above

    unreadable = (BotoCoreError, ResponseParserError, *UNPARSABLE)
    try:
        if repository:
            found = _unsigned(client, "ecr").describe_repositories(repositoryNames=[repository])["repositories"]
            _, _, _, region, account, _ = found[0]["repositoryArn"].split(":", 5)
            return f"{account} {region}"
    except ClientError as error:
        # An unsigned call finds a repository that exists in one Region only.
        if error.response.get("Error", {}).get("Code") != _NOT_FOUND:
            return ""
    except unreadable:
        return ""
    try:
        return str(_unsigned(client, "sts").get_caller_identity()["Account"])
    except (ClientError, *unreadable):
        return ""


def _unsigned(client: ECRClient, service: str) -> Any:  # noqa: ANN401 - a client of either service
    """Make a client of the same endpoint without credentials."""
    from botocore import UNSIGNED  # noqa: PLC0415 - comes with boto3
    from botocore.config import Config  # noqa: PLC0415 - as above
    from botocore.session import Session  # noqa: PLC0415 - as above

    once = Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1})
    return Session().create_client(
        service,
        region_name=client.meta.region_name,
        endpoint_url=client.meta.endpoint_url,
        config=client.meta.config.merge(once),
    )
