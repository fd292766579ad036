"""What `environments` of a catalog may say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.catalog.identifiers import stack_names
from ecrkit.catalog.keys import SETTING_KEYS
from ecrkit.catalog.reading.settings import Settings, SettingsReader
from ecrkit.documents import At, ObjectNode, Reader, ScalarNode, is_empty, type_name
from ecrkit.documents.nearest import near
from ecrkit.errors import InvalidNameError
from ecrkit.images.names import REGION
from ecrkit.registry.access import ACCOUNT
from ecrkit.registry.public import HOME_REGION, RegistryAlias
from ecrkit.registry.public.checks import region_finding
from ecrkit.registry.public.rulebook import BAD_ALIAS

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = [
    "ENVIRONMENT_NAME",
    "MAX_ENVIRONMENT_NAME",
    "MAX_SHARDS",
    "PROFILE",
    "EnvironmentDraft",
    "EnvironmentReader",
]

ENVIRONMENT_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
MAX_ENVIRONMENT_NAME = 100
"""A stack's name has 128 characters at most, and begins with ``Repositories-``."""

PROFILE = re.compile(r"[A-Za-z0-9_.:@/+-](?:[A-Za-z0-9_.:@/+ -]*[A-Za-z0-9_.:@/+-])?")
"""A name that every reader of the AWS configuration takes for the same profile."""

MAX_SHARDS = 1_000
"""An account has 2,000 stacks in a Region, and not all of them are for repositories."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentDraft:
    """
    An environment as far as it could be read.

    Attributes:
        name: as written.
        account: 12 digits; empty where that is unreadable.
        region: as in ``us-east-1``; empty where that is unreadable.
        shards: over how many stacks its repositories are spread.
        profile: AWS profile of the environment; empty if it has none.
        defaults: laid over those of the catalog.
        repositories: laid over the settings of single repositories, by name.
        registry: laid over what is registry-wide in the catalog; ``None`` where it says nothing of that.
        events: replace those of the catalog; ``None`` if it has no such key.
        public_alias: alias of the public registry; empty if it has none.
        at: where it stands.
    """

    name: str
    account: str = ""
    region: str = ""
    shards: int = 1
    profile: str = ""
    defaults: Settings = field(default_factory=Settings)
    repositories: dict[str, Settings] = field(default_factory=dict)
    registry: At | None = None
    events: At | None = None
    public_alias: str = ""
    at: At

    def is_like_the_others(self, repository: str) -> bool:
        """Whether *repository* has no settings of its own here."""
        return not self.defaults.places and repository not in self.repositories


class EnvironmentReader:
    """
    Reads environments, and reports what is wrong with each.

    Args:
        reader: of the catalog.
        settings: reads their differences.
    """

    def __init__(self, reader: Reader, settings: SettingsReader) -> None:
        self._reader = reader
        self._settings = settings

    def read(self, at: At, *, repositories: Collection[str] | None) -> tuple[EnvironmentDraft, ...]:
        """
        Read all environments.

        Args:
            at: the mapping of names to environments.
            repositories: names that the catalog has, for those that an environment names; ``None`` if unknown.
        """
        members = {} if is_empty(at) else self._reader.members(at)
        if not members and (is_empty(at) or isinstance(at.node, ObjectNode)):
            self._reader.report(rulebook.NO_ENVIRONMENT, at.location)
        drafts = tuple(self._environment(name, child, repositories) for name, child in members.items())
        first: dict[tuple[str, str], EnvironmentDraft] = {}
        for draft in drafts:
            other = first.setdefault((draft.account, draft.region), draft)
            if other is not draft and draft.account and draft.region:
                self._reader.report(
                    rulebook.SAME_ENVIRONMENT,
                    draft.at.key_location,
                    other=other.name,
                    account=draft.account,
                    region=draft.region,
                )
        self._check_stacks(drafts)
        return drafts

    def _check_stacks(self, drafts: tuple[EnvironmentDraft, ...]) -> None:
        """Report an environment with a stack of the same name as one of another environment, at most one of each."""
        first: dict[str, tuple[str, EnvironmentDraft]] = {}
        for draft in drafts:
            for stack in stack_names(draft.name, draft.shards):
                # The file of a template has the name of its stack, and not every file system tells cases apart.
                taken, other = first.setdefault(stack.lower(), (stack, draft))
                if other is not draft:
                    hint = "" if stack == taken else " but for case"
                    self._reader.report(
                        rulebook.SAME_STACK,
                        draft.at.key_location,
                        stack=stack,
                        other=other.name,
                        hint=hint,
                    )
                    break

    def _environment(self, name: str, at: At, repositories: Collection[str] | None) -> EnvironmentDraft:
        if not ENVIRONMENT_NAME.fullmatch(name) or len(name) > MAX_ENVIRONMENT_NAME:
            self._reader.report(
                rulebook.BAD_ENVIRONMENT_NAME, at.key_location, max=MAX_ENVIRONMENT_NAME, got=repr(name)
            )
        members = self._reader.fields(
            at,
            known=(
                *("account", "region", "profile", "shards", "public_alias"),
                *("defaults", "registry", "events", "repositories"),
            ),
            required=("account", "region"),
        )
        defaults = members.get("defaults")
        differences = members.get("repositories")
        region = (self._region(members["region"]) if "region" in members else None) or ""
        return EnvironmentDraft(
            name=name,
            account=(self._account(members["account"]) if "account" in members else None) or "",
            region=region,
            shards=self._shards(members["shards"]) if "shards" in members else 1,
            profile=self._profile(members["profile"]) if "profile" in members else "",
            defaults=self._settings_of(defaults) if defaults else Settings(),
            repositories=self._differences(differences, repositories) if differences else {},
            registry=members.get("registry"),
            events=members.get("events"),
            public_alias=self._alias(members["public_alias"], name, region) if "public_alias" in members else "",
            at=at,
        )

    def _settings_of(self, at: At) -> Settings:
        return Settings() if is_empty(at) else self._settings.read(self._reader.fields(at, known=SETTING_KEYS))

    def _differences(self, at: At, repositories: Collection[str] | None) -> dict[str, Settings]:
        differences = {}
        for name, child in ({} if is_empty(at) else self._reader.members(at)).items():
            if repositories is not None and name not in repositories:
                close = near(name, repositories)
                hint = f"did you mean {' or '.join(close)}?" if close else "declare it under `repositories` first"
                self._reader.report(rulebook.UNKNOWN_REPOSITORY, child.key_location, got=repr(name), near=hint)
            differences[name] = self._settings_of(child)
        return differences

    def _shards(self, at: At) -> int:
        shards = self._reader.integer(at)
        if shards is not None and not 1 <= shards <= MAX_SHARDS:
            self._reader.report(rulebook.BAD_SHARDS, at.location, max=MAX_SHARDS, got=shards)
            return 1
        return shards or 1

    def _alias(self, at: At, environment: str, region: str) -> str:
        if region not in {"", HOME_REGION}:
            finding = region_finding(f"'{environment}' in {region}", at.location, remedy="remove 'public_alias'")
            self._reader.add([finding])
        text = self._reader.string(at)
        try:
            return RegistryAlias(text) if text is not None else ""
        except InvalidNameError as error:
            self._reader.report(BAD_ALIAS, at.location, problem=str(error))
            return ""

    def _profile(self, at: At) -> str:
        profile = self._reader.string(at)
        if profile is not None and not PROFILE.fullmatch(profile):
            self._reader.report(rulebook.BAD_PROFILE, at.location, got=repr(profile))
            return ""
        return profile or ""

    def _account(self, at: At) -> str | None:
        raw = at.node.raw if isinstance(at.node, ScalarNode) and at.node.value is not None else ""
        if isinstance(at.node, ScalarNode) and isinstance(at.node.value, str):
            if ACCOUNT.fullmatch(at.node.value):
                return at.node.value
            self._reader.report(rulebook.BAD_ACCOUNT, at.location, got=repr(at.node.value), hint="")
            return None
        # Without quotes YAML reads an integer, and with a leading zero an octal one.
        hint = f'write "{raw}", in quotes' if ACCOUNT.fullmatch(raw) else ""
        self._reader.report(rulebook.BAD_ACCOUNT, at.location, got=f"{type_name(at.node)} {raw}".rstrip(), hint=hint)
        return None

    def _region(self, at: At) -> str | None:
        region = self._reader.string(at)
        if region is not None and not REGION.fullmatch(region):
            self._reader.report(rulebook.BAD_REGION, at.location, got=repr(region))
            return None
        return region
