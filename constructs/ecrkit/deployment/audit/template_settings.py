"""The settings of a repository, read from the resource of a deployed template."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ecrkit.deployment.actual import DeployedTemplate
from ecrkit.deployment.audit.statements import statements_in
from ecrkit.registry.properties import Encryption, Mutability, RepositoryProperties
from ecrkit.registry.templates import is_known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.deployment.guard import Resource

__all__ = ["declared_in"]


def declared_in(resource: Resource) -> DeployedTemplate:
    """
    Read what a deployed template declares for a repository.

    Args:
        resource: an ``AWS::ECR::Repository``, resolved as far as its template determines it.

    Returns:
        The settings. Defaults are those of CloudFormation.
    """
    known = {key: value for key, value in resource.properties.items() if is_known(value)}
    encryption = _mapping(known.get("EncryptionConfiguration"))
    mutability = str(known.get("ImageTagMutability") or Mutability.MUTABLE)
    policy = known.get("RepositoryPolicyText")
    policy_text = policy if isinstance(policy, str) else json.dumps(policy) if policy else None
    lifecycle = _mapping(known.get("LifecyclePolicy")).get("LifecyclePolicyText")
    return DeployedTemplate(
        properties=RepositoryProperties(
            encryption=str(encryption.get("EncryptionType") or Encryption.AES256),
            encryption_key=encryption.get("KmsKey"),
            scan_on_push=str(_mapping(known.get("ImageScanningConfiguration")).get("ScanOnPush")).lower() == "true",
            mutability=RepositoryProperties.mutability_in(mutability),
            exceptions=tuple(
                str(_mapping(entry).get("ImageTagMutabilityExclusionFilterValue"))
                for entry in _list(known.get("ImageTagMutabilityExclusionFilters"))
            ),
            statements=tuple(statements_in(policy_text) or ()) if policy_text else (),
            tags={
                str(_mapping(tag).get("Key")): str(_mapping(tag).get("Value", "")) for tag in _list(known.get("Tags"))
            },
        ),
        repository_policy_text=policy_text,
        lifecycle_policy_text=lifecycle if isinstance(lifecycle, str) else None,
        unknown=frozenset(resource.properties.keys() - known.keys()),
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
