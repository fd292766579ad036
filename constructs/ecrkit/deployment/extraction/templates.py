"""The lifecycle policies in the templates of a file or folder, as far as the templates determine them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ecrkit.deployment.extraction.lines import Lines
from ecrkit.deployment.guard.templates import parse_json_object, parse_template, read_template
from ecrkit.deployment.policies import read_deployed_policy
from ecrkit.documents.files import files_under, read_text
from ecrkit.errors import InvalidAssemblyError, UnreadableInputError, errors_in
from ecrkit.lifecycle.properties import POLICY_PROPERTIES
from ecrkit.registry.templates import Resolver, Unexpanded, key_of, macros_of, policy_texts, scalar_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ecrkit.lifecycle import LifecyclePolicy
    from ecrkit.lifecycle.properties import PolicyProperty

__all__ = ["FoundPolicy", "Place", "Unknown", "find_policies", "template_files"]

_TEMPLATES = "*.template.json"
_NESTED = "*.nested.template.json"
_MANIFEST = "manifest.json"
_WRITE_IT = "write that policy by hand"
_NAMES = {"AWS::ECR::Repository": "RepositoryName", "AWS::ECR::RepositoryCreationTemplate": "Prefix"}
_HASH = re.compile(r"[0-9A-F]{8}$")
"""What CDK adds to a logical ID."""
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """
    A resource of a template.

    Attributes:
        template: path of the template.
        line: of its policy, counted from 1; of the resource, or of the loop that makes it, where it has none.
        logical_id: in the template.
        name: of the repository, or the prefix of a creation template; empty where only a deploy knows it.
    """

    template: str
    line: int
    logical_id: str
    name: str = ""

    @property
    def named_after(self) -> str:
        """What a policy is named after: the name, else words of the logical ID."""
        if self.name:
            return self.name
        without = _HASH.sub("", self.logical_id) or self.logical_id
        return "-".join(filter(None, _WORD.split(without)))

    def __str__(self) -> str:
        """Where it is: ``template:line: logical ID``."""
        return f"{self.template}:{self.line}: {self.logical_id}"


@dataclass(frozen=True, slots=True)
class FoundPolicy:
    """
    A policy of a resource.

    Attributes:
        place: where it is.
        policy: what it says.
    """

    place: Place
    policy: LifecyclePolicy


@dataclass(frozen=True, slots=True)
class Unknown:
    """
    A policy that cannot be extracted.

    Attributes:
        place: where it is.
        problem: why not, and what to do.
    """

    place: Place
    problem: str

    def __str__(self) -> str:
        """In a line."""
        return f"{self.place}: {self.problem}"


def template_files(path: Path) -> tuple[Path, ...]:
    """
    List the templates.

    Args:
        path: of a template, or of a folder. Of a cloud assembly such as ``cdk.out`` count the templates of its stacks,
            nested stacks and stages, and not those of stacks that the app had before; of another folder
            ``*.template.json``, those in its folders too.

    Raises:
        InvalidAssemblyError: the folder has no template, or an invalid manifest.
        UnreadableInputError: it does not exist, or a folder in it cannot be read.
    """
    if not path.is_dir():
        if not path.exists():
            raise UnreadableInputError(f"{path.as_posix()}: cannot be read: no such file or directory")
        return (path,)
    found = tuple(sorted(_of_assembly(path))) if (path / _MANIFEST).is_file() else files_under(path, _TEMPLATES)
    if not found:
        raise InvalidAssemblyError(f"{path.as_posix()}: has no {_TEMPLATES}; run 'cdk synth' first, or name a template")
    return found


def _of_assembly(folder: Path) -> Iterator[Path]:
    artifacts = read_template(folder / _MANIFEST).get("artifacts")
    yield from folder.glob(_NESTED)
    for artifact in artifacts.values() if isinstance(artifacts, dict) else ():
        properties = artifact.get("properties") if isinstance(artifact, dict) else None
        match properties if isinstance(properties, dict) else {}:
            case {"templateFile": str(name)}:
                yield folder / name
            case {"directoryName": str(name)} if _is_below(folder, folder / name):
                yield from _of_assembly(folder / name)


def _is_below(folder: Path, inner: Path) -> bool:
    """Whether an assembly is inside of another one, and not that one itself."""
    return (inner / _MANIFEST).is_file() and folder.resolve() in inner.resolve().parents


def find_policies(files: Sequence[Path]) -> Iterator[FoundPolicy | Unknown]:
    """
    Find lifecycle policies.

    Args:
        files: templates, JSON or YAML.

    Returns:
        In the order of the templates. A policy that parameters or conditions decide comes once in each form. Resources
        without a policy do not count.

    Raises:
        InvalidAssemblyError: a file is no template.
        UnreadableInputError: a file cannot be read.
    """
    for file in files:
        text = read_text(file)
        template = _Template(_parse(text, file=file.as_posix()), text, file=file.as_posix())
        try:
            yield from template.policies()
        except InvalidAssemblyError as error:
            raise InvalidAssemblyError(f"{file.as_posix()}: {error}") from None


def _parse(text: str, *, file: str) -> Mapping[str, Any]:
    if text.lstrip().startswith("{"):
        return parse_json_object(text, file=file)
    return parse_template(text, name=file)


class _Template:
    def __init__(self, template: Mapping[str, Any], text: str, *, file: str) -> None:
        self._template, self._file, self._text = template, file, text

    @cached_property
    def _lines(self) -> Lines:
        # Most templates have no policy.
        return Lines(self._text)

    def policies(self) -> Iterator[FoundPolicy | Unknown]:
        macros = list(macros_of(self._template))
        if "Resources" not in self._template and not macros:
            advice = (
                "save the template alone: pass --query TemplateBody to `aws cloudformation get-template`"
                if "TemplateBody" in self._template
                else "name a CloudFormation template, or a folder such as cdk.out"
            )
            raise InvalidAssemblyError(f"not a template, it has no 'Resources'; {advice}")
        for key, _ in macros:
            yield Unknown(
                self._place(key, (key,)),
                "only a deploy knows what a macro writes; extract from what it wrote: the processed template",
            )
        resolver = Resolver(self._template)
        for entry in resolver.entries(resolver.section("Resources")):
            if isinstance(entry, Unexpanded):
                if any(f'"{kind}"' in key_of(entry.value) for kind in POLICY_PROPERTIES):
                    yield Unknown(self._place(entry.key, ("Resources", entry.key)), f"{entry.reason}; {_WRITE_IT}")
                continue
            logical_id, resource = entry
            kind = resource.get("Type") if isinstance(resource, dict) else None
            if isinstance(kind, str) and kind in POLICY_PROPERTIES:
                yield from self._policies_of(resolver, logical_id, resource, POLICY_PROPERTIES[kind])

    def _policies_of(
        self, resolver: Resolver, logical_id: str, resource: Mapping[str, Any], prop: PolicyProperty
    ) -> Iterator[FoundPolicy | Unknown]:
        properties = resource.get("Properties")
        found = policy_texts(prop, properties, self._template)
        if not (found.texts or found.unknown):
            return
        named = resolver.resolve(properties.get(_NAMES[prop.resource_type])) if isinstance(properties, dict) else None
        path = ("Resources", logical_id, "Properties", *prop.path)
        place = self._place(logical_id, path, name=scalar_text(named) or "")
        for text in found.texts:
            checked = read_deployed_policy(text)
            if checked.policy is not None:
                yield FoundPolicy(place, checked.policy)
                continue
            problems = "; ".join(finding.text for finding in errors_in(checked.findings))
            yield Unknown(place, f"ECR rejects the policy: {problems}")
        for what in found.unknown:
            yield Unknown(place, f"the policy depends on {what}, which only a deploy knows; {_WRITE_IT}")

    def _place(self, logical_id: str, path: Sequence[str], *, name: str = "") -> Place:
        return Place(template=self._file, line=self._lines.find(path), logical_id=logical_id, name=name)
