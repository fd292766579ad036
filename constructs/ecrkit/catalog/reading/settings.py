"""What `defaults` and every repository of a catalog may say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ecrkit.catalog import rulebook
from ecrkit.catalog.reading.access import AccessReader
from ecrkit.catalog.reading.statements import read_statements
from ecrkit.catalog.reading.words import Word, read_word
from ecrkit.documents import At, ListNode, ObjectNode, Reader, is_empty
from ecrkit.errors import InvalidNameError, InvalidPolicyError, PolicyReferenceError, errors_in
from ecrkit.images.names import TagFilter
from ecrkit.lifecycle import COMPLETENESS_CODES, check_completeness, check_composition
from ecrkit.policies.silences import read_reasons
from ecrkit.policies.store import PolicyRef
from ecrkit.registry.outputs import OutputKey
from ecrkit.registry.posture import POSTURE_CODES
from ecrkit.registry.properties import KMS_KEY, Encryption, Mutability, Removal

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecrkit.catalog.reading.statements import Statement
    from ecrkit.errors import Finding, Location
    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.policies.store import PolicyStore
    from ecrkit.registry.access import Grantees

__all__ = ["MAX_TAGS", "MAX_TAG_KEY", "MAX_TAG_VALUE", "SETTING_KEYS", "Settings", "SettingsReader"]

SETTING_KEYS = (
    "lifecycle",
    "encryption",
    "scan_on_push",
    "mutability",
    "mutable_tags",
    "immutable_tags",
    "pull",
    "push",
    "statements",
    "tags",
    "removal",
    "empty_on_delete",
    "exports",
    "parameters",
    "silence",
)
MAX_TAGS = 50

_TAG_TEXT = re.compile(r"(?:[\w.:/=+\-@]|[^\S\x00-\x1f\x85])*")
MAX_TAG_KEY = 128
MAX_TAG_VALUE = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    What one mapping says, or several over each other; ``None`` is what they leave to others.

    Attributes:
        lifecycle: policies in order of precedence; empty for none.
        encryption: at rest, and the key where one is named.
        scan_on_push: have every image that is pushed scanned.
        mutability: of tags.
        mutable_tags: tags, or patterns of tags, that may be overwritten.
        immutable_tags: those that may not.
        pull: who may pull.
        push: who may push.
        statements: of the repository's policy, as they are.
        tags: of the resource; ``None`` for one that other settings give, and these do not.
        removal: what becomes of the repository when it leaves the catalog.
        empty_on_delete: delete its images with it.
        exports: export its URI and ARN.
        parameters: write its URI and ARN to SSM.
        silence: warnings to live with: why, by code.
        output: key of its output.
        places: where each key's value stands, also that of a value which could not be read.
    """

    lifecycle: tuple[PolicyRef, ...] | None = None
    encryption: tuple[Encryption, str | None] | None = None
    scan_on_push: bool | None = None
    mutability: Mutability | None = None
    mutable_tags: tuple[TagFilter, ...] | None = None
    immutable_tags: tuple[TagFilter, ...] | None = None
    pull: Grantees | None = None
    push: Grantees | None = None
    statements: tuple[Statement, ...] | None = None
    tags: dict[str, str | None] | None = None
    removal: Removal | None = None
    empty_on_delete: bool | None = None
    exports: bool | None = None
    parameters: bool | None = None
    silence: dict[str, str] | None = None
    output: OutputKey | None = None
    places: dict[str, Location] = field(default_factory=dict)

    @property
    def resource_tags(self) -> dict[str, str]:
        """The tags that are left."""
        return {key: value for key, value in (self.tags or {}).items() if value is not None}

    def over(self, under: Settings) -> Settings:
        """Lay these settings over others: a key that both have is taken from these, tags and silences key by key."""
        if not under.places or not self.places:
            return self if self.places else under
        own = {key: getattr(self, key) for key in self.places.keys() - {"tags", "silence"}}
        return replace(
            under,
            **own,
            tags={**(under.tags or {}), **(self.tags or {})},
            silence={**(under.silence or {}), **(self.silence or {})},
            places={**under.places, **self.places},
        )


class SettingsReader:
    """
    Reads settings, and reports what is wrong with each.

    Args:
        reader: of the catalog.
        policies: what references are looked up in; ``None`` leaves them unresolved.
    """

    def __init__(self, reader: Reader, policies: PolicyStore | None) -> None:
        self._reader = reader
        self._policies = policies
        self._access = AccessReader(reader)
        self._compositions: dict[tuple[PolicyRef, ...], LifecyclePolicy | None] = {}

    def read(self, members: dict[str, At]) -> Settings:
        """Read the settings among *members*, the values of a mapping by key."""
        readers: dict[str, Callable[[At], object]] = {
            "lifecycle": self._lifecycle,
            "encryption": self._encryption,
            "scan_on_push": self._reader.boolean,
            "mutability": lambda at: self._word(at, Mutability),
            "mutable_tags": self._tag_filters,
            "immutable_tags": self._tag_filters,
            "pull": self._access.pull,
            "push": self._access.push,
            "statements": lambda at: read_statements(self._reader, at),
            "tags": self._tags,
            "removal": lambda at: self._word(at, Removal),
            "empty_on_delete": self._reader.boolean,
            "exports": self._reader.boolean,
            "parameters": self._reader.boolean,
            "silence": self._reasons,
            "output": self._output,
        }
        values: dict[str, Any] = {key: readers[key](at) for key, at in members.items() if key in readers}
        return Settings(**values, places={key: members[key].location for key in values})

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
        try:
            reference = PolicyRef.parse(text)
            if self._policies is not None:
                self._policies.path(reference)
        except PolicyReferenceError as error:
            self._reader.report(rulebook.BAD_POLICY_REFERENCE, at.location, problem=error.message, remedy=error.remedy)
            return None
        return reference

    def completeness(self, references: tuple[PolicyRef, ...], location: Location) -> tuple[Finding, ...]:
        """Warn of what the policies of a repository leave out together; of nothing where they have errors."""
        policy = self.composed(references)
        if references and policy is None:
            return ()
        return check_completeness(policy, location=location)

    def composed(self, references: tuple[PolicyRef, ...]) -> LifecyclePolicy | None:
        """Give what the policies make that a ``lifecycle`` read before names; ``None`` where they have errors."""
        return self._compositions.get(references)

    def _compose(self, store: PolicyStore, references: tuple[PolicyRef, ...], at: At) -> LifecyclePolicy | None:
        """Compose policies; what is wrong with them, or with what they make, is reported where they are first named."""
        policies = []
        for reference in references:
            try:
                policies.append(store[reference])
            except InvalidPolicyError as error:
                self._reader.add(error.findings)
        if len(policies) < len(references):
            return None
        checked = check_composition(policies)
        # What is wrong with a single policy is said of its file; here it is what they make together.
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
            encryption = self._word(at, Encryption)
            return None if encryption is None else (encryption, None)
        members = self._reader.fields(at, known=("type", "key"), required=("type",))
        encryption = self._word(members["type"], Encryption) if "type" in members else None
        key = self._reader.string(members["key"]) if "key" in members else None
        if key is not None and not KMS_KEY.fullmatch(key):
            self._reader.report(rulebook.BAD_KMS_KEY, members["key"].location, got=repr(key))
        if encryption is None:
            return None
        if key is not None and not encryption.takes_key:
            self._reader.report(rulebook.KEY_WITHOUT_KMS, members["key"].key_location, encryption=encryption)
        return encryption, key

    def _tags(self, at: At) -> dict[str, str | None]:
        members = self._reader.members(at)
        if len(members) > MAX_TAGS:
            problem = f"must have at most {MAX_TAGS} tags, got {len(members)}"
            self._reader.report(rulebook.BAD_TAG, at.location, problem=problem)
            return {}
        tags: dict[str, str | None] = {}
        for key, child in members.items():
            value = None if is_empty(child) else self._reader.string(child)
            tags[key] = None if is_empty(child) else value or ""
            for problem in _tag_problems(key, value):
                self._reader.report(rulebook.BAD_TAG, child.key_location, problem=problem)
        return tags

    def _reasons(self, at: At) -> dict[str, str]:
        return read_reasons(
            self._reader,
            at,
            codes=(*COMPLETENESS_CODES, *POSTURE_CODES),
            unknown=rulebook.UNKNOWN_WARNING,
            empty=rulebook.NO_REASON,
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

    def _word(self, at: At, words: type[Word]) -> Word | None:
        return read_word(self._reader, at, words)


def _tag_problems(key: str, value: str | None) -> list[str]:
    """
    Source: AWS general reference, tag naming limits and requirements (read 2026-11).

    ECR takes an empty value; the schema of AWS::ECR::Repository does not.
    """
    problems = []
    if not 1 <= len(key) <= MAX_TAG_KEY:
        problems.append(f"a tag's key must have 1 to {MAX_TAG_KEY} characters, got {len(key)}")
    if key.lower().startswith("aws:"):
        problems.append(f"a tag's key must not begin with 'aws:', got {key!r}")
    if value is not None and not 1 <= len(value) <= MAX_TAG_VALUE:
        problems.append(f"a tag's value must have 1 to {MAX_TAG_VALUE} characters, got {len(value)}")
    problems += [
        f"a tag's {part} must be letters, digits, spaces and any of _ . : / = + - @, got {text!r}"
        for part, text in (("key", key), ("value", value or ""))
        if not _TAG_TEXT.fullmatch(text)
    ]
    return problems
