"""
The images of a repository: names, lists of images, and what scans found.

- ``names``: repository names and tag filters that ECR accepts
- ``references``: ``[HOST/]NAME[:TAG][@DIGEST]``
- ``hosts``: hosts of registries, in every partition
- ``manifests``: kinds of manifests, and what they refer to: images, or layers
- ``layers``: layers, each in memory once
- ``cosign``: tags that Cosign gives to signatures and the like
- ``kubernetes``: images in the workloads that kubectl prints
- ``sizes``: sizes as people read them
- ``inventory``: lists of images, read from files and written to them
- ``signatures``: who must have signed an image, and what the programs say that verify it
- ``scans``: vulnerabilities, which of them are allowed, and whether an image passes
"""

from ecrkit.images.inventory.values import Image, ImageStatus, ImageTable, Inventory

__all__ = ["Image", "ImageStatus", "ImageTable", "Inventory"]
