"""
Rules for cfn-lint: ``cfn-lint TEMPLATE -a ecrkit.cfnlint``, or ``append_rules: [ecrkit.cfnlint]`` in ``.cfnlintrc``.

cfn-lint takes all that follows ``-a`` for rules: templates stand before it, behind ``--``, or behind ``-t``.

Every check of a lifecycle policy, a repository policy or a registry policy is a rule of its own, so that each can be
ignored alone. cfn-lint reads the severity off the first letter of an id, and leaves what begins with ``E9``, ``W9`` and
``I9`` to the rules of others: the error ECR112 is the rule E9112, the warning ECR203 is the rule W9203. A policy that
is known only at deploy is the informational rule I9301 or I9302, which cfn-lint shows with ``-c I``.
"""

from __future__ import annotations

import linecache
import re
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias
from weakref import WeakKeyDictionary

from cfnlint.decode import decode  # type: ignore[import-untyped] # it ships no types
from cfnlint.rules import CloudFormationLintRule, RuleMatch  # type: ignore[import-untyped] # it ships no types

from ecrkit.documents.explanations import explain
from ecrkit.errors import InvalidAssemblyError, Severity, steps_of
from ecrkit.lifecycle import RULEBOOK
from ecrkit.lifecycle.properties import POLICY_PROPERTIES
from ecrkit.registry.rulebook import ACCESS_RULEBOOK
from ecrkit.registry.templates import ACCESS_PROPERTIES, Resolver, Unexpanded, judge_access, judge_policy, macro_notes
from ecrkit.registry.templates.rulebook import ACCESS_NOT_CHECKED, NOT_CHECKED, TEMPLATE_RULEBOOK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.errors import Check, Finding
    from ecrkit.registry.templates import Judged

__all__ = ["RULES", "rule_id"]

_GUIDE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html"
_LETTERS = {Severity.ERROR: "E", Severity.WARNING: "W", Severity.NOTE: "I"}
_ACCESS_GUIDE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html"
_BLOCK_HEADER = re.compile(r"[|>][-+1-9]{0,2}[ ]*(?:[ ]#.*)?")

_JUDGED: WeakKeyDictionary[Any, dict[tuple[str | int, ...], tuple[Judged, ...]]] = WeakKeyDictionary()
"""What was found in the resources of a template: it is judged once, not once per rule."""

_SOURCES: WeakKeyDictionary[Any, tuple[Mapping[str, Any], Mapping[str, Any]]] = WeakKeyDictionary()
"""Templates as their authors wrote them, and what resources these have."""

_Span: TypeAlias = tuple[int, int, int, int]
"""Line and column of the first character, line and column behind the last; counted from 0."""


def rule_id(check: Check) -> str:
    """
    Name the rule that stands for a check.

    Source: cfn-lint documentation, "Custom Rules": E9XXX, W9XXX and I9XXX are allocated towards them (read 2026-11).
    """
    return f"{_LETTERS[check.severity]}9{check.code[3:]}"


class _LifecyclePolicyRule(CloudFormationLintRule):  # type: ignore[misc] # it ships no types
    """Finds what one check objects to. cfn-lint leaves this class alone, since it has no id."""

    source_url = _GUIDE
    tags: ClassVar[list[str]] = ["resources", "ecr", "lifecycle policy"]
    code = ""

    def __init__(self) -> None:
        super().__init__()
        self.resource_property_types = list(POLICY_PROPERTIES)

    def match_resource_properties(
        self,
        properties: Mapping[str, Any],
        resourcetype: str,
        path: list[str | int],
        cfn: Any,  # noqa: ANN401 - a cfnlint.template.Template; it ships no types
    ) -> list[RuleMatch]:
        """Look at one resource."""
        prop = POLICY_PROPERTIES[resourcetype]
        own = [*path, *_written(prop.path, properties)]
        key = (*path, prop.path[0])
        known = _JUDGED.setdefault(cfn, {})
        if key not in known:
            template, resource = _as_written(cfn, path, properties)
            known[key] = judge_policy(prop, resource.get("Properties"), template)
        return [
            _match(judged, path=own, filename=cfn.filename) for judged in known[key] if judged.finding.code == self.code
        ]


class _NotCheckedRule(_LifecyclePolicyRule):
    """Says what was not checked, macros included. cfn-lint leaves this class alone, since it has no id."""

    def match(self, cfn: Any) -> list[RuleMatch]:  # noqa: ANN401 - as above
        """Look at the template as a whole."""
        template, _ = _source(cfn)
        return [
            RuleMatch([key] if key in template else ["Resources", key], f"{finding.text} [{finding.code}]")
            for key, finding in macro_notes(template)
        ]


class _AccessPolicyRule(CloudFormationLintRule):  # type: ignore[misc] # it ships no types
    """Finds what one check objects to in access policies. cfn-lint leaves this class alone, since it has no id."""

    source_url = _ACCESS_GUIDE
    tags: ClassVar[list[str]] = ["resources", "ecr", "repository policy"]
    code = ""

    def __init__(self) -> None:
        super().__init__()
        self.resource_property_types = list(ACCESS_PROPERTIES)

    def match_resource_properties(
        self,
        properties: Mapping[str, Any],
        resourcetype: str,
        path: list[str | int],
        cfn: Any,  # noqa: ANN401 - as above
    ) -> list[RuleMatch]:
        """Look at one resource."""
        prop = ACCESS_PROPERTIES[resourcetype]
        key = (*path, prop.name)
        known = _JUDGED.setdefault(cfn, {})
        if key not in known:
            template, resource = _as_written(cfn, path, properties)
            known[key] = judge_access(prop, resource, template)
        return [
            _access_match(judged, properties, path=path, filename=cfn.filename)
            for judged in known[key]
            if judged.finding.code == self.code
        ]


def _as_written(
    cfn: Any,  # noqa: ANN401 - as above
    path: list[str | int],
    properties: object,
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """
    Find a resource as its author wrote it.

    cfn-lint puts one value in place of each ``Fn::FindInMap`` where a template has the language extensions.

    Args:
        cfn: the template, as cfn-lint changed it.
        path: of the properties of the resource.
        properties: as cfn-lint changed them, for a template that is in no file, or a loop over what nobody knows.
    """
    if cfn not in _SOURCES:
        _SOURCES[cfn] = _source(cfn)
    template, resources = _SOURCES[cfn]
    resource = resources.get(str(path[1])) if len(path) == len(("Resources", "App", "Properties")) else None
    if not isinstance(resource, dict):
        resource = {"Metadata": _metadata(cfn.template, path), "Properties": properties}
    return template, resource


def _source(cfn: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:  # noqa: ANN401 - as above
    if not cfn.has_language_extensions_transform() or not cfn.filename:
        return cfn.template, {}
    written, _ = decode(cfn.filename)
    if not isinstance(written, dict):
        return cfn.template, {}
    resolver = Resolver(written)
    try:
        entries = list(resolver.entries(resolver.section("Resources")))
    except InvalidAssemblyError:
        return cfn.template, {}
    return written, dict(entry for entry in entries if not isinstance(entry, Unexpanded))


def _written(path: tuple[str, ...], properties: object) -> list[str | int]:
    """Give as much of a path as the template has: a function may stand around the property."""
    found: list[str | int] = []
    for key in path:
        if isinstance(properties, list) and key.isdecimal() and int(key) < len(properties):
            found.append(int(key))
            properties = properties[int(key)]
        elif isinstance(properties, dict) and key in properties:
            found.append(key)
            properties = properties[key]
        else:
            break
    return found


def _metadata(template: Any, path: list[str | int]) -> object:  # noqa: ANN401 - any JSON
    """Find the metadata of the resource whose properties are at *path*."""
    for key in path[:-1]:
        template = template.get(key) if isinstance(template, dict) else None
    return template.get("Metadata") if isinstance(template, dict) else None


def _rule_class(check: Check, base: type[CloudFormationLintRule]) -> type[CloudFormationLintRule]:
    explanation = explain(check)
    return type(
        f"Rule{rule_id(check)}",
        (base,),
        {
            "__doc__": f"{check.code}: {check.title}.",
            "__module__": __name__,
            "id": rule_id(check),
            "code": check.code,
            "shortdesc": f"{check.title} [{check.code}]",
            "description": f"{explanation.checks} {explanation.why} {explanation.fix} Source: {check.source}.",
        },
    )


_OF_ACCESS = {check.code for check in (*ACCESS_RULEBOOK, ACCESS_NOT_CHECKED)}

_BASES = {**dict.fromkeys(_OF_ACCESS, _AccessPolicyRule), NOT_CHECKED.code: _NotCheckedRule}

RULES: Mapping[str, type[CloudFormationLintRule]] = {
    check.code: _rule_class(check, _BASES.get(check.code, _LifecyclePolicyRule))
    for check in (*RULEBOOK, *ACCESS_RULEBOOK, *TEMPLATE_RULEBOOK)
}
"""The rule of every check, by the check's code."""

# cfn-lint takes as rules the classes that it finds among the names of a module.
globals().update({rule.__name__: rule for rule in RULES.values()})


def _match(judged: Judged, *, path: list[str | int], filename: str | None) -> RuleMatch:
    """Point to the very place where that is certain; else to the text, and say the place in the text."""
    text, finding = judged
    if finding.severity is Severity.NOTE:
        return RuleMatch(path, f"{finding.text} [{finding.code}]")
    whole = _span_of(text)
    if whole is None:
        # cfn-lint then looks for the key that ends the path, and takes line 1 where it finds none.
        return RuleMatch(path, str(finding))
    exact = _span_in_block(finding, text, start=whole[:2], filename=filename) if filename else None
    if exact is None:
        return RuleMatch(path, str(finding), location=whole)
    return RuleMatch(path, f"{finding.text} [{finding.code}]", location=exact)


def _access_match(
    judged: Judged, properties: Mapping[str, Any], *, path: list[str | int], filename: str | None
) -> RuleMatch:
    """Point to the element of a document; of a text, to the text."""
    finding = judged.finding
    keys = (finding.location.file, *steps_of(finding.location.pointer))
    own = [*path, *_written(keys, properties)]
    if judged.text:
        return _match(judged, path=own, filename=filename)
    return RuleMatch(own, f"{finding.text} [{finding.code}]")


def _span_of(text: str) -> _Span | None:
    """Find where *text* stands; cfn-lint keeps that of what it reads as YAML, and so of JSON."""
    start, end = getattr(text, "start_mark", None), getattr(text, "end_mark", None)
    return (start.line, start.column, end.line, end.column) if start and end else None


def _span_in_block(finding: Finding, text: str, *, start: tuple[int, int], filename: str) -> _Span | None:
    """
    Find where in a file *finding* is, if its *text* is a block of YAML.

    cfn-lint does not keep how a text is written, so the file tells: the place is certain where its lines are those of
    the text, all indented alike. A folded block can be so too, since it keeps the ends of lines before deeper ones.

    Args:
        finding: in the text.
        text: as cfn-lint read it.
        start: line and column where it stands in the file.
        filename: of a file that may have changed, or be another one.
    """
    lines = text.rstrip("\n").split("\n")
    header, *block = _lines_of(filename, start[0], start[0] + 1 + len(lines)) or [""]
    if len(block) < len(lines) or not _BLOCK_HEADER.fullmatch(header[start[1] :]):
        return None
    indent = " " * (len(block[-1]) - len(lines[-1]))
    if not all(there == indent + line if line else not there.strip() for line, there in zip(lines, block, strict=True)):
        return None
    # What is missing after the last line is missing at its end.
    index = min(finding.location.line, len(lines)) - 1
    column = len(indent) + finding.location.column - 1 if index == finding.location.line - 1 else len(block[index])
    line = start[0] + 1 + index
    return line, column, line, len(block[index])


def _lines_of(filename: str, start: int, stop: int) -> list[str]:
    linecache.checkcache(filename)
    return [line.removesuffix("\n") for line in linecache.getlines(filename)[start:stop]]
