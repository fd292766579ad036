"""A repository of the catalog as CloudFormation: its resources and its outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ecrkit.registry.access import policy_statements
from ecrkit.registry.cloudformation import (
    arn_output_key,
    encryption_properties,
    export_name,
    lifecycle_properties,
    logical_id,
    mutability_properties,
    parameter_name,
    partition_of,
    repository_policy_properties,
)
from ecrkit.registry.outputs import construct_id
from ecrkit.registry.properties import Mutability, Removal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.catalog.values import RepositoryEntry
    from ecrkit.lifecycle import LifecyclePolicy

__all__ = ["repository_outputs", "repository_resources", "repository_statements", "stack_name"]

_DELETION = {
    Removal.RETAIN: {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"},
    Removal.DESTROY: {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"},
}


def stack_name(environment: str, shard: int, *, shards: int) -> str:
    """Name the stack of a shard: ``Repositories-prod``, or ``Repositories-prod-3`` where there are several."""
    return f"Repositories-{environment}" if shards == 1 else f"Repositories-{environment}-{shard}"


def repository_statements(entry: RepositoryEntry, *, account: str, region: str) -> list[Mapping[str, object]]:
    """
    Write the statements of a repository's policy.

    Args:
        entry: the repository.
        account: 12 digits.
        region: as in ``us-east-1``.

    Returns:
        Those that its grantees make, then those that are given as they are; empty for no policy.
    """
    made = policy_statements(entry.access, partition=partition_of(region), region=region, account=account)
    return [*made, *entry.statements]


def repository_resources(
    entry: RepositoryEntry, policy: LifecyclePolicy | None, *, account: str, region: str, stack: str
) -> dict[str, dict[str, object]]:
    """
    Write the resources of a repository, by logical id.

    Args:
        entry: the repository.
        policy: what its lifecycle policies come to; ``None`` for none.
        account: 12 digits.
        region: as in ``us-east-1``.
        stack: that they are in; part of the path that CDK, too, writes to each resource.
    """
    scope = construct_id(entry.name)
    exceptions = entry.mutable_tags if entry.mutability is Mutability.IMMUTABLE else entry.immutable_tags
    statements = repository_statements(entry, account=account, region=region)
    resources: dict[str, dict[str, object]] = {
        logical_id(scope, "Resource"): {
            "Type": "AWS::ECR::Repository",
            "Properties": {
                **({"EmptyOnDelete": True} if entry.empty_on_delete else {}),
                **encryption_properties(entry.encryption, entry.encryption_key),
                "ImageScanningConfiguration": {"ScanOnPush": entry.scan_on_push},
                **mutability_properties(entry.mutability, exceptions),
                **lifecycle_properties(policy),
                "RepositoryName": str(entry.name),
                **repository_policy_properties(statements),
                **_tags(entry),
            },
            **_DELETION[entry.removal],
            **_path(stack, scope, "Resource"),
        }
    }
    if entry.parameters:
        for what, attribute in (("Uri", "RepositoryUri"), ("Arn", "Arn")):
            resources[logical_id(scope, f"{what}Parameter")] = {
                "Type": "AWS::SSM::Parameter",
                "Properties": {
                    "Name": parameter_name(entry.name, what),
                    "Type": "String",
                    "Value": {"Fn::GetAtt": [logical_id(scope, "Resource"), attribute]},
                },
                **_path(stack, scope, f"{what}Parameter"),
            }
    return resources


def repository_outputs(entry: RepositoryEntry) -> dict[str, dict[str, object]]:
    """Write the outputs of a repository, by key."""
    resource = logical_id(construct_id(entry.name), "Resource")
    uri: dict[str, object] = {"Value": {"Fn::GetAtt": [resource, "RepositoryUri"]}}
    if not entry.exports:
        return {entry.output: uri}
    arn_key = arn_output_key(entry.output)
    arn = {"Value": {"Fn::GetAtt": [resource, "Arn"]}, "Export": {"Name": export_name(arn_key)}}
    return {entry.output: {**uri, "Export": {"Name": export_name(entry.output)}}, arn_key: arn}


def _path(*ids: str) -> dict[str, object]:
    return {"Metadata": {"aws:cdk:path": "/".join(ids)}}


def _tags(entry: RepositoryEntry) -> dict[str, object]:
    if not entry.tags:
        return {}
    return {"Tags": [{"Key": key, "Value": entry.tags[key]} for key in sorted(entry.tags)]}
