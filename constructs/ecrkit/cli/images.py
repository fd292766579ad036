"""``ecrkit images``: what is in a repository, how it gets there and back, and what runs."""

from __future__ import annotations

from ecrkit.cli.lazy import LazyGroup

__all__ = ["images"]

images = LazyGroup(
    "images",
    help="List, push and pull images, save what there is, and see what runs.",
    commands={
        "list": "ecrkit.cli.images_list:list_",
        "push": "ecrkit.cli.images_push:push",
        "pull": "ecrkit.cli.images_pull:pull",
        "inventory": "ecrkit.cli.images_inventory:inventory",
        "in-use": "ecrkit.cli.images_in_use:in_use",
    },
)
