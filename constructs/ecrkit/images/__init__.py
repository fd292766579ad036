"""The images of a repository: as values, and read from what the AWS CLI prints."""

from ecrkit.images.inventory.values import Image, ImageStatus, ImageTable, Inventory

__all__ = ["Image", "ImageStatus", "ImageTable", "Inventory"]
