"""What `registry` of a catalog, and of an environment, may say."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from ecrkit.catalog import rulebook
from ecrkit.catalog.reading.encryption import read_encryption
from ecrkit.catalog.reading.placed import PlacedReading
from ecrkit.catalog.reading.settings import CATALOG_SILENCES, REASON, SettingsReader
from ecrkit.catalog.reading.statements import read_reason, read_verbatim
from ecrkit.catalog.reading.tags import TEMPLATE_TAGS
from ecrkit.documents import At, ObjectNode, Reader, is_empty
from ecrkit.errors import errors_in, silence, steps_of
from ecrkit.policies.references import PolicyRef
from ecrkit.policies.silences import read_reasons
from ecrkit.registry.properties import Mutability
from ecrkit.registry.rulebook import ACCESS_WARNINGS
from ecrkit.registry.settings import (
    SCANNING_WARNINGS,
    TEMPLATE_WARNINGS,
    AccountSettings,
    AppliedFor,
    BasicScanTypeVersion,
    BlobMounting,
    CreationTemplate,
    Destination,
    Home,
    PullThroughCacheRule,
    RegistryPolicy,
    RegistryPolicyScope,
    RegistrySettings,
    ReplicationRule,
    ReplicationSource,
    ScanFrequency,
    Scanning,
    ScanningRule,
    ScanType,
    SigningRule,
    TemplateEncryption,
    check_registry,
)
from ecrkit.registry.settings.fields import at as at_value
from ecrkit.registry.settings.pull_times import scanner_findings

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecrkit.errors import Finding, Reason
    from ecrkit.policies.store import PolicyStore

Value = TypeVar("Value")
Word = TypeVar("Word", bound=StrEnum)

__all__ = ["ACCOUNT_SETTINGS", "POLICY_KEYS", "REGISTRY_KEYS", "TEMPLATE_KEYS", "RegistryReader", "overridden"]

REGISTRY_KEYS = (
    "scanning",
    "replication",
    "policy",
    "pull_through_cache",
    "creation_templates",
    "signing",
    "pull_time_exclusions",
    "account_settings",
)
TEMPLATE_KEYS = (
    "applied_for",
    "lifecycle",
    "encryption",
    "mutability",
    "mutable_tags",
    "immutable_tags",
    "pull",
    "push",
    "statements",
    "open_to_everyone",
    "tags",
    "description",
    "role",
    "silence",
)
ACCOUNT_SETTINGS = {
    "basic_scan_type_version": BasicScanTypeVersion,
    "registry_policy_scope": RegistryPolicyScope,
    "blob_mounting": BlobMounting,
}
"""What each account setting may be, by its key."""

POLICY_KEYS = ("replication_from", "pull_through_by", "statements", "open_to_everyone", "silence")
_CACHE_KEYS = ("upstream", "credential", "role", "upstream_prefix")
_OF_REPOSITORIES = ("lifecycle", "mutability", "pull", "push", "tags")
"""What a template says as repositories do, and is read as theirs."""

_BY_PREFIX = ("pull_through_cache", "creation_templates")


def overridden(*layers: dict[str, At]) -> dict[str, At]:
    """
    Lay the settings of an environment over those of all.

    Args:
        layers: settings by key, the more special ones later.

    Returns:
        What holds: each key whole from the last layer that has it, and none that is empty there.
    """
    merged = {key: child for layer in layers for key, child in layer.items()}
    return {key: child for key, child in merged.items() if not is_empty(child)}


class RegistryReader:
    """
    Reads what is registry-wide, and reports what is wrong with it.

    Args:
        reader: of the catalog.
        policies: what references of templates are looked up in; ``None`` leaves them unresolved.
    """

    def __init__(self, reader: Reader, policies: PolicyStore | None) -> None:
        self._reader = reader
        self._policies = policies

    def read(self, *layers: At | None, home: Home | None = None) -> RegistrySettings | None:
        """
        Read what holds in one account and Region.

        Args:
            layers: `registry` of the catalog, then that of the environment; ``None`` where there is none.
            home: where it will be.

        Returns:
            The settings; ``None`` where there are none.
        """
        given = [layer for layer in layers if layer is not None and not is_empty(layer)]
        if not given:
            return None
        # What all environments share is read for each, and told once.
        reader = Reader(given[0].location.file, rulebook.CATALOG_STRUCTURE, today=self._reader.today)
        settings = SettingsReader(reader, self._policies, tags=TEMPLATE_TAGS)
        registry = _Reading(reader, settings).registry(given, home or Home())
        self._reader.add(reader.findings)
        return registry or None


class _Reading(PlacedReading):
    """One run over the settings of one registry; remembers where each value stood."""

    def __init__(self, reader: Reader, settings: SettingsReader) -> None:
        super().__init__(reader)
        self._settings = settings

    def registry(self, layers: list[At], home: Home) -> RegistrySettings:
        members = overridden(*(self._reader.fields(layer, known=REGISTRY_KEYS) for layer in layers))
        registry = RegistrySettings(
            scanning=self._scanning(members["scanning"]) if "scanning" in members else None,
            replication=self._each(members, "replication", "", self._replication_rule),
            policy=self._policy(members["policy"]) if "policy" in members else None,
            pull_through_cache=self._by_prefix(members, "pull_through_cache", self._cache),
            creation_templates=self._by_prefix(members, "creation_templates", self._template),
            signing=self._each(members, "signing", "", self._signing_rule),
            pull_time_exclusions=self._each(members, "pull_time_exclusions", "", self._text),
            account_settings=self._account(members["account_settings"]) if "account_settings" in members else None,
        )
        unread = [found.location.pointer for found in errors_in(self._reader.findings)]
        for finding in check_registry(registry, home):
            placed = self._placed(finding)
            # What could not be read is no ground to say that something is missing.
            if not any(f"{pointer}/".startswith(f"{placed.location.pointer}/") for pointer in unread):
                self._reader.add([placed])
        # Settings that environments share are not known to lack an exclusion before an environment is read.
        if home.region is not None:
            self._check_scanners(registry)
        return registry

    def _check_scanners(self, registry: RegistrySettings) -> None:
        for prefix, template in registry.creation_templates.items():
            policy = self._settings.composed(tuple(e for e in template.lifecycle if isinstance(e, PolicyRef)))
            if policy is not None and policy.counts_pulls:
                found = scanner_findings(
                    template.access,
                    excluded=registry.pull_time_exclusions,
                    place=partial(at_value, "creation_templates", prefix),
                    reasons=template.silence,
                )
                self._reader.add(self._placed(one) for one in found)

    def _scanning(self, at: At) -> Scanning | None:
        keys = ("type", "rules")
        members = self._fields(at, "/scanning", known=(*keys, "silence"), required=keys)
        # Enhanced scanning allows more, so that a type that cannot be read is told once.
        scan_type = self._reader.word(members["type"], ScanType) if "type" in members else None
        return Scanning(
            type=scan_type or ScanType.ENHANCED,
            rules=self._each(members, "rules", "/scanning", self._scanning_rule),
            silence=self._reasons(members, SCANNING_WARNINGS),
        )

    def _scanning_rule(self, at: At, path: str) -> ScanningRule | None:
        keys = ("frequency", "repositories")
        members = self._fields(at, path, known=keys, required=keys)
        frequency = self._reader.word(members["frequency"], ScanFrequency) if "frequency" in members else None
        repositories = self._each(members, "repositories", path, self._text)
        return ScanningRule(frequency=frequency, repositories=repositories) if frequency else None

    def _replication_rule(self, at: At, path: str) -> ReplicationRule:
        members = self._fields(at, path, known=("to", "repositories"), required=("to",))
        return ReplicationRule(
            to=self._each(members, "to", path, self._destination),
            repositories=self._each(members, "repositories", path, self._text),
        )

    def _destination(self, at: At, path: str) -> Destination | None:
        members = self._fields(at, path, known=("account", "region"), required=("region",))
        account = self._string(members, "account")
        region = self._string(members, "region")
        return Destination(region=region, account=account) if region is not None else None

    def _policy(self, at: At) -> RegistryPolicy:
        members = self._fields(at, "/policy", known=POLICY_KEYS)
        return RegistryPolicy(
            replication_from=self._each(members, "replication_from", "/policy", self._source),
            pull_through_by=self._each(members, "pull_through_by", "/policy", self._text),
            statements=self._each(members, "statements", "/policy", self._statement),
            open_to_everyone=self._open_to_everyone(members),
            silence=self._reasons(members, ACCESS_WARNINGS),
        )

    def _source(self, at: At, path: str) -> ReplicationSource | None:
        if not isinstance(at.node, ObjectNode):
            text = self._text(at, path)
            return None if text is None else ReplicationSource(account=text)
        members = self._fields(at, path, known=("account", "repositories"), required=("account",))
        account = self._string(members, "account")
        prefixes = self._each(members, "repositories", path, self._text)
        return None if account is None else ReplicationSource(account=account, repositories=prefixes)

    def _statement(self, at: At, path: str) -> dict[str, object]:
        members = self._remember(path, at, self._reader.members(at))
        return {key: read_verbatim(self._reader, child) for key, child in members.items()}

    def _cache(self, at: At, path: str) -> PullThroughCacheRule | None:
        members = self._fields(at, path, known=_CACHE_KEYS, required=("upstream",))
        texts = {key: self._string(members, key) for key in _CACHE_KEYS}
        upstream = texts.pop("upstream")
        return None if upstream is None else PullThroughCacheRule(upstream=upstream, **texts)

    def _template(self, at: At, path: str) -> CreationTemplate:
        members = self._fields(at, path, known=TEMPLATE_KEYS, required=("applied_for",))
        settings = self._settings.read({key: members[key] for key in _OF_REPOSITORIES if key in members})
        encryption, key = self._encryption(members["encryption"], path) if "encryption" in members else (None, None)
        reasons = self._reasons(members, TEMPLATE_WARNINGS)
        if settings.is_known("lifecycle"):
            where = members["lifecycle"].location if "lifecycle" in members else at.key_location
            self._reader.add(silence(self._settings.completeness(settings.get("lifecycle") or (), where), reasons))
        return CreationTemplate(
            applied_for=self._each(members, "applied_for", path, self._occasion),
            lifecycle=settings.get("lifecycle") or (),
            encryption=encryption,
            key=key,
            mutability=Mutability(settings.properties.mutability),
            mutable_tags=self._each(members, "mutable_tags", path, self._text),
            immutable_tags=self._each(members, "immutable_tags", path, self._text),
            access=settings.properties.access,
            statements=self._each(members, "statements", path, self._statement),
            open_to_everyone=self._open_to_everyone(members),
            tags=settings.properties.tags,
            description=self._string(members, "description"),
            role=self._string(members, "role"),
            silence=reasons,
        )

    def _signing_rule(self, at: At, path: str) -> SigningRule | None:
        members = self._fields(at, path, known=("profile", "repositories"), required=("profile",))
        profile = self._string(members, "profile")
        repositories = self._each(members, "repositories", path, self._text)
        return None if profile is None else SigningRule(profile=profile, repositories=repositories)

    def _account(self, at: At) -> AccountSettings:
        members = self._fields(at, "/account_settings", known=tuple(ACCOUNT_SETTINGS))
        return AccountSettings(
            basic_scan_type_version=self._word(members, "basic_scan_type_version", BasicScanTypeVersion),
            registry_policy_scope=self._word(members, "registry_policy_scope", RegistryPolicyScope),
            blob_mounting=self._word(members, "blob_mounting", BlobMounting),
        )

    def _occasion(self, at: At, path: str) -> AppliedFor | None:
        self._places[path] = at
        return self._reader.word(at, AppliedFor)

    def _encryption(self, at: At, path: str) -> tuple[TemplateEncryption | None, str | None]:
        if not isinstance(at.node, ObjectNode):
            return self._reader.word(at, TemplateEncryption), None
        encryption, members = read_encryption(self._reader, at, TemplateEncryption)
        if "key" in members:
            self._places[f"{path}/key"] = members["key"]
        # A type that cannot be read is told once: with KMS a key is allowed.
        return encryption or TemplateEncryption.KMS, self._string(members, "key")

    def _by_prefix(self, members: dict[str, At], key: str, read: Callable[[At, str], Value | None]) -> dict[str, Value]:
        """Read the mapping behind *key*, if there is one; a value that cannot be read is left out."""
        if key not in members:
            return {}
        self._places[f"/{key}"] = members[key]
        values: dict[str, Value] = {}
        for prefix, child in self._reader.members(members[key]).items():
            value = read(child, at_value(key, prefix).pointer)
            if value is not None:
                values[prefix] = value
        return values

    def _string(self, members: dict[str, At], key: str) -> str | None:
        return self._reader.string(members[key]) if key in members else None

    def _word(self, members: dict[str, At], key: str, words: type[Word]) -> Word | None:
        return self._reader.word(members[key], words) if key in members else None

    def _open_to_everyone(self, members: dict[str, At]) -> str:
        return (read_reason(self._reader, members[REASON]) or "") if REASON in members else ""

    def _reasons(self, members: dict[str, At], codes: tuple[str, ...]) -> dict[str, Reason]:
        if "silence" not in members:
            return {}
        return read_reasons(
            self._reader,
            members["silence"],
            codes=codes,
            checks=CATALOG_SILENCES,
        )

    def _placed(self, finding: Finding) -> Finding:
        """Move a finding about a value to where that stands, or the nearest around it."""
        pointer, at = self._nearest(finding.location.pointer)
        # What is about all of a cache or a template is about the prefix that it stands behind.
        match steps_of(pointer):
            case [key, _] if key in _BY_PREFIX:
                where = at.key_location
            case _:
                where = at.location
        return replace(finding, location=where)
