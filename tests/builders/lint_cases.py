"""Templates for the rules for cfn-lint, and what these find."""

from __future__ import annotations

import json
from textwrap import dedent, indent
from typing import TYPE_CHECKING, TypeAlias

from builders.policies import Document, policy_text, rule, tagged, untagged
from cfnlint.api import lint  # type: ignore[import-untyped] # it ships no types
from cfnlint.config import ManualArgs  # type: ignore[import-untyped] # it ships no types
from cfnlint.rules import RulesCollection  # type: ignore[import-untyped] # it ships no types

from ecrkit.lifecycle import RULEBOOK
from ecrkit.registry.rulebook import ACCESS_RULEBOOK
from ecrkit.registry.templates import TEMPLATE_RULEBOOK

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "BAD",
    "CHECKS",
    "GOOD",
    "TOO_LOW",
    "Lines",
    "block",
    "creation_template",
    "found",
    "ids",
    "linted",
    "our_rules",
    "repository",
    "template",
    "written",
    "yaml_template",
]

Lines: TypeAlias = list[str]
CHECKS = (*RULEBOOK, *ACCESS_RULEBOOK, *TEMPLATE_RULEBOOK)
GOOD = policy_text(
    rule(1, **tagged("prod-*"), description="what runs"), rule(2, **untagged(), countNumber=1), rule(3, countNumber=50)
)
BAD = GOOD.replace('"countNumber": 50', '"countNumber": 0')
"""Wrong on line 34, in column 24, and complete."""
TOO_LOW = "rules[2].selection.countNumber: must be 1 or more, got 0 [ECR112]"


def repository(text: object = GOOD) -> Document:
    return {"Type": "AWS::ECR::Repository", "Properties": {"LifecyclePolicy": {"LifecyclePolicyText": text}}}


def creation_template(text: object = GOOD) -> Document:
    properties = {"AppliedFor": ["PULL_THROUGH_CACHE"], "Prefix": "docker-hub", "LifecyclePolicy": text}
    return {"Type": "AWS::ECR::RepositoryCreationTemplate", "Properties": properties}


def template(resource: Document, **sections: object) -> str:
    """Write a template of one resource, ``App``, as JSON, two columns a level."""
    return json.dumps({**sections, "Resources": {"App": resource}}, indent=2)


def yaml_template(value: str) -> str:
    """Write a template of one repository as YAML; *value* is what follows its ``LifecyclePolicyText:``, on line 6."""
    head = """\
        Resources:
          App:
            Type: AWS::ECR::Repository
            Properties:
              LifecyclePolicy:
                LifecyclePolicyText:"""
    return f"{dedent(head)}{value}\n"


def block(header: str, text: str = BAD, *, columns: int = 10) -> str:
    """Write *text* as a block of YAML: ``|`` and its like, and then its lines."""
    return f" {header}\n{indent(text, ' ' * columns)}"


def our_rules() -> RulesCollection:
    """Load them without cfn-lint's own, which take a quarter of a second."""
    rules = RulesCollection(include_rules=["I"])
    rules.create_from_module("ecrkit.cfnlint")
    return rules


def found(text: str) -> Lines:
    """Let our rules look at a template; give what they say, each with the id of its rule."""
    return [f"{match.rule.id} {match.message}" for match in lint(text, our_rules())]


def linted(text: str, *ignored: str) -> Lines:
    """Let cfn-lint look at a template with all the rules that it then has; give their ids."""
    config = ManualArgs(append_rules=["ecrkit.cfnlint"], ignore_checks=list(ignored))
    return sorted(match.rule.id for match in lint(text, config=config))


def ids(lines: Lines) -> Lines:
    return sorted(line.split()[0] for line in lines)


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
