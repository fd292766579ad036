"""Types of the arguments of ``Registry``, for those who have no type checker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeGuard

from ecrkit.registry.settings import (
    CreationTemplate,
    PullThroughCacheRule,
    RegistryPolicy,
    ReplicationRule,
    Scanning,
    SigningRule,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["REGISTRY_INSTEAD", "registry_type_problems"]

REGISTRY_INSTEAD: Mapping[str, str] = {
    "account_settings": "remove it; CloudFormation has no type for it: run `aws ecr put-account-setting`",
    "events": "use the methods on_… of a repository, or events of the catalog",
}
"""What to use for a key of the catalog that ``Registry`` does not have as an argument."""

_SINGLE: Mapping[str, type] = {"scanning": Scanning, "policy": RegistryPolicy}
_LISTS: Mapping[str, type] = {"replication": ReplicationRule, "signing": SigningRule}
_MAPPINGS: Mapping[str, type] = {"pull_through_cache": PullThroughCacheRule, "creation_templates": CreationTemplate}
_EXCLUSIONS = "pull_time_exclusions"


def registry_type_problems(given: Mapping[str, object]) -> Iterator[str]:
    """
    Refuse arguments of another type than they are declared to be.

    Args:
        given: arguments of ``Registry``, by name.
    """
    for name, kind in _SINGLE.items():
        if given[name] is not None and not isinstance(given[name], kind):
            yield _problem(name, f"a {kind.__name__}", given[name])
    for name, kind in _LISTS.items():
        value = given[name]
        if not _is_list(value) or not all(isinstance(entry, kind) for entry in value):
            yield _problem(name, f"a list of {kind.__name__}", value)
    for name, kind in _MAPPINGS.items():
        value = given[name]
        is_mapping = isinstance(value, Mapping) and all(isinstance(entry, kind) for entry in value.values())
        if value is not None and not is_mapping:
            yield _problem(name, f"a mapping from prefixes to {kind.__name__}", value)
    value = given[_EXCLUSIONS]
    if not _is_list(value) or not all(_is_principal(entry) for entry in value):
        yield _problem(_EXCLUSIONS, "a list of ARNs, roles or users", value)


def _is_list(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_principal(value: object) -> bool:
    return isinstance(value, str) or any(hasattr(value, name) for name in ("role_arn", "user_arn"))


def _problem(name: str, expected: str, value: object) -> str:
    return f"{name}: must be {expected}, got {value!r}"
