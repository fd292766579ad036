"""
What an access policy may turn out to be, where only a deploy knows a part of it.

Whatever names a resource of the same template names someone. A parameter without a default, an import, a dynamic
reference or a macro may be ``*``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ecrkit.registry.openness import opening
from ecrkit.registry.statements import items_of
from ecrkit.registry.templates.expressions import NO_VALUE, is_expression, join_parts, reference, source_of, text_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["TRANSFORM", "mark_of", "openers", "property_of", "restored"]

TRANSFORM = "Fn::Transform"
"""The key of what a macro writes, next to other keys or alone."""

_EVERYONE = "*"
_ANYTHING = {"Effect": "Allow", "Principal": _EVERYONE, "Action": _EVERYONE}
_EVERYWHERE = "0.0.0.0/0"
_SOMEONE = "0" * 12
_MARK = re.compile(r"\$\{Token\[unknown\.([0-9]+)\]\}")
_CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource", "AWS::CloudFormation::Stack")


def property_of(properties: object, name: str) -> object:
    """
    Find a property of a resource; the function that writes it, or may write it, where that is around it.

    Args:
        properties: of the resource, as the template has them; anything at all may be passed.
        name: of the property.
    """
    match properties:
        case {"Fn::If": [condition, then, otherwise], **more} if not more:
            branches = (property_of(branch, name) for branch in (then, otherwise))
            return {"Fn::If": [condition, *(NO_VALUE if branch is None else branch for branch in branches)]}
        case dict() if name not in properties and TRANSFORM in properties:
            return {TRANSFORM: properties[TRANSFORM]}
        case dict() if not is_expression(properties):
            return properties.get(name)
        case dict() if properties != NO_VALUE:
            return properties
        case _:
            return None


def mark_of(index: int) -> str:
    """Write a mark in place of a part of a text that is known only at deploy, as CDK does."""
    return f"${{Token[unknown.{index}]}}"


def restored(value: Any, parts: Sequence[object]) -> Any:  # noqa: ANN401 - any JSON
    """
    Put expressions back in place of their marks.

    Args:
        value: what a text with marks says.
        parts: of the text; the number of a mark is the index of the expression that it stands for.
    """
    if isinstance(value, list):
        return [restored(item, parts) for item in value]
    if isinstance(value, dict):
        return {key: restored(item, parts) for key, item in value.items()}
    if not isinstance(value, str) or "${Token[" not in value:
        return value
    pieces = _MARK.split(value)
    return join_parts(parts[int(piece)] if index % 2 else piece for index, piece in enumerate(pieces))


def openers(document: object, template: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Name what may open a policy at deploy that is closed as far as anybody knows.

    Args:
        document: the policy, worked out as far as the template determines it.
        template: that it is in.

    Returns:
        What is not known; nothing where it makes no difference.
    """
    if not isinstance(document, dict):
        return ()
    worst = _Worst(template)
    given = worst.statements(document.get("Statement", []))
    variables = document.get("Version") == "2012-10-17"
    return tuple(
        dict.fromkeys(
            source
            for statement, sources in given
            if sources and opening(statement, variables=variables)
            for source in sources
        )
    )


class _Worst:
    """Puts everyone in place of what may be anyone."""

    def __init__(self, template: Mapping[str, Any]) -> None:
        self._template = template

    def statements(self, value: object) -> Iterator[tuple[Mapping[str, object], list[str]]]:
        """Give the statements of a policy, each with what is not known of it."""
        if is_expression(value):
            yield _ANYTHING, [source_of(value)]
            return
        for statement in items_of(value):
            if is_expression(statement):
                yield _ANYTHING, [source_of(statement)]
            elif isinstance(statement, dict):
                sources: list[str] = []
                yield {key: self._element(key, inner, sources) for key, inner in statement.items()}, sources

    def _element(self, key: str, value: Any, sources: list[str]) -> object:  # noqa: ANN401 - any JSON
        match key:
            case "Effect":
                return self._filled(value, sources, worst="Allow")
            case "Condition" if is_expression(value):
                return self._filled(value, sources, worst={})
            case "Condition" if isinstance(value, dict):
                return {
                    name: self._inside(keys, sources, worst=_EVERYWHERE if "ipaddress" in name.lower() else _EVERYONE)
                    for name, keys in value.items()
                }
            case "Principal":
                return self._inside(value, sources, worst=_EVERYONE)
            case _:
                return value

    def _inside(self, value: Any, sources: list[str], *, worst: str) -> object:  # noqa: ANN401 - any JSON
        if isinstance(value, list | tuple):
            return [self._inside(item, sources, worst=worst) for item in value]
        if isinstance(value, dict) and not is_expression(value):
            return {key: self._inside(item, sources, worst=worst) for key, item in value.items()}
        return self._filled(value, sources, worst=worst)

    def _filled(self, value: Any, sources: list[str], *, worst: object) -> object:  # noqa: ANN401 - any JSON
        parts = text_parts(value) if isinstance(value, dict | str) else [value]
        if len(parts) == 1 and not isinstance(parts[0], str):
            return self._part(parts[0], sources, worst=worst)
        inner = str(worst).partition("/")[0]
        return "".join(part if isinstance(part, str) else str(self._part(part, sources, worst=inner)) for part in parts)

    def _part(self, part: object, sources: list[str], *, worst: object) -> object:
        if not isinstance(part, dict):
            return part
        if _names_someone(part, self._template):
            return _SOMEONE
        sources.append(source_of(part))
        return worst


def _names_someone(part: object, template: Mapping[str, Any]) -> bool:
    """Whether an expression is a pseudo parameter, or what CloudFormation makes of a resource."""
    resources = template.get("Resources")
    known = resources if isinstance(resources, dict) else {}
    attribute = part.get("Fn::GetAtt") if isinstance(part, dict) else None
    if isinstance(attribute, list) and attribute:
        resource = known.get(attribute[0]) if isinstance(attribute[0], str) else None
        kind = str(resource.get("Type")) if isinstance(resource, dict) else ""
        return not kind.startswith(_CUSTOM)
    return reference(part).startswith("AWS::") or reference(part) in known
