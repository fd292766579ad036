"""What ECR answers about a registry that is as a catalog declares it, and an audit of it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from builders.catalogs import catalog

from ecrkit.aws.registry import read_registry
from ecrkit.catalog.locations import registry_places
from ecrkit.deployment.audit.registry import audit_registry
from ecrkit.registry.settings.deployed import ACCOUNT_SETTINGS, RegistrySetting, declared_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mypy_boto3_ecr import ECRClient

    from ecrkit import PolicyStore
    from ecrkit.deployment.actual import ActualRegistry
    from ecrkit.errors import Finding

__all__ = ["Answers", "actual_as", "answers_for", "audited", "client_with", "settings_of"]

Answers = dict[str, Any]
"""Answers by operation; an account setting's by ``GetAccountSetting NAME``. A text is the code of an error."""

_FILTERS = {
    "imageTagMutabilityExclusionFilterType": "filterType",
    "imageTagMutabilityExclusionFilterValue": "filter",
}
_TIMES = {"createdAt": 1_750_000_000, "updatedAt": 1_750_000_000}


def settings_of(text: str, policies: PolicyStore) -> list[RegistrySetting]:
    """Give what a catalog of one environment declares."""
    [environment] = catalog(text, policies).environments
    place = {"account": environment.account, "region": environment.region}
    return list(declared_settings(environment.registry, policies=policies, **place))


def answers_for(settings: Iterable[RegistrySetting]) -> Answers:
    """Write settings as ECR does."""
    answers: Answers = {
        "GetRegistryScanningConfiguration": {"scanningConfiguration": {"scanType": "BASIC", "rules": []}},
        "DescribeRegistry": {"registryId": "123456789012", "replicationConfiguration": {"rules": []}},
        "GetRegistryPolicy": "RegistryPolicyNotFoundException",
        "DescribePullThroughCacheRules": {"pullThroughCacheRules": []},
        "DescribeRepositoryCreationTemplates": {"repositoryCreationTemplates": []},
        "GetSigningConfiguration": "SigningConfigurationNotFoundException",
        "ListPullTimeUpdateExclusions": {"pullTimeUpdateExclusions": []},
        "GetAccountSetting BASIC_SCAN_TYPE_VERSION": {"value": "AWS_NATIVE"},
        "GetAccountSetting REGISTRY_POLICY_SCOPE": {"value": "V2"},
        "GetAccountSetting BLOB_MOUNTING": {"value": "DISABLED"},
    }
    for setting in settings:
        written = _in_words_of_ecr(setting.properties)
        match setting.key:
            case "scanning":
                answers["GetRegistryScanningConfiguration"] = {"scanningConfiguration": written}
            case "replication":
                answers["DescribeRegistry"] |= written
            case "policy":
                answers["GetRegistryPolicy"] = {"policyText": json.dumps(setting.properties["PolicyText"])}
            case "pull_through_cache":
                answers["DescribePullThroughCacheRules"]["pullThroughCacheRules"].append(written | _TIMES)
            case "creation_templates":
                template = written | _TIMES | {"prefix": f"{setting.name}/" if setting.name != "ROOT" else "ROOT"}
                answers["DescribeRepositoryCreationTemplates"]["repositoryCreationTemplates"].append(template)
            case "signing":
                answers["GetSigningConfiguration"] = {"signingConfiguration": written}
            case "pull_time_exclusions":
                answers["ListPullTimeUpdateExclusions"]["pullTimeUpdateExclusions"].append(setting.name)
            case _:
                answers[f"GetAccountSetting {setting.name}"] = {"value": setting.value}
    return answers


def client_with(answers: Answers) -> ECRClient:
    """Make a client that has these answers, and reaches nobody."""
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1")
    client = session.client("ecr", config=Config(retries={"total_max_attempts": 1}))

    def answer(model: Any, params: Any, **_: object) -> tuple[SimpleNamespace, dict[str, Any]]:  # noqa: ANN401 - botocore's
        asked = json.loads(params["body"])
        found = answers[f"{model.name} {asked['name']}" if "name" in asked else model.name]
        if isinstance(found, str):
            return SimpleNamespace(status_code=400), {"Error": {"Code": found, "Message": "No."}}
        return SimpleNamespace(status_code=200), found

    # botocore takes what such a handler returns for the answer; its stubs do not know that.
    client.meta.events.register("before-call.ecr", answer)  # type: ignore[arg-type] # as said above
    return client


def actual_as(text: str, policies: PolicyStore, *, change: Callable[[Answers], object] = id) -> ActualRegistry:
    """Read a registry that is as a catalog declares it, but for a change of what ECR answers."""
    answers = answers_for(settings_of(text, policies))
    change(answers)
    [environment] = catalog(text, policies).environments
    return read_registry(client_with(answers), declared={ACCOUNT_SETTINGS} if environment.registry else ())


def audited(text: str, actual: ActualRegistry, policies: PolicyStore) -> list[str]:
    """Audit a registry against a catalog of one environment; gives each finding, from `registry` on."""
    [environment] = catalog(text, policies).environments
    places = registry_places(text, file="repositories.yaml", environment=environment.name)
    found: Iterable[Finding] = audit_registry(
        environment, actual, policies=policies, policy_name=lambda _: None, places=places
    )
    return [
        f"{one.severity}: {one.text.removeprefix('environments.dev.registry').removeprefix('.')} [{one.code}]"
        for one in found
    ]


def _in_words_of_ecr(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, list):
        return [_in_words_of_ecr(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Key", "Value"}:
        return value
    made = {f"{key[:1].lower()}{key[1:]}": _in_words_of_ecr(each) for key, each in value.items()}
    return {_FILTERS.get(key, key): each for key, each in made.items()}
