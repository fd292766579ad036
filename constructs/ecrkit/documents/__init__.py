"""
JSON and YAML as trees that remember positions, and a strict reader of such trees.

- ``json_text``: JSON to nodes
- ``yaml_text``: YAML to nodes
- ``yaml_problems``: what is wrong with a text that is not YAML
- ``nodes``: the nodes, each with its position
- ``reading``: reads nodes strictly; what is wrong becomes findings
- ``yaml_edits``: changes a YAML file and keeps everything else in it
- ``schema``: parts of JSON Schemas
- ``sarif``: results for code scanners
- ``markdown``: comments on pull requests
- ``explanations``: what each check means, at length
- ``nearest``: suggestions for a misspelled word
- ``terminal``: prints; everything that ecrkit prints passes it
- ``files``: reads and writes files; every file of ecrkit is written here
"""

from ecrkit.documents.json_text import parse_json
from ecrkit.documents.nodes import ListNode, Member, Node, ObjectNode, Position, ScalarNode, SyntaxProblem, type_name
from ecrkit.documents.reading import At, Reader, StructuralChecks, Word, described, is_empty

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
    "described",
    "is_empty",
    "parse_json",
    "type_name",
]
