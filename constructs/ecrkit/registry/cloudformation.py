"""
Repositories as CloudFormation: properties, logical ids and limits, without CDK.

The construct and the stacks of a catalog write what this module says, so that both give the same resources.
"""

from __future__ import annotations

import hashlib
import json
import re
from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.lifecycle import render
from ecrkit.registry.properties import Encryption, Mutability

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.registry.properties import RepositoryProperties

__all__ = [
    "MAX_EXPORT_NAME",
    "MAX_OUTPUTS",
    "MAX_RESOURCES",
    "MAX_TEMPLATE_BYTES",
    "SHARDS",
    "Deletion",
    "arn_output_key",
    "encryption_properties",
    "export_name",
    "export_problem",
    "logical_id",
    "mutability_properties",
    "parameter_name",
    "partition_of",
    "repository_policy_properties",
    "resource_properties",
    "shard_of",
    "template_bytes",
]

MAX_RESOURCES = 500
MAX_OUTPUTS = 200
MAX_TEMPLATE_BYTES = 1_000_000
MAX_EXPORT_NAME = 255
"""Source: CloudFormation user guide, "Quotas" (read 2026-11)."""

SHARDS = "ecrkit:shards"
"""Key in the metadata of a template, where there are several: how many stacks the repositories are spread over."""

_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
    "eu-isoe-": "aws-iso-e",
    "us-iso-": "aws-iso",
    "eusc-": "aws-eusc",
}
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9]")
_HUMAN_LENGTH = 240
_CONTAINERS = (dict, list, tuple)


class Deletion(StrEnum):
    """
    The DeletionPolicy of a resource.

    Source: CloudFormation template reference, "DeletionPolicy attribute" (read 2026-11).
    """

    KEEP = "RetainExceptOnCreate"
    """Kept when it leaves its stack; deleted when its creation is rolled back, so that the next one succeeds."""

    ALWAYS_KEEP = "Retain"
    DELETE = "Delete"

    @property
    def attributes(self) -> dict[str, object]:
        """The attributes of the resource; one that is kept is kept on replacement too."""
        replaced = Deletion.DELETE if self is Deletion.DELETE else Deletion.ALWAYS_KEEP
        return {"DeletionPolicy": self.value, "UpdateReplacePolicy": replaced.value}


def encryption_properties(encryption: Encryption, key: object = None) -> dict[str, object]:
    """
    Write ``EncryptionConfiguration``.

    Args:
        encryption: its type, or ``omit``.
        key: alias, ID or ARN, or a token of one; ``None`` for the key that AWS manages.
    """
    if encryption is Encryption.OMIT:
        return {}
    # Written out, though AES256 is what the service does anyway: adding the property later replaces the repository.
    with_key = {} if key is None else {"KmsKey": key}
    return {"EncryptionConfiguration": {"EncryptionType": encryption.value, **with_key}}


def mutability_properties(mutability: Mutability, exceptions: Sequence[str]) -> dict[str, object]:
    """
    Write ``ImageTagMutability`` and its filters.

    Args:
        mutability: of the tags.
        exceptions: tags, or patterns of tags, of which the opposite holds.
    """
    if not exceptions:
        return {"ImageTagMutability": mutability.value}
    return {
        "ImageTagMutability": f"{mutability.value}_WITH_EXCLUSION",
        "ImageTagMutabilityExclusionFilters": [
            {
                "ImageTagMutabilityExclusionFilterType": "WILDCARD",
                "ImageTagMutabilityExclusionFilterValue": str(entry),
            }
            for entry in exceptions
        ],
    }


def resource_properties(properties: RepositoryProperties, *, lifecycle: LifecyclePolicy | None) -> dict[str, object]:
    """
    Write the properties of ``AWS::ECR::Repository`` that catalog and construct write alike.

    Args:
        properties: of the repository.
        lifecycle: its policy; ``None`` for none.

    Returns:
        All but its name, its policy and its tags, which the construct leaves to CDK.
    """
    return {
        **({"EmptyOnDelete": True} if properties.empty_on_delete else {}),
        **encryption_properties(Encryption(properties.encryption), properties.encryption_key),
        "ImageScanningConfiguration": {"ScanOnPush": properties.scan_on_push},
        **mutability_properties(Mutability(properties.mutability), properties.exceptions),
        **_lifecycle_properties(lifecycle),
    }


def _lifecycle_properties(policy: LifecyclePolicy | None) -> dict[str, object]:
    """Write ``LifecyclePolicy``; nothing for no policy."""
    return {} if policy is None else {"LifecyclePolicy": {"LifecyclePolicyText": render(policy)}}


def repository_policy_properties(statements: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Write ``RepositoryPolicyText``; nothing for no statement."""
    if not statements:
        return {}
    return {"RepositoryPolicyText": {"Version": "2012-10-17", "Statement": list(statements)}}


def logical_id(*path: str) -> str:
    """
    Name a resource as CDK does.

    Args:
        path: ids of its construct and of those that it is in, below the stack.

    Returns:
        What can be read of them, and eight digits of their digest.

    Source: aws-cdk-lib 2.275, core, unique ids.
    """
    digest = hashlib.md5("/".join(path).encode(), usedforsecurity=False).hexdigest()[:8].upper()
    parts: list[str] = []
    for part in path:
        if not parts or not parts[-1].endswith(part):
            parts.append(part)
    # The primary resource of a construct has an id that is not shown.
    human = "".join(_NOT_IN_ID.sub("", part) for part in parts if part != "Resource")
    return human[:_HUMAN_LENGTH] + digest


def arn_output_key(key: str) -> str:
    """Name the output of an ARN after that of the URI: ``MyAppRepositoryArn``."""
    return re.sub("Uri$", "", key) + "Arn"


def export_name(key: str) -> str:
    """Name the export of an output, the same in every environment: ``ecr:MyAppRepositoryUri``."""
    return f"ecr:{key}"


def export_problem(key: str) -> str:
    """
    Check the names of the exports that a repository has with ``exports``.

    Args:
        key: of the output with its URI.

    Returns:
        What is wrong with *key*; empty for nothing.
    """
    longest = max(export_name(key), export_name(arn_output_key(key)), key=len)
    if len(longest) <= MAX_EXPORT_NAME:
        return ""
    allowed = len(key) - len(longest) + MAX_EXPORT_NAME
    return f"must have at most {allowed} characters for an export, got {len(key)}"


def parameter_name(name: str, what: str) -> str:
    """Name the SSM parameter of a repository's ``Uri`` or ``Arn``: ``/ecr/payments/api/uri``."""
    return f"/ecr/{name}/{what.lower()}"


def partition_of(region: str) -> str:
    """Name the partition that a Region is in: ``aws``, ``aws-cn``, ``aws-us-gov`` and so on."""
    return next((partition for prefix, partition in _PARTITIONS.items() if region.startswith(prefix)), "aws")


def shard_of(name: str, shards: int) -> int:
    """
    Choose the stack of a repository by its name alone, so that no other repository ever moves it.

    Args:
        name: of the repository.
        shards: how many stacks there are.

    Returns:
        A number from 0, below *shards*.
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % shards


def template_bytes(part: Mapping[str, object]) -> int:
    """
    Count the bytes of a part of a template, in UTF-8 and as CDK writes it: with one space for each level.

    Args:
        part: JSON values.
    """
    # The encoder of Python that indents is ten times as slow as the one that does not.
    compact = json.dumps(part, separators=(",", ":"), ensure_ascii=False)
    return len(compact.encode()) + _layout_bytes(part, 0)


def _layout_bytes(value: object, depth: int) -> int:
    """Count the line ends and spaces of a value that begins at a level."""
    if not isinstance(value, _CONTAINERS) or not value:
        return 0
    children = value.values() if isinstance(value, dict) else value
    # A line for each member, with a space after its colon, and a line for the end.
    size = len(children) * (depth + 2 + isinstance(value, dict)) + depth + 1
    for child in children:
        if isinstance(child, _CONTAINERS):
            size += _layout_bytes(child, depth + 1)
    return size
