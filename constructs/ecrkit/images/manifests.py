"""Manifests: their media types, the images that a manifest list refers to, and the layers of an image."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ecrkit.images.layers import Layer, LayerPool

__all__ = ["CONFIGURATIONS", "LIST_TYPES", "MANIFEST_TYPES", "children_in", "descriptors_in", "layers_in"]

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


def layers_in(manifest: Mapping[str, Any], pool: LayerPool) -> tuple[Layer, ...] | None:
    """
    Give the layers that a manifest refers to, with the configuration as the first.

    Args:
        manifest: JSON values.
        pool: gives layers.

    Returns:
        Each layer once; without layers that are elsewhere, as those of Windows. ``None`` for a manifest that does not
        say how large its layers are, as of Docker schema 1, and for a manifest list: its images have layers.

    Raises:
        KeyError: a descriptor has no digest or size.
        TypeError: the manifest has another form.
        ValueError: a digest or a size is none.

    Source: OCI image specification 1.1, image manifest, "urls" of a descriptor; Docker image manifest 2.2.
    """
    layers = manifest.get("layers")
    if layers is None or "config" not in manifest:
        return None
    if not isinstance(layers, list):
        raise TypeError("its 'layers' is not a list")
    return pool.layers([manifest["config"], *(layer for layer in layers if not layer.get("urls"))])
