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

__all__ = ["LOOP", "MACRO", "NESTED_STACK", "REPOSITORIES", "GuardFinding", "Resource", "Source", "Stack", "as_written"]

REPOSITORIES = ("AWS::ECR::Repository", "AWS::ECR::PublicRepository")
NESTED_STACK = "AWS::CloudFormation::Stack"
LOOP = "Fn::ForEach"
"""The type of a loop that the guard cannot write out."""

MACRO = "Fn::Transform"
"""The type of what a macro writes."""

_KEEPING = ("Retain", "RetainExceptOnCreate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """
    A resource as a template declares it.

    Attributes:
        logical_id: within its stack; of a resource in a nested stack ``<id of the nested stack>/<id in there>``.
        type: as in ``AWS::ECR::Repository``.
        properties: worked out as far as the template determines them; the rest in functions, in one spelling.
        deletion_policy: likewise; ``Delete`` where nothing is, which is what CloudFormation does then.
        update_replace_policy: likewise.
        condition: name of the condition on which it exists, and what is left of that; ``None`` where it exists anyway.
        unread: why nobody can see what it makes: a macro, a loop, or a nested stack whose template is elsewhere.
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
        """Whether it has images."""
        return self.type in REPOSITORIES

    @property
    def outlives_its_stack(self) -> bool:
        """
        Whether CloudFormation keeps it when it leaves the stack.

        For what is deployed, ``RetainExceptOnCreate`` keeps as much as ``Retain``: it differs only in the operation
        that creates the resource. A policy that is an expression keeps nothing for certain.
        """
        return self.deletion_policy in _KEEPING

    @property
    def outlives_replacement(self) -> bool:
        """Whether CloudFormation keeps it when another takes its place."""
        return self.update_replace_policy in _KEEPING

    @property
    def is_emptied(self) -> bool:
        """Whether CloudFormation deletes the images to delete the repository; what is not plainly off is on."""
        return self.properties.get("EmptyOnDelete") not in (None, False, "false")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    What the resources of a stack are worked out from.

    Attributes:
        template: as parsed.
        nested: the templates of nested stacks by their logical ids, as a resource's are written; or why there is none.
        parameters: that the stack was deployed with, where that is known.
    """

    template: Mapping[str, Any]
    nested: Mapping[str, Mapping[str, Any] | str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """
    A stack, deployed or to be deployed.

    Attributes:
        name: as CloudFormation knows it.
        account: 12 digits; empty where it is decided at deploy.
        region: as in ``us-east-1``; empty likewise.
        resources: those of ECR that the guard looks at, in the order of the template, nested stacks included.
        shards: over how many stacks the repositories of its environment are spread, this one among them.
        lookup_role: ARN of the role that reads the account for CDK, with ``${AWS::Partition}`` in it; may be empty.
        source: what *resources* were worked out from, with the defaults of all parameters.
    """

    name: str
    account: str = ""
    region: str = ""
    resources: tuple[Resource, ...] = ()
    shards: int = 1
    lookup_role: str = ""
    source: Source | None = field(default=None, compare=False, repr=False)

    def may_be_where(self, other: Stack) -> bool:
        """Whether both may be in one account and Region: what is decided at deploy may be any."""
        accounts, regions = {self.account, other.account}, {self.region, other.region}
        return len(accounts - {""}) <= 1 and len(regions - {""}) <= 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardFinding:
    """
    One change that a deploy should not make unseen.

    Attributes:
        stack: that has the resource now.
        logical_id: of the resource now; empty where it is about the whole stack.
        repository: its name; empty where it has none, or is no repository.
        code: of the check.
        severity: of the check.
        message: what changes, and what CloudFormation would do; lower case, no full stop.
        remedy: the safe way.
        is_allowed: whether a person acknowledged it.
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
        """What acknowledges it: the repository's name, or else the logical id, or else the stack's name."""
        return self.repository or self.logical_id or self.stack

    @property
    def place(self) -> str:
        """``stack/logical id``, or the stack alone."""
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
