"""Read the `public_repositories` of a catalog, and resolve them for an environment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ecrkit.catalog import rulebook
from ecrkit.catalog.public_keys import PUBLIC_ENTRY_KEYS, PUBLIC_INSTEAD
from ecrkit.catalog.reading.access import AccessReader
from ecrkit.catalog.reading.settings import CATALOG_SILENCES, REASON, STATEMENTS
from ecrkit.catalog.reading.statements import judged, read_reason, read_statements, same_sids
from ecrkit.catalog.reading.tags import MAX_TAGS, REPOSITORY_TAGS, read_tags
from ecrkit.catalog.values import PublicRepositoryEntry
from ecrkit.documents import At, ListNode, Reader, is_empty
from ecrkit.errors import InvalidNameError, silence
from ecrkit.images.names import PublicRepositoryName
from ecrkit.policies.silences import read_reasons
from ecrkit.registry.access import Access, Grantees
from ecrkit.registry.outputs import OutputKey, public_output_key
from ecrkit.registry.properties import Removal
from ecrkit.registry.public import HOME_REGION, PUBLIC_WARNINGS, PublicProperties
from ecrkit.registry.public import rulebook as public_rulebook
from ecrkit.registry.public.checks import LABELS, MAX_TEXT, label_findings, region_finding, text_findings
from ecrkit.registry.rulebook import ACCESS_WARNINGS
from ecrkit.registry.statements import PolicyKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from ecrkit.catalog.reading.environments import EnvironmentDraft
    from ecrkit.catalog.reading.settings import Settings
    from ecrkit.errors import Finding, Location

__all__ = ["PublicDraft", "PublicReader"]

_ADD_ENVIRONMENT = "add an environment in us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDraft:
    """
    A public repository as far as it could be read.

    Attributes:
        text: its name as written.
        name: its name; ``None`` where that is none.
        output: key of its output; ``None`` where there can be none.
        properties: its properties, with its own tags only.
        tags: its own tags; ``None`` for a tag that is left out.
        only: environments in which it exists; ``None`` for all.
        places: where each key's value is.
        at: where it is.
    """

    text: str
    name: PublicRepositoryName | None
    output: OutputKey | None
    properties: PublicProperties
    tags: Mapping[str, str | None]
    only: tuple[str, ...] | None
    places: Mapping[str, Location]
    at: At

    def is_in(self, environment: EnvironmentDraft) -> bool:
        """Whether it exists in *environment*, which may have an unreadable Region."""
        return environment.region in {"", HOME_REGION} and (self.only is None or environment.name in self.only)

    def place(self, key: str) -> Location:
        """Where the value of *key* is; the name of the repository without one."""
        return self.places.get(key, self.at.key_location)


class PublicReader:
    """
    Reads public repositories, and reports what is wrong with each.

    Args:
        reader: of the catalog.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._access = AccessReader(reader)

    def read(self, at: At) -> tuple[PublicDraft, ...]:
        """Read all public repositories."""
        members = {} if is_empty(at) else self._reader.members(at)
        return tuple(self._draft(text, child) for text, child in members.items())

    def check_environments(self, drafts: Iterable[PublicDraft], environments: Sequence[EnvironmentDraft]) -> None:
        """Report repositories that are in no environment, or should be in one of another Region."""
        by_name = {environment.name: environment for environment in environments}
        if not environments:
            return
        for draft in drafts:
            named = [by_name[name] for name in draft.only or () if name in by_name]
            elsewhere = [one for one in named if one.region not in {"", HOME_REGION}]
            for one in elsewhere:
                got = f"'{one.name}' in {one.region}"
                self._reader.add([region_finding(got, draft.place("only"), remedy=f"remove '{one.name}' from 'only'")])
            is_unknown = any(name not in by_name for name in draft.only or ())
            if not elsewhere and not is_unknown and not any(draft.is_in(one) for one in environments):
                here = ", ".join(one.name for one in environments if one.region == HOME_REGION)
                remedy = f"name one in 'only': {here}" if here else _ADD_ENVIRONMENT
                place = draft.place("only") if here else draft.at.key_location
                self._reader.add([public_rulebook.NOWHERE.at(place, remedy=remedy)])

    def entry(self, draft: PublicDraft, *defaults: Settings) -> PublicRepositoryEntry | None:
        """
        Resolve a repository for an environment.

        Args:
            draft: the repository.
            defaults: those of the catalog, then those of the environment: public repositories have their tags.

        Returns:
            The entry; ``None`` where it has no name or output.
        """
        merged: dict[str, str | None] = {}
        for settings in defaults:
            merged |= settings.get("tags") or {}
        merged |= draft.tags
        tags = {key: value for key, value in merged.items() if value is not None}
        if len(tags) > MAX_TAGS:
            problem = f"must have at most {MAX_TAGS} tags, got {len(tags)} with those of the defaults"
            self._reader.add([rulebook.BAD_TAG.at(draft.place("tags"), problem=problem)])
        if draft.name is None or draft.output is None:
            return None
        properties = replace(draft.properties, tags=tags)
        return PublicRepositoryEntry(name=draft.name, properties=properties, output=draft.output)

    def _draft(self, text: str, at: At) -> PublicDraft:
        members: dict[str, At] = {}
        if not is_empty(at):
            members = self._reader.fields(at, known=PUBLIC_ENTRY_KEYS, instead=PUBLIC_INSTEAD)
        name = self._name(text, at)
        places = {key: child.location for key, child in members.items()}
        reasons = self._reasons(members)
        properties, found = self._properties(members, places)
        self._reader.add(silence(found, reasons))
        output = members.get("output")
        return PublicDraft(
            text=text,
            name=name,
            output=self._output(output) if output else public_output_key(name) if name else None,
            properties=properties,
            tags=read_tags(self._reader, members["tags"], REPOSITORY_TAGS) if "tags" in members else {},
            only=self._only(members["only"]) if "only" in members else None,
            places=places,
            at=at,
        )

    def _properties(
        self, members: Mapping[str, At], places: Mapping[str, Location]
    ) -> tuple[PublicProperties, list[Finding]]:
        found: list[Finding] = []
        simple: dict[str, Any] = {}
        for key in MAX_TEXT:
            simple[key] = (self._reader.string(members[key]) if key in members else None) or ""
            found += text_findings(key, simple[key], places[key]) if key in members else ()
        for key in LABELS:
            simple[key], labels = self._labels(key, members[key]) if key in members else ((), ())
            found += labels
        statements = read_statements(self._reader, members[STATEMENTS]) if STATEMENTS in members else ()
        reason = (read_reason(self._reader, members[REASON]) if REASON in members else None) or ""
        push = self._access.push(members["push"]) if "push" in members else Grantees()
        removal = self._reader.word(members["removal"], Removal) if "removal" in members else None
        if STATEMENTS in members or REASON in members:
            place = places.get(REASON) or places[STATEMENTS]
            found += judged(
                statements or (), acknowledged=reason, place=place, partition="aws", kind=PolicyKind.PUBLIC_REPOSITORY
            )
            found += same_sids(statements or (), Access(push=push))
        properties = PublicProperties(
            **simple,
            push=push,
            statements=tuple(statement.document for statement in statements or ()),
            open_to_everyone=reason,
            removal=removal or Removal.RETAIN,
        )
        return properties, found

    def _labels(self, key: str, at: At) -> tuple[tuple[str, ...], Iterator[Finding] | tuple[()]]:
        items = self._reader.items(at)
        read = [(item, self._reader.string(item)) for item in items or ()]
        texts = [(item, text) for item, text in read if text is not None]
        labels = tuple(text for _, text in texts)
        return labels, label_findings(key, labels, [at.location, *(item.location for item, _ in texts)])

    def _reasons(self, members: Mapping[str, At]) -> Mapping[str, Any]:
        if "silence" not in members:
            return {}
        codes = (*PUBLIC_WARNINGS, *ACCESS_WARNINGS)
        return read_reasons(self._reader, members["silence"], codes=codes, checks=CATALOG_SILENCES)

    def _only(self, at: At) -> tuple[str, ...] | None:
        texts = tuple(self._reader.string(item) for item in self._reader.items(at) or ())
        known = tuple(text for text in texts if text is not None)
        # As for private repositories: what cannot be read is reported already.
        return None if len(known) < len(texts) or not isinstance(at.node, ListNode) else known

    def _name(self, text: str, at: At) -> PublicRepositoryName | None:
        try:
            return PublicRepositoryName(text)
        except InvalidNameError as error:
            self._reader.report(rulebook.BAD_REPOSITORY_NAME, at.key_location, problem=str(error))
            return None

    def _output(self, at: At) -> OutputKey | None:
        text = self._reader.string(at)
        if text is None:
            return None
        try:
            return OutputKey(text)
        except InvalidNameError as error:
            self._reader.report(rulebook.BAD_OUTPUT_KEY, at.location, problem=str(error))
            return None
