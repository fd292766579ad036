"""Repository policies and registry policies in templates: which properties hold them, and what is wrong with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ecrkit.errors import InvalidAssemblyError, Location
from ecrkit.registry.access_policy import acknowledged_in, check_policy_document
from ecrkit.registry.rulebook import OPEN_TO_ALL
from ecrkit.registry.statements import PolicyKind
from ecrkit.registry.templates.choices import possible_values
from ecrkit.registry.templates.expressions import NO_VALUE, ends_in_string, is_expression, source_of, text_parts
from ecrkit.registry.templates.policies import Judged
from ecrkit.registry.templates.rulebook import ACCESS_NOT_CHECKED
from ecrkit.registry.templates.unknowns import mark_of, openers, property_of, restored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ACCESS_PROPERTIES", "AccessProperty", "judge_access"]


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
        Each finding once, that which the metadata of the resource acknowledges left out. What is known only at deploy
        is a note, if it is the whole policy or may let everyone in.
    """
    parts = resource if isinstance(resource, dict) else {}
    value = property_of(parts.get("Properties"), prop.name)
    try:
        forms = possible_values(value, template, pseudo=pseudo or {})
    except InvalidAssemblyError:
        return (_not_checked(prop, "what is nested this deeply"),)
    acknowledged = acknowledged_in(parts.get("Metadata"))
    found: dict[tuple[str, str, str], Judged] = {}
    for form in forms:
        for judged in _judge(prop, form, template, acknowledged):
            finding = judged.finding
            if not finding.silenced:
                found.setdefault((finding.code, finding.location.pointer, finding.message), judged)
    return tuple(found.values())


def _judge(prop: AccessProperty, value: object, template: Mapping[str, Any], acknowledged: str) -> Iterator[Judged]:
    if value is None or value == NO_VALUE:
        return
    text = value if isinstance(value, str) else ""
    document: object = value
    if is_expression(value) or "{{resolve:" in text:
        parts = text_parts(value)
        text = _written(parts) if len(parts) > 1 else ""
        document = restored(_parsed(text), parts)
        if document is None:
            unknown = (part for part in parts if not isinstance(part, str))
            yield _not_checked(prop, " and ".join(dict.fromkeys(map(source_of, unknown))))
            return
    findings = tuple(check_policy_document(document, name=prop.name, kind=prop.kind, acknowledged=acknowledged))
    yield from (Judged(text, finding) for finding in findings)
    is_open = any(finding.code == OPEN_TO_ALL.code for finding in findings)
    if not (is_open or acknowledged) and (found := openers(_parsed(document), template)):
        yield _not_checked(prop, " and ".join(found), where=" whether it lets everyone in")


def _not_checked(prop: AccessProperty, what: str, *, where: str = "") -> Judged:
    return Judged("", ACCESS_NOT_CHECKED.at(Location(prop.name, 1, 1), what=what, where=where))


def _written(parts: list[Any]) -> str:
    """Write a text with marks in place of its unknown parts."""
    text = ""
    for index, part in enumerate(parts):
        unknown = mark_of(index) if ends_in_string(text) else json.dumps(mark_of(index))
        text += part if isinstance(part, str) else unknown
    return text


def _parsed(policy: object) -> object:
    """Parse a text; ``None`` where it is not JSON."""
    if not isinstance(policy, str):
        return policy
    try:
        return json.loads(policy)
    except (ValueError, RecursionError):
        return None
