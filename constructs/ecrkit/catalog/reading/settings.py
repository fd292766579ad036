"""What `defaults` and every repository of a catalog may say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any

from ecrkit.catalog import house_checks, rulebook
from ecrkit.catalog.keys import KEYS
from ecrkit.catalog.reading.access import AccessReader
from ecrkit.catalog.reading.encryption import read_encryption
from ecrkit.catalog.reading.statements import judged, read_reason, read_statements
from ecrkit.catalog.reading.tags import REPOSITORY_TAGS, read_tags
from ecrkit.documents import At, ListNode, ObjectNode, Reader
from ecrkit.errors import (
    InvalidDocumentError,
    InvalidLockError,
    InvalidNameError,
    PolicyReferenceError,
    PublishedPolicyError,
    Silence,
    errors_in,
)
from ecrkit.images.names import TagFilter
from ecrkit.lifecycle import COMPLETENESS_CODES, check_completeness, check_composition
from ecrkit.policies.references import PolicyRef
from ecrkit.policies.silences import SilenceChecks, read_reasons
from ecrkit.registry.access import Access, Grantees
from ecrkit.registry.posture import POSTURE_CODES
from ecrkit.registry.properties import KMS_KEY, MUTABILITY_INSTEAD, Encryption, Mutability, RepositoryProperties
from ecrkit.registry.rulebook import ACCESS_WARNINGS
from ecrkit.registry.settings import PULL_TIME_WARNINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ecrkit.catalog.reading.tags import TagLimits
    from ecrkit.errors import Finding, Location, Reason
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.store import PolicyStore

__all__ = ["CATALOG_SILENCES", "REASON", "STATEMENTS", "Settings", "SettingsReader"]

CATALOG_SILENCES = SilenceChecks(
    unknown=rulebook.UNKNOWN_WARNING,
    empty=rulebook.NO_REASON,
    bad_day=house_checks.BAD_SILENCE_DAY,
    ends_soon=house_checks.SILENCE_ENDS_SOON,
)

STATEMENTS = "statements"
REASON = "open_to_everyone"

_MERGED = tuple(key.name for key in KEYS if key.merges)
_SIMPLE = tuple(key.name for key in KEYS if key.kind and key.is_property)
_DEFAULT = RepositoryProperties()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What one mapping says, or several over each other.

    Attributes:
        values: what was read, by key; ``None`` for a value that could not be read.
        places: where each key's value is.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, Location] = field(default_factory=dict)

    def get(self, key: str) -> Any:  # noqa: ANN401 - each key has a type of its own
        """Give the value of *key*; ``None`` where it was left out or could not be read."""
        return self.values.get(key)

    def is_known(self, key: str) -> bool:
        """Whether *key* was left out or could be read."""
        return key not in self.places or self.get(key) is not None

    def over(self, under: Settings) -> Settings:
        """Lay these settings over others: a key that both have is taken from these, or merged."""
        if not under.places or not self.places:
            return self if self.places else under
        # A reason is given for certain statements: others need one of their own.
        if STATEMENTS in self.places:
            under = under.without(REASON)
        merged = {key: {**(under.get(key) or {}), **(self.get(key) or {})} for key in _MERGED}
        return Settings(values={**under.values, **self.values, **merged}, places={**under.places, **self.places})

    def without(self, key: str) -> Settings:
        """Leave out a key."""
        values = {name: value for name, value in self.values.items() if name != key}
        return Settings(values=values, places={name: at for name, at in self.places.items() if name != key})

    def access_findings(self, *, partition: str | None = None) -> tuple[Finding, ...]:
        """Find what ECR rejects or ignores in the statements, and which of them let everyone in."""
        place = self.places.get(REASON)
        if place is None and STATEMENTS not in self.places:
            return ()
        return tuple(
            judged(
                self.get(STATEMENTS) or (),
                acknowledged=self.get(REASON) or "",
                place=place or self.places[STATEMENTS],
                partition=partition,
            )
        )

    @property
    def properties(self) -> RepositoryProperties:
        """The properties of a repository with these settings, defaults included."""
        encryption, encryption_key = self.get("encryption") or (_DEFAULT.encryption, None)
        tags = {key: value for key, value in (self.get("tags") or {}).items() if value is not None}
        return RepositoryProperties(
            encryption=encryption,
            encryption_key=encryption_key,
            exceptions=self.get("immutable_tags" if self.get("mutability") is Mutability.MUTABLE else "mutable_tags")
            or (),
            access=Access(pull=self.get("pull") or Grantees(), push=self.get("push") or Grantees()),
            statements=tuple(statement.document for statement in self.get("statements") or ()),
            open_to_everyone=self.get(REASON) or "",
            tags=tags,
            **{name: self.values[name] for name in _SIMPLE if self.get(name) is not None},
        )


class SettingsReader:
    """
    Reads settings, and reports what is wrong with each.

    Args:
        reader: of the catalog.
        policies: what references are looked up in; ``None`` leaves them unresolved.
        tags: how long tags may be.
    """

    def __init__(self, reader: Reader, policies: PolicyStore | None, *, tags: TagLimits = REPOSITORY_TAGS) -> None:
        self._reader = reader
        self._policies = policies
        access = AccessReader(reader)
        own: dict[str, Callable[[At], object]] = {
            "lifecycle": self._lifecycle,
            "encryption": self._encryption,
            "mutable_tags": self._tag_filters,
            "immutable_tags": self._tag_filters,
            "pull": access.pull,
            "push": access.push,
            STATEMENTS: lambda at: read_statements(reader, at),
            REASON: self._reason,
            "tags": lambda at: read_tags(reader, at, tags),
            "silence": self._reasons,
        }
        self._readers = {key.name: self._of_kind(key.kind) if key.kind else own[key.name] for key in KEYS}
        self._compositions: dict[tuple[PolicyRef, ...], LifecyclePolicy | None] = {}
        self._references: dict[str, PolicyRef] = {}
        self._left_out: dict[tuple[PolicyRef, ...], tuple[Finding, ...]] = {}

    def read(self, members: dict[str, At]) -> Settings:
        """Read the settings among *members*, the values of a mapping by key."""
        given = {key: at for key, at in members.items() if key in self._readers}
        settings = Settings(
            values={key: self._readers[key](at) for key, at in given.items()},
            places={key: at.location for key, at in given.items()},
        )
        # Whether a warning is silenced shows where all settings of a repository are known.
        self._reader.findings += errors_in(settings.access_findings())
        return settings

    def _of_kind(self, kind: type[bool | StrEnum]) -> Callable[[At], object]:
        if not issubclass(kind, StrEnum):
            return self._reader.boolean
        return partial(self._reader.word, words=kind, instead=MUTABILITY_INSTEAD if kind is Mutability else None)

    def _lifecycle(self, at: At) -> tuple[PolicyRef, ...] | None:
        items = self._reader.items(at) if isinstance(at.node, ListNode) else (at,)
        references = tuple(self._reference(item) for item in items or ())
        known = tuple(reference for reference in references if reference)
        if len(known) < len(references):
            return None
        if self._policies is not None and known and known not in self._compositions:
            self._compositions[known] = self._compose(self._policies, known, at)
        return known

    def _reference(self, at: At) -> PolicyRef | None:
        text = self._reader.string(at)
        if text is None:
            return None
        if text in self._references:
            return self._references[text]
        try:
            reference = PolicyRef.parse(text)
            if self._policies is not None:
                self._policies.path(reference)
        except PublishedPolicyError as error:
            self._reader.add([error.finding])
            return None
        except InvalidLockError as error:
            self._reader.add(error.findings)
            return None
        except PolicyReferenceError as error:
            self._reader.report(rulebook.BAD_POLICY_REFERENCE, at.location, problem=error.message, remedy=error.remedy)
            return None
        self._references[text] = reference
        return reference

    def completeness(self, references: tuple[PolicyRef, ...], location: Location) -> tuple[Finding, ...]:
        """Warn of what the policies of a repository leave out together; of nothing where they have errors."""
        if references not in self._left_out:
            policy = self.composed(references)
            has_errors = bool(references) and policy is None
            self._left_out[references] = () if has_errors else check_completeness(policy, location=location)
        return tuple(replace(found, location=location) for found in self._left_out[references])

    def composed(self, references: tuple[PolicyRef, ...]) -> LifecyclePolicy | None:
        """Give what the policies make that a ``lifecycle`` read before names; ``None`` where they have errors."""
        return self._compositions.get(references)

    def _compose(self, store: PolicyStore, references: tuple[PolicyRef, ...], at: At) -> LifecyclePolicy | None:
        """
        Compose policies; what is wrong with them, or with what they make, is reported where they are first named.

        A version that changed or vanished since it was published is an error, one that is not published a warning.
        """
        policies = []
        for reference in references:
            try:
                policies.append(store.read(reference))
            except PublishedPolicyError as error:
                self._reader.add([error.finding])
            except InvalidDocumentError as error:
                self._reader.add(error.findings)
        self._reader.add(store.unpublished(references))
        if len(policies) < len(references):
            return None
        checked = check_composition(policies)
        # The file of a policy reports its own problems; this reports those of the composition.
        for found in errors_in(checked.findings):
            self._reader.report(
                rulebook.POLICIES_CLASH, at.location, policies=", ".join(map(str, references)), finding=found
            )
        if checked.policy is None:
            return None
        # A message may name other rules than it does in the file: the same check at the same place is the same finding.
        alone = {(found.code, found.location) for policy in policies for found in check_composition([policy]).findings}
        self._reader.add(found for found in checked.findings if (found.code, found.location) not in alone)
        return checked.policy

    def _tag_filters(self, at: At) -> tuple[TagFilter, ...] | None:
        items = self._reader.items(at)
        if items is None:
            return None
        if len(items) > TagFilter.MAX_PER_REPOSITORY:
            self._reader.report(rulebook.TOO_MANY_TAG_FILTERS, at.location, count=len(items))
        filters: list[TagFilter] = []
        for item in items:
            text = self._reader.string(item)
            if text is None:
                continue
            if text in filters:
                self._reader.report(rulebook.DUPLICATE_TAG_FILTER, item.location, entry=repr(text))
                continue
            try:
                filters.append(TagFilter(text))
            except InvalidNameError as error:
                self._reader.report(rulebook.BAD_TAG_FILTER, item.location, problem=str(error))
        return tuple(filters)

    def _encryption(self, at: At) -> tuple[Encryption, str | None] | None:
        if not isinstance(at.node, ObjectNode):
            encryption = self._reader.word(at, Encryption)
            return None if encryption is None else (encryption, None)
        encryption, members = read_encryption(self._reader, at, Encryption)
        key = self._reader.string(members["key"]) if "key" in members else None
        if key is not None and not KMS_KEY.fullmatch(key):
            self._reader.report(rulebook.BAD_KMS_KEY, members["key"].location, got=repr(key))
        if encryption is None:
            return None
        if key is not None and not encryption.takes_key:
            self._reader.report(rulebook.KEY_WITHOUT_KMS, members["key"].key_location, encryption=encryption)
        return encryption, key

    def _reasons(self, at: At) -> dict[str, Reason]:
        codes = (
            *COMPLETENESS_CODES,
            *POSTURE_CODES,
            *ACCESS_WARNINGS,
            *PULL_TIME_WARNINGS,
            *house_checks.HOUSE_CODES,
        )
        reasons = read_reasons(self._reader, at, codes=codes, checks=CATALOG_SILENCES)
        for code in reasons.keys() & set(house_checks.HOUSE_CODES):
            self._check_exception(at, code, reasons[code])
        return reasons

    def _check_exception(self, at: At, code: str, reason: Reason) -> None:
        """Report an exception to a house rule that a team makes for itself, or that has no end or owner."""
        where = self._reader.members(at)[code].key_location
        if where.file != self._reader.file:
            self._reader.report(
                house_checks.BAD_EXCEPTION,
                where,
                problem="an included file must not make exceptions to house rules",
                remedy=f"move it to {self._reader.file}, under 'repositories' of an environment",
            )
        elif not isinstance(reason, Silence) or not reason.until or not reason.owner:
            self._reader.report(
                house_checks.BAD_EXCEPTION,
                where,
                problem="an exception to a house rule must have 'reason', 'until' and 'owner'",
                remedy=f"write {code}: {{reason: …, until: 2027-03-31, owner: …}}",
            )

    def _reason(self, at: At) -> str | None:
        return read_reason(self._reader, at)
