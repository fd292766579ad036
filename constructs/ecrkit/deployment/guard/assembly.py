"""The stacks of a cloud assembly: the folder that ``cdk synth`` writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ecrkit.deployment.guard.nested import NestedTemplates
from ecrkit.deployment.guard.resources import stack_of
from ecrkit.deployment.guard.templates import read_template
from ecrkit.errors import InvalidAssemblyError, UnreadableInputError, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ecrkit.deployment.guard.values import Stack

__all__ = ["read_assembly", "read_baseline"]

_MANIFEST = "manifest.json"
_TEMPLATE = ".template.json"
_NESTED_TEMPLATE = ".nested.template.json"
_ENVIRONMENT = re.compile(r"aws://([^/]+)/([^/]+)")
_UNKNOWN = ("unknown-account", "unknown-region")


def read_assembly(directory: Path) -> tuple[Stack, ...]:
    """
    Read the stacks of a CDK app.

    Args:
        directory: a cloud assembly with ``manifest.json``; its stages are read too.

    Returns:
        Its stacks, in the order of the manifest.

    Raises:
        InvalidAssemblyError: it is not a cloud assembly, or has an invalid file.
        UnreadableInputError: a file of it cannot be read.

    Source: cloud assembly schema 55, ArtifactManifest, AwsCloudFormationStackProperties.
    """
    if not directory.is_dir():
        raise UnreadableInputError(f"{directory.as_posix()}: cannot be read: no such directory; run 'cdk synth' first")
    if not (directory / _MANIFEST).is_file():
        raise InvalidAssemblyError(
            f"{directory.as_posix()}: not a cloud assembly: has no {_MANIFEST}; run 'cdk synth' first"
        )
    return tuple(_stacks(directory, outer=()))


def read_baseline(directory: Path) -> tuple[Stack, ...]:
    """
    Read the stacks to compare with.

    Args:
        directory: a cloud assembly; or a folder of ``<stack>.template.json``, without account and Region.

    Returns:
        Its stacks, in the order of the manifest or of their names.

    Raises:
        InvalidAssemblyError: it is neither, has no stacks, or has an invalid file.
        UnreadableInputError: it, or a file of it, cannot be read.
    """
    if not directory.is_dir() or (directory / _MANIFEST).exists():
        stacks = read_assembly(directory)
        if not stacks:
            raise InvalidAssemblyError(
                f"{directory.as_posix()}: has no stacks to compare with; give the cdk.out of an app that has"
            )
        return stacks
    files = sorted(path for path in directory.glob(f"*{_TEMPLATE}") if not path.name.endswith(_NESTED_TEMPLATE))
    if not files:
        raise InvalidAssemblyError(f"{directory.as_posix()}: neither a cloud assembly nor a folder of *{_TEMPLATE}")
    nested = NestedTemplates(directory, manifest={})
    return tuple(
        stack_of(read_template(path), name=path.name.removesuffix(_TEMPLATE), nested=nested.find) for path in files
    )


def _stacks(directory: Path, *, outer: tuple[Path, ...]) -> Iterator[Stack]:
    manifest = directory / _MANIFEST
    document = read_template(manifest)
    artifacts = document.get("artifacts", {})
    # Other tools have a file of this name too.
    if not isinstance(document.get("version"), str) or not isinstance(artifacts, dict):
        raise InvalidAssemblyError(f"{manifest}: not the manifest of a cloud assembly; run 'cdk synth' first")
    here = directory.resolve()
    if here in outer:
        raise InvalidAssemblyError(f"{manifest}: contains itself; run 'cdk synth' again")
    nested = NestedTemplates(directory, manifest=artifacts)
    for name, artifact in artifacts.items():
        kind = artifact.get("type") if isinstance(artifact, dict) else None
        if kind == "cdk:cloud-assembly":
            inner = _file(directory, name, artifact, "directoryName")
            if not (inner / _MANIFEST).is_file():
                raise InvalidAssemblyError(f"{inner}: not a cloud assembly: has no {_MANIFEST}; run 'cdk synth' first")
            yield from _stacks(inner, outer=(*outer, here))
        elif kind == "aws:cloudformation:stack":
            yield _stack(directory, name, artifact, nested)


def _stack(directory: Path, name: str, artifact: Mapping[str, Any], nested: NestedTemplates) -> Stack:
    path = _file(directory, name, artifact, "templateFile")
    match = _ENVIRONMENT.fullmatch(str(artifact.get("environment", "")))
    account, region = match.groups() if match else _UNKNOWN
    role = artifact["properties"].get("lookupRole")
    given = artifact["properties"].get("parameters")
    return stack_of(
        read_template(path),
        name=str(artifact["properties"].get("stackName") or name),
        account="" if account in _UNKNOWN else account,
        region="" if region in _UNKNOWN else region,
        nested=nested.find,
        lookup_role=str(role.get("arn", "")) if isinstance(role, dict) else "",
        parameters={
            key: value for key, value in (given.items() if isinstance(given, dict) else ()) if isinstance(value, str)
        },
    )


def _file(directory: Path, name: str, artifact: Mapping[str, Any], key: str) -> Path:
    value = _property(directory / _MANIFEST, name, artifact, key)
    if "\0" in value:
        raise InvalidAssemblyError(f"{directory / _MANIFEST}: artifacts.{printable(name)}: {key} is not a path")
    return directory / value


def _property(manifest: Path, name: str, artifact: Mapping[str, Any], key: str) -> str:
    properties = artifact.get("properties")
    value = properties.get(key) if isinstance(properties, dict) else None
    if not isinstance(value, str):
        raise InvalidAssemblyError(f"{manifest}: artifacts.{printable(name)}: has no {key}; run 'cdk synth' again")
    return value
