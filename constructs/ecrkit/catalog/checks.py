"""The one function that everything calls to learn whether a catalog is valid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ecrkit.catalog import house_checks, rulebook
from ecrkit.catalog.grouping import grouped
from ecrkit.catalog.house_rules import HouseRules, house_findings
from ecrkit.catalog.inclusion import MAX_BYTES, read_document
from ecrkit.catalog.keys import CATALOG_KEYS, SETTING_KEYS
from ecrkit.catalog.limits import EnvironmentChecks
from ecrkit.catalog.reading.environments import EnvironmentReader
from ecrkit.catalog.reading.events import EventsReader
from ecrkit.catalog.reading.public import PublicReader
from ecrkit.catalog.reading.registry import RegistryReader
from ecrkit.catalog.reading.repositories import RepositoryReader
from ecrkit.catalog.reading.rules import read_rules
from ecrkit.catalog.reading.settings import Settings, SettingsReader
from ecrkit.catalog.values import Catalog, Environment
from ecrkit.documents import ObjectNode, Reader, is_empty
from ecrkit.documents.files import argument_name, read_argument
from ecrkit.errors import Finding, InvalidCatalogError, errors_in
from ecrkit.registry.settings import Home
from ecrkit.registry.settings.pull_times import scanner_findings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from ecrkit.catalog.reading.environments import EnvironmentDraft
    from ecrkit.catalog.reading.public import PublicDraft
    from ecrkit.catalog.reading.repositories import RepositoryDraft
    from ecrkit.catalog.values import PublicRepositoryEntry, RepositoryEntry
    from ecrkit.documents import At
    from ecrkit.errors import Location
    from ecrkit.policies.store import PolicyStore
    from ecrkit.registry.settings import RegistrySettings

__all__ = ["CheckedCatalog", "check_catalog", "read_catalog", "read_catalog_text"]

_OF_INCLUDED = "add it, or check the catalog that includes this file"


_READ_FROM = {
    "lifecycle": house_checks.LIFECYCLE_RULE,
    "encryption": house_checks.ENCRYPTION_RULE,
    "mutability": house_checks.MUTABILITY_RULE,
    "tags": house_checks.TAG_RULE,
}


@dataclass(frozen=True, slots=True)
class CheckedCatalog:
    """
    The result of a catalog check.

    Attributes:
        catalog: the catalog, or ``None`` when there are errors.
        findings: findings of the catalog and its policies, in file order.
    """

    catalog: Catalog | None
    findings: tuple[Finding, ...]


def check_catalog(  # noqa: PLR0913 - keyword-only
    text: str,
    *,
    file: str,
    policies: PolicyStore | None = None,
    may_be_empty: bool = False,
    edited: Mapping[str, str] | None = None,
    today: date | None = None,
) -> CheckedCatalog:
    """
    Check a catalog, the files that it includes, and the policies that it names.

    Args:
        text: a YAML document; any text is accepted.
        file: name of the file in findings; its folder contains the included files.
        policies: store for its policy references; ``None`` leaves them unresolved.
        may_be_empty: allow environments without repositories, although they cannot be deployed.
        edited: texts to use instead of those of included files, by file.
        today: day on which expired silences no longer apply; ``None`` if they do.

    Returns:
        All findings, and the catalog if it has no error.

    Raises:
        UnreadableInputError: the store, a named policy or an included file cannot be read.
    """
    document = read_document(text, file=file, edited=edited)
    if document.root is None:
        return CheckedCatalog(None, document.findings)
    reader = Reader(file, rulebook.CATALOG_STRUCTURE, today=today)
    reader.add(document.findings)
    is_partial = may_be_empty or not document.is_complete
    catalog_reader = _CatalogReader(reader, policies, may_be_empty=is_partial, is_complete=document.is_complete)
    catalog = catalog_reader.catalog(reader.root(document.root))
    # Several readers read the same policies: those of repositories, and those of each environment's registry.
    findings = grouped(dict.fromkeys(reader.findings))
    return CheckedCatalog(None if errors_in(findings) else catalog, findings)


def read_catalog(path: Path, *, policies: PolicyStore | None = None, may_be_empty: bool = False) -> Catalog:
    """
    Read a catalog, and raise if it is invalid.

    Args:
        path: path of the YAML file; ``-`` for standard input.
        policies: store for its policy references; ``None`` leaves them unresolved.
        may_be_empty: allow environments without repositories, although they cannot be deployed.

    Raises:
        InvalidCatalogError: it cannot be deployed; lists all errors, including those of its policies.
        UnreadableInputError: a file cannot be read.
    """
    checked = check_catalog(
        read_catalog_text(path), file=argument_name(path), policies=policies, may_be_empty=may_be_empty
    )
    if checked.catalog is None:
        raise InvalidCatalogError(errors_in(checked.findings))
    return checked.catalog


def read_catalog_text(path: Path) -> str:
    """
    Read the text of a catalog file, at most 32 MiB, without checking it; ``-`` is standard input.

    Raises:
        UnreadableInputError: the file cannot be read, or is larger.
    """
    text, _ = read_argument(path, at_most=MAX_BYTES)
    return text


class _CatalogReader:
    """Reads a catalog, and lays its settings over each other."""

    def __init__(
        self, reader: Reader, policies: PolicyStore | None, *, may_be_empty: bool, is_complete: bool = True
    ) -> None:
        self._reader = reader
        self._is_complete = is_complete
        self._may_be_empty = may_be_empty
        self._settings = SettingsReader(reader, policies)
        self._repositories = RepositoryReader(reader, self._settings)
        self._checks = EnvironmentChecks(reader, self._settings)
        self._registries = RegistryReader(reader, policies)
        self._events = EventsReader(reader)
        self._public = PublicReader(reader)
        self._alike: dict[str, RepositoryEntry | None] = {}

    def _members(self, at: At) -> dict[str, At]:
        members = self._reader.fields(at, known=CATALOG_KEYS)
        is_public_only = "public_repositories" in members and "repositories" not in members
        is_optional = self._may_be_empty or is_public_only
        required = ("environments",) if is_optional else ("environments", "repositories")
        for key in required:
            if isinstance(at.node, ObjectNode) and key not in members:
                missing = rulebook.MISSING_KEY.at(at.location, key=key)
                # A file that another catalog includes has repositories only.
                is_included = members.keys() == {"repositories"}
                self._reader.add([replace(missing, remedy=_OF_INCLUDED) if is_included else missing])
        return members

    def catalog(self, at: At) -> Catalog:
        members = self._members(at)
        defaults = Settings()
        if "defaults" in members and not is_empty(members["defaults"]):
            defaults = self._settings.read(self._reader.fields(members["defaults"], known=SETTING_KEYS))
        repositories = self._repositories.read(members["repositories"]) if "repositories" in members else ()
        environments: tuple[EnvironmentDraft, ...] = ()
        names = {draft.text for draft in repositories} if self._is_complete else None
        if "environments" in members:
            reader = EnvironmentReader(self._reader, self._settings)
            environments = reader.read(members["environments"], repositories=names)
        public = self._public.read(members["public_repositories"]) if "public_repositories" in members else ()
        self._check_environment_names((*repositories, *public), environments)
        self._public.check_environments(public, environments)
        places = [draft.name for draft in environments]
        rules = read_rules(self._reader, members["rules"], environments=places) if "rules" in members else None
        registry = members.get("registry")
        # Also where there is no environment to read it for: everything that is wrong is told in one go.
        self._registries.read(registry)
        events = members.get("events")
        self._events.read(events, home=Home(), repositories=None)
        has_none = _has_none(members["repositories"]) if "repositories" in members else bool(public)
        if (repositories or has_none) and not self._may_be_empty:
            self._check_not_empty(repositories, public, environments)
        return Catalog(
            environments=tuple(
                replace(
                    self._with_events(
                        draft, self._environment(draft, repositories, defaults, registry, rules), events, names
                    ),
                    public_repositories=self._public_entries(draft, public, defaults),
                    public_alias=draft.public_alias,
                )
                for draft in environments
            )
        )

    def _with_events(
        self, draft: EnvironmentDraft, environment: Environment, events: At | None, names: Collection[str] | None
    ) -> Environment:
        home = Home(account=draft.account or None, region=draft.region or None)
        read = self._events.read(draft.events or events, home=home, repositories=names)
        environment = replace(environment, events=read)
        self._checks.check_events(draft, environment)
        return environment

    def _environment(
        self,
        draft: EnvironmentDraft,
        repositories: Sequence[RepositoryDraft],
        defaults: Settings,
        registry: At | None,
        rules: HouseRules | None,
    ) -> Environment:
        here = [repository for repository in repositories if repository.is_in(draft.name)]
        pairs = [(repository, self._entry(draft, repository, defaults)) for repository in here]
        entries = [(repository, entry) for repository, entry in pairs if entry]
        self._checks.check(draft, entries)
        for repository, entry in entries if rules else ():
            self._check_rules(rules or HouseRules(), draft, repository, entry, defaults)
        home = Home(account=draft.account or None, region=draft.region or None)
        settings = self._registries.read(registry, draft.registry, home=home)
        self._check_scanners(entries, settings)
        return Environment(
            name=draft.name,
            account=draft.account,
            region=draft.region,
            shards=draft.shards,
            profile=draft.profile,
            repositories=tuple(entry for _, entry in pairs if entry),
            registry=settings,
        )

    def _public_entries(
        self, environment: EnvironmentDraft, public: Sequence[PublicDraft], defaults: Settings
    ) -> tuple[PublicRepositoryEntry, ...]:
        here = [draft for draft in public if draft.is_in(environment)]
        pairs = [(draft, self._public.entry(draft, defaults, environment.defaults)) for draft in here]
        entries = [(draft, entry) for draft, entry in pairs if entry]
        self._checks.check_public(environment, entries)
        return tuple(entry for _, entry in entries)

    def _entry(
        self, environment: EnvironmentDraft, repository: RepositoryDraft, defaults: Settings
    ) -> RepositoryEntry | None:
        if not environment.is_like_the_others(repository.text):
            return self._repositories.entry(repository, _settings(environment, repository, defaults))
        if repository.text not in self._alike:
            self._alike[repository.text] = self._repositories.entry(repository, repository.own.over(defaults))
        return self._alike[repository.text]

    def _check_rules(
        self,
        rules: HouseRules,
        environment: EnvironmentDraft,
        repository: RepositoryDraft,
        entry: RepositoryEntry,
        defaults: Settings,
    ) -> None:
        settings = _settings(environment, repository, defaults)
        # What could not be read is an error already, and not what a house rule is about.
        unread = {check.code for key, check in _READ_FROM.items() if not settings.is_known(key)}
        found = house_findings(
            rules,
            entry,
            environment=environment.name,
            account=environment.account,
            place=lambda key: settings.places.get(key, repository.at.key_location),
        )
        self._reader.add(one for one in found if one.code not in unread)

    def _check_scanners(
        self, entries: Sequence[tuple[RepositoryDraft, RepositoryEntry]], registry: RegistrySettings | None
    ) -> None:
        excluded = registry.pull_time_exclusions if registry else ()
        for repository, entry in entries:
            policy = self._settings.composed(entry.lifecycle)
            if policy is not None and policy.counts_pulls:
                found = scanner_findings(
                    entry.properties.access,
                    excluded=excluded,
                    place=partial(_place, repository),
                    reasons=entry.silence,
                )
                self._reader.add(found)

    def _check_not_empty(
        self,
        repositories: Sequence[RepositoryDraft],
        public: Sequence[PublicDraft],
        environments: Sequence[EnvironmentDraft],
    ) -> None:
        for draft in environments:
            has_private = any(repository.is_in(draft.name) for repository in repositories)
            if not has_private and not any(repository.is_in(draft) for repository in public):
                self._reader.report(rulebook.NO_REPOSITORY, draft.at.key_location, environment=draft.name)

    def _check_environment_names(
        self, repositories: Sequence[RepositoryDraft | PublicDraft], environments: Sequence[EnvironmentDraft]
    ) -> None:
        known = [draft.name for draft in environments]
        for repository in repositories:
            for name in repository.only or ():
                if known and name not in known:
                    self._reader.report(
                        rulebook.UNKNOWN_ENVIRONMENT,
                        repository.at.key_location,
                        got=repr(name),
                        known=", ".join(known),
                    )


def _settings(environment: EnvironmentDraft, repository: RepositoryDraft, defaults: Settings) -> Settings:
    """Lay the settings of a repository over each other, those of the environment on top."""
    here = environment.repositories.get(repository.text, Settings())
    return here.over(repository.own.over(environment.defaults.over(defaults)))


def _place(repository: RepositoryDraft, key: str) -> Location:
    """Where a repository writes a key; its name if the key is somewhere else."""
    return repository.own.places.get(key, repository.at.key_location)


def _has_none(at: At) -> bool:
    return is_empty(at) or (isinstance(at.node, ObjectNode) and not at.node.members)
