"""``ecrkit images``: what is in a repository, how it gets there and back, and what runs."""

from __future__ import annotations

from ecrkit.cli.console.lazy import LazyGroup

__all__ = ["images"]

images = LazyGroup(
    "images",
    help="List, copy, archive and save images, and show which are in use.",
    examples=(
        "ecrkit images list web --limit 20",
        "ecrkit images push web:v1 web:v1",
        "ecrkit images copy web:v1 web --destination-profile prod",
    ),
    commands={
        "list": "ecrkit.cli.images.list:list_",
        "push": "ecrkit.cli.images.push:push",
        "pull": "ecrkit.cli.images.pull:pull",
        "copy": "ecrkit.cli.images.copy:copy",
        "archive": "ecrkit.cli.images.archive:archive",
        "restore": "ecrkit.cli.images.restore:restore",
        "inventory": "ecrkit.cli.images.inventory:inventory",
        "in-use": "ecrkit.cli.images.in_use:in_use",
    },
)
