"""Lifecycle policies in CloudFormation templates: which properties hold them, and what is wrong with them there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ecrkit.errors import Location, in_file_order
from ecrkit.lifecycle import check_completeness, check_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.errors import Finding

__all__ = ["POLICY_PROPERTIES", "PolicyProperty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyProperty:
    """
    A property of a resource that takes a lifecycle policy, as JSON in a string.

    Attributes:
        resource_type: of the resource.
        path: the keys that lead to it from the resource's properties.
    """

    resource_type: str
    path: tuple[str, ...]

    @property
    def name(self) -> str:
        """What findings name as their file."""
        return self.path[-1]

    def check(self, text: str) -> tuple[Finding, ...]:
        """Tell everything that is wrong with *text*, in its own lines and columns, in their order."""
        return _check(self, str(text))


POLICY_PROPERTIES: Mapping[str, PolicyProperty] = {
    prop.resource_type: prop
    for prop in (
        PolicyProperty(resource_type="AWS::ECR::Repository", path=("LifecyclePolicy", "LifecyclePolicyText")),
        PolicyProperty(resource_type="AWS::ECR::RepositoryCreationTemplate", path=("LifecyclePolicy",)),
    )
}
"""
Every property that takes a lifecycle policy, by the type of its resource.

Source: CloudFormation template reference, AWS::ECR (read 2026-11).
"""


# Hundreds of repositories have the same few policies, and a linter asks for each of them once per rule.
@lru_cache(maxsize=256)
def _check(prop: PolicyProperty, text: str) -> tuple[Finding, ...]:
    checked = check_policy(text, file=prop.name)
    if checked.policy is None:
        return checked.findings
    return in_file_order([*checked.findings, *check_completeness(checked.policy, location=Location(prop.name, 1, 1))])
