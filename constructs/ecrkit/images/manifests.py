"""Media types of manifests: of an image, and of a list of images."""

from __future__ import annotations

__all__ = ["LIST_TYPES", "MANIFEST_TYPES"]

LIST_TYPES = frozenset(
    ("application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.oci.image.index.v1+json")
)
"""A manifest list, which OCI calls an image index. Source: OCI image specification 1.1; Docker image manifest 2.2."""

MANIFEST_TYPES = LIST_TYPES | {
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
}
"""Every manifest that ECR stores, of an image or of a list."""
