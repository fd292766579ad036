"""The stacks of a cloud assembly: the folder that ``cdk synth`` writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ecrkit.deployment.guard.templates import parse_json_object, resources_of, shards_of
from ecrkit.deployment.guard.values import Stack
from ecrkit.documents.files import read_text
from ecrkit.errors import InvalidAssemblyError, UnreadableInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

__all__ = ["read_assembly", "read_baseline"]

_MANIFEST = "manifest.json"
_TEMPLATE = ".template.json"
_NESTED_TEMPLATE = ".nested.template.json"
_ENVIRONMENT = re.compile(r"aws://([^/]+)/([^/]+)")
_UNKNOWN = ("unknown-account", "unknown-region")


def read_assembly(directory: Path) -> tuple[Stack, ...]:
    """
    Read what an app of CDK declares.

    Args:
        directory: with a ``manifest.json``; the assemblies of its stages are in it and are read too.

    Returns:
        Its stacks, in the order of the manifest.

    Raises:
        InvalidAssemblyError: it is no cloud assembly, or a file of it is not what it should be.
        UnreadableInputError: a file of it cannot be read.

    Source: cloud assembly schema 55, ArtifactManifest, AwsCloudFormationStackProperties.
    """
    if not directory.is_dir():
        raise UnreadableInputError(f"{directory}: cannot be read: no such directory; run 'cdk synth' first")
    if not (directory / _MANIFEST).is_file():
        raise InvalidAssemblyError(f"{directory}: not a cloud assembly: has no {_MANIFEST}; run 'cdk synth' first")
    return tuple(_stacks(directory))


def read_baseline(directory: Path) -> tuple[Stack, ...]:
    """
    Read what to compare with.

    Args:
        directory: a cloud assembly; or a folder of ``<stack>.template.json``, of which nobody knows account and Region.

    Returns:
        Its stacks, in the order of the manifest or of their names.

    Raises:
        InvalidAssemblyError: it is neither, or a file of it is not what it should be.
        UnreadableInputError: it, or a file of it, cannot be read.
    """
    if not directory.is_dir() or (directory / _MANIFEST).exists():
        return read_assembly(directory)
    files = sorted(path for path in directory.glob(f"*{_TEMPLATE}") if not path.name.endswith(_NESTED_TEMPLATE))
    if not files:
        raise InvalidAssemblyError(f"{directory}: neither a cloud assembly nor a folder of *{_TEMPLATE}")
    templates = {path.name.removesuffix(_TEMPLATE): _json(path) for path in files}
    return tuple(
        Stack(name=name, resources=resources_of(template, nested=_nested_in(directory)), shards=shards_of(template))
        for name, template in templates.items()
    )


def _stacks(directory: Path) -> Iterator[Stack]:
    manifest = directory / _MANIFEST
    document = _json(manifest)
    artifacts = document.get("artifacts", {})
    # Other tools have a file of this name too.
    if not isinstance(document.get("version"), str) or not isinstance(artifacts, dict):
        raise InvalidAssemblyError(f"{manifest}: not the manifest of a cloud assembly; run 'cdk synth' first")
    for name, artifact in artifacts.items():
        kind = artifact.get("type") if isinstance(artifact, dict) else None
        if kind == "cdk:cloud-assembly":
            yield from read_assembly(directory / _property(manifest, name, artifact, "directoryName"))
        elif kind == "aws:cloudformation:stack":
            yield _stack(directory, name, artifact)


def _stack(directory: Path, name: str, artifact: Mapping[str, Any]) -> Stack:
    manifest = directory / _MANIFEST
    template = _json(directory / _property(manifest, name, artifact, "templateFile"))
    match = _ENVIRONMENT.fullmatch(str(artifact.get("environment", "")))
    account, region = match.groups() if match else _UNKNOWN
    role = artifact["properties"].get("lookupRole")
    return Stack(
        name=str(artifact["properties"].get("stackName") or name),
        account="" if account in _UNKNOWN else account,
        region="" if region in _UNKNOWN else region,
        resources=resources_of(template, nested=_nested_in(directory)),
        shards=shards_of(template),
        lookup_role=str(role.get("arn", "")) if isinstance(role, dict) else "",
    )


def _property(manifest: Path, name: str, artifact: Mapping[str, Any], key: str) -> str:
    properties = artifact.get("properties")
    value = properties.get(key) if isinstance(properties, dict) else None
    if not isinstance(value, str):
        raise InvalidAssemblyError(f"{manifest}: artifacts.{name}: has no {key}; run 'cdk synth' again")
    return value


def _nested_in(directory: Path) -> Callable[[str, Mapping[str, Any]], Mapping[str, Any] | None]:
    """Find the templates of nested stacks where CDK notes that it wrote them."""

    def nested(_: str, resource: Mapping[str, Any]) -> Mapping[str, Any] | None:
        metadata = resource.get("Metadata")
        path = metadata.get("aws:asset:path") if isinstance(metadata, dict) else None
        # A nested stack that CDK did not write has its template elsewhere, where nobody can look.
        return _json(directory / path) if isinstance(path, str) else None

    return nested


def _json(path: Path) -> dict[str, Any]:
    return parse_json_object(read_text(path), file=str(path))
