"""
The actions of ECR, by what they act on.

A test compares them with the operations of the installed service model.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon ECR" and "… Amazon ECR
Public" (changed 2026-07-15, read 2026-11). Actions of replication backfill: the service model of botocore 1.44.8, in
which none of them takes a repository.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache

from ecrkit.documents.nearest import near

__all__ = ["ECR", "ECR_PUBLIC", "OPERATIONS_WITHOUT_ACTION", "WITHOUT_OPERATION", "Service", "action_pattern"]

WITHOUT_OPERATION = frozenset({"BatchImportUpstreamImage", "GetImageCopyStatus", "ReplicateImage"})
"""Actions of ECR that no API operation has the name of: ECR itself asks for them."""

OPERATIONS_WITHOUT_ACTION = frozenset({"ListImageReferrers"})
"""Operations of ECR that need another action: BatchGetImage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """
    The actions of a service.

    Attributes:
        prefix: of its actions, as in ``ecr``.
        on_repository: names of the actions whose resource is a repository.
        on_registry: names of all other actions; they have no effect in the policy of a repository.
    """

    prefix: str
    on_repository: tuple[str, ...]
    on_registry: tuple[str, ...]

    @property
    def actions(self) -> tuple[str, ...]:
        """All names, without the prefix, sorted."""
        return tuple(sorted((*self.on_repository, *self.on_registry)))

    def matched_by(self, pattern: str) -> frozenset[str]:
        """
        Give the actions that an element of ``Action`` stands for.

        Args:
            pattern: as in ``ecr:Get*``; case makes no difference.
        """
        return _matched(self, pattern)

    def nearest(self, name: str, *, on_registry: bool = True) -> str | None:
        """
        Give the action whose name is similar to the unknown *name*; ``None`` without a similar one.

        Args:
            name: as written, without the prefix.
            on_registry: whether it may be an action on a registry, too.
        """
        folded = {action.lower(): action for action in (self.actions if on_registry else self.on_repository)}
        found = near(name.lower(), folded)
        return folded[found[0]] if found else None


ECR = Service(
    prefix="ecr",
    on_repository=(
        "BatchCheckLayerAvailability",
        "BatchDeleteImage",
        "BatchGetImage",
        "BatchGetRepositoryScanningConfiguration",
        "BatchImportUpstreamImage",
        "CompleteLayerUpload",
        "CreateRepository",
        "DeleteLifecyclePolicy",
        "DeleteRepository",
        "DeleteRepositoryPolicy",
        "DescribeImageReplicationStatus",
        "DescribeImageScanFindings",
        "DescribeImageSigningStatus",
        "DescribeImages",
        "DescribeRepositories",
        "GetDownloadUrlForLayer",
        "GetImageCopyStatus",
        "GetLifecyclePolicy",
        "GetLifecyclePolicyPreview",
        "GetRepositoryPolicy",
        "InitiateLayerUpload",
        "ListImages",
        "ListTagsForResource",
        "PutImage",
        "PutImageScanningConfiguration",
        "PutImageTagMutability",
        "PutLifecyclePolicy",
        "ReplicateImage",
        "SetRepositoryPolicy",
        "StartImageScan",
        "StartLifecyclePolicyPreview",
        "TagResource",
        "UntagResource",
        "UpdateImageStorageClass",
        "UploadLayerPart",
    ),
    on_registry=(
        "CreatePullThroughCacheRule",
        "CreateRepositoryCreationTemplate",
        "DeletePullThroughCacheRule",
        "DeleteRegistryPolicy",
        "DeleteRepositoryCreationTemplate",
        "DeleteSigningConfiguration",
        "DeregisterPullTimeUpdateExclusion",
        "DescribePullThroughCacheRules",
        "DescribeRegistry",
        "DescribeReplicationBackfillResults",
        "DescribeRepositoryCreationTemplates",
        "GetAccountSetting",
        "GetAuthorizationToken",
        "GetRegistryPolicy",
        "GetRegistryScanningConfiguration",
        "GetSigningConfiguration",
        "ListPullTimeUpdateExclusions",
        "ListReplicationBackfills",
        "PutAccountSetting",
        "PutRegistryPolicy",
        "PutRegistryScanningConfiguration",
        "PutReplicationConfiguration",
        "PutSigningConfiguration",
        "RegisterPullTimeUpdateExclusion",
        "StartReplicationBackfill",
        "StopReplicationBackfill",
        "UpdatePullThroughCacheRule",
        "UpdateRepositoryCreationTemplate",
        "ValidatePullThroughCacheRule",
    ),
)

ECR_PUBLIC = Service(
    prefix="ecr-public",
    on_repository=(
        "BatchCheckLayerAvailability",
        "BatchDeleteImage",
        "CompleteLayerUpload",
        "CreateRepository",
        "DeleteRepository",
        "DeleteRepositoryPolicy",
        "DescribeImageTags",
        "DescribeImages",
        "DescribeRepositories",
        "GetRepositoryCatalogData",
        "GetRepositoryPolicy",
        "InitiateLayerUpload",
        "ListTagsForResource",
        "PutImage",
        "PutRepositoryCatalogData",
        "SetRepositoryPolicy",
        "TagResource",
        "UntagResource",
        "UploadLayerPart",
    ),
    on_registry=(
        "DescribeRegistries",
        "GetAuthorizationToken",
        "GetRegistryCatalogData",
        "PutRegistryCatalogData",
    ),
)


def action_pattern(pattern: str) -> re.Pattern[str]:
    """
    Compile a text with the wildcards of IAM.

    Source: IAM user guide, "IAM JSON policy elements: Action" (read 2026-11): ``*``, ``?``, and case is ignored.
    """
    return re.compile(translate(pattern.replace("[", "[[]")), re.IGNORECASE)


@lru_cache(maxsize=1024)
def _matched(service: Service, pattern: str) -> frozenset[str]:
    if pattern == "*":
        return frozenset(service.actions)
    prefix, colon, name = pattern.partition(":")
    if not colon or not action_pattern(prefix).fullmatch(service.prefix):
        return frozenset()
    compiled = action_pattern(name)
    return frozenset(action for action in service.actions if compiled.fullmatch(action))
