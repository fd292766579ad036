"""Repository policies and registry policies in templates: which properties hold them, and what is wrong with them."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrkit.errors import InvalidAssemblyError, Location
from ecrkit.registry.access_policy import acknowledged_in, check_policy_document
from ecrkit.registry.statements import PolicyKind
from ecrkit.registry.templates.choices import possible_values
from ecrkit.registry.templates.expressions import NO_VALUE, is_expression, source_of, text_parts
from ecrkit.registry.templates.policies import Judged
from ecrkit.registry.templates.rulebook import ACCESS_NOT_CHECKED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ACCESS_PROPERTIES", "AccessProperty", "judge_access"]

_UNKNOWN = "${Token[unknown]}"
_UNKNOWN_VALUE = '{"Ref": "unknown"}'
_STRING = re.compile(r'"(?:[^"\\]|\\.)*(?P<open>"?)', re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessProperty:
    """
    A property of a resource that takes an access policy, as a document or as JSON in a string.

    Attributes:
        resource_type: of the resource.
        path: the key of it.
        kind: what the policy belongs to.
    """

    resource_type: str
    path: tuple[str]
    kind: PolicyKind

    @property
    def name(self) -> str:
        """What findings name as their file."""
        return self.path[0]


ACCESS_PROPERTIES: Mapping[str, AccessProperty] = {
    resource_type: AccessProperty(resource_type=resource_type, path=(key,), kind=kind)
    for resource_type, key, kind in (
        ("AWS::ECR::Repository", "RepositoryPolicyText", PolicyKind.REPOSITORY),
        ("AWS::ECR::RegistryPolicy", "PolicyText", PolicyKind.REGISTRY),
        ("AWS::ECR::RepositoryCreationTemplate", "RepositoryPolicy", PolicyKind.REPOSITORY),
        ("AWS::ECR::PublicRepository", "RepositoryPolicyText", PolicyKind.PUBLIC_REPOSITORY),
    )
}
"""
Every property that takes an access policy, by the type of its resource.

Source: CloudFormation template reference, AWS::ECR (read 2026-11).
"""


def judge_access(
    prop: AccessProperty, resource: object, template: Mapping[str, Any], *, pseudo: Mapping[str, str] | None = None
) -> tuple[Judged, ...]:
    """
    Check the access policy of a resource, in every form that parameters and conditions can give it.

    Args:
        prop: the property of the resource that takes a policy.
        resource: as the template has it; anything at all may be passed.
        template: that has the resource.
        pseudo: what is known of pseudo parameters.

    Returns:
        Each finding once, that which the metadata of the resource acknowledges left out. A value that is known only at
        deploy is taken for one that names someone; a whole policy that is, is a note.
    """
    parts = resource if isinstance(resource, dict) else {}
    properties = parts.get("Properties")
    value = properties.get(prop.name) if isinstance(properties, dict) else None
    try:
        forms = possible_values(value, template, pseudo=pseudo or {})
    except InvalidAssemblyError:
        return (_not_checked(prop, "what is nested this deeply"),)
    acknowledged = acknowledged_in(parts.get("Metadata"))
    found: dict[tuple[str, str, str], Judged] = {}
    for form in forms:
        for judged in _judge(prop, form, acknowledged):
            finding = judged.finding
            if not finding.silenced:
                found.setdefault((finding.code, finding.location.pointer, finding.message), judged)
    return tuple(found.values())


def _judge(prop: AccessProperty, value: object, acknowledged: str) -> Iterator[Judged]:
    if value is None or value == NO_VALUE:
        return
    text = value if isinstance(value, str) else ""
    if is_expression(value) or "{{resolve:" in text:
        parts = text_parts(value)
        unknown = [part for part in parts if not isinstance(part, str)]
        if len(parts) > 1 and (written := _written(parts)):
            yield from _checked(prop, written, written, acknowledged)
        else:
            yield _not_checked(prop, " and ".join(dict.fromkeys(map(source_of, unknown))))
        return
    yield from _checked(prop, value, text, acknowledged)


def _checked(prop: AccessProperty, policy: object, text: str, acknowledged: str) -> Iterator[Judged]:
    for finding in check_policy_document(policy, name=prop.name, kind=prop.kind, acknowledged=acknowledged):
        yield Judged(text, finding)


def _not_checked(prop: AccessProperty, what: str) -> Judged:
    return Judged("", ACCESS_NOT_CHECKED.at(Location(prop.name, 1, 1), what=what))


def _written(parts: list[Any]) -> str:
    """Write a text whose unknown parts are marked; an empty one where they are more than texts and values."""
    text = ""
    for part in parts:
        is_in_string = any(not match["open"] for match in _STRING.finditer(text))
        text += part if isinstance(part, str) else _UNKNOWN if is_in_string else _UNKNOWN_VALUE
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return ""
    return text
