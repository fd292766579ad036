"""Stacks, what they hold of ECR, and what is found when two states of them are compared."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ecrkit.errors import printable
from ecrkit.registry.templates import displayed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.errors import Severity

__all__ = [
    "EVENT_RULE",
    "LOOP",
    "MACRO",
    "NESTED_STACK",
    "REPOSITORIES",
    "GuardFinding",
    "Resource",
    "Source",
    "Stack",
    "as_written",
]

PUBLIC_REPOSITORY = "AWS::ECR::PublicRepository"
REPOSITORIES = ("AWS::ECR::Repository", PUBLIC_REPOSITORY)
EVENT_RULE = "AWS::Events::Rule"
NESTED_STACK = "AWS::CloudFormation::Stack"
LOOP = "Fn::ForEach"
"""The type of a loop that the guard cannot write out."""

MACRO = "Fn::Transform"
"""The type of what a macro writes."""

_EVENT_SOURCES = {"aws.ecr", "aws.inspector2"}
_KEEPING = ("Retain", "RetainExceptOnCreate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """
    A resource of a template.

    Attributes:
        logical_id: logical ID in its stack; in a nested stack ``<ID of the nested stack>/<ID there>``.
        type: as in ``AWS::ECR::Repository``.
        properties: resolved as far as the template determines them; the rest as functions in a normal form.
        deletion_policy: likewise; ``Delete`` if missing, as in CloudFormation.
        update_replace_policy: likewise.
        condition: name of its condition, and the unresolved rest of it; ``None`` if it always exists.
        unread: why its resources are unknown: a macro, a loop, or a nested stack with its template elsewhere.
    """

    logical_id: str
    type: str
    properties: Mapping[str, object]
    deletion_policy: object = "Delete"
    update_replace_policy: object = "Delete"
    condition: tuple[str, object] | None = None
    unread: str = ""

    @property
    def is_repository(self) -> bool:
        """Whether it is a repository."""
        return self.type in REPOSITORIES

    @property
    def is_event(self) -> bool:
        """Whether it is a rule that sends events of images; its event pattern names ECR or Amazon Inspector."""
        pattern = self.properties.get("EventPattern")
        sources = pattern.get("source") if isinstance(pattern, dict) else None
        return self.type == EVENT_RULE and isinstance(sources, list) and bool(_EVENT_SOURCES & {*map(str, sources)})

    @property
    def targets(self) -> str:
        """The targets of a rule, for a message."""
        targets = self.properties.get("Targets")
        listed = targets if isinstance(targets, list) else []
        return ", ".join(as_written(each.get("Arn")) for each in listed if isinstance(each, dict)) or "nothing"

    @property
    def is_public(self) -> bool:
        """Whether it is a repository of ECR Public."""
        return self.type == PUBLIC_REPOSITORY

    @property
    def outlives_its_stack(self) -> bool:
        """
        Whether CloudFormation keeps it when it leaves the stack.

        For deployed resources, ``RetainExceptOnCreate`` keeps as much as ``Retain``: it differs only in the operation
        that creates the resource. A policy that is an expression keeps nothing for certain.
        """
        return self.deletion_policy in _KEEPING

    @property
    def outlives_replacement(self) -> bool:
        """Whether CloudFormation keeps it when another resource replaces it."""
        return self.update_replace_policy in _KEEPING

    @property
    def is_emptied(self) -> bool:
        """Whether CloudFormation deletes its images to delete it; an unknown value counts as on."""
        return self.properties.get("EmptyOnDelete") not in (None, False, "false")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    The sources that the resources of a stack are resolved from.

    Attributes:
        template: the parsed template.
        nested: the templates of nested stacks by logical ID, or why one is missing.
        parameters: parameters that the stack was deployed with, if known.
    """

    template: Mapping[str, Any]
    nested: Mapping[str, Mapping[str, Any] | str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """
    A stack, deployed or to be deployed.

    Attributes:
        name: name in CloudFormation.
        account: account ID of 12 digits; empty if unknown before the deploy.
        region: as in ``us-east-1``; empty if unknown before the deploy.
        resources: ECR resources in the order of the template, including nested stacks.
        shards: number of stacks that the repositories of its environment are spread over.
        lookup_role: ARN of the role that reads the account for CDK, with ``${AWS::Partition}`` in it; may be empty.
        source: what *resources* were resolved from, with the defaults of all parameters.
    """

    name: str
    account: str = ""
    region: str = ""
    resources: tuple[Resource, ...] = ()
    shards: int = 1
    lookup_role: str = ""
    source: Source | None = field(default=None, compare=False, repr=False)

    def may_be_where(self, other: Stack) -> bool:
        """Whether both may be in one account and Region; unknown values match any."""
        accounts, regions = {self.account, other.account}, {self.region, other.region}
        return len(accounts - {""}) <= 1 and len(regions - {""}) <= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardFinding:
    """
    A change that somebody should review before a deploy.

    Attributes:
        stack: current stack of the resource.
        logical_id: current logical ID of the resource; empty for a whole stack.
        repository: name of the repository; empty without a name or repository.
        code: code of the check.
        severity: severity of the check.
        message: what changes, and what CloudFormation would do; lower case, no full stop.
        remedy: a safe way to make the change.
        is_allowed: whether it was allowed.
    """

    stack: str
    logical_id: str
    repository: str
    code: str
    severity: Severity
    message: str
    remedy: str
    is_allowed: bool = False

    @property
    def name(self) -> str:
        """The name that allows it: of the repository, else the logical ID, else the stack."""
        return self.repository or self.logical_id or self.stack

    @property
    def place(self) -> str:
        """``stack/logical ID``, or the stack alone."""
        return printable(f"{self.stack}/{self.logical_id}" if self.logical_id else self.stack)

    @property
    def text(self) -> str:
        """What is wrong and what to do, on one line, without the place."""
        return printable(f"{self.message}; {self.remedy}")


def as_written(value: object) -> str:
    """Write a value of a template for a message: text as it is, all else as JSON on one line."""
    if value is None:
        return "nothing"
    return value if isinstance(value, str) else json.dumps(displayed(value), ensure_ascii=False, default=str)
