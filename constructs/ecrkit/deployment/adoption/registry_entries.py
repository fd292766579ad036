"""Registry-wide settings as the catalog writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ecrkit.deployment.adoption.access import grantees_document, split_access
from ecrkit.deployment.audit.statements import statements_in
from ecrkit.deployment.policies import read_deployed_policy
from ecrkit.registry.properties import Encryption, Mutability, RepositoryProperties
from ecrkit.registry.settings.values import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.references import PolicyRef
    from ecrkit.registry.settings.deployed import RegistrySetting

    Named = Callable[[LifecyclePolicy | None], Sequence[PolicyRef]]

__all__ = ["setting_document"]


def setting_document(setting: RegistrySetting, *, account: str, region: str, adopt: Named) -> Any:  # noqa: ANN401 - YAML
    """
    Write a setting as its value in the catalog.

    Args:
        setting: a deployed setting. The catalog may still reject the result, or not express it exactly.
        account: account of the registry.
        region: Region of the registry.
        adopt: names the versions of the store that a lifecycle policy consists of.

    Returns:
        The value of its key; for a cache, a template and an account setting that of its entry.
    """
    given = setting.properties
    value: Any = setting.name
    match setting.key:
        case "scanning":
            rules = [
                {"frequency": rule["ScanFrequency"], "repositories": _filters(rule)} for rule in given.get("Rules", ())
            ]
            value = {"type": given.get("ScanType"), "rules": rules}
        case "replication":
            value = [_replication_rule(rule, account) for rule in given["ReplicationConfiguration"]["Rules"]]
        case "policy":
            value = {"statements": statements_in(given["PolicyText"])}
        case "pull_through_cache":
            value = _cache(given)
        case "creation_templates":
            value = _template(given, account=account, region=region, adopt=adopt)
        case "signing":
            value = [
                _given(profile=rule["SigningProfileArn"], repositories=_filters(rule) or None)
                for rule in given.get("Rules", ())
            ]
        case "account_settings":
            value = setting.value
    return value


def _cache(given: Mapping[str, Any]) -> dict[str, Any]:
    prefix = given.get("UpstreamRepositoryPrefix")
    return _given(
        upstream=str(given.get("UpstreamRegistryUrl", "")).removeprefix("https://"),
        credential=given.get("CredentialArn"),
        role=given.get("CustomRoleArn"),
        # ECR answers ROOT if no prefix was given.
        upstream_prefix=prefix if prefix != ROOT else None,
    )


def _replication_rule(rule: Mapping[str, Any], account: str) -> dict[str, Any]:
    destinations = [
        _given(account=each["RegistryId"] if each["RegistryId"] != account else None, region=each["Region"])
        for each in rule["Destinations"]
    ]
    return _given(to=destinations, repositories=_filters(rule) or None)


def _template(given: Mapping[str, Any], *, account: str, region: str, adopt: Named) -> dict[str, Any]:
    text = given.get("LifecyclePolicy")
    versions = [str(one) for one in adopt(read_deployed_policy(text).policy if text else None)]
    encryption = given.get("EncryptionConfiguration") or {}
    kind, key = encryption.get("EncryptionType"), encryption.get("KmsKey")
    word = str(given.get("ImageTagMutability") or Mutability.MUTABLE)
    mutability = RepositoryProperties.mutability_in(word)
    is_immutable = mutability == Mutability.IMMUTABLE
    exceptions = [
        each["ImageTagMutabilityExclusionFilterValue"] for each in given.get("ImageTagMutabilityExclusionFilters", ())
    ]
    policy = given.get("RepositoryPolicy")
    access, statements = split_access(statements_in(policy) or [] if policy else [], account=account, region=region)
    return _given(
        applied_for=sorted(given.get("AppliedFor", ())),
        lifecycle=(versions[0] if len(versions) == 1 else versions) or None,
        encryption={"type": kind, "key": key} if key else kind if kind not in {None, Encryption.AES256} else None,
        mutability=None if is_immutable else mutability,
        mutable_tags=exceptions if exceptions and is_immutable else None,
        immutable_tags=exceptions if exceptions and not is_immutable else None,
        pull=grantees_document(access.pull) or None,
        push=grantees_document(access.push) or None,
        statements=[dict(statement) for statement in statements] or None,
        tags=_tags(given.get("ResourceTags") or ()) or None,
        description=given.get("Description") or None,
        role=given.get("CustomRoleArn") or None,
    )


def _tags(tags: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _filters(rule: Mapping[str, Any]) -> list[str]:
    return [each["Filter"] for each in rule.get("RepositoryFilters", ())]


def _given(**values: object) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
