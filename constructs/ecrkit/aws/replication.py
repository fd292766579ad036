"""Read the deployed replication rules of a registry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from ecrkit.aws.client import aws_errors
from ecrkit.aws.local import UNSUPPORTED
from ecrkit.errors import AwsError
from ecrkit.registry.settings.replication import DeployedReplicationRule, named_destinations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_ecr import ECRClient

__all__ = ["replication_rules", "rules_in"]

_GIVES_NO_ANSWER = frozenset({"AccessDenied", "AccessDeniedException", UNSUPPORTED})


def replication_rules(client: ECRClient) -> tuple[DeployedReplicationRule, ...] | str:
    """
    Read the replication rules of a registry.

    Args:
        client: client of the Region.

    Returns:
        The rules in order; or why they cannot be read: a missing permission, or a local AWS.

    Raises:
        AwsError: AWS refused for another reason, or could not be reached.
    """
    try:
        with aws_errors():
            # The type stubs do not know deleteReplication yet.
            answer = cast("dict[str, Any]", client.describe_registry())
    except AwsError as error:
        if error.code not in _GIVES_NO_ANSWER:
            raise
        return str(error)
    return rules_in(answer)


def rules_in(answer: Mapping[str, Any]) -> tuple[DeployedReplicationRule, ...]:
    """Read the rules in an answer of ``DescribeRegistry``, in order."""
    return tuple(
        DeployedReplicationRule(
            destinations=named_destinations(
                ((each["region"], each["registryId"]) for each in rule["destinations"]), account=answer["registryId"]
            ),
            prefixes=tuple(each["filter"] for each in rule.get("repositoryFilters", ())),
            replicates_deletions=bool(rule.get("deleteReplication", {}).get("enabled")),
        )
        for rule in answer.get("replicationConfiguration", {}).get("rules", ())
    )
