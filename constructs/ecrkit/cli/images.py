"""``ecrkit images``: what is in a repository, and how it gets there and back."""

from __future__ import annotations

from ecrkit.cli.lazy import LazyGroup

__all__ = ["images"]

images = LazyGroup(
    "images",
    help="List, push and pull images.",
    commands={
        "list": "ecrkit.cli.images_list:list_",
        "push": "ecrkit.cli.images_push:push",
        "pull": "ecrkit.cli.images_pull:pull",
    },
)
