"""
Expressions of CloudFormation in one spelling.

A text that is known only in part is a list of parts: ``{"Fn::Join": ["", ["web-", {"Ref": "Stage"}]]}``, whether the
template joins it or substitutes into it. No two neighbours are both literal, and none is empty.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "NO_VALUE",
    "displayed",
    "ends_in_string",
    "is_expression",
    "is_known",
    "join_parts",
    "key_of",
    "reference",
    "same",
    "scalar_text",
    "source_of",
    "text_parts",
]

NO_VALUE = {"Ref": "AWS::NoValue"}
"""What leaves a property out."""

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*(?P<close>"?)', re.DOTALL)
_DYNAMIC = re.compile(r"(\{\{resolve:[^{}]*\}\})")


def reference(value: object) -> str:
    """Name what a value refers to, if it is a ``Ref`` and nothing else; else give an empty text."""
    name = value.get("Ref") if isinstance(value, dict) and len(value) == 1 else None
    return name if isinstance(name, str) else ""


def is_expression(value: object) -> bool:
    """Whether CloudFormation works the value out: a mapping of one function."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    (name,) = value
    return name in ("Ref", "Condition") or str(name).startswith("Fn::")


def is_known(value: object) -> bool:
    """Whether nothing in a value is left to work out at deploy."""
    if isinstance(value, dict):
        return not is_expression(value) and all(is_known(item) for item in value.values())
    if isinstance(value, list | tuple):
        return all(is_known(item) for item in value)
    return not (isinstance(value, str) and "{{resolve:" in value)


def scalar_text(value: object) -> str | None:
    """Write a scalar as CloudFormation does: ``true``, ``14``; ``None`` for what is no scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) else None


def text_parts(value: object) -> list[Any]:
    """Split a value into literal texts and what is known only at deploy, dynamic references among it."""
    text = scalar_text(value)
    if text is not None:
        return [{"resolve": part} if index % 2 else part for index, part in enumerate(_DYNAMIC.split(text)) if part]
    joined = value.get("Fn::Join") if isinstance(value, dict) and len(value) == 1 else None
    if isinstance(joined, list) and len(joined) == 2 and joined[0] == "" and isinstance(joined[1], list):  # noqa: PLR2004 - delimiter and parts
        return [found for part in joined[1] for found in (text_parts(part) if isinstance(part, str) else [part])]
    return [value]


def join_parts(parts: Iterable[object]) -> object:
    """Put parts together: a text where all are literal, else one part alone, else the parts in their one spelling."""
    merged: list[object] = []
    for part in (found for given in parts for found in _flat(given)):
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part != "":
            merged.append(part)
    if len(merged) > 1:
        return {"Fn::Join": ["", merged]}
    return merged[0] if merged else ""


def _flat(part: object) -> list[object]:
    text = scalar_text(part)
    if text is not None:
        return [text]
    return [found["resolve"] if isinstance(found, dict) and "resolve" in found else found for found in text_parts(part)]


def same(one: object, other: object) -> bool:
    """Whether two values are the same to CloudFormation, which takes ``"true"`` for true and ``"14"`` for 14."""
    return key_of(one) == key_of(other)


def key_of(value: object) -> str:
    """Write a value so that all spellings of it are one text."""
    return json.dumps(_spelled(value), sort_keys=True, ensure_ascii=False, default=str)


def _spelled(value: object) -> object:
    if isinstance(value, dict):
        return {str(key): _spelled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(item) for item in value]
    text = scalar_text(value)
    return value if text is None else text


def displayed(value: object) -> object:
    """Write parts as people do, ``{"Fn::Sub": "web-${Stage}"}``, where that is possible."""
    if isinstance(value, list):
        return [displayed(item) for item in value]
    if not isinstance(value, dict):
        return value
    parts = text_parts(value)
    names = [part if isinstance(part, str) else _placeholder(part) for part in parts]
    if len(parts) > 1 and all(names):
        return {"Fn::Sub": "".join(names)}
    match value:
        case {"Fn::If": [{"Condition": str(name)}, *branches]}:
            return {"Fn::If": [name, *map(displayed, branches)]}
    return {key: displayed(item) for key, item in value.items()}


def _placeholder(part: object) -> str:
    if not isinstance(part, dict):
        return ""
    if "resolve" in part:
        return str(part["resolve"])
    attribute = part.get("Fn::GetAtt")
    if isinstance(attribute, list) and all(isinstance(item, str) for item in attribute):
        return "${" + ".".join(attribute) + "}"
    return "${" + reference(part) + "}" if reference(part) else ""


def source_of(part: object) -> str:
    """Say what makes a part that is known only at deploy: ``the parameter 'Stage'``, ``Fn::ImportValue``."""
    if isinstance(part, dict) and "resolve" in part:
        return str(part["resolve"])
    if reference(part):
        return f"'{reference(part)}'"
    if is_expression(part) and isinstance(part, dict):
        return str(next(iter(part)))
    return "an expression"


def ends_in_string(text: str) -> bool:
    """Whether the beginning of a JSON text ends within a string."""
    return any(not match["close"] for match in _STRINGS.finditer(text))
