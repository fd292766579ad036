"""
A policy inside another document: what the AWS CLI prints, a CloudFormation property, a Terraform resource.

The policy is then a text in a string. Its positions are those of the characters in that string, so that a finding leads
to a place in the file that a person has.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ecrkit.documents import ListNode, Member, Node, ObjectNode, Position, ScalarNode, SyntaxProblem, parse_json
from ecrkit.errors import pointer_to

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Envelope", "envelope_in"]

TEXT_KEYS = ("lifecyclePolicyText", "LifecyclePolicyText", "policy")
"""
The key of the text: in the answers of ECR, in CloudFormation, in a Terraform resource.

Source: ECR API model 2015-09-21, GetLifecyclePolicyResponse, GetLifecyclePolicyPreviewResponse and
PutLifecyclePolicyResponse; CloudFormation, AWS::ECR::Repository LifecyclePolicy; Terraform, aws_ecr_lifecycle_policy.
"""

_CHARACTER = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.")


@dataclass(frozen=True, slots=True)
class Envelope:
    """
    A document with a policy in it.

    Attributes:
        key: of the text; empty where the document is nothing but the text, in quotes.
        repository: that the document names; empty if it names none.
        literal: the text as a node.
    """

    key: str
    repository: str
    literal: ScalarNode

    @property
    def text(self) -> str:
        """The text of the policy."""
        return str(self.literal.value)

    @property
    def pointer(self) -> str:
        """JSON pointer to the text."""
        return pointer_to(self.key) if self.key else ""

    def parse(self) -> Node:
        """
        Parse the text.

        Returns:
            Its value; positions are those in the document.

        Raises:
            SyntaxProblem: the text is not JSON, at its position in the document.
        """
        place = self._places()
        try:
            return _moved(parse_json(self.text), place)
        except SyntaxProblem as problem:
            raise SyntaxProblem(problem.message, place(problem.position)) from None

    def extraction(self, file: str) -> str:
        """Write the command that saves only the policy, in *file* if it is a JSON file."""
        repository = shlex.quote(self.repository) if self.repository else "NAME"
        command = f"aws ecr get-lifecycle-policy --repository-name {repository} --query lifecyclePolicyText"
        # A property of a template does not have its own file.
        target = f" > {shlex.quote(file)}" if file.endswith(".json") else ""
        return f"{command} --output text{target}"

    def _places(self) -> Callable[[Position], Position]:
        """Give what leads from a position in the text to the one in the document."""
        line, column = self.literal.position
        # A string of JSON is on one line, and begins after its quote.
        columns = [column + 1 + found.start() for found in _CHARACTER.finditer(self.literal.raw[1:-1])]
        columns.append(column + len(self.literal.raw) - 1)
        starts = [0, *(found.end() for found in re.finditer("\n", self.text))]

        def place(position: Position) -> Position:
            at = starts[min(position.line, len(starts)) - 1] + position.column - 1
            return Position(line, columns[min(at, len(columns) - 1)])

        return place


def envelope_in(node: Node) -> Envelope | None:
    """
    Find the policy inside *node*.

    Args:
        node: a document.

    Returns:
        ``None`` if the document is no envelope: it has rules itself, or none of the keys of a text.
    """
    if isinstance(node, ScalarNode):
        is_text = isinstance(node.value, str) and node.value.lstrip().startswith("{")
        return Envelope("", "", node) if is_text else None
    if not isinstance(node, ObjectNode):
        return None
    members = {member.key: member.node for member in node.members}
    if "rules" in members:
        return None
    for key in TEXT_KEYS:
        text = members.get(key)
        if isinstance(text, ScalarNode) and isinstance(text.value, str):
            return Envelope(key, _text(members.get("repositoryName") or members.get("repository")), text)
    return None


def _text(node: Node | None) -> str:
    return node.value if isinstance(node, ScalarNode) and isinstance(node.value, str) else ""


def _moved(node: Node, place: Callable[[Position], Position]) -> Node:
    """Give *node* its positions in the document; a document is not deep."""
    position = place(node.position)
    if isinstance(node, ListNode):
        return ListNode(tuple(_moved(item, place) for item in node.items), position)
    if isinstance(node, ObjectNode):
        return ObjectNode(tuple(_moved_member(member, place) for member in node.members), position)
    return replace(node, position=position)


def _moved_member(member: Member, place: Callable[[Position], Position]) -> Member:
    return replace(member, key_position=place(member.key_position), node=_moved(member.node, place))
