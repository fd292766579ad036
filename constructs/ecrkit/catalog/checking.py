"""The one function that everything calls to learn whether a catalog is valid."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.catalog.settings import MAX_TAGS, SETTING_KEYS, Settings, SettingsReader
from ecrkit.catalog.values import Catalog, Encryption, Environment, Removal, RepositoryEntry
from ecrkit.documents import At, ObjectNode, Reader, ScalarNode, SyntaxProblem, type_name
from ecrkit.documents.yaml_text import parse_yaml
from ecrkit.errors import InvalidCatalogError, InvalidNameError
from ecrkit.files import read_text
from ecrkit.findings import Finding, Location, errors_in, in_file_order, silence
from ecrkit.names import OutputKey, RepositoryName, output_key

if TYPE_CHECKING:
    from pathlib import Path

    from ecrkit.store import PolicyStore

__all__ = ["CheckedCatalog", "check_catalog", "read_catalog"]

_ENVIRONMENT_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_MAX_ENVIRONMENT_NAME = 100
"""A stack's name has 128 characters at most, and begins with ``Repositories-``."""

_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}")


@dataclass(frozen=True, slots=True)
class CheckedCatalog:
    """
    What a check found.

    Attributes:
        catalog: the catalog, or ``None`` when there are errors.
        findings: in the catalog, and in the policies that it names, in file order.
    """

    catalog: Catalog | None
    findings: tuple[Finding, ...]


def check_catalog(text: str, *, file: str, policies: PolicyStore | None = None) -> CheckedCatalog:
    """
    Check a catalog, and the policies that it names.

    Args:
        text: a YAML document; anything at all may be passed.
        file: how findings name it.
        policies: what its references are looked up in; ``None`` leaves them unresolved.

    Returns:
        Every finding, and the catalog when there is no error.

    Raises:
        UnreadableInputError: the store, or a policy that is named, cannot be read.
    """
    reader = Reader(file, rulebook.CATALOG_STRUCTURE)
    try:
        node = parse_yaml(text)
    except SyntaxProblem as problem:
        where = Location(file, problem.position.line, problem.position.column)
        reader.report(rulebook.NOT_YAML, where, problem=problem.message)
        return CheckedCatalog(None, tuple(reader.findings))
    if node is None:
        reader.report(rulebook.NOT_YAML, Location(file, 1, 1), problem="is empty")
        return CheckedCatalog(None, tuple(reader.findings))
    catalog = _CatalogReader(reader, policies).catalog(reader.root(node))
    findings = in_file_order(reader.findings)
    return CheckedCatalog(None if errors_in(findings) else catalog, findings)


def read_catalog(path: Path, *, policies: PolicyStore | None = None) -> Catalog:
    """
    Read a catalog that has to be valid.

    Args:
        path: of the YAML file.
        policies: what its references are looked up in; ``None`` leaves them unresolved.

    Raises:
        InvalidCatalogError: it could not be deployed; carries every error, those of its policies too.
        UnreadableInputError: a file cannot be read.
    """
    checked = check_catalog(read_text(path), file=str(path), policies=policies)
    if checked.catalog is None:
        raise InvalidCatalogError(errors_in(checked.findings))
    return checked.catalog


class _CatalogReader:
    """Reads the parts of a catalog, each by a method of its name."""

    def __init__(self, reader: Reader, policies: PolicyStore | None) -> None:
        self._reader = reader
        self._settings = SettingsReader(reader, policies)

    def catalog(self, at: At) -> Catalog:
        members = self._reader.fields(
            at,
            known=("environments", "defaults", "repositories"),
            required=("environments", "repositories"),
        )
        defaults = Settings()
        if "defaults" in members and not _is_empty(members["defaults"]):
            defaults = self._settings.read(self._reader.fields(members["defaults"], known=SETTING_KEYS))
        return Catalog(
            environments=self._environments(members["environments"]) if "environments" in members else (),
            repositories=self._repositories(members["repositories"], defaults) if "repositories" in members else (),
        )

    def _environments(self, at: At) -> tuple[Environment, ...]:
        members = {} if _is_empty(at) else self._reader.members(at)
        if not members and (_is_empty(at) or isinstance(at.node, ObjectNode)):
            self._reader.report(rulebook.NO_ENVIRONMENT, at.location)
        environments: dict[tuple[str, str], Environment] = {}
        for name, child in members.items():
            environment = self._environment(name, child)
            if environment is None:
                continue
            place = (environment.account, environment.region)
            other = environments.setdefault(place, environment)
            if other is not environment:
                self._reader.report(
                    rulebook.SAME_ENVIRONMENT,
                    child.key_location,
                    other=other.name,
                    account=environment.account,
                    region=environment.region,
                )
        return tuple(environments.values())

    def _environment(self, name: str, at: At) -> Environment | None:
        if not _ENVIRONMENT_NAME.fullmatch(name) or len(name) > _MAX_ENVIRONMENT_NAME:
            self._reader.report(
                rulebook.BAD_ENVIRONMENT_NAME, at.key_location, max=_MAX_ENVIRONMENT_NAME, got=repr(name)
            )
        keys = ("account", "region")
        members = self._reader.fields(at, known=keys, required=keys)
        account = self._account(members["account"]) if "account" in members else None
        region = self._region(members["region"]) if "region" in members else None
        return Environment(name=name, account=account, region=region) if account and region else None

    def _account(self, at: At) -> str | None:
        raw = at.node.raw if isinstance(at.node, ScalarNode) and at.node.value is not None else ""
        if isinstance(at.node, ScalarNode) and isinstance(at.node.value, str):
            if _ACCOUNT.fullmatch(at.node.value):
                return at.node.value
            self._reader.report(rulebook.BAD_ACCOUNT, at.location, got=repr(at.node.value), hint="")
            return None
        # Without quotes YAML reads an integer, and with a leading zero an octal one.
        hint = f'write "{raw}", in quotes' if _ACCOUNT.fullmatch(raw) else ""
        self._reader.report(rulebook.BAD_ACCOUNT, at.location, got=f"{type_name(at.node)} {raw}".rstrip(), hint=hint)
        return None

    def _region(self, at: At) -> str | None:
        region = self._reader.string(at)
        if region is not None and not _REGION.fullmatch(region):
            self._reader.report(rulebook.BAD_REGION, at.location, got=repr(region))
            return None
        return region

    def _repositories(self, at: At, defaults: Settings) -> tuple[RepositoryEntry, ...]:
        entries: dict[OutputKey, RepositoryEntry] = {}
        for text, child in ({} if _is_empty(at) else self._reader.members(at)).items():
            entry = self._repository(text, child, defaults)
            if entry is None:
                continue
            other = entries.setdefault(entry.output, entry)
            if other is not entry:
                self._reader.report(
                    rulebook.SAME_OUTPUT_KEY, child.key_location, name=entry.name, other=other.name, key=entry.output
                )
        return tuple(entries.values())

    def _repository(self, text: str, at: At, defaults: Settings) -> RepositoryEntry | None:
        name = self._name(text, at)
        # `my-app:` with nothing behind it takes the defaults as they are.
        members = {} if _is_empty(at) else self._reader.fields(at, known=(*SETTING_KEYS, "output"))
        own = self._settings.read(members)
        removal = own.removal or defaults.removal or Removal.RETAIN
        empty_on_delete = defaults.empty_on_delete if own.empty_on_delete is None else own.empty_on_delete
        # A word that is none is reported where it stands; what it was meant to be is not known here.
        said = own if "removal" in own.places else defaults
        is_removal_known = said.removal or "removal" not in said.places
        if empty_on_delete and is_removal_known and removal is not Removal.DESTROY:
            where = own.places.get("empty_on_delete", at.key_location)
            self._reader.report(rulebook.EMPTY_NEEDS_DESTROY, where, removal=removal)
        output = own.output or (self._output(name, at) if name else None)
        if name is None or output is None:
            return None
        source = own if "lifecycle" in members else defaults
        reasons = {**(defaults.silence or {}), **(own.silence or {})}
        if source.lifecycle is not None or "lifecycle" not in source.places:
            where = own.places.get("lifecycle", at.key_location)
            self._reader.add(silence(self._settings.completeness(source.lifecycle or (), where), reasons))
        return RepositoryEntry(
            name=name,
            lifecycle=source.lifecycle or (),
            encryption=own.encryption or defaults.encryption or Encryption.AES256,
            mutable_tags=(defaults.mutable_tags if own.mutable_tags is None else own.mutable_tags) or (),
            tags=self._merged_tags(own, defaults),
            removal=removal,
            empty_on_delete=bool(empty_on_delete),
            silence=reasons,
            output=output,
        )

    def _merged_tags(self, own: Settings, defaults: Settings) -> dict[str, str]:
        own_tags, default_tags = own.tags or {}, defaults.tags or {}
        tags = {**default_tags, **own_tags}
        # A mapping that is too long by itself is reported already.
        if len(tags) > MAX_TAGS >= max(len(own_tags), len(default_tags)):
            problem = f"must have at most {MAX_TAGS} tags, got {len(tags)} with those of the defaults"
            self._reader.report(rulebook.BAD_TAG, own.places["tags"], problem=problem)
        return tags

    def _name(self, text: str, at: At) -> RepositoryName | None:
        try:
            return RepositoryName(text)
        except InvalidNameError as error:
            self._reader.report(rulebook.BAD_REPOSITORY_NAME, at.key_location, problem=str(error))
            return None

    def _output(self, name: RepositoryName, at: At) -> OutputKey | None:
        try:
            return output_key(name)
        except InvalidNameError as error:
            self._reader.report(
                rulebook.BAD_OUTPUT_KEY, at.key_location, problem=str(error), remedy="give one with 'output: …'"
            )
            return None


def _is_empty(at: At) -> bool:
    """Whether nothing stands behind the key."""
    return isinstance(at.node, ScalarNode) and at.node.value is None
