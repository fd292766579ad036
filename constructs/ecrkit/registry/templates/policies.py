"""Lifecycle policies in templates, whatever writes them: a text, a function, or several by conditions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from ecrkit.errors import InvalidAssemblyError, Location
from ecrkit.registry.templates.choices import possible_values
from ecrkit.registry.templates.expressions import (
    NO_VALUE,
    ends_in_string,
    is_expression,
    is_known,
    scalar_text,
    source_of,
    text_parts,
)
from ecrkit.registry.templates.rulebook import NOT_CHECKED
from ecrkit.registry.templates.unknowns import property_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ecrkit.errors import Finding
    from ecrkit.lifecycle.properties import PolicyProperty

__all__ = ["Judged", "PolicyTexts", "judge_policy", "policy_texts"]

_IN_STRING = ("1", "1000", "policy", "any", "expire")
_AS_VALUE = ("1", '"1000"', "[]", "{}", "true")
"""What is put in place of an unknown part: the findings that all of them have do not depend on it."""


class Judged(NamedTuple):
    """
    What is wrong with a policy in a template.

    Attributes:
        text: that was checked, the very object of the template where it is written there; unknown parts filled in.
        finding: in that text.
    """

    text: str
    finding: Finding


def judge_policy(
    prop: PolicyProperty, properties: object, template: Mapping[str, Any], *, pseudo: Mapping[str, str] | None = None
) -> tuple[Judged, ...]:
    """
    Check the lifecycle policy of a resource, in every form that parameters and conditions can give it.

    Args:
        prop: the property of the resource that takes a policy.
        properties: of the resource, as the template has them; anything at all may be passed.
        template: that has the resource.
        pseudo: what is known of pseudo parameters.

    Returns:
        Each finding once, by form and position. Of what is known only at deploy, those that hold whatever it is, and a
        note. Nothing where there is no policy, or no text where one should be.
    """
    value = property_of(properties, prop.path[0])
    try:
        forms = possible_values(value, template, pseudo=pseudo or {})
    except InvalidAssemblyError:
        return (_not_checked(prop, "what is nested this deeply"),)
    found: dict[tuple[str, str, str], Judged] = {}
    for form in forms:
        for judged in _judge(prop, _text_in(prop, form)):
            found.setdefault(_key(judged.finding), judged)
    return tuple(found.values())


class PolicyTexts(NamedTuple):
    """
    What the lifecycle policy of a resource can be.

    Attributes:
        texts: each once, that of the defaults first.
        unknown: what else it depends on, which only a deploy knows, in words.
    """

    texts: tuple[str, ...]
    unknown: tuple[str, ...]


def policy_texts(prop: PolicyProperty, properties: object, template: Mapping[str, Any]) -> PolicyTexts:
    """
    Work out the lifecycle policy of a resource, in every form that parameters and conditions can give it.

    Args:
        prop: the property of the resource that takes a policy.
        properties: of the resource, as the template has them; anything at all may be passed.
        template: that has the resource.
    """
    try:
        forms = possible_values(property_of(properties, prop.path[0]), template, pseudo={})
    except InvalidAssemblyError:
        return PolicyTexts((), ("what is nested this deeply",))
    texts: dict[str, None] = {}
    unknown: dict[str, None] = {}
    for value in (_text_in(prop, form) for form in forms):
        if value is None or value == NO_VALUE:
            continue
        if not is_known(value):
            parts = text_parts(value) if is_expression(value) or isinstance(value, str) else [value]
            unknown[" and ".join(dict.fromkeys(source_of(part) for part in parts if not isinstance(part, str)))] = None
        else:
            text = scalar_text(value)
            texts[json.dumps(value) if text is None else text] = None
    return PolicyTexts(tuple(texts), tuple(unknown))


def _text_in(prop: PolicyProperty, value: Any) -> object:  # noqa: ANN401 - any JSON
    for key in prop.path[1:]:
        if is_expression(value):
            return value
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _judge(prop: PolicyProperty, value: object) -> Iterator[Judged]:
    if isinstance(value, str) and "{{resolve:" not in value:
        yield from (Judged(value, finding) for finding in prop.check(value))
        return
    if value == NO_VALUE or (not is_expression(value) and scalar_text(value) is None):
        return
    parts = text_parts(value)
    unknown = [part for part in parts if not isinstance(part, str)]
    if not unknown:
        return
    what = " and ".join(dict.fromkeys(map(source_of, unknown)))
    is_partly = len(parts) > 1
    if is_partly:
        yield from _judge_around(prop, parts)
    yield _not_checked(prop, what, where=" where the text depends on it" if is_partly else "")


def _not_checked(prop: PolicyProperty, what: str, *, where: str = "") -> Judged:
    return Judged("", NOT_CHECKED.at(Location(prop.name, 1, 1), where=where, what=what))


def _judge_around(prop: PolicyProperty, parts: Sequence[object]) -> Iterator[Judged]:
    """Keep the findings that do not depend on what is unknown."""
    texts = [_filled(parts, number) for number in range(len(_IN_STRING))]
    every = [{_key(finding): finding for finding in prop.check(text)} for text in texts]
    for key, finding in every[0].items():
        if all(key in found for found in every[1:]):
            yield Judged(texts[0], finding)


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.location.pointer, finding.message


def _filled(parts: Sequence[object], number: int) -> str:
    text = ""
    names: dict[str, int] = {}
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        # Two unknown parts may be the same, or not.
        index = names.setdefault(str(part), len(names)) + number
        fillings = _IN_STRING if ends_in_string(text) else _AS_VALUE
        text += fillings[index % len(fillings)]
    return text
