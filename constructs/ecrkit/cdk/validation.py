"""A validation plugin: no invalid lifecycle or access policy leaves a synthesis, whatever construct wrote it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import aws_cdk as cdk
import jsii

from ecrkit import __version__
from ecrkit.errors import Severity, errors_in
from ecrkit.lifecycle import COMPLETENESS_CODES, RULEBOOK
from ecrkit.lifecycle.properties import POLICY_PROPERTIES
from ecrkit.policies.rulebook import UNPUBLISHED
from ecrkit.policies.silences import Silences
from ecrkit.registry.rulebook import ACCESS_RULEBOOK, ACCESS_WARNINGS, NOT_OPEN
from ecrkit.registry.templates import (
    ACCESS_PROPERTIES,
    TEMPLATE_RULEBOOK,
    AccessProperty,
    Resolver,
    Unexpanded,
    judge_access,
    judge_policy,
    macro_notes,
    parse_loop,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from constructs import IConstruct

    from ecrkit.errors import Finding
    from ecrkit.lifecycle.properties import PolicyProperty
    from ecrkit.policies.store import PolicyStore

__all__ = ["LifecyclePolicyValidation"]

_NESTED_STACK = "AWS::CloudFormation::Stack"
_ACCESS_CODES = {check.code for check in ACCESS_RULEBOOK}
_TOLD = {*COMPLETENESS_CODES, *ACCESS_WARNINGS} - {NOT_OPEN.code}
"""What the constructs of ecrkit warn of themselves; whether a statement opens a policy shows when all are there."""

_SEVERITIES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "info"}
"""As the report of CDK writes them."""


@jsii.implements(cdk.IPolicyValidationPlugin)
class LifecyclePolicyValidation:
    """
    Check every lifecycle policy, repository policy and registry policy of an app at synthesis.

    It covers plain L1 and L2 repositories and repository creation templates, in every stack, including nested
    ones. Register it with ``Validations.of(app).add_plugins(LifecyclePolicyValidation())``. The report names the
    construct. An error stops the synthesis; a warning does so only with ``cdk synth --strict``.
    ``Validations.of(construct).acknowledge(Acknowledgment(id="ecrkit::ECR203", reason="…"))`` silences one.

    Args:
        completeness: Warn about missing rules (ECR211 to ECR213), and about statements without effect (ECR421 to
            ECR427); turn it off for repositories from a catalog, which reports these warnings itself.
        policies: A policy store. Warnings that its ``silenced.yaml`` silences are not reported for its rules; each
            version that was read and is not published gets STO112. Default: no store.

    Text from intrinsic functions is checked in every form that parameters and conditions can give it. Text known only
    at deploy gets an informational finding, "not checked", which never stops a synthesis. Missing rules are not
    reported for :class:`~ecrkit.cdk.Repository` and :class:`~ecrkit.cdk.Registry`, which report them themselves.

    Raises:
        InvalidLockError: The lock of the store is invalid.
        PublishedPolicyError: A version with silenced warnings differs from the published one.
        UnreadableInputError: A file of the store cannot be read.

    Source: AWS CDK API reference, IPolicyValidationPlugin (aws-cdk-lib 2.275, read 2026-11).
    """

    def __init__(self, *, completeness: bool = True, policies: PolicyStore | None = None) -> None:
        self._completeness = completeness
        self._policies = policies
        self._silences = None if policies is None else Silences(policies)

    @property
    def name(self) -> str:
        """Name in the report, and namespace of the rules in an acknowledgement."""
        return "ecrkit"

    @property
    def version(self) -> str:
        """The version of ecrkit."""
        return __version__

    @property
    def rule_ids(self) -> list[str]:
        """The codes of all checks."""
        return [check.code for check in (*RULEBOOK, *ACCESS_RULEBOOK, *TEMPLATE_RULEBOOK, UNPUBLISHED)]

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Check the templates; CDK calls this after it wrote them."""
        tree = _Tree(context.app_construct)
        templates = _templates(context.template_paths, tree)
        found = [each for path, template in templates.items() for each in _found_in(path, template)]
        if self._silences:
            found = [
                each
                for each in found
                if isinstance(each.policy.prop, AccessProperty)
                or each.finding.severity is Severity.NOTE
                or not self._silences.cover(each.finding, each.policy.text)
            ]
        if not self._completeness:
            found = [each for each in found if each.finding.code not in {*COMPLETENESS_CODES, *ACCESS_WARNINGS}]
        told = _without_told(found, tree)
        return cdk.PolicyValidationPluginReport(
            success=not errors_in(each.finding for each in told),
            violations=[*_violations(told), *_of_no_resource(self._unseen(templates))],
        )

    def _unseen(self, templates: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
        """Tell of macros, and of versions of the store that were read for this app and may still change."""
        for template in templates.values():
            yield from (finding for _, finding in macro_notes(template))
        yield from self._policies.unpublished() if self._policies else ()


class _Policy(NamedTuple):
    """A lifecycle policy or an access policy in a template."""

    template: str
    logical_id: str
    prop: PolicyProperty | AccessProperty
    text: str


class _Found(NamedTuple):
    """What is wrong with it."""

    policy: _Policy
    finding: Finding


class _Tree:
    """The constructs of an app, for which CDK is asked when somebody needs them: there may be thousands."""

    def __init__(self, app: IConstruct) -> None:
        self._app = app

    @cached_property
    def constructs(self) -> list[IConstruct]:
        """All of them, each before its children."""
        return self._app.node.find_all()


def _templates(paths: Iterable[str], tree: _Tree) -> dict[str, dict[str, Any]]:
    """Read the templates, and those of nested stacks: CDK lists only those of the stacks that it deploys itself."""
    templates = {path: _template(path) for path in (str(Path(path).absolute()) for path in paths)}
    if not any(_has_nested(template) for template in templates.values()):
        return templates
    directories = {Path(path).parent for path in templates}
    nested = [_template_path(stack) for stack in tree.constructs if isinstance(stack, cdk.NestedStack)]
    # A plugin that is registered with a stage is asked about that stage, and nothing else of the app.
    return {**templates, **{path: _template(path) for path in nested if Path(path).parent in directories}}


def _template(path: str) -> dict[str, Any]:
    template: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return template


def _has_nested(template: Mapping[str, Any]) -> bool:
    resources = template.get("Resources", {}).values()
    return any(isinstance(resource, dict) and resource.get("Type") == _NESTED_STACK for resource in resources)


def _template_path(stack: cdk.Stack) -> str:
    stage = cdk.Stage.of(stack)
    return str(Path(stage.outdir if stage else "", stack.template_file).absolute())


def _found_in(path: str, template: Mapping[str, Any]) -> Iterator[_Found]:
    resolver = Resolver(template)
    for entry in resolver.entries(resolver.section("Resources")):
        # A loop over what only a deploy knows has no resources to check; its block is checked as one.
        for logical_id, resource in _blocks(entry) if isinstance(entry, Unexpanded) else [entry]:
            kind = str(resource.get("Type")) if isinstance(resource, dict) else ""
            if lifecycle := POLICY_PROPERTIES.get(kind):
                for text, finding in judge_policy(lifecycle, resource.get("Properties"), template):
                    yield _Found(_Policy(path, logical_id, lifecycle, text), finding)
            if access := ACCESS_PROPERTIES.get(kind):
                for text, finding in judge_access(access, resource, template):
                    yield _Found(_Policy(path, logical_id, access, text), finding)


def _blocks(loop: Unexpanded) -> Iterator[tuple[str, Any]]:
    written = parse_loop(loop.value)
    for entry in Resolver({}).entries(written.block) if written else ():
        yield from _blocks(entry) if isinstance(entry, Unexpanded) else [(loop.key, entry[1])]


def _without_told(found: Sequence[_Found], tree: _Tree) -> list[_Found]:
    """Leave out what the constructs of ecrkit have said already."""
    if not any(each.finding.code in _TOLD for each in found):
        return list(found)
    from ecrkit.cdk.public_repository import PublicRepository  # noqa: PLC0415 - only where something may have been told
    from ecrkit.cdk.registry import Registry  # noqa: PLC0415 - as above
    from ecrkit.cdk.repository import Repository  # noqa: PLC0415 - as above

    # Each question to CDK is a round trip to another process, so the tree is not asked who is whose child: a
    # construct is followed by its first child, which is the resource that it stands for.
    resources = [
        (after, after.stack)
        for construct, after in pairwise(tree.constructs)
        if isinstance(construct, Repository | PublicRepository) and isinstance(after, cdk.CfnResource)
    ]
    registries = [construct for construct in tree.constructs if isinstance(construct, Registry)]
    resources += [
        (template, template.stack) for registry in registries for template in registry.creation_templates.values()
    ]
    resources += [(registry.policy, registry.policy.stack) for registry in registries if registry.policy]
    paths = {stack: _template_path(stack) for stack in dict.fromkeys(stack for _, stack in resources)}
    ours = {(paths[stack], stack.get_logical_id(resource)) for resource, stack in resources}
    return [
        each
        for each in found
        if each.finding.code not in _TOLD or (each.policy.template, each.policy.logical_id) not in ours
    ]


def _violations(found: Iterable[_Found]) -> list[cdk.PolicyViolation]:
    """Make one violation of what is said of several resources in the same words."""
    resources: dict[Finding, list[cdk.PolicyViolatingResource]] = {}
    for policy, finding in found:
        resource = cdk.PolicyViolatingResource(
            resource_logical_id=policy.logical_id,
            template_path=policy.template,
            locations=[".".join(("Properties", *policy.prop.path))],
        )
        resources.setdefault(finding, []).append(resource)
    return [
        cdk.PolicyViolation(
            rule_name=finding.code,
            description=_description(finding),
            severity=_SEVERITIES[finding.severity],
            fix=finding.remedy or None,
            violating_resources=violating,
        )
        for finding, violating in resources.items()
    ]


def _of_no_resource(findings: Iterable[Finding]) -> Iterator[cdk.PolicyViolation]:
    for finding in dict.fromkeys(findings):
        yield cdk.PolicyViolation(
            rule_name=finding.code,
            description=_description(finding),
            severity=_SEVERITIES[finding.severity],
            fix=finding.remedy,
            violating_resources=[],
        )


def _description(finding: Finding) -> str:
    """Say what is wrong and where in the text; the report has the remedy on a line of its own."""
    if finding.severity is Severity.NOTE:
        return replace(finding, remedy="").text
    where = finding.location.file if finding.code in _ACCESS_CODES else finding.place
    return f"{where}: {replace(finding, remedy='').text}"
