"""How one registry-wide setting differs from another, in words."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrkit.deployment.audit.lifecycle import lifecycle_difference
from ecrkit.deployment.audit.statements import policy_difference, statements_in
from ecrkit.deployment.policies import read_deployed_policy
from ecrkit.registry.properties import Encryption, Mutability
from ecrkit.registry.settings.replication import named_destinations
from ecrkit.registry.settings.values import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ecrkit.registry.settings.deployed import RegistrySetting

__all__ = ["SettingComparison"]

_EVERY = "every repository"
_NONE = "none"
_CACHE = {
    "UpstreamRegistryUrl": "upstream",
    "CredentialArn": "credential",
    "CustomRoleArn": "role",
    "UpstreamRepositoryPrefix": "upstream_prefix",
}
"""Keys of the catalog by property. ECR derives the name of the upstream from its URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingComparison:
    """
    Compares settings of a registry.

    Attributes:
        account: account of the registry.
        policy_name: finds the name of a lifecycle policy by its text; ``None`` if the store lacks it.
    """

    account: str
    policy_name: Callable[[str], str | None]

    def difference(self, declared: RegistrySetting, actual: RegistrySetting) -> str:
        """
        Describe how a setting differs from a declared one of the same key and name.

        Returns:
            What differs, in words; empty if nothing does. The order of rules, filters and statements makes no
            difference, nor do default values that are written out.
        """
        return "; ".join(self._differences(declared.key, declared.properties, actual.properties))

    def _differences(self, key: str, wanted: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
        match key:
            case "scanning":
                yield from _compared("type", wanted.get("ScanType"), there.get("ScanType"))
                yield from _of_rules(_scanning_rules(wanted), _scanning_rules(there))
            case "replication":
                yield from _of_rules(self._replication_rules(wanted), self._replication_rules(there))
            case "policy":
                yield from filter(None, [self._policy_difference(wanted.get("PolicyText"), there.get("PolicyText"))])
            case "pull_through_cache":
                yield from _cache(wanted, there)
            case "creation_templates":
                yield from self._template(wanted, there)
            case "signing":
                yield from _of_rules(_signing_rules(wanted), _signing_rules(there))
            case _:
                # An excluded principal is excluded, and no more can be said of it; account settings have one value.
                yield from _compared("value", wanted.get("Value"), there.get("Value"))

    def _replication_rules(self, properties: Mapping[str, Any]) -> Iterator[str]:
        for rule in _items(_mapping(properties.get("ReplicationConfiguration")), "Rules"):
            places = sorted((str(each.get("Region")), each.get("RegistryId")) for each in _items(rule, "Destinations"))
            filters = ", ".join(f"{prefix}*" for prefix in _filters(rule)) or _EVERY
            yield f"{filters} to {', '.join(named_destinations(places, account=self.account))}"

    def _policy_difference(self, wanted: object, there: object) -> str:
        declared = statements_in(_text(wanted)) if wanted else []
        return policy_difference(declared or [], _text(there) if there else None, account=self.account)

    def _template(self, wanted: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
        for key, shown in _TEMPLATE.items():
            yield from _compared(key, shown(wanted), shown(there))
        yield from _tags(wanted, there)
        text = wanted.get("LifecyclePolicy")
        policy = read_deployed_policy(text).policy if text else None
        found = there.get("LifecyclePolicy") or None
        if difference := lifecycle_difference(policy, found, name=self.policy_name(found) if found else None):
            yield f"its lifecycle policy: {difference}"
        if difference := self._policy_difference(wanted.get("RepositoryPolicy"), there.get("RepositoryPolicy")):
            yield f"its repository policy: {difference}"


def _scanning_rules(properties: Mapping[str, Any]) -> Iterator[str]:
    for rule in _items(properties, "Rules"):
        yield f"{rule.get('ScanFrequency')} of {', '.join(_filters(rule)) or 'no repository'}"


def _signing_rules(properties: Mapping[str, Any]) -> Iterator[str]:
    for rule in _items(properties, "Rules"):
        yield f"{', '.join(_filters(rule)) or _EVERY} with {rule.get('SigningProfileArn')}"


def _of_rules(wanted: Iterable[str], there: Iterable[str]) -> Iterator[str]:
    declared, found = Counter(wanted), Counter(there)
    yield from (f"the rule '{rule}' is not declared" for rule in (found - declared).elements())
    yield from (f"the rule '{rule}' is missing" for rule in (declared - found).elements())


def _cache(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    for name, key in _CACHE.items():
        # ECR answers ROOT if no prefix was given.
        default = ROOT if name == "UpstreamRepositoryPrefix" else None
        values = [str(side.get(name) or default or _NONE).removeprefix("https://") for side in (wanted, there)]
        yield from _compared(key, *values)


def _tags(wanted: Mapping[str, Any], there: Mapping[str, Any]) -> Iterator[str]:
    declared, found = (
        {tag.get("Key"): tag.get("Value") for tag in _items(each, "ResourceTags")} for each in (wanted, there)
    )
    for key in sorted({*declared, *found}, key=str):
        yield from _compared(f"tag '{key}'", declared.get(key), found.get(key))


def _encryption(template: Mapping[str, Any]) -> str:
    configuration = _mapping(template.get("EncryptionConfiguration"))
    kind, key = configuration.get("EncryptionType") or Encryption.AES256.value, configuration.get("KmsKey")
    return f"{kind} with {key}" if key else str(kind)


_TEMPLATE: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "applied_for": lambda template: ", ".join(sorted(map(str, _list(template.get("AppliedFor"))))) or _NONE,
    "encryption": _encryption,
    "mutability": lambda template: str(template.get("ImageTagMutability") or Mutability.MUTABLE.value),
    "tag filter": lambda template: (
        ", ".join(
            sorted(
                str(each.get("ImageTagMutabilityExclusionFilterValue"))
                for each in _items(template, "ImageTagMutabilityExclusionFilters")
            )
        )
        or _NONE
    ),
    "description": lambda template: repr(template.get("Description") or ""),
    "role": lambda template: str(template.get("CustomRoleArn") or _NONE),
}
"""How each setting of a template is shown."""


def _compared(what: str, wanted: object, there: object) -> Iterator[str]:
    if wanted != there:
        shown, declared = (_NONE if value is None else value for value in (there, wanted))
        yield f"its {what} is {shown}, declared {declared}"


def _filters(rule: Mapping[str, Any]) -> list[str]:
    return sorted(str(each.get("Filter")) for each in _items(rule, "RepositoryFilters"))


def _text(policy: object) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _items(value: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return [each for each in _list(value.get(key)) if isinstance(each, dict)]
