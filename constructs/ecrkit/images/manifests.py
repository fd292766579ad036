"""Manifests: their media types, and the images that a manifest list refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CONFIGURATIONS", "LIST_TYPES", "MANIFEST_TYPES", "children_in", "descriptors_in"]

CONFIGURATIONS = frozenset(
    ("application/vnd.docker.container.image.v1+json", "application/vnd.oci.image.config.v1+json")
)
"""Media types of configurations of images that can run. Source: as for lists."""

LIST_TYPES = frozenset(
    ("application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json")
)
"""A manifest list, which OCI calls an image index. Source: OCI image specification 1.1; Docker image manifest 2.2."""

MANIFEST_TYPES = LIST_TYPES | {
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
}
"""Every manifest that ECR stores, of an image or of a list."""


def descriptors_in(manifest: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """
    Give the descriptors of the images that a manifest refers to.

    Args:
        manifest: JSON values.

    Returns:
        In the order of the manifest; empty for one that is not a manifest list.

    Raises:
        TypeError: it has another form.

    Source: OCI image specification 1.1, image index; Docker image manifest 2.2, manifest list.
    """
    descriptors = manifest.get("manifests", [])
    if not isinstance(descriptors, list) or not all(isinstance(each, dict) for each in descriptors):
        raise TypeError("its 'manifests' is not a list of objects")
    return tuple(descriptors)


def children_in(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """
    Give the digests that a manifest refers to; as :func:`descriptors_in`.

    Raises:
        KeyError: a descriptor has no digest.
        TypeError: the manifest has another form.
    """
    return tuple(str(descriptor["digest"]) for descriptor in descriptors_in(manifest))
