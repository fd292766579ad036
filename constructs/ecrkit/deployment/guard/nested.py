"""The templates of nested stacks, found in the folder of their assembly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ecrkit.deployment.guard.templates import parse_template, read_template
from ecrkit.documents.files import read_text
from ecrkit.errors import InvalidAssemblyError, UnreadableInputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["NestedTemplates"]

_ASSETS = "*.assets.json"
_FOREIGN = "its template is not in this folder"


class NestedTemplates:
    """
    Finds templates of nested stacks.

    CDK notes in the metadata of the resource which file it wrote, if its command line runs it. Otherwise the name of
    the object that the TemplateURL ends in leads to the file: by the list of assets, or by the manifest.

    Args:
        directory: of the assembly.
        manifest: its artifacts, of which older synthesizers list the assets.
    """

    def __init__(self, directory: Path, *, manifest: Mapping[str, Any]) -> None:
        self._directory = directory
        self._manifest = manifest
        self._templates: dict[str, Mapping[str, Any]] = {}
        self._assets: dict[str, str] | None = None

    def find(self, _: str, resource: Mapping[str, Any]) -> Mapping[str, Any] | str:
        """
        Read the template of a nested stack.

        Args:
            resource: of the nested stack, as written.

        Returns:
            The template, the same object for the same file; or why it cannot be read.

        Raises:
            InvalidAssemblyError: the file is no template.
            UnreadableInputError: the file that CDK wrote cannot be read.
        """
        metadata = resource.get("Metadata")
        noted = metadata.get("aws:asset:path") if isinstance(metadata, dict) else None
        name = noted if isinstance(noted, str) else self._asset_of(resource)
        if name is None:
            return _FOREIGN
        if "\0" in name:
            return "the name of its template is not a path"
        if name not in self._templates:
            self._templates[name] = self._read(name)
        return self._templates[name]

    def _read(self, name: str) -> Mapping[str, Any]:
        path = self._directory / name
        if path.suffix in (".yaml", ".yml"):
            return parse_template(read_text(path), name=path.as_posix())
        return read_template(path)

    def _asset_of(self, resource: Mapping[str, Any]) -> str | None:
        properties = resource.get("Properties")
        url = properties.get("TemplateURL") if isinstance(properties, dict) else None
        if isinstance(url, str) and "://" not in url and "\0" not in url and (self._directory / url).is_file():
            # As it stands before `aws cloudformation package` uploads it.
            return url
        if self._assets is None:
            self._assets = dict(self._listed())
        written = json.dumps(url)
        return next((path for key, path in self._assets.items() if key in written), None)

    def _listed(self) -> Iterator[tuple[str, str]]:
        for file in sorted(self._directory.glob(_ASSETS)):
            files = _read(file).get("files")
            for key, asset in (files if isinstance(files, dict) else {}).items():
                source = asset.get("source") if isinstance(asset, dict) else None
                yield from _pair(key, source.get("path") if isinstance(source, dict) else None)
        for listed in self._manifest.values():
            artifact = listed if isinstance(listed, dict) else {}
            apart = artifact.get("additionalMetadataFile")
            if isinstance(apart, str) and "\0" not in apart:
                metadata: object = _read(self._directory / apart)
            else:
                metadata = artifact.get("metadata")
            for entries in metadata.values() if isinstance(metadata, dict) else ():
                for entry in entries if isinstance(entries, list) else ():
                    data = entry.get("data") if isinstance(entry, dict) else None
                    if isinstance(data, dict):
                        yield from _pair(data.get("sourceHash"), data.get("path"))


def _read(path: Path) -> Mapping[str, Any]:
    """Read a list of assets, which is empty where it cannot be read."""
    try:
        return read_template(path)
    except (InvalidAssemblyError, UnreadableInputError):
        return {}


def _pair(key: object, path: object) -> Iterator[tuple[str, str]]:
    if isinstance(key, str) and key and isinstance(path, str) and path.endswith((".json", ".yaml", ".yml")):
        yield key, path
