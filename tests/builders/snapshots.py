"""Snapshots of templates: one readable file each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from builders.templates import without_bootstrap
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

if TYPE_CHECKING:
    from syrupy.types import PropertyFilter, PropertyMatcher, SerializableData

__all__ = ["TemplateSnapshot"]


class TemplateSnapshot(SingleFileSnapshotExtension):
    """A template as JSON, its policies too, without what serves only the bootstrap."""

    file_extension = "json"
    _write_mode = WriteMode.TEXT

    def serialize(
        self,
        data: SerializableData,
        *,
        exclude: PropertyFilter | None = None,  # noqa: ARG002 - syrupy's signature
        include: PropertyFilter | None = None,  # noqa: ARG002 - syrupy's signature
        matcher: PropertyMatcher | None = None,  # noqa: ARG002 - syrupy's signature
    ) -> str:
        template = without_bootstrap(data)
        for resource in template["Resources"].values():
            properties = resource.get("Properties", {})
            lifecycle = properties.get("LifecyclePolicy", {})
            for key in ("LifecyclePolicy", "RepositoryPolicy"):
                # A creation template takes both as text.
                if isinstance(text := properties.get(key), str):
                    properties[key] = json.loads(text)
            if "LifecyclePolicyText" in lifecycle:
                lifecycle["LifecyclePolicyText"] = json.loads(lifecycle["LifecyclePolicyText"])
        return json.dumps(template, indent=2) + "\n"
