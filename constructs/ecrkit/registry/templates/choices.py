"""Every value that an expression can have, whichever parameters are passed."""

from __future__ import annotations

from itertools import chain, product
from typing import TYPE_CHECKING, Any

from ecrkit.registry.templates.expressions import key_of, scalar_text
from ecrkit.registry.templates.resolver import OTHER, Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ecrkit.registry.templates.resolver import Asked

    Choice = Mapping[str, str]
else:
    Choice = dict

__all__ = ["Choice", "candidates", "choices", "possible_values"]

_MAX_CHOICES = 64
_MAX_VALUES = 64


def candidates(template: Mapping[str, Any], asked: Asked) -> dict[str, list[str]]:
    """
    Give the values of parameters that make a difference.

    Args:
        template: that declares them.
        asked: what they are compared with.

    Returns:
        For each the values that it may have: those allowed; or else its default, those that it is compared with, and
        :data:`~ecrkit.registry.templates.OTHER`.
    """
    parameters = template.get("Parameters")
    declared = parameters if isinstance(parameters, dict) else {}
    return {name: _candidates_of(declared.get(name), known) for name, known in asked.items()}


def _candidates_of(parameter: object, compared: Mapping[str, bool]) -> list[str]:
    parameter = parameter if isinstance(parameter, dict) else {}
    allowed = parameter.get("AllowedValues")
    if isinstance(allowed, list) and allowed:
        return [text for text in map(scalar_text, allowed) if text is not None]
    default = scalar_text(parameter.get("Default"))
    first = [] if default is None else [default]
    is_complete = any(compared.values()) or (first and default not in compared)
    return list(dict.fromkeys([*first, *compared, *([] if is_complete else [OTHER])]))


def choices(values: Mapping[str, list[str]]) -> Iterator[Choice]:
    """
    Give the cases to look at, those with the fewest parameters chosen first.

    All combinations come where they are few; else each value of each parameter alone.
    """
    alone = ({name: value} for name, some in values.items() for value in some)
    total = 1
    for some in values.values():
        total *= max(1, len(some))
        if total > _MAX_CHOICES:
            return alone
    several = product(*([(name, value) for value in some] for name, some in values.items() if some))
    return chain(alone, map(dict, several) if len(values) > 1 else ())


def possible_values(value: object, template: Mapping[str, Any], *, pseudo: Mapping[str, str]) -> tuple[Any, ...]:
    """
    Work out all values that an expression can have.

    Args:
        value: of the template.
        template: that it is in.
        pseudo: what is known of pseudo parameters.

    Returns:
        Each once, that of the defaults first. What is known only at deploy is an expression.
    """
    asked: Asked = {}
    Resolver(template, pseudo=pseudo, is_open=True, asked=asked).resolve(value)
    found: dict[str, object] = {}
    values = candidates(template, asked)
    cases: list[Choice] = [{}, *choices(values)]
    needed = {name for name, some in values.items() if some and OTHER not in some and not _has_default(template, name)}
    # Without a default a deploy passes one of the values that there are, so that no case is without.
    for chosen in [case for case in cases if needed <= case.keys()] or cases:
        resolver = Resolver(template, pseudo=pseudo, chosen=chosen)
        for one in _branches(resolver, resolver.resolve(value)):
            found.setdefault(key_of(one), one)
            if len(found) >= _MAX_VALUES:
                return tuple(found.values())
    return tuple(found.values())


def _has_default(template: Mapping[str, Any], name: str) -> bool:
    parameters = template.get("Parameters")
    parameter = parameters.get(name) if isinstance(parameters, dict) else None
    return isinstance(parameter, dict) and "Default" in parameter


def _branches(resolver: Resolver, value: object) -> Iterator[object]:
    """Give both values of each ``Fn::If`` whose condition nobody knows, where one condition decides them together."""
    condition = _open_condition(value)
    if condition is None:
        yield value
        return
    for index in (1, 2):
        yield from _branches(resolver, resolver.resolve(_decided(value, condition, index)))


def _open_condition(value: object) -> str | None:
    if isinstance(value, dict):
        inner = value.get("Fn::If")
        if len(value) == 1 and isinstance(inner, list) and len(inner) == 3:  # noqa: PLR2004 - condition and two values
            return key_of(inner[0])
        return next(filter(None, map(_open_condition, value.values())), None)
    if isinstance(value, list):
        return next(filter(None, map(_open_condition, value)), None)
    return None


def _decided(value: Any, condition: str, index: int) -> object:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        inner = value.get("Fn::If")
        if len(value) == 1 and isinstance(inner, list) and len(inner) == 3 and key_of(inner[0]) == condition:  # noqa: PLR2004 - as above
            return _decided(inner[index], condition, index)
        return {key: _decided(item, condition, index) for key, item in value.items()}
    if isinstance(value, list):
        return [_decided(item, condition, index) for item in value]
    return value
