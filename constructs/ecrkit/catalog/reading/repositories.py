"""What `repositories` of a catalog may say, and what they come to in an environment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ecrkit.catalog import rulebook
from ecrkit.catalog.keys import SETTING_KEYS
from ecrkit.catalog.reading.statements import same_sids
from ecrkit.catalog.reading.tags import MAX_TAGS
from ecrkit.catalog.values import RepositoryEntry
from ecrkit.documents import At, ListNode, Reader, is_empty
from ecrkit.errors import InvalidNameError, Severity, silence
from ecrkit.images.names import RepositoryName
from ecrkit.registry.cloudformation import export_problem
from ecrkit.registry.outputs import OutputKey, output_key
from ecrkit.registry.properties import Mutability, Removal

if TYPE_CHECKING:
    from ecrkit.catalog.reading.settings import Settings, SettingsReader
    from ecrkit.errors import Check, Location
    from ecrkit.registry.properties import RepositoryProperties

__all__ = ["RepositoryDraft", "RepositoryReader"]

_MAX_NAME_PARTS = 12
"""``/ecr/<name>/uri`` has three levels more, and a parameter has 15 at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryDraft:
    """
    A repository as far as it could be read.

    Attributes:
        text: its name as written.
        name: its name; ``None`` where that is none.
        output: key of its output; ``None`` where there can be none.
        output_location: where the key is; the name of the repository where that gives the key.
        own: the settings that it has of its own.
        only: environments in which it exists; ``None`` for all.
        at: where it stands.
    """

    text: str
    name: RepositoryName | None
    output: OutputKey | None
    output_location: Location
    own: Settings
    only: tuple[str, ...] | None
    at: At

    def is_in(self, environment: str) -> bool:
        """Whether it exists in *environment*."""
        return self.only is None or environment in self.only


class RepositoryReader:
    """
    Reads repositories, and reports what is wrong with each.

    Args:
        reader: of the catalog.
        settings: reads their settings.
    """

    def __init__(self, reader: Reader, settings: SettingsReader) -> None:
        self._reader = reader
        self._settings = settings

    def read(self, at: At) -> tuple[RepositoryDraft, ...]:
        """Read all repositories."""
        members = {} if is_empty(at) else self._reader.members(at)
        return tuple(self._draft(text, child) for text, child in members.items())

    def entry(self, draft: RepositoryDraft, settings: Settings) -> RepositoryEntry | None:
        """
        Make what a repository comes to.

        Args:
            draft: the repository.
            settings: all that hold for it, laid over each other.

        Returns:
            The entry; ``None`` where it has no name or output.
        """
        properties = settings.properties
        self._check(draft, settings, properties)
        if draft.name is None or draft.output is None:
            return None
        return RepositoryEntry(
            name=draft.name,
            lifecycle=settings.get("lifecycle") or (),
            properties=properties,
            silence=settings.get("silence") or {},
            exports=bool(settings.get("exports")),
            parameters=bool(settings.get("parameters")),
            output=draft.output,
        )

    def _draft(self, text: str, at: At) -> RepositoryDraft:
        # `my-app:` with nothing behind it takes the defaults as they are.
        members = {} if is_empty(at) else self._reader.fields(at, known=(*SETTING_KEYS, "output", "only"))
        own = self._settings.read(members)
        name = self._name(text, at)
        output = members.get("output")
        return RepositoryDraft(
            text=text,
            name=name,
            output=self._output(output) if output else output_key(name) if name else None,
            output_location=output.location if output else at.key_location,
            own=own,
            only=self._only(members["only"]) if "only" in members else None,
            at=at,
        )

    def _output(self, at: At) -> OutputKey | None:
        text = self._reader.string(at)
        if text is None:
            return None
        try:
            return OutputKey(text)
        except InvalidNameError as error:
            self._reader.report(rulebook.BAD_OUTPUT_KEY, at.location, problem=str(error))
            return None

    def _only(self, at: At) -> tuple[str, ...] | None:
        texts = tuple(self._reader.string(item) for item in self._reader.items(at) or ())
        known = tuple(text for text in texts if text is not None)
        # What cannot be read is reported; that the repository is nowhere would be said besides.
        return None if len(known) < len(texts) or not isinstance(at.node, ListNode) else known

    def _check(self, draft: RepositoryDraft, settings: Settings, properties: RepositoryProperties) -> None:
        """Report what does not fit together; once, however many environments it holds for."""
        # A word that is none is reported where it stands; what it was meant to be is not known here.
        if properties.empty_on_delete and properties.removal is not Removal.DESTROY and settings.is_known("removal"):
            self._report(rulebook.EMPTY_NEEDS_DESTROY, draft, "empty_on_delete", removal=properties.removal)
        for key, needed in (("mutable_tags", Mutability.IMMUTABLE), ("immutable_tags", Mutability.MUTABLE)):
            got = properties.mutability
            if settings.get(key) and got != needed and settings.is_known("mutability"):
                self._report(rulebook.MUTABLE_TAGS_OF_MUTABLE, draft, key, key=key, needed=needed, got=got)
        if len(properties.tags) > MAX_TAGS:
            problem = f"must have at most {MAX_TAGS} tags, got {len(properties.tags)} with those of the defaults"
            self._report(rulebook.BAD_TAG, draft, "tags", problem=problem)
        problem = export_problem(draft.output) if settings.get("exports") and draft.output else ""
        if problem:
            self._reader.add([rulebook.BAD_OUTPUT_KEY.at(draft.output_location, problem=problem)])
        if settings.get("parameters") and draft.text.count("/") >= _MAX_NAME_PARTS:
            levels = draft.text.count("/") + 4
            self._report(rulebook.BAD_PARAMETER_NAME, draft, "parameters", levels=levels)
        self._reader.add(same_sids(settings.get("statements") or (), properties.access))
        reasons = settings.get("silence") or {}
        found = [one for one in settings.access_findings() if one.severity is Severity.WARNING]
        self._reader.add(silence(found, reasons))
        if settings.is_known("lifecycle"):
            warnings = self._settings.completeness(settings.get("lifecycle") or (), _place(draft, "lifecycle"))
            self._reader.add(silence(warnings, reasons))

    def _report(self, check: Check, draft: RepositoryDraft, place: str, **values: object) -> None:
        self._reader.add([check.at(_place(draft, place), **values)])

    def _name(self, text: str, at: At) -> RepositoryName | None:
        try:
            return RepositoryName(text)
        except InvalidNameError as error:
            self._reader.report(rulebook.BAD_REPOSITORY_NAME, at.key_location, problem=str(error))
            return None


def _place(draft: RepositoryDraft, key: str) -> Location:
    """Where the repository says *key* itself; its own name where that comes from elsewhere."""
    return draft.own.places.get(key, draft.at.key_location)
