"""
The intrinsic functions that need nothing but the template.

Source: CloudFormation template reference, intrinsic functions and AWS::LanguageExtensions (read 2026-11).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Protocol

from ecrkit.registry.templates.expressions import is_expression, is_known, join_parts, key_of, same, scalar_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Function = Callable[["Scope", Any], object]

__all__ = ["FUNCTIONS", "Scope"]

_PLACEHOLDER = re.compile(r"\$\{([^${}]*)\}")


class Scope(Protocol):
    """What a function asks of the template that it is in; a :class:`~ecrkit.registry.templates.Resolver` answers."""

    def resolve(self, value: Any) -> Any:  # noqa: ANN401 - any JSON
        """Work out a value."""

    def refer(self, name: str) -> object:
        """Give what a parameter is."""

    def decide(self, name: object) -> object:
        """Decide a condition by its name."""

    def test(self, value: Any) -> object:  # noqa: ANN401 - any JSON
        """Decide an expression in a condition."""

    def section(self, name: str) -> Mapping[str, Any]:
        """Give a section of the template."""

    def note(self, value: object, compared: Iterable[str], *, is_key: bool = False) -> None:
        """Note what an open parameter is compared with."""

    def is_other(self, value: object) -> bool:
        """Whether a value is a parameter of which only is known what it is not."""


def _ref(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    return resolver.refer(argument) if isinstance(argument, str) else {"Ref": argument}


def _get_att(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    if isinstance(argument, str) and "." in argument:
        return {"Fn::GetAtt": argument.split(".", 1)}
    return {"Fn::GetAtt": resolver.resolve(argument)}


def _sub(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    match argument:
        case str(text):
            variables: Mapping[str, Any] = {}
        case [str(text), dict(variables)]:
            pass
        case _:
            return {"Fn::Sub": resolver.resolve(argument)}
    if "${" not in text:
        # The very same text, with the place in the file that a reader gave it.
        return text
    parts: list[object] = []
    for index, part in enumerate(_PLACEHOLDER.split(text)):
        if index % 2 == 0:
            parts.append(part)
        elif part.startswith("!"):
            parts.append("${" + part[1:] + "}")
        elif part.strip() in variables:
            parts.append(resolver.resolve(variables[part.strip()]))
        else:
            name = part.strip()
            parts.append(_get_att(resolver, name) if "." in name else resolver.refer(name))
    return join_parts(parts)


def _join(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    resolved = resolver.resolve(argument)
    match resolved:
        case [str(delimiter), list(items)]:
            parts = [part for item in items for part in (delimiter, item)][1:]
            return join_parts(parts)
        case _:
            return {"Fn::Join": resolved}


def _split(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    resolved = resolver.resolve(argument)
    match resolved:
        case [str(delimiter), str(text)] if delimiter and is_known(text):
            return text.split(delimiter)
        case _:
            return {"Fn::Split": resolved}


def _select(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    resolved = resolver.resolve(argument)
    match resolved:
        case [str() | int() as index, list(items)] if str(index).isdecimal() and int(index) < len(items):
            return items[int(index)]
        case _:
            return {"Fn::Select": resolved}


def _if(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    if not isinstance(argument, list) or len(argument) != 3:  # noqa: PLR2004 - condition and two values
        return {"Fn::If": resolver.resolve(argument)}
    name, then, otherwise = argument
    # What is left of a condition that was decided before stands in place of its name.
    decided = resolver.decide(name) if isinstance(name, str) else name
    if isinstance(decided, bool):
        return resolver.resolve(then if decided else otherwise)
    one, other = resolver.resolve(then), resolver.resolve(otherwise)
    return one if same(one, other) else {"Fn::If": [decided, one, other]}


def _find_in_map(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    if not isinstance(argument, list) or len(argument) not in (3, 4):
        return {"Fn::FindInMap": resolver.resolve(argument)}
    name, first, second = map(resolver.resolve, argument[:3])
    default = argument[3].get("DefaultValue") if len(argument) > 3 and isinstance(argument[3], dict) else None  # noqa: PLR2004 - the options
    found = resolver.section("Mappings").get(name) if isinstance(name, str) else None
    table = found if isinstance(found, dict) else {}
    rows = [row for row in table.values() if isinstance(row, dict)]
    resolver.note(first, table, is_key=default is None)
    resolver.note(second, [key for row in rows for key in row], is_key=default is None)
    keys = scalar_text(first), scalar_text(second)
    if None not in keys and table:
        row = table.get(keys[0])
        if isinstance(row, dict) and keys[1] in row:
            return resolver.resolve(row[keys[1]])
    elif not (resolver.is_other(first) or resolver.is_other(second)):
        return {"Fn::FindInMap": [name, first, second, *map(resolver.resolve, argument[3:])]}
    if default is not None:
        return resolver.resolve(default)
    return {"Fn::FindInMap": [name, first, second]}


def _to_json_string(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    resolved = resolver.resolve(argument)
    if _has_open_if(resolved):
        # Which value stands there decides how it is written: a number without quotes, a text with them.
        return {"Fn::ToJsonString": resolved}
    mark = "expression"
    while mark in _json(resolved):
        mark += "-"
    parts: list[object] = []

    def marked(value: object) -> object:
        if isinstance(value, dict):
            if is_expression(value):
                parts.append(value)
                return mark
            return {key: marked(item) for key, item in value.items()}
        return [marked(item) for item in value] if isinstance(value, list) else value

    pieces = _json(marked(resolved)).split(mark)
    return join_parts(part for pair in zip(pieces, [*parts, ""], strict=True) for part in pair)


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _has_open_if(value: object) -> bool:
    if isinstance(value, dict):
        return "Fn::If" in value or any(map(_has_open_if, value.values()))
    return isinstance(value, list) and any(map(_has_open_if, value))


def _length(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    resolved = resolver.resolve(argument)
    return len(resolved) if isinstance(resolved, list) else {"Fn::Length": resolved}


def _equals(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    resolved = resolver.resolve(argument)
    if not isinstance(resolved, list) or len(resolved) != 2:  # noqa: PLR2004 - one and the other
        return {"Fn::Equals": resolved}
    one, other = resolved
    if same(one, other):
        return True
    if is_known(one) and is_known(other):
        return False
    for open_one, literal in ((one, other), (other, one)):
        text = scalar_text(literal)
        if text is not None:
            if resolver.is_other(open_one):
                return False
            resolver.note(open_one, [text])
    return {"Fn::Equals": sorted(resolved, key=key_of)}


def _all(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    return _combined("Fn::And", resolver, argument, decisive=False)


def _any(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    return _combined("Fn::Or", resolver, argument, decisive=True)


def _combined(name: str, resolver: Scope, argument: Any, *, decisive: bool) -> object:  # noqa: ANN401 - any JSON
    if not isinstance(argument, list):
        return {name: argument}
    tests = [resolver.test(item) for item in argument]
    if any(test is decisive for test in tests):
        return decisive
    left = {key_of(test): test for test in tests if not isinstance(test, bool)}
    if not left:
        return not decisive
    return {name: [left[key] for key in sorted(left)]} if len(left) > 1 else next(iter(left.values()))


def _not(resolver: Scope, argument: Any) -> object:  # noqa: ANN401 - any JSON
    if not isinstance(argument, list) or len(argument) != 1:
        return {"Fn::Not": argument}
    test = resolver.test(argument[0])
    if isinstance(test, bool):
        return not test
    if isinstance(test, dict) and isinstance(test.get("Fn::Not"), list):
        return test["Fn::Not"][0]
    return {"Fn::Not": [test]}


FUNCTIONS: Mapping[str, Function] = {
    "Ref": _ref,
    "Fn::And": _all,
    "Fn::Equals": _equals,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Not": _not,
    "Fn::Or": _any,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json_string,
}
"""By name. What is not here is known only at deploy."""
