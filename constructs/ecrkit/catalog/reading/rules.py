"""What `rules` of a catalog may say."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from ecrkit.catalog import house_checks, rulebook
from ecrkit.catalog.house_rules import EVERYWHERE, AccessRule, HouseRules, is_policy_glob
from ecrkit.documents import At, is_empty
from ecrkit.registry.access import GRANTEES
from ecrkit.registry.properties import Encryption

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ecrkit.documents import Reader

__all__ = ["ACCESS_KEYS", "RULE_KEYS", "TagMutability", "read_rules"]

RULE_KEYS = ("required_tags", "names", "lifecycle", "encryption", "mutability", "access")
ACCESS_KEYS = ("accounts", "organizations")


class TagMutability(StrEnum):
    """Whether tags can be pushed again, as ECR names it."""

    IMMUTABLE = "IMMUTABLE"
    IMMUTABLE_WITH_EXCLUSION = "IMMUTABLE_WITH_EXCLUSION"
    MUTABLE = "MUTABLE"
    MUTABLE_WITH_EXCLUSION = "MUTABLE_WITH_EXCLUSION"


def read_rules(reader: Reader, at: At, *, environments: Collection[str]) -> HouseRules:
    """
    Read house rules, and report what is wrong with each.

    Args:
        reader: of the catalog.
        at: the mapping.
        environments: names of the environments of the catalog.
    """
    members = {} if is_empty(at) else reader.fields(at, known=RULE_KEYS)
    return HouseRules(
        required_tags=_texts(reader, members.get("required_tags"), lambda text: "" if text else "must be a tag key"),
        names=_names(reader, members["names"], environments) if "names" in members else {},
        lifecycle=_texts(reader, members.get("lifecycle"), _policy_problem),
        encryption=_words(reader, members.get("encryption"), Encryption),
        mutability=_words(reader, members.get("mutability"), TagMutability),
        access=_access(reader, members["access"]) if "access" in members else None,
    )


def _policy_problem(text: str) -> str:
    if is_policy_glob(text):
        return ""
    return f"must be a version as in 'web@3', a glob as in 'untagged@*', or 'none', got {text!r}"


def _names(reader: Reader, at: At, environments: Collection[str]) -> dict[str, re.Pattern[str]]:
    patterns = {}
    for name, child in reader.members(at).items():
        if name != EVERYWHERE and name not in environments:
            known = ", ".join([*environments, f"'{EVERYWHERE}' for all others"])
            reader.report(rulebook.UNKNOWN_ENVIRONMENT, child.key_location, got=repr(name), known=known)
        text = reader.string(child)
        if text is None:
            continue
        try:
            patterns[name] = re.compile(text)
        except (re.error, RecursionError, OverflowError) as error:
            problem = f"must be a regular expression, got {text!r}: {error}"
            reader.report(house_checks.BAD_HOUSE_RULE, child.location, problem=problem)
    return patterns


def _texts(reader: Reader, at: At | None, problem_of: Callable[[str], str]) -> tuple[str, ...]:
    texts = []
    for item in _items(reader, at):
        text = reader.string(item)
        problem = "" if text is None else problem_of(text)
        if problem:
            reader.report(house_checks.BAD_HOUSE_RULE, item.location, problem=problem)
        elif text is not None:
            texts.append(text)
    return tuple(texts)


def _words(reader: Reader, at: At | None, words: type[StrEnum]) -> tuple[str, ...]:
    found = (reader.word(item, words) for item in _items(reader, at))
    return tuple(str(word) for word in found if word is not None)


def _items(reader: Reader, at: At | None) -> tuple[At, ...]:
    if at is None:
        return ()
    items = reader.items(at)
    if items == ():
        reader.report(house_checks.BAD_HOUSE_RULE, at.location, problem="must have at least 1 entry, got none")
    return items or ()


def _access(reader: Reader, at: At) -> AccessRule | None:
    members = {} if is_empty(at) else reader.fields(at, known=ACCESS_KEYS)
    lists: dict[str, tuple[str, ...]] = {}
    for kind, child in members.items():
        pattern, what = GRANTEES[kind]
        found = []
        for item in reader.items(child) or ():
            text = reader.string(item)
            if text is not None and not pattern.fullmatch(text):
                reader.report(rulebook.BAD_GRANTEE, item.location, problem=f"must be {what}, got {text!r}")
            elif text is not None:
                found.append(text)
        lists[kind] = tuple(found)
    return AccessRule(accounts=lists.get("accounts", ()), organizations=lists.get("organizations", ()))
