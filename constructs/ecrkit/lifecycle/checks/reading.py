"""From text to drafts: the shape of the document, its keys, types and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ecrkit.documents import At, ObjectNode, Reader, SyntaxProblem, parse_json
from ecrkit.errors import Location, excerpt
from ecrkit.lifecycle.checks import rulebook
from ecrkit.lifecycle.checks.drafts import DraftRule, Located, TagList
from ecrkit.lifecycle.checks.envelopes import envelope_in
from ecrkit.lifecycle.values import ActionType, CountType, StorageClass, TagStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecrkit.errors import Check, Finding

__all__ = ["ACTION_KEYS", "RULE_KEYS", "SELECTION_KEYS", "read_drafts"]

T = TypeVar("T")

_MAX_READ = 10 * rulebook.MAX_RULES
RULE_KEYS = ("rulePriority", "description", "selection", "action")
ACTION_KEYS = ("type", "targetStorageClass")
SELECTION_KEYS = (
    "tagStatus",
    "tagPatternList",
    "tagPrefixList",
    "storageClass",
    "countType",
    "countUnit",
    "countNumber",
)


def read_drafts(text: str, *, file: str, unwrap: bool = False) -> tuple[tuple[DraftRule, ...], list[Finding]]:
    """
    Read a policy as far as it can be read.

    Args:
        text: anything.
        file: as the person named it, for the findings.
        unwrap: take the policy out of a document that has it in a string; otherwise such a document is a finding.

    Returns:
        The rules, in the order written, and what is wrong with the document and its single values.
    """
    reader = Reader(file, rulebook.STRUCTURE)
    whole = Location(file, 1, 1)
    try:
        node = parse_json(text)
        envelope = envelope_in(node)
        if envelope:
            whole = Location(file, *envelope.literal.position, envelope.pointer)
            if not unwrap:
                reader.report(rulebook.WRAPPED, whole, command=envelope.extraction(file))
                return (), reader.findings
            text = envelope.text
            node = envelope.parse()
    except SyntaxProblem as problem:
        # A text that is cut off, or empty, is not wrong because it is short.
        if len(text) > rulebook.MAX_TEXT:
            reader.report(rulebook.TEXT_TOO_LONG, whole, length=len(text))
        reader.report(
            rulebook.NOT_JSON,
            Location(file, problem.position.line, problem.position.column, whole.pointer),
            problem=problem.message,
        )
        return (), reader.findings
    _check_length(text, whole, reader)
    location = Location(file, *node.position, whole.pointer)
    return _PolicyReader(reader).policy(At(node, location, location)), reader.findings


def _check_length(text: str, whole: Location, reader: Reader) -> None:
    if len(text) < rulebook.MIN_TEXT:
        reader.report(rulebook.TEXT_TOO_SHORT, whole, length=len(text))
    if len(text) > rulebook.MAX_TEXT:
        reader.report(rulebook.TEXT_TOO_LONG, whole, length=len(text))


class _PolicyReader:
    """Reads the parts of a policy, each by a method of its name."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def policy(self, at: At) -> tuple[DraftRule, ...]:
        members = self._reader.fields(at, known=("rules",), required=("rules",))
        if "rules" not in members:
            return ()
        items = self._reader.items(members["rules"])
        if items is None:
            return ()
        if not items:
            self._reader.report(rulebook.NO_RULES, members["rules"].location)
        if len(items) > rulebook.MAX_RULES:
            self._reader.report(rulebook.TOO_MANY_RULES, members["rules"].location, count=len(items))
        # A person who wrote ten times too many wants to hear of that, not of each.
        readable = items[:_MAX_READ]
        return tuple(self._rule(item, f"rules[{index}]") for index, item in enumerate(readable))

    def _rule(self, at: At, name: str) -> DraftRule:
        reader = self._reader
        members = reader.fields(at, known=RULE_KEYS, required=("rulePriority", "selection", "action"))
        selection = self._part(
            members.get("selection"),
            known=SELECTION_KEYS,
            required=("tagStatus", "countType", "countNumber"),
        )
        action = self._part(members.get("action"), known=ACTION_KEYS, required=("type",))
        return DraftRule(
            location=at.location,
            name=name,
            has_selection=selection is not None,
            rule_priority=_located(members.get("rulePriority"), self._priority),
            description=_located(members.get("description"), reader.string),
            tag_status=_located((selection or {}).get("tagStatus"), self._tag_status),
            tag_pattern_list=_located((selection or {}).get("tagPatternList"), self._patterns),
            tag_prefix_list=_located((selection or {}).get("tagPrefixList"), self._prefixes),
            count_type=_located((selection or {}).get("countType"), self._count_type),
            count_unit=_located((selection or {}).get("countUnit"), reader.string),
            count_number=_located((selection or {}).get("countNumber"), self._count_number),
            storage_class=_located((selection or {}).get("storageClass"), self._storage_class),
            action_type=_located((action or {}).get("type"), self._action_type),
            target_storage_class=_located((action or {}).get("targetStorageClass"), self._target),
        )

    def _part(self, at: At | None, *, known: tuple[str, ...], required: tuple[str, ...]) -> dict[str, At] | None:
        if at is None:
            return None
        members = self._reader.fields(at, known=known, required=required)
        return members if isinstance(at.node, ObjectNode) else None

    def _priority(self, at: At) -> int | None:
        return self._at_least_one(at, rulebook.PRIORITY_TOO_LOW)

    def _count_number(self, at: At) -> int | None:
        return self._at_least_one(at, rulebook.COUNT_TOO_LOW)

    def _at_least_one(self, at: At, check: Check) -> int | None:
        number = self._reader.integer(at)
        if number is not None and number < 1:
            self._reader.report(check, at.location, got=number)
            return None
        return number

    def _tag_status(self, at: At) -> TagStatus | None:
        return self._reader.word(at, TagStatus)

    def _count_type(self, at: At) -> CountType | None:
        return self._reader.word(at, CountType)

    def _storage_class(self, at: At) -> StorageClass | None:
        return self._reader.word(at, StorageClass)

    def _action_type(self, at: At) -> ActionType | None:
        return self._reader.word(at, ActionType)

    def _target(self, at: At) -> StorageClass | None:
        return self._reader.word(at, (StorageClass.ARCHIVE,))

    def _patterns(self, at: At) -> TagList | None:
        tag_list = self._tag_list(at, "tagPatternList")
        for pattern, location in tag_list.entries if tag_list else ():
            count = pattern.count("*")
            if count > rulebook.MAX_WILDCARDS:
                self._reader.report(rulebook.TOO_MANY_WILDCARDS, location, count=count, pattern=quoted(pattern))
        return tag_list

    def _prefixes(self, at: At) -> TagList | None:
        return self._tag_list(at, "tagPrefixList")

    def _tag_list(self, at: At, key: str) -> TagList | None:
        items = self._reader.items(at)
        if items is None:
            return None
        entries = []
        for item in items:
            text = self._reader.string(item)
            if text is not None:
                entries.append((text, item.location))
                if not text:
                    self._reader.report(rulebook.EMPTY_ENTRY, item.location)
        return TagList(key, tuple(entries), is_whole=len(entries) == len(items))


def quoted(text: str) -> str:
    """*text* for a message: in single quotes, on one line, of bearable length."""
    return repr(excerpt(text))


def _located(at: At | None, read: Callable[[At], T | None]) -> Located[T] | None:
    return None if at is None else Located(read(at), at.location, at.key_location)
