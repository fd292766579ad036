"""What schemas are made of: the shapes that they have in common, and help from the texts of the library."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, TypeAlias

from ecrkit.documents.explanations import explain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

    from ecrkit.errors import Check

__all__ = [
    "Schema",
    "anything_but",
    "at_most",
    "choice",
    "having",
    "help_text",
    "matching",
    "message_of",
    "nothing_but",
    "object_of",
    "or_nothing",
    "reasons",
    "said_of",
    "saying_something",
    "summary_of",
    "when",
]

Schema: TypeAlias = dict[str, Any]


def object_of(
    keys: Iterable[str], properties: Mapping[str, Schema], *, required: Iterable[str] = (), **notes: str
) -> Schema:
    """Describe an object that has *keys* and no others."""
    return {
        **notes,
        "type": "object",
        "properties": {key: properties[key] for key in keys},
        **({"required": list(required)} if required else {}),
        "additionalProperties": False,
    }


def or_nothing(part: Schema) -> Schema:
    """Allow a key with nothing behind it."""
    return {**part, "type": [part["type"], "null"]}


def choice(words: type[StrEnum], *checks: Check) -> Schema:
    """Describe a string that is one of *words*."""
    return {"enum": [word.value for word in words], "description": help_text(summary_of(words), *checks)}


def nothing_but(word: StrEnum, check: Check) -> Schema:
    """Describe, in a condition, what has to be *word*."""
    return {"const": word.value, "errorMessage": message_of(check)}


def anything_but(word: StrEnum, check: Check) -> Schema:
    """Describe, in a condition, what must not be *word*, but another one of its kind."""
    # Not with `not`: the YAML support of VS Code has no room for a message there.
    others = [other.value for other in type(word) if other is not word]
    return {"enum": others, "errorMessage": message_of(check)}


def having(**properties: object) -> Schema:
    """Match an object that has these *properties*, and in which they are so."""
    return {"type": "object", "required": list(properties), "properties": properties}


def when(condition: Mapping[str, object], check: Check | None = None, /, **properties: object) -> Schema:
    """Say that where an object has what *condition* tells its *properties* are so; else *check* is the message."""
    note = {"errorMessage": message_of(check)} if check else {}
    return {"if": having(**condition), "then": {"properties": properties, **note}}


def matching(pattern: re.Pattern[str], check: Check, *, says: str = "") -> Schema:
    """Describe a string that *pattern* matches from end to end; *says* tells more than the title of *check*."""
    # ECMAScript writes named groups in another way, and nothing here has a use for them.
    text = re.sub(r"\(\?P<\w+>", "(?:", pattern.pattern)
    whole = f"^(?:{text})$" if "|" in text else f"^{text}$"
    return {"type": "string", "pattern": whole, "patternErrorMessage": message_of(check, says=says)}


def at_most(count: int, character: str) -> str:
    """Write the pattern of texts with *count* of a character at most."""
    other = f"[^{character}]*"
    return f"^{other}(?:{re.escape(character)}{other}){{0,{count}}}$"


def saying_something(check: Check) -> Schema:
    """Describe a string that is not blank."""
    return {"type": "string", "pattern": r"\S", "patternErrorMessage": message_of(check)}


def reasons(checks: Iterable[Check], *, empty: Check) -> Schema:
    """Describe a mapping from codes of *checks* to reasons; *empty* is the check for an empty reason."""
    help_of = {check.code: help_text(check.title, explain(check).why) for check in checks}
    silence = object_of(
        ("reason", "until", "owner"),
        {
            "reason": {**saying_something(empty), "description": "Why it is accepted."},
            # Readers of YAML may give a day as a day: only a text must match.
            "until": {"pattern": r"^\d{4}-\d{2}-\d{2}$", "description": "Last day on which it applies."},
            "owner": {"type": "string", "description": "Who answers for it."},
        },
        required=("reason",),
    )
    reason = {"type": ["string", "object"], "if": {"type": "string"}, "then": saying_something(empty), "else": silence}
    return object_of(help_of, {code: {**reason, "description": text} for code, text in help_of.items()})


def said_of(value: type, attribute: str) -> str:
    """Find the description of an attribute in the docstring of *value*."""
    match = re.search(rf"^    {attribute}: (.+(?:\n {{5,}}.+)*)$", inspect.getdoc(value) or "", re.MULTILINE)
    return " ".join(match[1].split()) if match else ""


def summary_of(value: type) -> str:
    """Give the first line of the docstring of *value*."""
    return (inspect.getdoc(value) or "").partition("\n")[0]


def help_text(*said: str | Check) -> str:
    """Make sentences of texts and of what checks require."""
    texts = [part if isinstance(part, str) else _requirement(part) for part in said]
    return " ".join(f"{text[0].upper()}{text[1:].removesuffix('.')}." for text in texts if text).replace("``", "`")


def message_of(check: Check, *, says: str = "") -> str:
    """Name the problem that *check* finds, and the code to look up."""
    return f"{says or check.title} ({check.code})"


def _requirement(check: Check) -> str:
    return f"{explain(check).checks.removesuffix('.')} ({check.code})"
