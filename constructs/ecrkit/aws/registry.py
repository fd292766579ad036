"""Read the deployed registry-wide settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrkit.aws.answers import FOREIGN_ANSWER
from ecrkit.aws.client import aws_errors
from ecrkit.aws.concurrency import in_order
from ecrkit.aws.local import UNSUPPORTED, is_local
from ecrkit.aws.replication import rules_in
from ecrkit.deployment.actual import ActualRegistry, Unread
from ecrkit.errors import AwsError
from ecrkit.registry.settings.deployed import (
    ACCOUNT_SETTING_NAMES,
    ACCOUNT_SETTINGS,
    NAMES,
    RegistrySetting,
    account_setting,
    setting_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping

    from mypy_boto3_ecr import ECRClient

__all__ = ["read_registry"]

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_NOT_HERE = frozenset(
    {
        "InvalidParameterException",
        "UnknownOperationException",
        "UnsupportedCommandException",
        "UnsupportedOperationException",
        "ValidationException",
        UNSUPPORTED,
    }
)
"""What a Region or a local AWS answers that does not have the setting: the calls have no parameter to be wrong."""

_NONE = frozenset({"RegistryPolicyNotFoundException", "SigningConfigurationNotFoundException"})
_OF_ECR = frozenset({"CreatedAt", "RegistryId", "UpdatedAt"})
"""Members of an answer that are no properties of CloudFormation's types."""

_FILTER = {"Filter": "ImageTagMutabilityExclusionFilterValue", "FilterType": "ImageTagMutabilityExclusionFilterType"}


@dataclass(frozen=True, slots=True)
class _Call:
    """
    A call that reads the settings of a key.

    Attributes:
        key: key of the catalog.
        method: method of the client, as in ``get_registry_policy``.
        member: of the answer.
        kind: type of CloudFormation; empty for account settings.
        name: of an account setting.
    """

    key: str
    method: str
    member: str
    kind: str = ""
    name: str = ""

    @property
    def operation(self) -> str:
        """As in ``GetRegistryPolicy``."""
        return "".join(word.capitalize() for word in self.method.split("_"))

    @property
    def action(self) -> str:
        """Of IAM."""
        return f"ecr:{self.operation}"


_CALLS = (
    _Call(
        "scanning",
        "get_registry_scanning_configuration",
        "scanningConfiguration",
        "AWS::ECR::RegistryScanningConfiguration",
    ),
    _Call("replication", "describe_registry", "replicationConfiguration", "AWS::ECR::ReplicationConfiguration"),
    _Call("policy", "get_registry_policy", "policyText", "AWS::ECR::RegistryPolicy"),
    _Call(
        "pull_through_cache",
        "describe_pull_through_cache_rules",
        "pullThroughCacheRules",
        "AWS::ECR::PullThroughCacheRule",
    ),
    _Call(
        "creation_templates",
        "describe_repository_creation_templates",
        "repositoryCreationTemplates",
        "AWS::ECR::RepositoryCreationTemplate",
    ),
    _Call("signing", "get_signing_configuration", "signingConfiguration", "AWS::ECR::SigningConfiguration"),
    _Call(
        "pull_time_exclusions",
        "list_pull_time_update_exclusions",
        "pullTimeUpdateExclusions",
        "AWS::ECR::PullTimeUpdateExclusion",
    ),
    *(_Call(ACCOUNT_SETTINGS, "get_account_setting", "value", name=name) for name in ACCOUNT_SETTING_NAMES),
)


def read_registry(client: ECRClient, *, declared: Container[str]) -> ActualRegistry:
    """
    Read all registry-wide settings.

    Args:
        client: client of the Region.
        declared: keys of the catalog. What it does not declare and a local AWS does not have, does not exist.

    Returns:
        The settings, and what could not be read: without a permission, or in a Region that does not have it.

    Raises:
        AwsError: AWS refused for another reason, or could not be reached.
    """
    settings: list[RegistrySetting] = []
    unread: list[Unread] = []
    rules: tuple[Any, ...] = ()
    for call, found in zip(_CALLS, in_order(lambda call: _ask(client, call), _CALLS), strict=True):
        if isinstance(found, AwsError):
            if found.code == UNSUPPORTED and call.key not in declared:
                continue
            unread.append(
                Unread(
                    key=call.key,
                    name=call.name,
                    action=call.action,
                    reason=str(found),
                    is_denied=found.code in _DENIED,
                )
            )
            continue
        settings += _settings(call, found)
        if call.key == "replication":
            rules = rules_in(found)
    return ActualRegistry(settings=tuple(settings), unread=tuple(unread), replication=rules)


def _ask(client: ECRClient, call: _Call) -> Mapping[str, Any] | AwsError:
    method = getattr(client, call.method)
    try:
        with aws_errors():
            if call.key in NAMES:
                return {call.member: list(_pages(method, call.member))}
            answer: Mapping[str, Any] = method(**({"name": call.name} if call.name else {}))
            return answer
    except AwsError as error:
        if error.code in _NONE:
            return {}
        if error.code == FOREIGN_ANSWER and is_local(client):
            # moto answers so to an operation that it does not have.
            text = f"the local AWS does not support {call.operation}; use a real account"
            return AwsError(text, code=UNSUPPORTED)
        if error.code in _DENIED | _NOT_HERE:
            return error
        raise


def _pages(method: Callable[..., Mapping[str, Any]], member: str) -> Iterator[Any]:
    # Not all of these operations have a paginator.
    token = None
    while True:
        page = method(**({"nextToken": token} if token else {}))
        yield from page.get(member, ())
        token = page.get("nextToken")
        if not token:
            return


def _settings(call: _Call, answer: Mapping[str, Any]) -> Iterator[RegistrySetting]:
    value = answer.get(call.member)
    if call.key in {"replication", "signing"} and not _given(value).get("rules"):
        # An empty configuration is none: CloudFormation would create it.
        return
    match call.key:
        case "scanning" | "signing":
            yield setting_of(call.kind, _properties(_given(value)))
        case "replication":
            yield setting_of(call.kind, {"ReplicationConfiguration": _properties(_given(value))})
        case "policy":
            if value:
                yield setting_of(call.kind, {"PolicyText": value})
        case "account_settings":
            yield account_setting(call.name, str(value))
        case "pull_time_exclusions":
            yield from (setting_of(call.kind, {"PrincipalArn": arn}) for arn in value or ())
        case _:
            for each in value or ():
                properties = _properties(each)
                yield setting_of(call.kind, {key: one for key, one in properties.items() if key not in _OF_ECR})


def _given(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _properties(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Write part of an answer as the properties of a resource: CloudFormation begins each name with a capital."""
    made = {f"{key[:1].upper()}{key[1:]}": _inner(value) for key, value in answer.items()}
    filters = "ImageTagMutabilityExclusionFilters"
    if filters in made:
        made[filters] = [
            {_FILTER[key]: value for key, value in each.items() if key in _FILTER} for each in made[filters]
        ]
    return made


def _inner(value: object) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return _properties(value)
    return [_inner(each) for each in value] if isinstance(value, list) else value
