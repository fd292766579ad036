"""JSON and YAML as trees that remember positions, and a strict reader of such trees."""

from ecrkit.documents.json_text import parse_json
from ecrkit.documents.nodes import ListNode, Member, Node, ObjectNode, Position, ScalarNode, SyntaxProblem, type_name
from ecrkit.documents.reading import At, Reader, StructuralChecks, Word, is_empty

__all__ = [
    "At",
    "ListNode",
    "Member",
    "Node",
    "ObjectNode",
    "Position",
    "Reader",
    "ScalarNode",
    "StructuralChecks",
    "SyntaxProblem",
    "Word",
    "is_empty",
    "parse_json",
    "type_name",
]
